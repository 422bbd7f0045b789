//! Each wall is broken once, on a copy of the workspace's manifests, and must be seen.

use std::fs;
use std::path::Path;

use super::table::CRATES;
use crate::workspace;

/// A copy of all manifests, with an empty library in each crate.
fn copy() -> tempfile::TempDir {
    let temp = tempfile::tempdir().unwrap();
    let root = workspace::root();
    for manifest in workspace::files_below(&root).unwrap() {
        if manifest.file_name().is_some_and(|name| name == "Cargo.toml") {
            let folder = temp.path().join(manifest.strip_prefix(&root).unwrap().parent().unwrap());
            fs::create_dir_all(folder.join("src")).unwrap();
            fs::copy(&manifest, folder.join("Cargo.toml")).unwrap();
            for source in ["lib.rs", "main.rs"] {
                fs::write(folder.join("src").join(source), "").unwrap();
            }
        }
    }
    temp
}

fn edit(file: &Path, change: impl FnOnce(String) -> String) {
    fs::write(file, change(fs::read_to_string(file).unwrap())).unwrap();
}

fn add(root: &Path, folder: &str, section: &str, line: &str) {
    edit(&root.join(folder).join("Cargo.toml"), |text| {
        let with_section = if text.contains(section) { text } else { format!("{text}\n{section}\n") };
        with_section.replacen(section, &format!("{section}\n{line}"), 1)
    });
}

fn faults(root: &Path) -> Vec<String> {
    super::check(&workspace::metadata(root).unwrap(), CRATES).unwrap()
}

/// The faults that come from a change of the copy, and not from the workspace as it stands.
fn faults_after(change: impl FnOnce(&Path)) -> Vec<String> {
    let temp = copy();
    let before = faults(temp.path());
    change(temp.path());
    faults(temp.path()).into_iter().filter(|fault| !before.contains(fault)).collect()
}

fn assert_one(faults: &[String], start: &str) {
    assert!(matches!(faults, [only] if only.starts_with(start)), "wanted one `{start}…`, found {faults:#?}");
}

#[test]
fn the_workspace_as_it_stands_keeps_the_walls() {
    assert_eq!(faults(copy().path()), Vec::<String>::new());
}

#[test]
fn diesel_in_the_application_is_seen() {
    let faults =
        faults_after(|root| add(root, "crates/application", "[dependencies]", "diesel.workspace = true"));
    assert_one(&faults, "souk-application may not depend on diesel");
}

#[test]
fn an_adapter_in_another_adapter_is_seen() {
    let faults = faults_after(|root| {
        add(root, "crates/system-adapter", "[dependencies]", "souk-postgres-adapter.workspace = true");
    });
    assert_one(&faults, "souk-system-adapter may not depend on souk-postgres-adapter");
}

#[test]
fn a_fenced_technology_is_seen_in_tests_and_build_scripts_too() {
    for (section, words) in [
        ("[dev-dependencies]", "souk-domain may not depend in its tests on axum"),
        ("[build-dependencies]", "souk-domain may not depend on axum"),
    ] {
        let faults = faults_after(|root| add(root, "crates/domain", section, "axum.workspace = true"));
        assert_one(&faults, words);
    }
}

#[test]
fn an_alias_does_not_hide_a_dependency() {
    let line = "values = { package = \"serde\", version = \"1\" }";
    let faults = faults_after(|root| add(root, "crates/domain", "[dependencies]", line));
    assert_one(&faults, "souk-domain may not depend on serde");
}

#[test]
fn tests_may_use_other_crates_of_the_registry() {
    let faults =
        faults_after(|root| add(root, "crates/domain", "[dev-dependencies]", "insta.workspace = true"));
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn an_unknown_crate_is_seen() {
    let faults = faults_after(|root| {
        let folder = root.join("crates/extra");
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::write(folder.join("src/lib.rs"), "").unwrap();
        fs::write(
            folder.join("Cargo.toml"),
            "[package]\nname = \"souk-extra\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
        )
        .unwrap();
    });
    assert_one(&faults, "souk-extra is not in the table");
}

#[test]
fn a_crate_that_is_gone_is_seen() {
    let faults = faults_after(|root| {
        fs::remove_dir_all(root.join("tests")).unwrap();
        edit(&root.join("Cargo.toml"), |text| text.replace("\"tests\", ", ""));
    });
    assert_one(&faults, "souk-e2e is in the table, but not in the workspace");
}
