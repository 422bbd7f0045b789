//! apt-get with state, cache and sources of its own: it reads and changes nothing of the host's packages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::{process, ui, workspace};

/// Packages that PostgreSQL's packages ask for but its programs never touch: the JIT compiler (off here), and
/// what a running system needs to install packages into itself. By the beginning of their names.
#[rustfmt::skip]
const UNNEEDED: &[&str] = &[
    "adduser", "apt", "base-passwd", "bash", "coreutils", "debconf", "dirmngr", "dpkg", "e2fsprogs", "fontconfig",
    "fonts-", "gnupg", "gpg", "init-system", "libllvm", "libperl", "libpython3", "libsystemd-shared", "libz3-",
    "locales", "login", "media-types", "mount", "netbase", "openssl", "passwd", "perl", "pinentry",
    "postgresql-client-common", "postgresql-common", "procps", "python3", "sensible-utils", "ssl-cert", "systemd",
    "sysvinit-utils", "tzdata", "ucf", "udev", "util-linux",
];

/// One fetched package.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) file: PathBuf,
}

/// One package that apt would install.
#[derive(Debug, PartialEq, Eq)]
struct Planned {
    name: String,
    version: String,
    bytes: u64,
}

/// apt-get, bound to a folder.
pub(crate) struct Apt {
    folder: PathBuf,
}

impl Apt {
    /// Lays out an empty system in the folder: no package installed, the given sources.
    pub(crate) fn new(folder: &Path, sources: &str) -> Result<Self> {
        for below in ["state", "lists/partial", "archives/partial", "empty"] {
            workspace::make_dir(&folder.join(below))?;
        }
        let apt = Self { folder: folder.to_path_buf() };
        let at = |name: &str| folder.join(name).display().to_string();
        workspace::write(&folder.join("status"), "")?;
        workspace::write(&folder.join("debian.sources"), sources)?;
        // The host's own settings (proxies, certificates) hold; its hooks, which expect to be root, do not.
        let host = Path::new("/etc/apt/apt.conf");
        let include =
            if host.is_file() { format!("#include \"{}\";\n", host.display()) } else { String::new() };
        let hooks = [
            "APT::Update::Pre-Invoke",
            "APT::Update::Post-Invoke",
            "APT::Update::Post-Invoke-Success",
            "DPkg::Pre-Invoke",
            "DPkg::Post-Invoke",
            "DPkg::Pre-Install-Pkgs",
        ];
        let clear = hooks.map(|hook| format!("#clear {hook};\n")).concat();
        workspace::write(&folder.join("main.conf"), format!("{include}{clear}"))?;
        workspace::write(&folder.join("first.conf"), format!("Dir::Etc::main \"{}\";\n", at("main.conf")))?;
        Ok(apt)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let at = |name: &str| self.folder.join(name).display().to_string();
        let mut command = Command::new("apt-get");
        command
            .env("APT_CONFIG", at("first.conf"))
            .env("LC_ALL", "C")
            .env("DEBIAN_FRONTEND", "noninteractive");
        for (key, value) in [
            ("Dir::State", at("state")),
            ("Dir::State::lists", at("lists")),
            ("Dir::State::status", at("status")),
            ("Dir::Cache", at("")),
            ("Dir::Cache::archives", at("archives")),
            ("Dir::Etc::sourcelist", at("debian.sources")),
            ("Dir::Etc::sourceparts", at("empty")),
            ("Dir::Etc::preferences", "/dev/null".to_owned()),
            ("Dir::Etc::preferencesparts", at("empty")),
            ("APT::Install-Recommends", "0".to_owned()),
            ("Acquire::Languages", "none".to_owned()),
            ("Acquire::Retries", "3".to_owned()),
            ("Debug::NoLocking", "1".to_owned()),
        ] {
            command.arg("-o").arg(format!("{key}={value}"));
        }
        command.args(arguments);
        command
    }

    /// Fetches the wanted packages and what they need; apt verifies signatures and checksums.
    pub(crate) fn fetch(&self, wanted: &[&str]) -> Result<Vec<Package>> {
        let step = ui::step("reading Debian's package lists");
        // A list that could not be fetched is an error, not a warning followed by a stranger one.
        process::run_quietly(&mut self.command(&["-qq", "-o", "APT::Update::Error-Mode=any", "update"]), || ())
            .context(
                "Debian's package lists can't be fetched: is the network there, and debian-archive-keyring current?",
            )?;
        let plan = self.plan(wanted)?;
        step.done();

        let total: u64 = plan.iter().map(|package| package.bytes).sum();
        let step = ui::step(&format!("fetching {} packages, {}", plan.len(), ui::megabytes(total)));
        let archives = self.folder.join("archives");
        let exact: Vec<String> = plan.iter().map(|one| format!("{}={}", one.name, one.version)).collect();
        let mut arguments = vec!["-qq", "download"];
        arguments.extend(exact.iter().map(String::as_str));
        let mut download = self.command(&arguments);
        let mut glances = 0_u32;
        process::run_quietly(download.current_dir(&archives), || {
            glances += 1;
            if glances.is_multiple_of(2) {
                let here = size_of(&archives);
                ui::note(&format!("{} of {}", ui::megabytes(here), ui::megabytes(total)));
            }
        })?;
        step.done();
        plan.into_iter().map(|planned| located(planned, &archives)).collect()
    }

    /// What apt would install, without what PostgreSQL never touches.
    fn plan(&self, wanted: &[&str]) -> Result<Vec<Planned>> {
        let mut arguments = vec!["-qq", "--yes", "--print-uris", "install"];
        arguments.extend_from_slice(wanted);
        let said = process::read(&mut self.command(&arguments))?;
        let plan: Vec<Planned> = said.lines().filter_map(planned).filter(is_needed).collect();
        wanted
            .iter()
            .all(|name| plan.iter().any(|planned| planned.name == *name))
            .then_some(plan)
            .with_context(|| format!("apt-get did not plan for {}:\n{said}", wanted.join(", ")))
    }
}

fn is_needed(planned: &Planned) -> bool {
    let is_perl_module = planned.name.starts_with("lib") && planned.name.ends_with("-perl");
    !is_perl_module && !UNNEEDED.iter().any(|prefix| planned.name.starts_with(prefix))
}

/// `'http://…/libpq5_17.6-0%2bdeb13u1_amd64.deb' libpq5_17.6-0+deb13u1_amd64.deb 228908 SHA256:…`; the file's
/// name spells an epoch's colon as `%3a`.
fn planned(line: &str) -> Option<Planned> {
    let mut words = line.split_whitespace().skip(1);
    let (file, bytes) = (words.next()?, words.next()?.parse().ok()?);
    let mut parts = file.strip_suffix(".deb")?.split('_');
    let (name, version) = (parts.next()?, parts.next()?);
    Some(Planned { name: name.to_owned(), version: version.replace("%3a", ":"), bytes })
}

fn located(planned: Planned, archives: &Path) -> Result<Package> {
    let start = format!("{}_{}_", planned.name, planned.version.replace(':', "%3a"));
    let file = fs::read_dir(archives)
        .with_context(|| format!("cannot read {}", archives.display()))?
        .flatten()
        .find(|entry| entry.file_name().to_string_lossy().starts_with(&start))
        .with_context(|| format!("apt-get did not fetch {} {}", planned.name, planned.version))?
        .path();
    Ok(Package { name: planned.name, version: planned.version, file })
}

fn size_of(folder: &Path) -> u64 {
    workspace::files_below(folder)
        .unwrap_or_default()
        .iter()
        .filter_map(|file| fs::metadata(file).ok())
        .map(|meta| meta.len())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_line_gives_name_version_and_size() {
        let line = "'http://deb.debian.org/debian/pool/main/x/x_2%3a1.2-3_amd64.deb' x_2%3a1.2-3_amd64.deb 4711 SHA256:ab";
        assert_eq!(
            planned(line),
            Some(Planned { name: "x".to_owned(), version: "2:1.2-3".to_owned(), bytes: 4711 })
        );
        assert_eq!(planned("The following packages will be installed:"), None);
    }

    #[test]
    fn the_compiler_and_the_base_system_are_left_out() {
        let named = |name: &str| Planned { name: name.to_owned(), version: "1".to_owned(), bytes: 1 };
        assert!(!is_needed(&named("libllvm19")));
        assert!(!is_needed(&named("perl-base")));
        assert!(!is_needed(&named("libjson-perl")));
        assert!(is_needed(&named("libgpgme11t64")));
        assert!(is_needed(&named("libgdal36")));
        assert!(is_needed(&named("libsystemd0")));
        assert!(is_needed(&named("postgresql-17")));
    }
}
