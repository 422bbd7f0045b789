//! Puts the parts together: adapters behind ports, ports into services, services into the state handlers see.

use std::sync::Arc;

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use souk_application::{
    Courier, Housekeeping, Products, Repeats, Sessions, SignIn, Users, session::TokenLifetimes,
};
use souk_domain::geo::BlurKey;
use souk_http::{
    config::{Config, Database, Mail as MailSettings, Tokens},
    cursor::Cursors,
    health::Health,
    metrics::{PoolReading, ReadPool},
    server::Drain,
    state::{AppState, Services},
};
use souk_mail_adapter::{LogMail, LogSms, SmtpError, SmtpMail, SmtpSettings};
use souk_ports::{
    Clock, IdSource, PortError,
    idempotency::IdempotencyRepository,
    message::Mail,
    session::{Passwords, SessionRepository},
    user::UserRepository,
};
use souk_postgres_adapter::{
    Connector, PgIdempotency, PgPool, PgProducts, PgReadiness, PgSessions, PgUsers, PoolSettings, Timeouts,
    UrlError,
};
use souk_system_adapter::{
    Argon2Passwords, HmacAccessTokens, Keys, RandomRefreshTokens, SystemClock, TimeOrderedIds,
};

use super::Failure;

/// The parts of a server.
pub(crate) struct Parts {
    /// What handlers see.
    pub(crate) state: AppState,
    /// Sends messages in the background; to be waited for at the end.
    pub(crate) courier: Courier,
    /// What is to be done now and then.
    pub(crate) housekeeping: Housekeeping,
    /// How the pool is doing.
    pub(crate) read_pool: Box<ReadPool>,
}

/// The parts of a server with these settings. Nothing is connected yet: the database may be away and come later.
pub(crate) fn server(config: &Config, drain: Drain) -> Result<Parts, Failure> {
    let pool = pool(&config.database)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids: Arc<dyn IdSource> = Arc::new(TimeOrderedIds);
    let users: Arc<dyn UserRepository> = Arc::new(PgUsers::new(pool.clone()));
    let sessions: Arc<dyn SessionRepository> = Arc::new(PgSessions::new(pool.clone()));
    let answers: Arc<dyn IdempotencyRepository> = Arc::new(PgIdempotency::new(pool.clone()));
    let passwords: Arc<dyn Passwords> = Arc::new(Argon2Passwords::new()?);
    let courier = courier(&config.mail)?;

    let Tokens { secret, location_secret, access_ttl, session_ttl } = &config.tokens;
    let lifetimes = TokenLifetimes {
        access: TimeDelta::from_std(*access_ttl)?,
        session: TimeDelta::from_std(*session_ttl)?,
    };
    let sign_in = SignIn::new(
        Arc::new(access_tokens(secret)?),
        Arc::new(RandomRefreshTokens),
        Arc::clone(&ids),
        lifetimes,
    );
    let state = AppState::new(Services {
        users: Users::new(
            Arc::clone(&users),
            Arc::clone(&passwords),
            Arc::clone(&clock),
            Arc::clone(&ids),
            sign_in.clone(),
        ),
        sessions: Sessions::new(users, Arc::clone(&sessions), passwords, Arc::clone(&clock), sign_in),
        products: Products::new(
            Arc::new(PgProducts::new(pool.clone())),
            Arc::clone(&clock),
            ids,
            blur_key(location_secret)?,
        ),
        cursors: Cursors::new(&Keys::new(secret.clone()).derive("cursors")?),
        repeats: Repeats::new(Arc::clone(&answers), Arc::clone(&clock)),
        health: Health::new(Arc::new(PgReadiness::new(pool.clone())), drain),
    });
    let read_pool = Box::new(move || {
        let gauges = pool.gauges();
        PoolReading { size: gauges.open, idle: gauges.idle, waits: gauges.waited, timeouts: gauges.timed_out }
    });
    Ok(Parts { state, courier, housekeeping: Housekeeping::new(answers, sessions, clock), read_pool })
}

/// Who sends messages: over SMTP if there is a mail server, else into the log. Text messages have no provider yet.
fn courier(settings: &MailSettings) -> Result<Courier, SmtpError> {
    let mail: Arc<dyn Mail> = match &settings.smtp_url {
        Some(url) => {
            let (url, from) = (url.clone(), settings.from.clone());
            Arc::new(SmtpMail::new(&SmtpSettings { url, from, timeout: settings.timeout })?)
        }
        None => {
            tracing::warn!(
                "SOUK_SMTP_URL is not set: e-mail is written to the log, codes included; for development only"
            );
            Arc::new(LogMail)
        }
    };
    Ok(Courier::new(mail, Arc::new(LogSms)))
}

/// The pool of connections.
fn pool(database: &Database) -> Result<PgPool, UrlError> {
    let timeouts = Timeouts {
        statement: database.statement_timeout,
        lock: database.lock_timeout,
        idle_in_transaction: database.idle_transaction_timeout,
        transaction: database.transaction_timeout,
    };
    let settings = PoolSettings {
        max_size: database.pool_max_size,
        min_idle: database.pool_min_idle,
        acquire_timeout: database.pool_acquire_timeout,
        max_lifetime: database.pool_max_lifetime,
    };
    Ok(PgPool::new(Connector::new(database.url.expose_secret(), Some(timeouts))?, settings))
}

fn access_tokens(secret: &SecretString) -> Result<HmacAccessTokens, PortError> {
    Ok(HmacAccessTokens::new(&Keys::new(secret.clone()).derive("access tokens")?))
}

fn blur_key(secret: &SecretString) -> Result<BlurKey, PortError> {
    Ok(BlurKey::new(Keys::new(secret.clone()).derive("public locations")?))
}

/// What loading demo data needs.
pub(crate) fn demo(database: &Database, tokens: &Tokens) -> Result<souk_demo::Ports, Failure> {
    let pool = pool(database)?;
    Ok(souk_demo::Ports {
        users: Arc::new(PgUsers::new(pool.clone())),
        products: Arc::new(PgProducts::new(pool)),
        passwords: Arc::new(Argon2Passwords::new()?),
        access_tokens: Arc::new(access_tokens(&tokens.secret)?),
        refresh_tokens: Arc::new(RandomRefreshTokens),
        blur_key: blur_key(&tokens.location_secret)?,
    })
}
