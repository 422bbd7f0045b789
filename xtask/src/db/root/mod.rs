//! A private PostgreSQL with PostGIS, unpacked from Debian's packages into the cache folder.
//!
//! For Linux machines with apt where nothing better is there. It takes no root rights, changes nothing on the
//! machine, and needs no container: packages are fetched and verified by apt-get with state of its own,
//! unpacked by dpkg-deb, and started through their own dynamic loader, so that the host's libraries do not
//! matter. It is built in a folder beside and renamed when whole.

mod apt;
mod finish;
mod sources;
mod unpack;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::installed::Binaries;
use crate::cache::{self, Lock};
use crate::{process, ui, workspace};

/// The Debian release the packages come from, whatever the host's.
const SUITE: &str = "trixie";
/// What is asked for; apt adds what these need.
const PACKAGES: [&str; 3] = ["postgresql-17", "postgresql-17-postgis-3", "postgresql-17-postgis-3-scripts"];
/// The version these packages hold.
const MAJOR: u32 = 17;
/// Raised when the way of making a root changes, so that older ones are made anew.
const RECIPE: u64 = 1;

/// The two names every architecture goes by.
struct Architecture {
    /// The folder of its libraries.
    libraries: &'static str,
    loader: &'static str,
}

fn architecture() -> Result<Architecture> {
    match std::env::consts::ARCH {
        "x86_64" => Ok(Architecture { libraries: "x86_64-linux-gnu", loader: "ld-linux-x86-64.so.2" }),
        "aarch64" => Ok(Architecture { libraries: "aarch64-linux-gnu", loader: "ld-linux-aarch64.so.1" }),
        other => bail!("no private PostgreSQL is known for the architecture {other}"),
    }
}

/// Why no root can be made here, or nothing.
pub(crate) fn refusal() -> Option<String> {
    if std::env::consts::OS != "linux" {
        return Some(format!("needs a Linux with apt; this is {}", std::env::consts::OS));
    }
    for program in ["apt-get", "dpkg-deb", "tar"] {
        if process::find(program).is_none() {
            return Some(format!("there is no `{program}` here; it needs a Linux with apt"));
        }
    }
    architecture().err().or_else(|| sources::for_suite(SUITE).err()).map(|error| format!("{error:#}"))
}

/// Where the programs of the private root are, if it is already there.
pub(crate) fn present() -> Option<Binaries> {
    let home = home().ok()?;
    let stamp: Value = serde_json::from_str(&fs::read_to_string(home.join("stamp.json")).ok()?).ok()?;
    let same = stamp.get("recipe").and_then(Value::as_u64) == Some(RECIPE)
        && stamp.get("asked_for") == Some(&json!(PACKAGES))
        // The programs' start scripts hold this path, so a moved cache is made anew.
        && stamp.get("path").and_then(Value::as_str) == home.to_str();
    let version = stamp.get("postgresql")?.as_str()?.to_owned();
    same.then(|| Binaries { bin: bin(&home), major: MAJOR, version })
}

/// The private root's programs, made first if they are not there yet.
pub(crate) fn ensure() -> Result<Binaries> {
    let _lock = Lock::exclusive(&cache::dir()?.join("root.lock"), "is making the private PostgreSQL")?;
    if let Some(binaries) = present() {
        return Ok(binaries);
    }
    let home = home()?;
    let account = cache::server_account()?;
    cache::check_enterable(&cache::dir()?, account.as_ref())?;
    ui::note(&format!(
        "no PostgreSQL with PostGIS here: making a private one in {} from Debian packages, about 400 MB, once",
        home.display()
    ));
    let fresh = home.with_extension("new");
    workspace::remove_dir(&fresh)?;
    let outcome = build(&fresh, &home);
    if outcome.is_err() {
        workspace::remove_dir(&fresh)?;
    }
    outcome?;
    workspace::remove_dir(&home)?;
    fs::rename(&fresh, &home).context("cannot put the private PostgreSQL in place")?;
    present().context("the private PostgreSQL was made, but is not recognised")
}

fn build(fresh: &Path, home: &Path) -> Result<()> {
    let architecture = architecture()?;
    let root = fresh.join("root");
    workspace::make_dir(&root)?;
    let apt = apt::Apt::new(&fresh.join("apt"), &sources::for_suite(SUITE)?)?;
    let packages = apt.fetch(&PACKAGES)?;
    unpack::all(&packages, &root)?;
    finish::link_extensions(&root, MAJOR)?;
    finish::check_libraries(&root, MAJOR, &architecture)?;
    finish::wrap_programs(&root, &home.join("root"), MAJOR, &architecture)?;
    workspace::remove_dir(&fresh.join("apt"))?;
    let version = packages
        .iter()
        .find(|package| package.name == "postgresql-17")
        .and_then(|package| package.version.split('-').next())
        .context("apt fetched no postgresql-17")?;
    let versions: Value = packages
        .iter()
        .map(|package| (package.name.clone(), Value::from(package.version.clone())))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let stamp = json!({
        "recipe": RECIPE,
        "path": home.to_str().context("the cache folder's name is not UTF-8")?,
        "suite": SUITE,
        "postgresql": version,
        "asked_for": PACKAGES,
        "packages": versions,
    });
    workspace::write(&fresh.join("stamp.json"), format!("{stamp:#}\n"))
}

/// Where the private root lies.
pub(crate) fn home() -> Result<PathBuf> {
    Ok(cache::dir()?.join(format!("postgresql-{MAJOR}-{SUITE}")))
}

/// The folder of its programs.
pub(crate) fn bin(home: &Path) -> PathBuf {
    home.join(format!("root/usr/lib/postgresql/{MAJOR}/bin"))
}
