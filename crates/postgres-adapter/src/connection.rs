//! Opening one connection to PostgreSQL: TLS as the URL asks, limits on everything that could hang.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use diesel::ConnectionError;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;
use tokio::{
    task::AbortHandle,
    time::{sleep, timeout},
};
use tokio_postgres::{Client, Config, Connection, Socket, tls::MakeTlsConnect};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long connecting may take, and asking for a stop: some proxies take a connection and then say nothing.
pub(crate) const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// How much later than its own limit for a transaction the server may be heard of.
const GRACE: Duration = Duration::from_secs(2);

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
    /// How long the server may be silent when it was asked something: by then it would have given up itself. `None`: as
    /// long as it likes.
    patience: Option<Duration>,
}

pub(crate) type TlsStream = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

/// What carries a connection's bytes. Dropping it cuts the connection, and whoever waits for an answer on it is told so.
/// So does silence: it cuts the connection itself when somebody uses it and nothing is heard for too long.
pub(crate) struct Carrier {
    driver: AbortHandle,
    silence: Arc<Silence>,
}

/// Since when somebody waits for a connection's answers.
///
/// One watch for as long as a connection lasts, instead of a timer at each use: a look every now and then is precise
/// enough, and a use costs one store.
struct Silence {
    opened: Instant,
    /// Milliseconds after `opened`; zero: nobody waits.
    since: AtomicU64,
}

impl Connector {
    /// Reads a URL. Nothing is connected yet. `sslmode` in the URL decides about TLS: `require` verifies the server's
    /// certificate against the system's authorities, `prefer` (the default) uses TLS where the server offers it.
    pub fn new(url: &str, timeouts: Option<Timeouts>) -> Result<Self, UrlError> {
        let mut config: Config = url.parse().map_err(UrlError::Malformed)?;
        if config.get_application_name().is_none() {
            config.application_name("souk");
        }
        config.connect_timeout(CONNECT_WITHIN);
        config.tcp_user_timeout(Duration::from_secs(5));
        config.keepalives_idle(Duration::from_secs(10));
        // What is prepared is planned once, not at every call: a page's length is a value, which makes every plan for
        // known values look cheaper, and planning a feed takes longer than reading it. What needs its values says so.
        // A page read at random costs little more than the next one on every disk of today; the server's default is of
        // another time, and makes lists be read whole and sorted.
        let plans = "-c plan_cache_mode=force_generic_plan -c random_page_cost=1.1";
        // What the URL says comes later, and wins.
        let mut options = vec![plans.to_owned(), config.get_options().unwrap_or_default().to_owned()];
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
        let limit = timeouts.map(|timeouts| timeouts.transaction).filter(|limit| !limit.is_zero());
        Ok(Self { config, tls: tls()?, patience: limit.map(|limit| limit + GRACE) })
    }

    /// Opens a connection.
    pub async fn connect(&self) -> Result<AsyncPgConnection, ConnectionError> {
        in_time(async {
            let (client, connection) = self.reach().await?;
            let conn = AsyncPgConnection::try_from_client_and_connection(client, connection).await?;
            Ok(in_english(conn).await)
        })
        .await
    }

    /// Opens a connection that can be cut.
    pub(crate) async fn connect_with_carrier(&self) -> Result<(AsyncPgConnection, Carrier), ConnectionError> {
        in_time(async {
            let (client, connection) = self.reach().await?;
            let silence = Arc::new(Silence { opened: Instant::now(), since: AtomicU64::new(0) });
            let watch = Arc::clone(&silence).broken(self.patience);
            let driver = async {
                tokio::select! {
                    // How it ended is told to whoever waits for an answer; nobody else has to know.
                    ended = connection => drop(ended),
                    patience = watch => {
                        tracing::warn!(?patience, "a database connection was cut, because nothing was heard on it");
                    }
                }
            };
            let carrier = Carrier { driver: tokio::spawn(driver).abort_handle(), silence };
            let conn = AsyncPgConnection::try_from(client).await?;
            Ok((in_english(conn).await, carrier))
        })
        .await
    }

    /// Opens a connection as the driver has it: to be carried by whoever takes it.
    pub(crate) async fn reach(&self) -> Result<(Client, Connection<Socket, TlsStream>), ConnectionError> {
        let reached = self.config.connect(self.tls.clone()).await;
        reached.map_err(|error| ConnectionError::BadConnection(with_cause(&error)))
    }

    /// Asks the server to stop what a connection is doing. It may come too late; nothing depends on it.
    pub(crate) fn cancel(&self, token: tokio_postgres::CancelToken) {
        let tls = self.tls.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(timeout(CONNECT_WITHIN, async move { token.cancel_query(tls).await }));
        }
    }
}

impl Carrier {
    /// Somebody waits for answers from now on.
    pub(crate) fn listen(&self) {
        self.silence.since.store(self.silence.now(), Ordering::Relaxed);
    }

    /// Nobody does any more.
    pub(crate) fn rest(&self) {
        self.silence.since.store(0, Ordering::Relaxed);
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Silence {
    /// Never zero.
    fn now(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// Waits until it has lasted for longer than that; for ever, if it may.
    async fn broken(self: Arc<Self>, patience: Option<Duration>) -> Duration {
        let Some(patience) = patience else { return std::future::pending().await };
        let limit = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
        loop {
            sleep(patience / 16).await;
            let since = self.since.load(Ordering::Relaxed);
            if since != 0 && self.now().saturating_sub(since) > limit {
                return patience;
            }
        }
    }
}

async fn in_time<T>(
    connecting: impl Future<Output = Result<T, ConnectionError>>,
) -> Result<T, ConnectionError> {
    timeout(CONNECT_WITHIN, connecting).await.unwrap_or_else(|_| {
        Err(ConnectionError::BadConnection("the server took the connection and said nothing".to_owned()))
    })
}

/// Messages are read to tell a deadlock from a timeout (the driver above hides the codes): they must be English. Only a
/// superuser, or a role that was granted it, may say so. The others have to live with the server's own language, and
/// must not be kept out: as an option of the start this would refuse the connection.
async fn in_english(mut conn: AsyncPgConnection) -> AsyncPgConnection {
    if let Err(error) = conn.batch_execute("SET lc_messages TO 'C'").await {
        tracing::debug!(%error, "the language of messages stays the server's own");
    }
    conn
}

/// The driver's errors keep what happened in their cause.
pub(crate) fn with_cause(error: &tokio_postgres::Error) -> String {
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
