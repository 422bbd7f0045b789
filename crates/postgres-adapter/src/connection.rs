//! Opening one connection to PostgreSQL: TLS as the URL asks, limits on everything that could hang.

use std::{sync::Arc, time::Duration};

use diesel::ConnectionError;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;
use tokio_postgres::Config;
use tokio_postgres_rustls::MakeRustlsConnect;

/// The limits that the server itself keeps for each connection. Zero switches one off.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For one statement.
    pub statement: Duration,
    /// For one lock.
    pub lock: Duration,
    /// For doing nothing while a transaction is open.
    pub idle_in_transaction: Duration,
    /// For a whole transaction.
    pub transaction: Duration,
}

/// The database URL cannot be used.
#[derive(Debug, Error)]
pub enum UrlError {
    /// It is not a PostgreSQL URL.
    #[error("DATABASE_URL is not a PostgreSQL URL such as postgres://user:password@host:5432/souk: {0}")]
    Malformed(#[source] tokio_postgres::Error),
    /// TLS could not be prepared.
    #[error("TLS to the database cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
}

/// Knows how to reach one database. The password stays inside.
#[derive(Clone)]
pub struct Connector {
    config: Config,
    tls: MakeRustlsConnect,
}

impl Connector {
    /// Reads a URL. Nothing is connected yet. `sslmode` in the URL decides about TLS: `require` verifies the server's
    /// certificate against the system's authorities, `prefer` (the default) uses TLS where the server offers it.
    pub fn new(url: &str, timeouts: Option<Timeouts>) -> Result<Self, UrlError> {
        let mut config: Config = url.parse().map_err(UrlError::Malformed)?;
        if config.get_application_name().is_none() {
            config.application_name("souk");
        }
        config.connect_timeout(Duration::from_secs(2));
        config.tcp_user_timeout(Duration::from_secs(5));
        config.keepalives_idle(Duration::from_secs(10));
        let mut options = vec![config.get_options().unwrap_or_default().to_owned()];
        if let Some(timeouts) = timeouts {
            let limits = [
                ("statement_timeout", timeouts.statement),
                ("lock_timeout", timeouts.lock),
                ("idle_in_transaction_session_timeout", timeouts.idle_in_transaction),
                ("transaction_timeout", timeouts.transaction),
            ];
            options.extend(limits.map(|(name, limit)| format!("-c {name}={}", limit.as_millis())));
        }
        config.options(options.join(" ").trim());
        Ok(Self { config, tls: tls()? })
    }

    /// Opens a connection.
    pub async fn connect(&self) -> Result<AsyncPgConnection, ConnectionError> {
        let (client, connection) = self
            .config
            .connect(self.tls.clone())
            .await
            .map_err(|error| ConnectionError::BadConnection(with_cause(&error)))?;
        let mut conn = AsyncPgConnection::try_from_client_and_connection(client, connection).await?;
        // Messages are read to tell a deadlock from a timeout (the driver above hides the codes): they must be English.
        // Only a superuser, or a role that was granted it, may say so. The others have to live with the server's own
        // language, and must not be kept out: as an option of the start this would refuse the connection.
        if let Err(error) = conn.batch_execute("SET lc_messages TO 'C'").await {
            tracing::debug!(%error, "the language of messages stays the server's own");
        }
        Ok(conn)
    }

    /// Asks the server to stop what a connection is doing. It may come too late; nothing depends on it.
    pub(crate) fn cancel(&self, token: tokio_postgres::CancelToken) {
        let tls = self.tls.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { token.cancel_query(tls).await });
        }
    }
}

/// The driver's errors keep what happened in their cause.
fn with_cause(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

fn tls() -> Result<MakeRustlsConnect, rustls::Error> {
    let mut roots = RootCertStore::empty();
    // Certificates that cannot be read are left out; if the one that matters is among them, connecting says so.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
