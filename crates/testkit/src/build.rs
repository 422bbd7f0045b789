//! Entities as tests need them: valid, plain, and changed where it matters.

mod offer;

pub use offer::{listed, offer, offer_id, offer_rules};

use souk_domain::{
    geo::{BlurKey, Precision},
    id::{ConversationId, MediaId, MessageId, ProductId, SessionId, StreamId, UserId},
    product::{Category, Condition, Feed, Listing, ListingForm, PlaceForm, Product, Publisher},
    session::{RefreshHash, Session},
    stream::{Announcement, Broadcaster, Stream, StreamForm},
    user::{Registration, RegistrationForm, Role, Standing, User},
};
use uuid::Uuid;

use crate::fixed::now;

/// The id made of a number.
pub fn user_id(n: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(n))
}

/// The id made of a number.
pub fn session_id(n: u128) -> SessionId {
    SessionId::from_uuid(Uuid::from_u128(n))
}

/// The id made of a number.
pub fn product_id(n: u128) -> ProductId {
    ProductId::from_uuid(Uuid::from_u128(n))
}

/// The id made of a number.
pub fn conversation_id(n: u128) -> ConversationId {
    ConversationId::from_uuid(Uuid::from_u128(n))
}

/// The id made of a number.
pub fn message_id(n: u128) -> MessageId {
    MessageId::from_uuid(Uuid::from_u128(n))
}

/// The id made of a number.
pub fn media_id(n: u128) -> MediaId {
    MediaId::from_uuid(Uuid::from_u128(n))
}

/// The id made of a number.
pub fn stream_id(n: u128) -> StreamId {
    StreamId::from_uuid(Uuid::from_u128(n))
}

/// The key that blurs places in tests.
pub fn blur_key() -> BlurKey {
    BlurKey::new([7; 32])
}

/// A form that opens the account `username` at `username@example.com`.
pub fn registration_form(username: &str) -> RegistrationForm {
    RegistrationForm {
        email: format!("{username}@example.com"),
        username: username.to_owned(),
        password: "correct horse".to_owned(),
        display_name: None,
        phone: None,
        role: None,
    }
}

/// A buyer's account.
///
/// # Panics
/// If `username` is not a good one.
#[expect(clippy::expect_used, reason = "a test with a bad username is a broken test")]
pub fn user(n: u128, username: &str) -> User {
    Registration::check(registration_form(username)).expect("a good username").open(user_id(n), now())
}

/// A session of somebody, with a refresh token of its own.
pub fn session(n: u128, user: UserId) -> Session {
    let mut hash = [0; 32];
    hash.iter_mut().zip(n.to_be_bytes()).for_each(|(byte, of)| *byte = of);
    let lifetime = chrono::TimeDelta::days(30);
    Session::begin(session_id(n), user, RefreshHash(hash), None, now(), lifetime)
}

/// A used road bike in Berlin, 450 €, on the community feed.
pub fn listing_form() -> ListingForm {
    ListingForm {
        title: "Trek road bike".to_owned(),
        description: "Size 56, new chain.".to_owned(),
        category: Category::Other,
        feed: Feed::Community,
        condition: Condition::Good,
        price_minor: 45_000,
        currency: Some("EUR".to_owned()),
        location: Some(PlaceForm { latitude: 52.52, longitude: 13.405 }),
        location_precision: Some(Precision::Exact),
        location_label: Some("Mitte, Berlin".to_owned()),
        images: vec![media_id(1).to_string()],
        video_url: None,
        thumbnail_url: None,
        offers_enabled: None,
        min_offer_minor: None,
        auto_accept_minor: Some(44_000),
        auto_decline_minor: Some(10_000),
    }
}

/// The listing that [`listing_form`] makes.
///
/// # Panics
/// If the form above is not a good one.
#[expect(clippy::expect_used, reason = "the form above is good")]
pub fn product(n: u128, seller: UserId) -> Product {
    let publisher = Publisher { id: seller, role: Role::Seller, standing: Standing::Active };
    let listing = Listing::check(&listing_form()).expect("a good form");
    listing.publish(product_id(n), publisher, &blur_key(), now()).expect("an active seller").product
}

/// A show about sneakers that can begin at once.
pub fn stream_form() -> StreamForm {
    StreamForm {
        title: "Sneaker sale".to_owned(),
        description: Some("Sizes 38 to 46.".to_owned()),
        category: Category::Sneakers,
        scheduled_at: None,
        thumbnail_url: None,
        stream_url: None,
    }
}

/// The show that [`stream_form`] announces.
///
/// # Panics
/// If the form above is not a good one.
#[expect(clippy::expect_used, reason = "the form above is good")]
pub fn stream(n: u128, owner: UserId) -> Stream {
    let broadcaster = Broadcaster { id: owner, standing: Standing::Active };
    let announcement = Announcement::check(&stream_form(), now()).expect("a good form");
    announcement.schedule(stream_id(n), broadcaster, now()).expect("an active owner").stream
}
