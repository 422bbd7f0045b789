//! The cache folder: what takes long to make and may be thrown away at any time (the private PostgreSQL,
//! its clusters, pinned tools, the development secret).
//!
//! It is never below a folder that the server's user can't enter. PostgreSQL refuses to run as root, so root
//! runs it as `postgres` or `nobody`, and both can't enter /root.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::{process, settings, ui, workspace};

/// Whether this process may do everything (and PostgreSQL therefore has to run as somebody else).
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The cache folder, made if it isn't there.
pub(crate) fn dir() -> Result<PathBuf> {
    let dir = settings::cache_dir()
        .or_else(|| is_root().then(|| PathBuf::from("/var/cache/souk-loop")))
        .or_else(|| settings::user_cache_dir().map(|path| path.join("souk-loop")))
        .context("no place for a cache: set HOME, XDG_CACHE_HOME or SOUK_CACHE_DIR")?;
    let dir = std::path::absolute(&dir).context("the cache folder's path cannot be made absolute")?;
    workspace::make_dir(&dir)
        .context("set SOUK_CACHE_DIR to a folder that you may write to and other users may enter")?;
    Ok(dir)
}

/// Who a server runs as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// Who PostgreSQL must run as: nobody else than ourselves (`None`), unless we are root.
pub(crate) fn server_account() -> Result<Option<Account>> {
    if !is_root() {
        return Ok(None);
    }
    let passwd = workspace::read(Path::new("/etc/passwd"))?;
    account(&passwd, "postgres").or_else(|| account(&passwd, "nobody")).map(Some).context(
        "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody`: make one",
    )
}

fn account(passwd: &str, wanted: &str) -> Option<Account> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| *name == wanted)?;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Account { name: name.to_owned(), uid, gid })
    })
}

/// Makes a command run as that account. std drops the supplementary groups together with the user id, so
/// neither setpriv nor runuser is needed.
pub(crate) fn run_as(command: &mut Command, account: Option<&Account>) {
    if let Some(account) = account {
        command.uid(account.uid).gid(account.gid).env("HOME", "/").env("USER", &account.name);
    }
    // The caller's folder may be closed to that account, and PostgreSQL complains about that.
    command.current_dir("/");
}

/// Fails if the account can't enter the folder (a cache below /root, say).
pub(crate) fn check_enterable(folder: &Path, account: Option<&Account>) -> Result<()> {
    let Some(account) = account else { return Ok(()) };
    let mut command = Command::new("/bin/sh");
    command.args(["-c", r#"cd "$1""#, "sh"]).arg(folder);
    run_as(&mut command, Some(account));
    if process::output(&mut command)?.status.success() {
        return Ok(());
    }
    bail!(
        "{} can't be entered by the user `{}`, as which PostgreSQL has to run here.\n  \
         Set SOUK_CACHE_DIR to a folder outside of private ones, e.g. SOUK_CACHE_DIR=/var/cache/souk-loop",
        folder.display(),
        account.name
    )
}

/// The user id that owns a path.
pub(crate) fn owner(path: &Path) -> Result<(u32, u32)> {
    let meta = fs::metadata(path).with_context(|| format!("cannot look at {}", path.display()))?;
    Ok((meta.uid(), meta.gid()))
}

/// A lock file; the lock goes with the handle, also when the process is killed.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
}

impl Lock {
    fn open(path: &Path) -> Result<File> {
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .with_context(|| format!("cannot open the lock file {}", path.display()))
    }

    /// Takes the lock alone, waiting for others, and says so when it has to wait.
    pub(crate) fn exclusive(path: &Path, what: &str) -> Result<Self> {
        let file = Self::open(path)?;
        let mut told = false;
        let taken = process::wait_for(std::time::Duration::from_mins(30), || match file.try_lock() {
            Ok(()) => Ok(Some(())),
            Err(TryLockError::WouldBlock) => {
                if !told {
                    ui::note(&format!("another `cargo xtask` {what}; waiting for it"));
                    told = true;
                }
                Ok(None)
            }
            Err(TryLockError::Error(error)) => Err(error).context("cannot lock"),
        })?;
        taken.with_context(|| format!("another `cargo xtask` has held {} for 30 minutes", path.display()))?;
        Ok(Self { file })
    }

    /// Takes the lock alone, waiting even when a signal has arrived: for what must be put in order at the end.
    pub(crate) fn insist(path: &Path) -> Result<Self> {
        let file = Self::open(path)?;
        file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
        Ok(Self { file })
    }

    /// Takes the lock together with others that do the same.
    pub(crate) fn shared(path: &Path) -> Result<Self> {
        let file = Self::open(path)?;
        file.lock_shared().with_context(|| format!("cannot lock {}", path.display()))?;
        Ok(Self { file })
    }

    /// Gives up a share; true if nobody else has one.
    pub(crate) fn was_last(self) -> bool {
        self.file.try_lock().is_ok()
    }
}

/// A random secret that stays the same from run to run, readable by its owner alone.
pub(crate) fn secret(name: &str) -> Result<String> {
    let path = dir()?.join(name);
    if let Ok(known) = fs::read_to_string(&path) {
        return Ok(known);
    }
    let mut bytes = [0_u8; 32];
    File::open("/dev/urandom")
        .and_then(|mut random| random.read_exact(&mut bytes))
        .context("cannot read /dev/urandom")?;
    let secret = bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    // Written beside and linked, so that of two first runs at once one wins and both use its secret.
    let fresh = path.with_extension(std::process::id().to_string());
    OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&fresh)
        .and_then(|mut file| file.write_all(secret.as_bytes()))
        .with_context(|| format!("cannot write {}", fresh.display()))?;
    let linked = fs::hard_link(&fresh, &path);
    let _leftover_is_harmless = fs::remove_file(&fresh);
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(error).with_context(|| format!("cannot write {}", path.display()))
        }
        Ok(()) | Err(_) => workspace::read(&path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_found_by_their_whole_name() {
        let passwd = "postgresql:x:1:1::/:/bin/sh\npostgres:x:106:114:x:/var/lib/postgresql:/bin/bash\n";
        let found = account(passwd, "postgres").unwrap();
        assert_eq!(found, Account { name: "postgres".to_owned(), uid: 106, gid: 114 });
        assert_eq!(account(passwd, "nobody"), None);
    }

    #[test]
    fn the_last_share_is_known() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("in-use");
        let first = Lock::shared(&path).unwrap();
        let second = Lock::shared(&path).unwrap();
        assert!(!first.was_last());
        assert!(second.was_last());
    }
}
