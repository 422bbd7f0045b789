//! The database and its pool.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use secrecy::SecretString;

use super::{ConfigError, secret, units::duration};

pub(super) const URL_ID: &str = "database_url";

/// Where the database is; also asked for by commands that need nothing else.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Database")]
pub struct DatabaseUrlArgs {
    /// The PostgreSQL database, for example `postgres://souk:secret@localhost:5432/souk`. Needed
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true, value_parser = secret::parse)]
    database_url: Option<SecretString>,
    /// A file that holds `DATABASE_URL`, instead of the variable itself
    #[arg(long, env = "DATABASE_URL_FILE", value_name = "FILE", value_parser = secret::path)]
    database_url_file: Option<PathBuf>,
}

impl DatabaseUrlArgs {
    /// The address of the database.
    pub fn resolve(self) -> Result<SecretString, ConfigError> {
        const VARIABLE: &str = "DATABASE_URL";
        secret::resolve(VARIABLE, self.database_url, self.database_url_file)?.ok_or(ConfigError::Missing {
            variable: VARIABLE,
            advice: "Set it to the address of a PostgreSQL database such as \
                postgres://souk:secret@localhost:5432/souk; `cargo xtask dev` starts one for you",
        })
    }
}

/// The database and its pool as given.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Database")]
pub struct DatabaseArgs {
    #[command(flatten)]
    url: DatabaseUrlArgs,
    /// Connections of this server at most. About 4 per database core, over all servers, is best; more is slower
    #[arg(long, env = "SOUK_POOL_MAX_SIZE", value_name = "COUNT", default_value = "30",
        value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pool_max_size: u32,
    /// Connections kept open while nobody needs them; never more than `SOUK_POOL_MAX_SIZE`
    #[arg(long, env = "SOUK_POOL_MIN_IDLE", value_name = "COUNT", default_value = "20",
        value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pool_min_idle: u32,
    /// How long a request waits for a connection before it is answered 503
    #[arg(long, env = "SOUK_POOL_ACQUIRE_TIMEOUT", value_name = "DURATION", default_value = "500ms",
        value_parser = duration)]
    pool_acquire_timeout: Duration,
    /// After how long a connection is replaced by a new one
    #[arg(long, env = "SOUK_POOL_MAX_LIFETIME", value_name = "DURATION", default_value = "1h",
        value_parser = duration)]
    pool_max_lifetime: Duration,
    /// How long PostgreSQL works on one statement (`statement_timeout`)
    #[arg(long, env = "SOUK_STATEMENT_TIMEOUT", value_name = "DURATION", default_value = "5s",
        value_parser = duration)]
    statement_timeout: Duration,
    /// How long a statement waits for a lock (`lock_timeout`)
    #[arg(long, env = "SOUK_LOCK_TIMEOUT", value_name = "DURATION", default_value = "2s",
        value_parser = duration)]
    lock_timeout: Duration,
    /// How long a transaction may be idle (`idle_in_transaction_session_timeout`)
    #[arg(long, env = "SOUK_IDLE_TRANSACTION_TIMEOUT", value_name = "DURATION", default_value = "5s",
        value_parser = duration)]
    idle_transaction_timeout: Duration,
    /// How long a transaction may take in all (`transaction_timeout`)
    #[arg(long, env = "SOUK_TRANSACTION_TIMEOUT", value_name = "DURATION", default_value = "10s",
        value_parser = duration)]
    transaction_timeout: Duration,
}

/// The database and its pool.
#[derive(Clone, Debug)]
pub struct Database {
    /// Where it is.
    pub url: SecretString,
    /// Connections at most.
    pub pool_max_size: u32,
    /// Connections kept open; never more than the most.
    pub pool_min_idle: u32,
    /// How long to wait for a connection.
    pub pool_acquire_timeout: Duration,
    /// After how long a connection is replaced.
    pub pool_max_lifetime: Duration,
    /// PostgreSQL's `statement_timeout`.
    pub statement_timeout: Duration,
    /// PostgreSQL's `lock_timeout`.
    pub lock_timeout: Duration,
    /// PostgreSQL's `idle_in_transaction_session_timeout`.
    pub idle_transaction_timeout: Duration,
    /// PostgreSQL's `transaction_timeout`.
    pub transaction_timeout: Duration,
}

impl DatabaseArgs {
    /// Judges them.
    pub fn resolve(self) -> Result<Database, ConfigError> {
        Ok(Database {
            url: self.url.resolve()?,
            pool_max_size: self.pool_max_size,
            // Who lowers the most should not have to lower the least as well.
            pool_min_idle: self.pool_min_idle.min(self.pool_max_size),
            pool_acquire_timeout: self.pool_acquire_timeout,
            pool_max_lifetime: self.pool_max_lifetime,
            statement_timeout: self.statement_timeout,
            lock_timeout: self.lock_timeout,
            idle_transaction_timeout: self.idle_transaction_timeout,
            transaction_timeout: self.transaction_timeout,
        })
    }
}
