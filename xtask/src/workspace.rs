//! Where the repository lies, what is in it, and how to call cargo in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde_json::Value;

/// The repository's root: the folder above xtask's own manifest.
pub(crate) fn root() -> PathBuf {
    let here = crate::settings::manifest_dir().unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    here.parent().unwrap_or(&here).to_path_buf()
}

/// cargo, in the repository's root.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(crate::settings::cargo());
    command.args(args).current_dir(root());
    command
}

/// `cargo metadata` of the workspace in a folder: its own packages only, no network.
pub(crate) fn metadata(root: &Path) -> Result<Value> {
    let mut command = Command::new(crate::settings::cargo());
    command.args(["metadata", "--format-version=1", "--no-deps", "--offline"]).current_dir(root);
    let json = crate::process::read(&mut command)?;
    serde_json::from_str(&json).context("cargo metadata wrote something unreadable")
}

/// Where cargo puts what it builds.
pub(crate) fn target_dir() -> Result<PathBuf> {
    metadata(&root())?
        .get("target_directory")
        .and_then(Value::as_str)
        .map(PathBuf::from)
        .context("cargo metadata names no target directory")
}

/// All files below a folder, sorted, without hidden folders and without `target`.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).with_context(|| format!("cannot read {}", next.display()))? {
            let entry = entry.with_context(|| format!("cannot read {}", next.display()))?;
            let name = entry.file_name();
            let hidden = name.to_string_lossy().starts_with('.');
            let kind =
                entry.file_type().with_context(|| format!("cannot read {}", entry.path().display()))?;
            if kind.is_dir() && !hidden && name != "target" {
                open.push(entry.path());
            } else if kind.is_file() {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// A file's text, with its name in the error.
pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Writes a file, with its name in the error.
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

/// Makes a folder and those above it, with its name in the error.
pub(crate) fn make_dir(path: &Path) -> Result<()> {
    fs::create_dir_all(path).with_context(|| format!("cannot make the folder {}", path.display()))
}

/// Removes a folder and everything in it, if it is there.
pub(crate) fn remove_dir(path: &Path) -> Result<()> {
    if path.exists() {
        fs::remove_dir_all(path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_the_workspace() {
        assert!(root().join("Cargo.lock").is_file());
    }

    #[test]
    fn walking_skips_hidden_folders_and_build_products() {
        let temp = tempfile::tempdir().unwrap();
        for folder in ["a", ".git", "target"] {
            fs::create_dir(temp.path().join(folder)).unwrap();
            fs::write(temp.path().join(folder).join("x.rs"), "").unwrap();
        }
        assert_eq!(files_below(temp.path()).unwrap(), [temp.path().join("a/x.rs")]);
    }
}
