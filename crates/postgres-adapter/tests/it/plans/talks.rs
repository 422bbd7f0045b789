//! Threads, messages and offers.

use souk_domain::{
    conversation::{InboxQuery, MessageDirection, MessagePage},
    id::{ConversationId, OfferId, ProductId, UserId},
    offer::{OfferQuery, OfferStatus, Party},
    page::Limit,
};
use souk_ports::{conversation::ConversationRepository, offer::OfferRepository};
use souk_postgres_adapter::{PgConversations, PgOffers};
use souk_testkit::fixed::now;
use uuid::Uuid;

use super::{Meter, load::busy};

/// The one who has ever so much of everything.
pub(super) async fn first_user(meter: &Meter) -> UserId {
    UserId::from_uuid(meter.one("SELECT md5('user 1')::uuid").await)
}

#[tokio::test]
async fn threads_and_messages_are_read_from_their_indexes() {
    let meter = Meter::of(busy().await);
    let of = first_user(&meter).await;
    let inbox = ["ix_conversations_buyer_inbox", "ix_conversations_seller_inbox"];
    meter
        .check("three pages of an inbox", &inbox, 3 * 300, async |pool, _| {
            let threads = PgConversations::new(pool);
            let mut query = InboxQuery { of, archived: false, after: None, limit: Limit::default() };
            for _ in 0..3 {
                let page = threads.list(&query).await.unwrap();
                assert_eq!(page.items.len(), 20);
                query.after = page.next;
            }
        })
        .await;
    let id = ConversationId::from_uuid(
        meter.one("SELECT id FROM conversations WHERE buyer_id = md5('user 1')::uuid LIMIT 1").await,
    );
    meter
        .check("one thread", &["pk_conversations", "pk_messages"], 60, async |pool, _| {
            assert!(PgConversations::new(pool).find(id, of).await.unwrap().is_some());
        })
        .await;
    let messages = ["pk_conversations", "ix_messages_conversation"];
    meter
        .check("two pages of messages", &messages, 30, async |pool, _| {
            let threads = PgConversations::new(pool);
            for direction in
                [MessageDirection::Backward { before: None }, MessageDirection::Forward { after: 0 }]
            {
                let page = MessagePage { direction, limit: Limit::default() };
                assert_eq!(threads.list_messages(id, of, page).await.unwrap().unwrap().items.len(), 5);
            }
        })
        .await;
}

#[tokio::test]
async fn offers_are_listed_from_their_sides_indexes() {
    let meter = Meter::of(busy().await);
    let buyer = first_user(&meter).await;
    let seller = "SELECT seller_id FROM offers GROUP BY seller_id ORDER BY count(*) DESC LIMIT 1";
    let seller = UserId::from_uuid(meter.one(seller).await);
    let all = OfferQuery {
        user: buyer,
        role: None,
        status: None,
        product: None,
        after: None,
        limit: Limit::default(),
        now: now(),
    };
    let bought = OfferQuery { role: Some(Party::Buyer), ..all };
    let sold = OfferQuery { role: Some(Party::Seller), user: seller, ..all };
    let (buyers, sellers) = ("ix_offers_buyer", "ix_offers_seller");
    for (what, query, indexes, most) in [
        ("a buyer's offers", bought, &[buyers][..], 100),
        ("offers to a seller", sold, &[sellers], 100),
        ("somebody's offers", all, &[buyers, sellers], 200),
        (
            "those that were declined",
            OfferQuery { status: Some(OfferStatus::Rejected), ..bought },
            &[buyers],
            100,
        ),
        ("those to answer", OfferQuery { status: Some(OfferStatus::Pending), ..sold }, &[sellers], 500),
    ] {
        meter
            .check(what, indexes, most, async |pool, _| {
                let offers = PgOffers::new(pool);
                let page = offers.list(&query).await.unwrap();
                assert_eq!(page.items.len(), 20);
                let next = offers.list(&OfferQuery { after: page.next, ..query }).await.unwrap();
                assert_eq!(next.items.len(), 20);
            })
            .await;
    }
}

#[tokio::test]
async fn one_offer_and_those_for_one_listing_are_found_at_once() {
    let meter = Meter::of(busy().await);
    let user = first_user(&meter).await;
    let of_user =
        |what: &str| format!("SELECT {what} FROM offers WHERE buyer_id = md5('user 1')::uuid LIMIT 1");
    let offer = OfferId::from_uuid(meter.one(&of_user("id")).await);
    let product: Uuid = meter.one(&of_user("product_id")).await;
    meter
        .check("one offer", &["pk_offers"], 8, async |pool, _| {
            assert!(PgOffers::new(pool).find(offer).await.unwrap().is_some());
        })
        .await;
    let query = OfferQuery {
        user,
        role: Some(Party::Buyer),
        status: None,
        product: Some(ProductId::from_uuid(product)),
        after: None,
        limit: Limit::default(),
        now: now(),
    };
    meter
        .check("somebody's offers for a listing", &["ix_offers_product"], 10, async |pool, _| {
            assert_eq!(PgOffers::new(pool).list(&query).await.unwrap().items.len(), 1);
        })
        .await;
}
