//! Somebody's offers, page by page.

use std::collections::BTreeSet;

use souk_domain::{
    offer::{OfferPosition, OfferQuery},
    page::{Limit, Page},
};

use super::*;

fn query(user: u128) -> OfferQuery {
    let (user, limit) = (user_id(user), Limit::default());
    OfferQuery { user, role: None, status: None, product: None, after: None, limit, now: now() }
}

async fn list(market: &Market, query: OfferQuery) -> Vec<OfferId> {
    ids(&market.offers().list(&query).await.unwrap().items)
}

#[tokio::test]
async fn an_offer_is_found_as_it_was_made_and_appears_in_its_thread() {
    let market = Market::new(1, 1).await;
    let made = market.make(1, 1, 2, 40_000).await;
    assert!(made.conversation.is_some());
    assert_eq!(market.find(1).await, made);
    assert_eq!(market.told().await, ["offer.created", "message.created"]);
    let buyer = Some(user_id(2).as_uuid());
    assert_eq!(market.thread(1, 2).await, [("offer".to_owned(), buyer)]);
    // Making it reserves nothing.
    assert_eq!(market.product(1).await.state, ProductState::Available);
    assert_eq!(market.offers().find(offer_id(2)).await, Ok(None));
    market.is_sound().await;
}

#[tokio::test]
async fn everybody_finds_their_own_by_side_status_and_listing() {
    let market = Market::new(2, 2).await;
    market.ground.publish(3, user_id(2), &bike()).await;
    market.make(1, 1, 2, 40_000).await;
    market.make(2, 2, 2, 40_000).await;
    market.make(3, 1, 3, 40_000).await;
    market.make(4, 3, 3, 40_000).await;
    market.reject(2, 1).await.unwrap();
    market.cancel(3, 3).await.unwrap();
    market.accept(4, 2).await.unwrap();
    let found = async |query| list(&market, query).await;
    let offers = |numbers: &[u128]| numbers.iter().copied().map(offer_id).collect::<Vec<_>>();

    assert_eq!(found(query(1)).await, offers(&[3, 2, 1]));
    assert_eq!(found(query(2)).await, offers(&[4, 2, 1]), "made and received");
    let side = |user, role| OfferQuery { role: Some(role), ..query(user) };
    assert_eq!(found(side(2, Party::Buyer)).await, offers(&[2, 1]));
    assert_eq!(found(side(2, Party::Seller)).await, offers(&[4]));
    assert_eq!(found(query(9)).await, offers(&[]));
    for (user, status, expected) in [
        (1, OfferStatus::Pending, vec![1]),
        (1, OfferStatus::Rejected, vec![2]),
        (1, OfferStatus::Cancelled, vec![3]),
        (2, OfferStatus::Accepted, vec![4]),
        (1, OfferStatus::Expired, vec![]),
    ] {
        assert_eq!(found(OfferQuery { status: Some(status), ..query(user) }).await, offers(&expected));
    }
    let of_bike = OfferQuery { product: Some(product_id(1)), ..query(1) };
    assert_eq!(found(of_bike).await, offers(&[3, 1]));
}

#[tokio::test]
async fn what_nobody_can_accept_any_more_is_listed_as_expired() {
    let market = Market::new(1, 1).await;
    let offer = market.make(1, 1, 2, 40_000).await;
    let listed =
        async |status, now| list(&market, OfferQuery { status: Some(status), now, ..query(2) }).await;
    let (before, at) = (offer.expires_at - TimeDelta::microseconds(1), offer.expires_at);
    for (now, status) in [(before, OfferStatus::Pending), (at, OfferStatus::Expired)] {
        assert_eq!(listed(status, now).await, [offer.id]);
    }
    assert!(listed(OfferStatus::Pending, at).await.is_empty());
    assert!(listed(OfferStatus::Expired, before).await.is_empty());
}

#[tokio::test]
async fn pages_of_both_sides_together_are_exact() {
    let market = Market::new(1, 7).await;
    for n in 8..=14 {
        market.ground.publish(n, user_id(2), &bike()).await;
    }
    for n in 1..=7 {
        market.make(2 * n, n, 2, 40_000).await;
        let own = bikes(8..=14)[usize::try_from(n).unwrap() - 1];
        let (offers, rules) = (market.offers(), &market.rules);
        make(&offers, rules, 2 * n + 1, own.as_uuid().as_u128(), 1, 40_000, None).await.unwrap();
    }
    // Several of one moment, so that the id has to tell them apart.
    market
        .client
        .batch_execute("UPDATE offers SET created_at = date_trunc('hour', created_at)")
        .await
        .unwrap();
    for user in [1, 2] {
        let (mut seen, mut after) = (Vec::new(), None::<OfferPosition>);
        loop {
            let limit = Limit::new(3).unwrap();
            let page: Page<Offer, _> =
                market.offers().list(&OfferQuery { after, limit, ..query(user) }).await.unwrap();
            seen.extend(ids(&page.items));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!((seen.len(), seen.iter().collect::<BTreeSet<_>>().len()), (14, 14));
        assert!(seen.is_sorted_by(|a, b| a > b));
    }
}
