//! Database URLs: another database on the same server, and the same URL without its password.

use anyhow::{Context as _, Result, bail};

/// The parts of `postgres://user@host/name?options` that xtask has to tell apart.
struct Parts<'a> {
    /// Up to and with the host and port, without the slash.
    server: &'a str,
    name: &'a str,
    /// With its question mark, or empty.
    options: &'a str,
}

fn split(url: &str) -> Result<Parts<'_>> {
    let (scheme, rest) =
        url.split_once("://").context("a database URL looks like postgres://USER:PASSWORD@HOST:PORT/NAME")?;
    if !matches!(scheme, "postgres" | "postgresql") {
        bail!("a database URL begins with postgres://, not {scheme}://");
    }
    let (place, options) = rest.find('?').map_or((rest, ""), |at| rest.split_at(at));
    let (authority, name) = place.split_once('/').unwrap_or((place, ""));
    let server = url.get(..scheme.len() + 3 + authority.len()).context("unreadable database URL")?;
    Ok(Parts { server, name, options })
}

/// The database a URL names.
pub(crate) fn name(url: &str) -> Result<&str> {
    split(url).map(|parts| parts.name)
}

/// The same server and options, another database.
pub(crate) fn with_name(url: &str, name: &str) -> Result<String> {
    split(url).map(|parts| format!("{}/{name}{}", parts.server, parts.options))
}

/// The text with the password of a database URL in it, if there is one, replaced.
pub(crate) fn masked(text: &str) -> String {
    let password = split(text).ok().and_then(|parts| {
        let (_, authority) = parts.server.split_once("://")?;
        let (credentials, _) = authority.rsplit_once('@')?;
        credentials.split_once(':').map(|(_, password)| password)
    });
    match password {
        Some(password) if !password.is_empty() => text.replacen(&format!(":{password}@"), ":***@", 1),
        Some(_) | None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_keeps_server_and_options() {
        let url = "postgresql://me:p@ss@db.example:5433/souk?sslmode=require";
        assert_eq!(name(url).unwrap(), "souk");
        assert_eq!(
            with_name(url, "other").unwrap(),
            "postgresql://me:p@ss@db.example:5433/other?sslmode=require"
        );
        assert_eq!(with_name("postgres://localhost", "souk").unwrap(), "postgres://localhost/souk");
        assert_eq!(
            with_name("postgres://u@?host=/run/postgresql", "souk").unwrap(),
            "postgres://u@/souk?host=/run/postgresql"
        );
    }

    #[test]
    fn other_forms_are_refused_with_an_example() {
        for wrong in ["host=localhost dbname=souk", "mysql://localhost/souk"] {
            assert!(with_name(wrong, "souk").unwrap_err().to_string().contains("postgres://"));
        }
    }

    #[test]
    fn passwords_do_not_reach_the_screen() {
        assert_eq!(masked("postgres://me:secret@host/souk"), "postgres://me:***@host/souk");
        assert_eq!(masked("postgres://me@host/souk"), "postgres://me@host/souk");
        assert_eq!(masked("SELECT 'a:b@c'"), "SELECT 'a:b@c'");
    }
}
