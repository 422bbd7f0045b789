//! Whoever knows one aggregate finds every other one: the same module name in each crate.

use std::path::{Path, PathBuf};

use super::Finding;

/// The aggregates there are; a new one is added here first.
pub(super) const AGGREGATES: [&str; 11] = [
    "user",
    "session",
    "product",
    "block",
    "verification",
    "admin",
    "media",
    "event",
    "stream",
    "conversation",
    "offer",
];

/// The crates each of them lives in.
const CRATES: [&str; 5] = ["domain", "ports", "application", "postgres-adapter", "http"];

/// Where an aggregate has no module of its own, and why.
struct Exception {
    aggregate: &'static str,
    crates: &'static [&'static str],
    #[expect(dead_code, reason = "read by people: an exception without a reason must not compile")]
    reason: &'static str,
}

const EXCEPTIONS: [Exception; 0] = [];

pub(super) fn check(root: &Path) -> Vec<Finding> {
    let mut found = Vec::new();
    for aggregate in AGGREGATES {
        for name in CRATES {
            let folder = PathBuf::from("crates").join(name).join("src");
            let file = folder.join(format!("{aggregate}.rs"));
            let there =
                root.join(&file).is_file() || root.join(&folder).join(aggregate).join("mod.rs").is_file();
            let excepted = EXCEPTIONS
                .iter()
                .any(|exception| exception.aggregate == aggregate && exception.crates.contains(&name));
            match (there, excepted) {
                (false, false) => found.push(Finding {
                    file,
                    line: 0,
                    what: format!(
                        "is missing: every crate holds the aggregate `{aggregate}` under this name"
                    ),
                }),
                (true, true) => found.push(Finding {
                    file,
                    line: 0,
                    what: "is there: take its exception out of xtask/src/tidy/aggregates.rs".to_owned(),
                }),
                (true, false) | (false, true) => {}
            }
        }
    }
    found
}
