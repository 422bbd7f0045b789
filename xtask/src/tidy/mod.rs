//! `cargo xtask tidy`: house rules that neither the compiler nor clippy knows.
//!
//! Rules about code look at its tokens, so that a comment or a string never counts as code.

mod aggregates;
mod code;
mod sql;
mod text;

#[cfg(test)]
mod tests;

use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::{ui, workspace};

/// Folders whose files the rules hold for.
const FOLDERS: [&str; 6] = ["crates", "tests", "xtask", "migrations", "docker", ".config"];

/// One broken rule, at its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    /// Relative to the repository's root.
    file: PathBuf,
    /// 0 for the file as a whole.
    line: usize,
    what: String,
}

impl Display for Finding {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(formatter, "{}: {}", self.file.display(), self.what),
            line => write!(formatter, "{}:{line}: {}", self.file.display(), self.what),
        }
    }
}

/// A file of the repository.
struct Source {
    /// Relative to the repository's root.
    path: PathBuf,
    text: String,
}

impl Source {
    fn finding(&self, line: usize, what: impl Into<String>) -> Finding {
        Finding { file: self.path.clone(), line, what: what.into() }
    }

    fn has_extension(&self, extension: &str) -> bool {
        self.path.extension().is_some_and(|own| own == extension)
    }
}

/// Fails with every broken rule.
pub(crate) fn run() -> Result<()> {
    let found = check(&workspace::root())?;
    if found.is_empty() {
        ui::note("the house is tidy");
        return Ok(());
    }
    bail!("the house rules are broken in {} places:{}", found.len(), ui::listed(2, found))
}

fn check(root: &Path) -> Result<Vec<Finding>> {
    let mut found = aggregates::check(root);
    for folder in FOLDERS.iter().map(|folder| root.join(folder)).filter(|folder| folder.is_dir()) {
        for file in workspace::files_below(&folder)? {
            let path = file.strip_prefix(root).unwrap_or(&file).to_path_buf();
            let known = ["rs", "sql", "toml", "yaml"];
            if path
                .extension()
                .and_then(|extension| extension.to_str())
                .is_some_and(|own| known.contains(&own))
            {
                let source = Source { path, text: workspace::read(&file)? };
                found.extend(text::check(&source));
                found.extend(code::check(&source)?);
                found.extend(sql::check(&source));
            }
        }
    }
    found.extend(sql::check_pairs(&root.join("migrations"))?);
    found.sort();
    Ok(found)
}
