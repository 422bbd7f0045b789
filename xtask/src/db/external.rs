//! A server that the developer already has, named by `DATABASE_URL`.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::installed::OLDEST;
use super::psql::Psql;
use super::url;
use crate::ui;

/// Verifies that the URL answers, that the server is new enough and that it has PostGIS. Makes the database if
/// only that is missing.
pub(crate) fn check(variable: &str, database_url: &str, private_bin: Option<&Path>) -> Result<Option<Psql>> {
    let name = url::name(database_url).with_context(|| format!("{variable} can't be used"))?;
    let shown = url::masked(database_url);
    let Some(psql) = Psql::any(private_bin) else {
        ui::warn(&format!("there is no `psql` here, so {shown} is taken as it is, unchecked"));
        return Ok(None);
    };
    let question = "SELECT current_setting('server_version_num')::int / 10000, current_setting('server_version'), \
                    EXISTS (SELECT FROM pg_available_extensions WHERE name = 'postgis')";
    let answer = match psql.ask(database_url, question) {
        Err(error) if format!("{error:#}").contains(&format!("database \"{name}\" does not exist")) => {
            psql.ask(&url::with_name(database_url, "postgres")?, &format!("CREATE DATABASE {}", quoted(name)))
                .with_context(|| format!("{variable} names the database `{name}`, which is missing and can't be made"))?;
            ui::note(&format!("made the missing database `{name}`"));
            psql.ask(database_url, question)
        }
        other => other,
    }
    .with_context(|| {
        format!(
            "{variable} is set ({shown}), but that database does not answer.\n  Start it, or unset {variable}, or \
             choose another with --db=local|docker|private"
        )
    })?;
    judge(&answer).with_context(|| format!("{variable} is set ({shown}), but that server won't do"))?;
    Ok(Some(psql))
}

fn judge(answer: &str) -> Result<()> {
    let mut columns = answer.split('|');
    let (major, version, postgis) = (columns.next(), columns.next().unwrap_or_default(), columns.next());
    let major: u32 =
        major.and_then(|text| text.parse().ok()).with_context(|| format!("unreadable: {answer}"))?;
    if major < OLDEST {
        bail!("it is PostgreSQL {version}; the project needs {OLDEST} or newer");
    }
    if postgis != Some("t") {
        bail!(
            "PostgreSQL {version} there has no PostGIS: install its package (postgresql-{major}-postgis-3 on Debian)"
        );
    }
    Ok(())
}

/// A name as an SQL identifier.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_servers_and_those_without_postgis_are_refused() {
        assert!(judge("17|17.6|t").is_ok());
        assert!(judge("15|15.13|t").unwrap_err().to_string().contains("needs 17"));
        assert!(judge("17|17.6|f").unwrap_err().to_string().contains("postgresql-17-postgis-3"));
    }
}
