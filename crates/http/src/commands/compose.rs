//! Puts the parts together: adapters behind ports, ports into services, services into the state handlers see.

mod outside;

use std::sync::Arc;

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use souk_application::{
    Admins, Attempts, Blocks, Conversations, Courier, Events, HeadCount, Housekeeping, Ingest, Maps,
    MediaLibrary, Offers, Onboarding, PasswordKeeper, Products, Profiles, Repeats, Sessions, SignIn, Streams,
    Sweeper, Users, Verifications, Views,
    conversation::ConversationLimits,
    event::{Hub, Relay, StreamLimits},
    session::TokenLifetimes,
};
use souk_domain::{
    geo::BlurKey,
    offer::OfferRules,
    session::Quota,
    stream::AudienceWindow,
    transaction::{FeeSchedule, FeeSchedules},
    verification::CodeKey,
};
use souk_http::{
    config::{Config, Database, Offers as OfferSettings, Streams as StreamSettings, Tokens},
    cursor::Cursors,
    health::Health,
    metrics::{EventReading, PoolReading, ReadEvents, ReadPool},
    server::Drain,
    state::{AppState, Services},
    stream::IngestSecret,
};
use souk_ports::{
    Clock, IdSource, PortError,
    event::EventRepository,
    idempotency::IdempotencyRepository,
    offer::OfferRepository,
    product::ViewRepository,
    session::{AttemptRepository, PasswordRepository, Passwords, SessionRepository},
    stream::AudienceRepository,
    user::UserRepository,
};
use souk_postgres_adapter::{
    Connector, PgAdmins, PgAttempts, PgAudiences, PgBlocks, PgConversations, PgEventSource, PgEvents,
    PgIdempotency, PgIngest, PgMaps, PgOffers, PgPasswords, PgPayees, PgPool, PgProducts, PgProfiles,
    PgReadiness, PgSessions, PgStreams, PgTransactions, PgUsers, PgVerifications, PgViews, PoolSettings,
    Timeouts, UrlError,
};
use souk_system_adapter::{
    Argon2Passwords, HmacAccessTokens, HmacPseudonyms, HmacRefreshTokens, Keys, RandomCodes,
    RandomIngestKeys, RandomResetTokens, SystemClock, TimeOrderedIds,
};

use self::outside::{courier, media, media_urls, payments};
use super::Failure;

/// The parts of a server.
pub(crate) struct Parts {
    /// What handlers see.
    pub(crate) state: AppState,
    /// Sends messages in the background; to be waited for at the end.
    pub(crate) courier: Courier,
    /// Adds up what maps show.
    pub(crate) maps: Maps,
    /// Counts who looks at listings; to be written at the end.
    pub(crate) views: Views,
    /// What is to be done now and then.
    pub(crate) housekeeping: Housekeeping,
    /// Writes down what time has ended.
    pub(crate) sweeper: Sweeper,
    /// Carries events on.
    pub(crate) relay: Relay,
    /// Follows events; to be watched over.
    pub(crate) events: Events,
    /// Clears up pictures that nobody needs.
    pub(crate) media: MediaLibrary,
    /// Counts who watches shows.
    pub(crate) head_count: HeadCount,
    /// How the pool is doing.
    pub(crate) read_pool: Box<ReadPool>,
    /// How events are doing.
    pub(crate) read_events: Box<ReadEvents>,
}

/// The parts of a server with these settings. Nothing is connected yet: the database may be away and come later.
#[expect(clippy::too_many_lines, reason = "a list of every part there is")]
pub(crate) fn server(config: &Config, public_url: &str, drain: Drain) -> Result<Parts, Failure> {
    let pool = pool(&config.database)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids: Arc<dyn IdSource> = Arc::new(TimeOrderedIds);
    let admin_ids = Arc::clone(&ids);
    let users: Arc<dyn UserRepository> = Arc::new(PgUsers::new(pool.clone()));
    let sessions: Arc<dyn SessionRepository> = Arc::new(PgSessions::new(pool.clone()));
    let answers: Arc<dyn IdempotencyRepository> = Arc::new(PgIdempotency::new(pool.clone()));
    let passwords: Arc<dyn Passwords> = Arc::new(Argon2Passwords::new()?);
    let courier = courier(&config.mail)?;

    let Tokens { location_secret, access_ttl, session_ttl, .. } = &config.tokens;
    let keys = keys(&config.tokens);
    let lifetimes = TokenLifetimes {
        access: TimeDelta::from_std(*access_ttl)?,
        session: TimeDelta::from_std(*session_ttl)?,
    };
    let sign_in = SignIn::new(
        Arc::new(access_tokens(&keys)?),
        Arc::new(refresh_tokens(&keys)?),
        Arc::clone(&ids),
        lifetimes,
    );
    let tries: Arc<dyn AttemptRepository> = Arc::new(PgAttempts::new(pool.clone()));
    let pseudonyms = Arc::new(HmacPseudonyms::new(&keys.derive("pseudonyms of tries")?));
    let attempts =
        Attempts::new(Arc::clone(&tries), pseudonyms, Arc::clone(&clock)).enforced(config.server.rate_limits);
    let kept: Arc<dyn PasswordRepository> = Arc::new(PgPasswords::new(pool.clone()));
    let keeper = PasswordKeeper::new(
        Arc::clone(&users),
        Arc::clone(&kept),
        Arc::clone(&passwords),
        Arc::new(RandomResetTokens),
        attempts.clone(),
        courier.clone(),
        Arc::clone(&clock),
    );
    let kept_events: Arc<dyn EventRepository> = Arc::new(PgEvents::new(pool.clone()));
    let retention = TimeDelta::from_std(config.events.retention)?;
    let hub = Hub::new(StreamLimits { all: config.events.max_streams, of_one: STREAMS_OF_ONE });
    let source = Box::new(PgEventSource::new(pool.clone(), connector(&config.database)?));
    let relay = Relay::new(source, vec![Arc::new(hub.clone())], Arc::clone(&clock));
    let events = Events::new(Arc::clone(&kept_events), hub.clone(), Arc::clone(&clock), retention);
    let offers: Arc<dyn OfferRepository> = Arc::new(PgOffers::new(pool.clone()));
    let sweeper = Sweeper::new(Arc::clone(&offers), Arc::new(PgTransactions::new(pool.clone())));
    let maps = Maps::new(Arc::new(PgMaps::new(pool.clone())));
    let seen: Arc<dyn ViewRepository> = Arc::new(PgViews::new(pool.clone()));
    let viewers = Arc::new(HmacPseudonyms::new(&keys.derive("marks of viewers")?));
    let views = Views::new(Arc::clone(&seen), viewers, Arc::clone(&clock));
    let cursor_keys = keys.derive_pair("cursors")?;
    let audience: Arc<dyn AudienceRepository> = Arc::new(PgAudiences::new(pool.clone()));
    let window = AudienceWindow::new(TimeDelta::from_std(config.streams.viewer_window)?);
    let spectators = Arc::new(HmacPseudonyms::new(&keys.derive("pseudonyms of spectators")?));
    let head_count = HeadCount::new(Arc::clone(&audience), window, Arc::clone(&clock));
    let media = media(config, &pool, &clock, &ids)?;
    let state = AppState::new(Services {
        users: Users::new(
            Arc::clone(&users),
            Arc::clone(&passwords),
            Arc::clone(&clock),
            Arc::clone(&ids),
            sign_in.clone(),
        ),
        profiles: Profiles::new(Arc::new(PgProfiles::new(pool.clone())), media.clone(), Arc::clone(&clock)),
        conversations: conversations(config, &pool, &media, &keys, &clock, &admin_ids)?,
        onboarding: Onboarding::new(Arc::new(PgPayees::new(pool.clone())), payments(config)?),
        verifications: Verifications::new(
            Arc::new(PgVerifications::new(pool.clone())),
            Arc::new(RandomCodes),
            CodeKey::new(keys.derive("verification codes")?),
            courier.clone(),
            Arc::clone(&clock),
            Arc::clone(&admin_ids),
        ),
        blocks: Blocks::new(Arc::new(PgBlocks::new(pool.clone())), Arc::clone(&clock)),
        sessions: Sessions::new(
            users,
            Arc::clone(&sessions),
            passwords,
            attempts,
            Arc::clone(&clock),
            sign_in,
        ),
        passwords: keeper,
        products: Products::new(
            Arc::new(PgProducts::new(pool.clone())),
            Arc::clone(&clock),
            ids,
            blur_key(location_secret)?,
        )
        .with_media(media.clone()),
        offers: Offers::new(
            Arc::clone(&offers),
            Arc::clone(&clock),
            Arc::clone(&admin_ids),
            offer_rules(&config.offers)?,
        ),
        maps: maps.clone(),
        views: views.clone(),
        media: media.clone(),
        media_urls: media_urls(config, public_url),
        streams: Streams::new(
            Arc::new(PgStreams::new(pool.clone())),
            audience,
            spectators,
            window,
            media.clone(),
            Arc::clone(&clock),
            Arc::clone(&admin_ids),
        ),
        ingest: ingest(config, &pool, &clock),
        ingest_secret: IngestSecret::new(config.streams.ingest_secret.as_ref()),
        admins: Admins::new(Arc::new(PgAdmins::new(pool.clone())), Arc::clone(&clock), admin_ids),
        events: events.clone(),
        cursors: Cursors::new(&cursor_keys.current, cursor_keys.previous.as_ref()),
        repeats: Repeats::new(Arc::clone(&answers), Arc::clone(&clock)),
        health: Health::new(Arc::new(PgReadiness::new(pool.clone())), drain.clone()),
        drain,
    });
    let read_pool = Box::new(move || {
        let gauges = pool.gauges();
        PoolReading { size: gauges.open, idle: gauges.idle, waits: gauges.waited, timeouts: gauges.timed_out }
    });
    let read_events = read_events(hub, &relay);
    Ok(Parts {
        state,
        head_count,
        courier,
        media,
        sweeper,
        maps,
        views,
        housekeeping: Housekeeping::new(answers, sessions, tries, kept, seen, clock)
            .with_events(kept_events, retention),
        relay,
        events,
        read_pool,
        read_events,
    })
}

/// The figures that offers are judged by.
fn offer_rules(settings: &OfferSettings) -> Result<OfferRules, Failure> {
    Ok(OfferRules {
        lifetime: TimeDelta::from_std(settings.ttl)?,
        shortest: TimeDelta::from_std(settings.ttl_min)?,
        longest: TimeDelta::from_std(settings.ttl_max)?,
        per_product: usize::try_from(settings.per_product)?,
        pay_within: TimeDelta::from_std(settings.pay_within)?,
        fees: FeeSchedules::new(FeeSchedule::share(settings.fee_bps)?, vec![]),
    })
}

/// Who lets video in. Cameras send to the host that we are known by, unless they are told another.
fn ingest(config: &Config, pool: &PgPool, clock: &Arc<dyn Clock>) -> Ingest {
    let StreamSettings { ingest_url, playback_url, .. } = &config.streams;
    let ours = || {
        let known = config.server.public_url.as_deref().and_then(|url| url.parse::<axum::http::Uri>().ok());
        let host = known.as_ref().and_then(|url| url.host()).map(str::to_owned);
        format!("rtmp://{}/live", host.unwrap_or_else(|| config.server.addr.ip().to_string()))
    };
    Ingest::new(
        Arc::new(PgIngest::new(pool.clone())),
        Arc::new(RandomIngestKeys),
        Arc::clone(clock),
        ingest_url.clone().unwrap_or_else(ours),
        playback_url.clone(),
    )
}

/// Threads, and how much people may open and write.
fn conversations(
    config: &Config,
    pool: &PgPool,
    media: &MediaLibrary,
    keys: &Keys,
    clock: &Arc<dyn Clock>,
    ids: &Arc<dyn IdSource>,
) -> Result<Conversations, PortError> {
    let settings = config.conversations;
    let quota = |most, window| config.server.rate_limits.then_some(Quota { most, window });
    let limits = ConversationLimits {
        conversations: quota(settings.conversations_an_hour, TimeDelta::hours(1)),
        messages: quota(settings.messages_a_minute, TimeDelta::minutes(1)),
    };
    let pseudonyms = Arc::new(HmacPseudonyms::new(&keys.derive("pseudonyms of tries")?));
    let threads = Arc::new(PgConversations::new(pool.clone()));
    Ok(Conversations::new(threads, media.clone(), pseudonyms, limits, Arc::clone(clock), Arc::clone(ids)))
}

/// How many devices of one account may follow events on one server. Some of them are gone and not yet noticed.
const STREAMS_OF_ONE: usize = 16;

fn read_events(hub: Hub, relay: &Relay) -> Box<ReadEvents> {
    let relay = relay.reading();
    Box::new(move || {
        let reading = hub.reading();
        EventReading {
            streams: reading.listeners,
            told: reading.told,
            dropped: reading.dropped,
            carried: relay.carried(),
            failures: relay.failures(),
            lag: relay.lag(),
            looked: relay.looked(),
        }
    })
}

/// How the database is reached.
fn connector(database: &Database) -> Result<Connector, UrlError> {
    let timeouts = Timeouts {
        statement: database.statement_timeout,
        lock: database.lock_timeout,
        idle_in_transaction: database.idle_transaction_timeout,
        transaction: database.transaction_timeout,
    };
    Connector::new(database.url.expose_secret(), Some(timeouts))
}

/// The pool of connections.
fn pool(database: &Database) -> Result<PgPool, UrlError> {
    let settings = PoolSettings {
        max_size: database.pool_max_size,
        min_idle: database.pool_min_idle,
        acquire_timeout: database.pool_acquire_timeout,
        max_lifetime: database.pool_max_lifetime,
    };
    Ok(PgPool::new(connector(database)?, settings))
}

/// What signs access tokens.
pub(crate) fn tokens(tokens: &Tokens) -> Result<HmacAccessTokens, Failure> {
    Ok(access_tokens(&keys(tokens))?)
}

fn keys(tokens: &Tokens) -> Keys {
    Keys::new(tokens.secret.clone()).after(tokens.previous_secret.clone())
}

fn access_tokens(keys: &Keys) -> Result<HmacAccessTokens, PortError> {
    Ok(HmacAccessTokens::new(&keys.derive_pair("access tokens")?))
}

fn refresh_tokens(keys: &Keys) -> Result<HmacRefreshTokens, PortError> {
    Ok(HmacRefreshTokens::new(&keys.derive_pair("refresh tokens")?))
}

fn blur_key(secret: &SecretString) -> Result<BlurKey, PortError> {
    Ok(BlurKey::new(Keys::new(secret.clone()).derive("public locations")?))
}

/// What acting as an operator needs.
pub(crate) fn admins(database: &Database) -> Result<Admins, Failure> {
    let repository = PgAdmins::new(pool(database)?);
    Ok(Admins::new(Arc::new(repository), Arc::new(SystemClock), Arc::new(TimeOrderedIds)))
}

/// What loading demo data needs.
pub(crate) fn demo(database: &Database, tokens: &Tokens) -> Result<souk_demo::Ports, Failure> {
    let pool = pool(database)?;
    Ok(souk_demo::Ports {
        users: Arc::new(PgUsers::new(pool.clone())),
        products: Arc::new(PgProducts::new(pool)),
        passwords: Arc::new(Argon2Passwords::new()?),
        access_tokens: Arc::new(access_tokens(&keys(tokens))?),
        refresh_tokens: Arc::new(refresh_tokens(&keys(tokens))?),
        blur_key: blur_key(&tokens.location_secret)?,
    })
}
