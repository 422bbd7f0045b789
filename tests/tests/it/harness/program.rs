//! The program under test, run with settings of its own.

use std::{env, path::PathBuf, process::Stdio, sync::LazyLock};

use tokio::{process::Command, time::timeout};

use super::PATIENCE;

/// What a run of the program came to.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the program to its end with nothing but these settings.
pub(crate) async fn souk(arguments: &[&str], settings: &[(&str, &str)]) -> Finished {
    let run = command(arguments, settings).output();
    let Ok(output) = timeout(PATIENCE, run).await else {
        panic!("`souk {}` did not end within {PATIENCE:?}", arguments.join(" "))
    };
    let output = output.unwrap_or_else(|error| panic!("{} cannot be run: {error}", PROGRAM.display()));
    Finished {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("what it prints is text"),
        stderr: String::from_utf8(output.stderr).expect("what it says is text"),
    }
}

/// The program with nothing but these settings: a developer's own must not decide whether a test passes.
pub(super) fn command(arguments: &[&str], settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(&*PROGRAM);
    command.args(arguments).env_clear().envs(settings.iter().copied());
    command.stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Where the program is.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    #[expect(clippy::disallowed_methods, reason = "tests have no `config.rs`; this is their one setting")]
    let told = env::var_os("SOUK_BIN");
    let program = told.filter(|path| !path.is_empty()).map_or_else(built_beside, PathBuf::from);
    assert!(program.is_file(), "{} is not there: run `cargo xtask test`, which builds it", program.display());
    program
});

/// This test is `target/debug/deps/it-…`; the program of the same build is `target/debug/souk`.
fn built_beside() -> PathBuf {
    let test = env::current_exe().expect("a process knows its program");
    test.ancestors().nth(2).expect("a test lies in `deps`").join("souk")
}
