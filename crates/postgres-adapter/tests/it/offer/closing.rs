//! Ending several offers at once.

use souk_domain::{
    offer::ReceivedContext,
    product::{ArchivalContext, ProductRefusal},
};

use super::*;

#[tokio::test]
async fn a_seller_turns_all_offers_down_but_not_their_own() {
    let market = Market::new(4, 2).await;
    for (n, buyer) in [(1, 2), (2, 3), (3, 4)] {
        market.make(n, 1, buyer, 40_000).await;
    }
    market.make(4, 2, 2, 40_000).await;
    market.counter(3, 1, 5, 44_000).await.unwrap();
    market.told().await;
    let decide = ReceivedContext::reject_all;
    let mine = market.offers().reject_all(product_id(1), user_id(1), &decide).await.unwrap();
    assert_eq!(mine.iter().map(|lost| words(&lost.0)).collect::<Vec<_>>(), [("rejected", "declined"); 2]);
    for (n, status) in [(1, OfferStatus::Rejected), (2, OfferStatus::Rejected), (5, OfferStatus::Pending)] {
        assert_eq!(market.status(n).await.0, status, "{n}");
    }
    assert_eq!(market.status(4).await.0, OfferStatus::Pending, "that is another bike");
    let told = market.told().await;
    assert_eq!(told, [["offer.rejected"; 2], ["message.created"; 2]].concat());
    let none = market.offers().reject_all(product_id(1), user_id(1), &decide).await;
    assert_eq!(none, Ok(vec![]));
    let stranger = market.offers().reject_all(product_id(1), user_id(2), &decide).await;
    assert_eq!(stranger, refused(OfferRefusal::NotTheSeller));
    market.is_sound().await;
}

#[tokio::test]
async fn what_is_taken_down_has_no_offers_that_wait() {
    let market = Market::new(2, 1).await;
    market.make(1, 1, 2, 40_000).await;
    let at = market.make(2, 1, 3, 40_000).await.created_at + TimeDelta::minutes(1);
    market.told().await;
    let archive =
        |context: &ArchivalContext| -> Result<_, ProductRefusal> { context.archive(user_id(1), at) };
    market.ground.products().archive(product_id(1), &archive).await.unwrap();
    for n in [1, 2] {
        assert_eq!(market.status(n).await, (OfferStatus::Rejected, Some(OfferReason::ItemArchived)));
    }
    let told = market.told().await;
    assert_eq!(told.iter().filter(|kind| *kind == "offer.rejected").count(), 2);
    market.is_sound().await;
}
