//! The environment variables that `cargo xtask` reads, all in one place.
#![expect(clippy::disallowed_methods, reason = "this is the one module of xtask that reads the environment")]

use std::env;
use std::path::PathBuf;

/// A variable that is set and not empty.
fn text(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// Whether a variable is set, and not to nothing.
pub(crate) fn is_set(name: &str) -> bool {
    text(name).is_some()
}

/// The database the developer already has.
pub(crate) fn database_url() -> Option<String> {
    text("DATABASE_URL")
}

/// A throw-away PostgreSQL for tests that the developer, or a pipeline, already has.
pub(crate) fn test_database_url() -> Option<String> {
    text("SOUK_TEST_DATABASE_URL")
}

/// Where the API listens.
pub(crate) fn address() -> String {
    text("SOUK_ADDR").unwrap_or_else(|| "127.0.0.1:3000".to_owned())
}

/// Where metrics and health listen.
pub(crate) fn ops_address() -> String {
    text("SOUK_OPS_ADDR").unwrap_or_else(|| "127.0.0.1:3001".to_owned())
}

/// Whether the developer brings a token secret of their own.
pub(crate) fn has_token_secret() -> bool {
    text("SOUK_TOKEN_SECRET").or_else(|| text("SOUK_TOKEN_SECRET_FILE")).is_some()
}

/// The cache folder, where the developer wants another than the usual.
pub(crate) fn cache_dir() -> Option<PathBuf> {
    text("SOUK_CACHE_DIR").map(PathBuf::from)
}

/// `$XDG_CACHE_HOME`, or `~/.cache`.
pub(crate) fn user_cache_dir() -> Option<PathBuf> {
    text("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| text("HOME").map(|home| PathBuf::from(home).join(".cache")))
}

/// The product's own settings that are set, by name: what a developer chose for `dev` must not decide a test.
pub(crate) fn of_the_product() -> Vec<String> {
    let ours = |name: &str| name.starts_with("SOUK_TEST_") || matches!(name, "SOUK_CACHE_DIR" | "SOUK_DB");
    env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with("SOUK_") && !ours(name))
        .chain(["DATABASE_URL".to_owned(), "RUST_LOG".to_owned()])
        .collect()
}

/// Where cargo found xtask, when cargo runs it. What was known when it was built may be another checkout, if two
/// share a target folder.
pub(crate) fn manifest_dir() -> Option<PathBuf> {
    text("CARGO_MANIFEST_DIR").map(PathBuf::from).filter(|path| path.ends_with("xtask"))
}

/// The folders in which programs are looked for.
pub(crate) fn search_path() -> Vec<PathBuf> {
    env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default()
}

/// The cargo that runs us, so that its version is also the one we run.
pub(crate) fn cargo() -> String {
    text("CARGO").unwrap_or_else(|| "cargo".to_owned())
}

/// Whether output may be coloured (<https://no-color.org>).
pub(crate) fn colours_wanted() -> bool {
    text("NO_COLOR").is_none() && text("TERM").is_none_or(|term| term != "dumb")
}
