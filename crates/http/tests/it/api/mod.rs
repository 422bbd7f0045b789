//! The API's operations, in process, with mocked ports behind the real services.

mod admin;
mod authorisation;
mod block;
mod conversation;
mod event;
mod idempotency;
mod ingest;
mod listing;
mod maps;
mod media;
mod offer;
mod onboarding;
mod product;
mod profile;
mod session;
mod stream;
mod user;
mod verification;

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use chrono::TimeDelta;
use serde_json::Value;
use souk_application::{
    Admins, Attempts, Blocks, Courier, Events, Ingest, Maps, MediaLibrary, Offers, Onboarding,
    PasswordKeeper, Products, Profiles, Repeats, Sessions, SignIn, Streams, Users, Verifications, Views,
    event::{Hub, StreamLimits},
    session::TokenLifetimes,
};
use souk_domain::{
    session::{Actor, Admission, Pseudonym, RefreshHash, ResetHash},
    stream::{AudienceWindow, IngestHash, PlaybackUrl},
    user::Role,
    verification::Code,
};
use souk_http::{
    client::TrustedProxies,
    cursor::Cursors,
    health::Health,
    layer::{Ground, InFlight, Limits},
    limit::RateLimits,
    media::MediaUrls,
    router::{self, Options},
    server::Drain,
    state::{AppState, Services},
    stream::IngestSecret,
};
use souk_ports::{
    admin::MockAdminRepository,
    block::MockBlockRepository,
    conversation::MockConversationRepository,
    event::MockEventRepository,
    idempotency::MockIdempotencyRepository,
    media::{MockImageWorkshop, MockMediaRepository, MockMediaStore},
    message::{MockMail, MockSms},
    offer::MockOfferRepository,
    payments::{MockPayments, Payments},
    product::{MockProductMaps, MockProductRepository, MockViewRepository},
    readiness::MockReadiness,
    session::{
        MockAccessTokens, MockAttemptRepository, MockPasswordRepository, MockPasswords, MockPseudonyms,
        MockRefreshTokens, MockResetTokens, MockSessionRepository, PasswordHash, PresentedToken,
        RefreshToken, ResetToken, TokenRefusal,
    },
    stream::{IngestKey, MockAudienceRepository, MockIngestKeys, MockIngestRepository, MockStreamRepository},
    user::{MockPayeeRepository, MockProfileRepository, MockUserRepository},
    verification::{MockCodeSource, MockVerificationRepository},
};
use souk_testkit::{
    build,
    fixed::{CountingIds, FixedClock, now},
};
use tower::ServiceExt;

use crate::ground::PATIENCE;

/// The ports behind the services; a test says what each expects.
#[derive(Default)]
pub(crate) struct Ports {
    pub(crate) users: MockUserRepository,
    pub(crate) profiles: MockProfileRepository,
    pub(crate) payees: MockPayeeRepository,
    pub(crate) payments: Option<MockPayments>,
    pub(crate) blocks: MockBlockRepository,
    pub(crate) conversations: MockConversationRepository,
    pub(crate) verifications: MockVerificationRepository,
    pub(crate) sms: MockSms,
    pub(crate) sessions: MockSessionRepository,
    pub(crate) passwords: MockPasswords,
    pub(crate) kept_passwords: MockPasswordRepository,
    pub(crate) tries: MockAttemptRepository,
    pub(crate) mail: MockMail,
    pub(crate) products: MockProductRepository,
    pub(crate) offers: MockOfferRepository,
    pub(crate) maps: MockProductMaps,
    pub(crate) views: MockViewRepository,
    pub(crate) media: MockMediaRepository,
    pub(crate) workshop: MockImageWorkshop,
    pub(crate) store: MockMediaStore,
    pub(crate) answers: MockIdempotencyRepository,
    pub(crate) admins: MockAdminRepository,
    pub(crate) streams: MockStreamRepository,
    pub(crate) audience: MockAudienceRepository,
    pub(crate) ingest: MockIngestRepository,
    pub(crate) events: MockEventRepository,
}

/// Who a token of the tests is: `ada` (1) sells, `bob` (2) buys, `root` (3) is an admin; `old` has expired.
fn actor(token: &str) -> Result<Actor, TokenRefusal> {
    let (n, role) = match token {
        "ada" => (1, Role::Seller),
        "bob" => (2, Role::Buyer),
        "root" => (3, Role::Admin),
        "old" => return Err(TokenRefusal::Expired),
        _ => return Err(TokenRefusal::Invalid),
    };
    Ok(Actor { user: build::user_id(n), session: build::session_id(n), role })
}

impl Ports {
    /// The API on these ports.
    pub(crate) fn router(self) -> Router {
        self.limited_router(RateLimits::off())
    }

    /// The API on these ports, with these limits.
    #[expect(clippy::too_many_lines, reason = "a list of every service")]
    pub(crate) fn limited_router(self, rate_limits: RateLimits) -> Router {
        let mut access = MockAccessTokens::new();
        access.expect_read().returning(|token, _| actor(token));
        access.expect_expires_at().returning(|_| Some(now() + TimeDelta::minutes(15)));
        access.expect_issue().returning(|actor, _, _| Ok(format!("token of {}", actor.user)));
        let mut refresh = MockRefreshTokens::new();
        let token = RefreshToken { token: "refresh".to_owned(), hash: RefreshHash([1; 32]) };
        refresh.expect_issue().returning(move |_| Ok(token.clone()));
        // `refresh` names session 1 and hashes to 1; its child hashes to 2.
        refresh.expect_parse().returning(|token| {
            let hash = RefreshHash([1; 32]);
            (token == "refresh").then(|| PresentedToken {
                session: build::session_id(1),
                secret: [1; 32],
                hash,
            })
        });
        refresh.expect_children().returning(|_, _| {
            vec![RefreshToken { token: "refreshed".to_owned(), hash: RefreshHash([2; 32]) }]
        });
        let mut resets = MockResetTokens::new();
        let reset = ResetToken { token: "reset".to_owned(), hash: ResetHash([1; 32]) };
        resets.expect_issue().returning(move || Ok(reset.clone()));
        resets.expect_parse().returning(|token| (token == "reset").then_some(ResetHash([1; 32])));
        let mut pseudonyms = MockPseudonyms::new();
        pseudonyms.expect_of().returning(|_| Pseudonym([1; 32]));
        let pseudonyms = Arc::new(pseudonyms);
        let mut spectators = MockPseudonyms::new();
        spectators.expect_of().returning(stream::pseudonym);
        let mut ingest_keys = MockIngestKeys::new();
        let key = IngestKey { key: "secret".to_owned(), hash: IngestHash([1; 32]) };
        ingest_keys.expect_issue().returning(move || Ok(key.clone()));
        ingest_keys.expect_parse().returning(|key| (key == "secret").then_some(IngestHash([1; 32])));
        let mut codes = MockCodeSource::new();
        codes.expect_next().returning(|| Ok(Code::of(123_456)));
        let courier = Courier::new(Arc::new(self.mail), Arc::new(self.sms));
        let mut readiness = MockReadiness::new();
        readiness.expect_ready().returning(|| Ok(()));

        let ids = Arc::new(CountingIds::default());
        let lifetimes = TokenLifetimes { access: TimeDelta::minutes(15), session: TimeDelta::days(30) };
        let sign_in = SignIn::new(Arc::new(access), Arc::new(refresh), ids.clone(), lifetimes);
        let (users, passwords) = (Arc::new(self.users), Arc::new(self.passwords));
        let clock = Arc::new(FixedClock);
        let attempts = Attempts::new(Arc::new(self.tries), pseudonyms.clone(), clock.clone());
        let keeper = PasswordKeeper::new(
            users.clone(),
            Arc::new(self.kept_passwords),
            passwords.clone(),
            Arc::new(resets),
            attempts.clone(),
            courier.clone(),
            clock.clone(),
        );
        let hub = Hub::new(StreamLimits { all: 64, of_one: 1 });
        event::begin(&hub);
        // Streams end as soon as they have begun, so that tests can read them whole.
        let drain = Drain::new();
        drain.begin();
        let media = MediaLibrary::new(
            Arc::new(self.media),
            Arc::new(self.workshop),
            Arc::new(self.store),
            clock.clone(),
            ids.clone(),
        );
        let services = Services {
            users: Users::new(users.clone(), passwords.clone(), clock.clone(), ids.clone(), sign_in.clone()),
            profiles: Profiles::new(Arc::new(self.profiles), media.clone(), clock.clone()),
            onboarding: Onboarding::new(
                Arc::new(self.payees),
                self.payments.map(|payments| -> Arc<dyn Payments> { Arc::new(payments) }),
            ),
            blocks: Blocks::new(Arc::new(self.blocks), clock.clone()),
            conversations: conversation::service(self.conversations, clock.clone(), ids.clone()),
            verifications: Verifications::new(
                Arc::new(self.verifications),
                Arc::new(codes),
                verification::code_key(),
                courier,
                clock.clone(),
                ids.clone(),
            ),
            sessions: Sessions::new(
                users,
                Arc::new(self.sessions),
                passwords,
                attempts,
                clock.clone(),
                sign_in,
            ),
            passwords: keeper,
            products: Products::new(Arc::new(self.products), clock.clone(), ids.clone(), build::blur_key())
                .with_media(media.clone()),
            maps: Maps::new(Arc::new(self.maps)),
            views: Views::new(Arc::new(self.views), pseudonyms, clock.clone()),
            events: Events::new(Arc::new(self.events), hub, clock.clone(), TimeDelta::days(7)),
            drain,
            media: media.clone(),
            media_urls: MediaUrls::below("https://souk.example.com/media"),
            streams: Streams::new(
                Arc::new(self.streams),
                Arc::new(self.audience),
                Arc::new(spectators),
                AudienceWindow::new(TimeDelta::seconds(45)),
                media.clone(),
                clock.clone(),
                ids.clone(),
            ),
            ingest: Ingest::new(
                Arc::new(self.ingest),
                Arc::new(ingest_keys),
                clock.clone(),
                "rtmp://souk.example.com/live".to_owned(),
                PlaybackUrl::parse("https://live.example.com/{id}.m3u8").ok(),
            ),
            ingest_secret: IngestSecret::new(Some(&stream::SECRET.into())),
            offers: Offers::new(Arc::new(self.offers), clock.clone(), ids.clone(), build::offer_rules()),
            admins: Admins::new(Arc::new(self.admins), clock.clone(), ids),
            repeats: Repeats::new(Arc::new(self.answers), clock),
            cursors: Cursors::new(&[2; 32], None),
            health: Health::new(Arc::new(readiness), Drain::new()),
        };
        let limits = Limits { deadline: PATIENCE, body: 1 << 20 };
        let options = Options {
            public_url: "https://souk.example.com".to_owned(),
            cors_origins: vec![],
            rate_limits,
            trusted_proxies: TrustedProxies(0),
            upload_deadline: PATIENCE,
            max_uploads: 2,
        };
        router::api(AppState::new(services), &Ground::new(limits, InFlight::new(64)), &options)
    }

    /// Hashes and verifies any password, however often it is tried.
    pub(crate) fn with_passwords(mut self, right: bool) -> Self {
        self.tries.expect_room().returning(|_, _, _| Ok(Admission::Admitted));
        self.tries.expect_count().returning(|_, _, _| Ok(Admission::Admitted));
        self.tries.expect_forget().returning(|_| Ok(()));
        self.passwords.expect_hash().returning(|_| Ok(PasswordHash("hash".to_owned())));
        self.passwords.expect_verify().returning(move |_, hash| Ok(right && hash.is_some()));
        self
    }
}

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Status and code of a problem document.
    #[track_caller]
    pub(crate) fn problem(&self) -> (u16, String) {
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json", "{:?}", self.status);
        (self.status.as_u16(), self.json()["code"].as_str().unwrap().to_owned())
    }
}

/// A request: by whom (nobody if empty), what, and with which JSON (none if null).
pub(crate) fn request(method: Method, path: &str, token: &str, body: &Value) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if !token.is_empty() {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    if body.is_null() {
        return request.body(Body::empty()).unwrap();
    }
    request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string())).unwrap()
}

pub(crate) async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

pub(crate) async fn get(router: &Router, path: &str, token: &str) -> Answer {
    send(router, request(Method::GET, path, token, &Value::Null)).await
}

pub(crate) async fn post(router: &Router, path: &str, token: &str, body: &Value) -> Answer {
    send(router, request(Method::POST, path, token, body)).await
}
