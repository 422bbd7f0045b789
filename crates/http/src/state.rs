//! What handlers can ask for: one service per aggregate, taken with `State<…>`.

use std::sync::Arc;

use axum::extract::FromRef;
use souk_application::{
    Admins, Blocks, Conversations, Events, Ingest, Maps, MediaLibrary, Offers, Onboarding, PasswordKeeper,
    Products, Profiles, Repeats, Sessions, Streams, Users, Verifications, Views,
};

use crate::{cursor::Cursors, health::Health, media::MediaUrls, server::Drain, stream::IngestSecret};

/// Everything handlers need. One pointer wide, because the router copies it for every request.
#[derive(Clone)]
pub struct AppState(Arc<Services>);

/// The services, made by the composition root.
pub struct Services {
    /// Accounts.
    pub users: Users,
    /// Accounts, as their people and others see them.
    pub profiles: Profiles,
    /// Sellers and the payment provider.
    pub onboarding: Onboarding,
    /// Blocks.
    pub blocks: Blocks,
    /// Threads and their messages.
    pub conversations: Conversations,
    /// Verifications.
    pub verifications: Verifications,
    /// Log-ins.
    pub sessions: Sessions,
    /// Passwords.
    pub passwords: PasswordKeeper,
    /// Listings.
    pub products: Products,
    /// Listings on maps.
    pub maps: Maps,
    /// Who looks at them.
    pub views: Views,
    /// Following what happens.
    pub events: Events,
    /// Offers.
    pub offers: Offers,
    /// Pictures.
    pub media: MediaLibrary,
    /// Where they are seen.
    pub media_urls: MediaUrls,
    /// Shows.
    pub streams: Streams,
    /// How their video comes in.
    pub ingest: Ingest,
    /// What media servers show.
    pub ingest_secret: IngestSecret,
    /// Running the place.
    pub admins: Admins,
    /// Requests that come twice.
    pub repeats: Repeats,
    /// Signs where pages go on.
    pub cursors: Cursors,
    /// Whether requests should be sent here.
    pub health: Health,
    /// The word that it is time to end.
    pub drain: Drain,
}

impl AppState {
    /// Shares the services.
    pub fn new(services: Services) -> Self {
        Self(Arc::new(services))
    }
}

/// Lets a handler take one service without seeing the others.
macro_rules! reachable {
    ($($field:ident: $service:ty),* $(,)?) => {$(
        impl FromRef<AppState> for $service {
            fn from_ref(AppState(services): &AppState) -> Self {
                services.$field.clone()
            }
        }
    )*};
}

reachable! {
    users: Users,
    profiles: Profiles,
    onboarding: Onboarding,
    blocks: Blocks,
    conversations: Conversations,
    verifications: Verifications,
    sessions: Sessions,
    passwords: PasswordKeeper,
    products: Products,
    maps: Maps,
    views: Views,
    events: Events,
    offers: Offers,
    media: MediaLibrary,
    media_urls: MediaUrls,
    streams: Streams,
    ingest: Ingest,
    ingest_secret: IngestSecret,
    admins: Admins,
    repeats: Repeats,
    cursors: Cursors,
    health: Health,
    drain: Drain,
}
