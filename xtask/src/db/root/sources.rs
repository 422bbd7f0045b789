//! Where to fetch Debian packages from: wherever this host already does, with another release's name.
//!
//! Mirrors, proxies and keys differ from place to place and the host's administrator knows them, so nothing is
//! hard-coded. apt has two formats for the same thing, deb822 `.sources` and one-line `.list`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use crate::workspace;

/// One place to fetch from.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Source {
    uri: String,
    suite: String,
    components: Vec<String>,
    /// `Signed-By` and the like, in deb822 spelling.
    options: BTreeMap<String, String>,
}

/// The host's own Debian sources, in deb822 form, with their release swapped for `suite`.
pub(crate) fn for_suite(suite: &str) -> Result<String> {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    of_host(&release, Path::new("/etc/apt"), suite)
}

fn of_host(release: &str, apt: &Path, suite: &str) -> Result<String> {
    let (id, name, codename) =
        (field(release, "ID"), field(release, "PRETTY_NAME"), field(release, "VERSION_CODENAME"));
    if id != "debian" {
        bail!(
            "this host is {name}, whose apt does not fetch from Debian; the private PostgreSQL is made from \
             packages of Debian {suite}"
        );
    }
    rewrite(&host_sources(apt)?, &codename, suite)
}

/// A field of os-release, without its quotes.
fn field(release: &str, key: &str) -> String {
    release
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
        .map(|value| value.trim_matches('"').to_owned())
        .unwrap_or_default()
}

fn host_sources(etc: &Path) -> Result<Vec<Source>> {
    let mut files = vec![etc.join("sources.list")];
    let parts = etc.join("sources.list.d");
    if parts.is_dir() {
        files.extend(workspace::files_below(&parts)?);
    }
    let mut sources = Vec::new();
    for file in files.iter().filter(|file| file.is_file()) {
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("list") => sources.extend(workspace::read(file)?.lines().flat_map(one_line)),
            Some("sources") => sources.extend(deb822(&workspace::read(file)?)),
            Some(_) | None => {}
        }
    }
    Ok(sources)
}

fn rewrite(sources: &[Source], codename: &str, suite: &str) -> Result<String> {
    let mut stanzas: Vec<String> = Vec::new();
    for source in sources.iter().filter(|source| is_debian(source)) {
        let Some(swapped) = swap(&source.suite, codename, suite) else { continue };
        let mut stanza = format!("Types: deb\nURIs: {}\nSuites: {swapped}\nComponents: main\n", source.uri);
        for (key, value) in &source.options {
            stanza.extend([key, ": ", value, "\n"]);
        }
        if !stanzas.contains(&stanza) {
            stanzas.push(stanza);
        }
    }
    if !stanzas.iter().any(|stanza| stanza.contains(&format!("Suites: {suite}\n"))) {
        bail!(
            "no source of Debian's main archive for `{codename}` in /etc/apt/sources.list or sources.list.d"
        );
    }
    Ok(stanzas.join("\n"))
}

/// Whether this is Debian's own archive or a mirror of it, and not a vendor who names suites like Debian.
fn is_debian(source: &Source) -> bool {
    let path = source.uri.trim_end_matches('/').trim_end_matches(".list");
    let host = path.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    let official_key = source.options.get("Signed-By").is_some_and(|key| key.contains("debian-archive"));
    !path.starts_with("cdrom:")
        && source.components.iter().any(|component| component == "main")
        && (official_key || host.ends_with("debian.org") || matches!(last, "debian" | "debian-security"))
}

/// The same pocket (updates, security) of another release; nothing for pockets that are not needed.
fn swap(theirs: &str, codename: &str, suite: &str) -> Option<String> {
    let names = [codename, "stable", "testing", "unstable", "sid", "oldstable"];
    let pocket = names.iter().filter(|name| !name.is_empty()).find_map(|name| theirs.strip_prefix(name))?;
    match pocket {
        "" => Some(suite.to_owned()),
        "-updates" | "-security" => Some(format!("{suite}{pocket}")),
        "/updates" => Some(format!("{suite}-security")),
        _ => None,
    }
}

/// `deb [signed-by=/key.gpg arch=amd64] http://deb.debian.org/debian bookworm main contrib`
fn one_line(line: &str) -> Vec<Source> {
    let line = line.split('#').next().unwrap_or_default().trim();
    let Some(rest) = line.strip_prefix("deb").filter(|rest| rest.starts_with([' ', '\t', '['])) else {
        return Vec::new();
    };
    let rest = rest.trim_start();
    let (options, rest) = match rest.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((options, rest)) => (options, rest),
        None => ("", rest),
    };
    let options = options
        .split_whitespace()
        .filter_map(|option| option.split_once('='))
        .filter_map(|(key, value)| Some((known_option(key)?.to_owned(), value.replace(',', " "))))
        .collect();
    let mut words = rest.split_whitespace().map(str::to_owned);
    match (words.next(), words.next()) {
        (Some(uri), Some(suite)) => vec![Source { uri, suite, components: words.collect(), options }],
        _ => Vec::new(),
    }
}

/// Stanzas of `Key: value` lines divided by empty ones; a line that begins with a space continues the value.
fn deb822(text: &str) -> Vec<Source> {
    let mut sources = Vec::new();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    for block in lines.split(|line| line.trim().is_empty()) {
        let mut fields: BTreeMap<String, String> = BTreeMap::new();
        let mut current = String::new();
        for line in block {
            if line.starts_with([' ', '\t']) {
                fields.entry(current.clone()).or_default().extend(["\n", line]);
            } else if let Some((key, value)) = line.split_once(':') {
                current = key.trim().to_ascii_lowercase();
                fields.insert(current.clone(), value.trim().to_owned());
            }
        }
        let list = |key: &str| -> Vec<String> {
            fields
                .get(key)
                .map(|value| value.split_whitespace().map(str::to_owned).collect())
                .unwrap_or_default()
        };
        let switched_off = fields.get("enabled").is_some_and(|value| value.eq_ignore_ascii_case("no"));
        if switched_off || !list("types").iter().any(|kind| kind == "deb") {
            continue;
        }
        let options: BTreeMap<String, String> = fields
            .iter()
            .filter_map(|(key, value)| Some((known_option(key)?.to_owned(), value.clone())))
            .collect();
        for uri in list("uris") {
            for suite in list("suites") {
                sources.push(Source {
                    uri: uri.clone(),
                    suite,
                    components: list("components"),
                    options: options.clone(),
                });
            }
        }
    }
    sources
}

/// The options that say how to reach and trust an archive, in deb822 spelling.
fn known_option(key: &str) -> Option<&'static str> {
    ["Signed-By", "Trusted", "Check-Valid-Until", "Allow-Insecure"]
        .into_iter()
        .find(|option| option.eq_ignore_ascii_case(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

    #[test]
    fn deb822_sources_keep_mirror_and_key() {
        let sources = deb822(&format!(
            "Types: deb deb-src\n# a snapshot\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates \
             bookworm-backports\nComponents: main contrib\nSigned-By: {KEYRING}\n\nTypes: deb\nURIs: \
             http://mirror.example/debian-security/\nSuites: bookworm-security\nComponents: main\n\nEnabled: \
             no\nTypes: deb\nURIs: http://gone.example/debian\nSuites: bookworm\nComponents: main\n"
        ));
        assert_eq!(
            rewrite(&sources, "bookworm", "trixie").unwrap(),
            format!(
                "Types: deb\nURIs: http://mirror.example/debian\nSuites: trixie\nComponents: main\nSigned-By: {KEYRING}\n\
                 \nTypes: deb\nURIs: http://mirror.example/debian\nSuites: trixie-updates\nComponents: main\nSigned-By: {KEYRING}\n\
                 \nTypes: deb\nURIs: http://mirror.example/debian-security/\nSuites: trixie-security\nComponents: main\n"
            )
        );
    }

    #[test]
    fn one_line_sources_do_too() {
        let line =
            format!("deb [arch=amd64 signed-by={KEYRING}] http://deb.debian.org/debian bookworm main # main");
        assert_eq!(
            rewrite(&one_line(&line), "bookworm", "trixie").unwrap(),
            format!(
                "Types: deb\nURIs: http://deb.debian.org/debian\nSuites: trixie\nComponents: main\nSigned-By: {KEYRING}\n"
            )
        );
        assert!(one_line("deb-src http://deb.debian.org/debian bookworm main").is_empty());
        assert!(one_line("# deb http://deb.debian.org/debian bookworm main").is_empty());
    }

    #[test]
    fn an_inline_key_survives() {
        let sources = deb822(
            "Types: deb\nURIs: https://mirror.example/debian\nSuites: stable\nComponents: main\nSigned-By:\n -----BEGIN \
             PGP PUBLIC KEY BLOCK-----\n .\n abc\n",
        );
        let text = rewrite(&sources, "bookworm", "trixie").unwrap();
        assert!(text.contains("Suites: trixie\n"), "{text}");
        assert!(text.contains("Signed-By: \n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n"), "{text}");
    }

    #[test]
    fn vendors_are_left_out_and_an_empty_rest_is_an_error() {
        let vendors: Vec<Source> = [
            "deb https://apt.postgresql.org/pub/repos/apt bookworm-pgdg main",
            "deb https://apt.releases.hashicorp.com bookworm main",
            "deb https://download.docker.com/linux/debian bookworm stable",
            "deb cdrom:[Debian]/ bookworm main",
        ]
        .iter()
        .flat_map(|line| one_line(line))
        .collect();
        let error = rewrite(&vendors, "bookworm", "trixie").unwrap_err();
        assert!(error.to_string().contains("no source of Debian's main archive"), "{error}");
    }

    #[test]
    fn another_distribution_is_named() {
        let release =
            "PRETTY_NAME=\"Ubuntu 24.04.1 LTS\"\nID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n";
        let error = of_host(release, Path::new("/nowhere"), "trixie").unwrap_err().to_string();
        assert!(error.contains("Ubuntu 24.04.1 LTS") && error.contains("Debian trixie"), "{error}");
    }

    #[test]
    fn both_kinds_of_files_are_read() {
        let temp = tempfile::tempdir().unwrap();
        let parts = temp.path().join("sources.list.d");
        fs::create_dir(&parts).unwrap();
        fs::write(temp.path().join("sources.list"), "deb http://a.example/debian bookworm main\n").unwrap();
        fs::write(
            parts.join("b.sources"),
            "Types: deb\nURIs: http://b.example/debian\nSuites: bookworm\nComponents: main\n",
        )
        .unwrap();
        fs::write(parts.join("c.list.disabled"), "deb http://c.example/debian bookworm main\n").unwrap();
        let uris: Vec<String> =
            host_sources(temp.path()).unwrap().into_iter().map(|source| source.uri).collect();
        assert_eq!(uris, ["http://a.example/debian", "http://b.example/debian"]);
    }
}
