//! PostgreSQL servers that are already installed on this machine, and which of them would do.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::process;

/// The oldest major version the project runs on.
pub(crate) const OLDEST: u32 = 17;

/// Where a server's programs are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Binaries {
    /// The folder with `postgres`, `initdb`, `pg_ctl`, `psql` and `pg_dump`.
    pub(crate) bin: PathBuf,
    /// The major version, which decides which data folders these programs can open.
    pub(crate) major: u32,
    /// The version in full, for people.
    pub(crate) version: String,
}

/// What a look around the machine found.
#[derive(Debug, Default)]
pub(crate) struct Search {
    /// The best that would do: the version the project is made for, else the nearest above.
    pub(crate) best: Option<Binaries>,
    /// Why each of the others would not.
    pub(crate) refused: Vec<String>,
}

/// Every folder in which a server's programs may be.
pub(crate) fn folders() -> Vec<PathBuf> {
    let mut found = BTreeSet::new();
    if let Some(config) = process::find("pg_config")
        && let Ok(bin) = process::read(Command::new(config).arg("--bindir"))
    {
        found.insert(PathBuf::from(bin.trim()));
    }
    // Debian and its kin; Red Hat's kin; Postgres.app.
    for (parent, below) in [
        ("/usr/lib/postgresql", "bin"),
        ("/usr/pgsql", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "bin"),
    ] {
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            found.insert(entry.path().join(below));
        }
    }
    for prefix in ["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"] {
        for formula in ["postgresql@17", "postgresql@18", "postgresql"] {
            found.insert(Path::new(prefix).join(formula).join("bin"));
        }
    }
    for major in OLDEST..OLDEST + 4 {
        found.insert(PathBuf::from(format!("/usr/pgsql-{major}/bin")));
    }
    found.into_iter().filter(|bin| bin.join("psql").is_file()).collect()
}

/// Looks at every installed server.
pub(crate) fn search() -> Search {
    let mut search = Search::default();
    for bin in folders() {
        match examine(&bin) {
            Ok(Ok(binaries)) if search.best.as_ref().is_none_or(|best| binaries.major < best.major) => {
                search.best = Some(binaries);
            }
            Ok(Ok(_)) => {}
            Ok(Err(reason)) => search.refused.push(reason),
            Err(error) => search.refused.push(format!("{}: {error:#}", bin.display())),
        }
    }
    search
}

/// One server: what it is, or why it won't do.
fn examine(bin: &Path) -> Result<std::result::Result<Binaries, String>> {
    let place = bin.display();
    if let Some(missing) =
        ["postgres", "initdb", "pg_ctl", "pg_dump"].iter().find(|name| !bin.join(name).is_file())
    {
        return Ok(Err(format!("{place}: has no `{missing}` (client programs only)")));
    }
    let said = process::read(Command::new(bin.join("postgres")).arg("--version"))?;
    let (major, version) = version(&said).with_context(|| format!("`{}` says no version", said.trim()))?;
    if major < OLDEST {
        return Ok(Err(format!("{place}: PostgreSQL {version} is older than {OLDEST}")));
    }
    let share = share_folder(bin, major)?;
    if !share.join("extension/postgis.control").is_file() {
        return Ok(Err(format!(
            "{place}: PostgreSQL {version} has no PostGIS (no {}/extension/postgis.control)",
            share.display()
        )));
    }
    Ok(Ok(Binaries { bin: bin.to_path_buf(), major, version }))
}

/// The version in what `postgres --version` says: `postgres (PostgreSQL) 17.2 (Debian …)`.
pub(crate) fn version(said: &str) -> Option<(u32, String)> {
    let version =
        said.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    Some((digits.parse().ok()?, version.to_owned()))
}

fn share_folder(bin: &Path, major: u32) -> Result<PathBuf> {
    let config = bin.join("pg_config");
    if config.is_file() {
        return Ok(PathBuf::from(process::read(Command::new(config).arg("--sharedir"))?.trim()));
    }
    // Debian ships pg_config of each version only with the headers.
    Ok(PathBuf::from(format!("/usr/share/postgresql/{major}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn script(path: &Path, says: &str) {
        fs::write(path, format!("#!/bin/sh\necho '{says}'\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn versions_are_read_from_all_vendors() {
        assert_eq!(version("postgres (PostgreSQL) 17.12 (Debian 17.12-1)\n"), Some((17, "17.12".to_owned())));
        assert_eq!(version("postgres (PostgreSQL) 18beta1"), Some((18, "18beta1".to_owned())));
        assert_eq!(version("postgres"), None);
    }

    #[test]
    fn a_server_needs_its_programs_its_age_and_postgis() {
        let temp = tempfile::tempdir().unwrap();
        let (bin, share) = (temp.path().join("bin"), temp.path().join("share"));
        fs::create_dir_all(share.join("extension")).unwrap();
        fs::create_dir(&bin).unwrap();
        assert!(examine(&bin).unwrap().unwrap_err().contains("client programs only"));

        for name in ["initdb", "pg_ctl", "pg_dump"] {
            script(&bin.join(name), "");
        }
        script(&bin.join("postgres"), "postgres (PostgreSQL) 15.13");
        assert!(examine(&bin).unwrap().unwrap_err().contains("older than 17"));

        script(&bin.join("postgres"), "postgres (PostgreSQL) 17.2");
        script(&bin.join("pg_config"), &share.display().to_string());
        assert!(examine(&bin).unwrap().unwrap_err().contains("no PostGIS"));

        fs::write(share.join("extension/postgis.control"), "").unwrap();
        assert_eq!(examine(&bin).unwrap().unwrap().version, "17.2");
    }
}
