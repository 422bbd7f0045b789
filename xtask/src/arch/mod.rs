//! `cargo xtask arch`: which crate may depend on which, held against the manifests.
//!
//! Cargo lets a crate name only what its manifest lists; this decides what a manifest may list. The table is the
//! architecture, so a new edge is a line there, in a change that a reviewer sees.

mod table;

#[cfg(test)]
mod tests;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{ui, workspace};
use table::{CRATES, Crate, FENCED};

/// Fails if a crate depends on something the table does not grant.
pub(crate) fn run() -> Result<()> {
    let broken = check(&workspace::metadata(&workspace::root())?, CRATES)?;
    if broken.is_empty() {
        ui::note(&format!("{} crates depend only on what xtask/src/arch/table.rs grants", CRATES.len()));
        return Ok(());
    }
    bail!(
        "the walls between the crates are broken:\n  {}\n  If the new edge is meant, add it to xtask/src/arch/table.rs \
         and say why in docs/adr/",
        broken.join("\n  ")
    )
}

/// Every way in which the workspace is not what the table says.
fn check(metadata: &Value, table: &[Crate]) -> Result<Vec<String>> {
    let packages =
        metadata.get("packages").and_then(Value::as_array).context("cargo metadata lists no packages")?;
    let mut broken = Vec::new();
    let names: Vec<&str> = packages.iter().filter_map(|package| package.get("name")?.as_str()).collect();
    for known in table.iter().filter(|known| !names.contains(&known.name)) {
        broken.push(format!("{} is in the table, but not in the workspace", known.name));
    }
    for package in packages {
        let name = package.get("name").and_then(Value::as_str).context("a package without a name")?;
        let Some(rule) = table.iter().find(|known| known.name == name) else {
            broken.push(format!("{name} is not in the table: say there what it may depend on"));
            continue;
        };
        for dependency in package.get("dependencies").and_then(Value::as_array).into_iter().flatten() {
            broken.extend(verdict(rule, dependency, table));
        }
    }
    Ok(broken)
}

/// What is wrong with one dependency, if anything.
fn verdict(rule: &Crate, dependency: &Value, table: &[Crate]) -> Option<String> {
    let name = dependency.get("name").and_then(Value::as_str)?;
    let for_tests = dependency.get("kind").and_then(Value::as_str) == Some("dev");
    let inner = table.iter().any(|known| known.name == name);
    let granted = rule.inner.contains(&name) || rule.outer.contains(&name);
    let granted_for_tests = rule.tests.contains(&name) || (!inner && !FENCED.contains(&name));
    if granted || (for_tests && granted_for_tests) {
        return None;
    }
    let what = if for_tests { "in its tests " } else { "" };
    Some(format!("{} may not depend {what}on {name}: {}", rule.name, rule.why))
}
