//! Offers, against mocked ports.

use chrono::{DateTime, TimeDelta, Utc};
use souk_domain::{
    money::{Currency, Price},
    offer::{Lost, MakeContext, OfferState},
    user::{Role, Standing},
};
use souk_ports::offer::MockOfferRepository;
use souk_testkit::{build, fixed};

use super::*;

fn offers(repository: MockOfferRepository) -> Offers {
    let (clock, ids) = (Arc::new(fixed::FixedClock), Arc::new(fixed::CountingIds::default()));
    Offers::new(Arc::new(repository), clock, ids, build::offer_rules())
}

fn form(amount_minor: i64) -> OfferForm {
    OfferForm { amount_minor, ..OfferForm::default() }
}

/// What a store finds for an offer of person 6 for a listing of person 5.
fn making(now: DateTime<Utc>) -> MakeContext {
    MakeContext {
        listed: build::listed(1, build::user_id(5)),
        buyer: build::user_id(6),
        role: Role::Buyer,
        standing: Standing::Active,
        counterpart: Standing::Active,
        are_blocked: false,
        offers: vec![],
        now,
    }
}

/// What it finds for an answer of person 5 to that offer.
fn answering(actor: UserId) -> AnswerContext {
    let MakeContext { listed, standing, counterpart, are_blocked, .. } = making(fixed::now());
    let (offer, now) = (build::offer(7, 6, 5, 40_000), fixed::now());
    AnswerContext { listed, offer, others: vec![], actor, standing, counterpart, are_blocked, now }
}

#[tokio::test]
async fn what_is_made_is_what_the_rule_decided_at_the_time_of_the_store() {
    let late = fixed::now() + TimeDelta::minutes(3);
    let mut repository = MockOfferRepository::new();
    repository
        .expect_make()
        .withf(|product, _, proposal, _, _| {
            *product == build::product_id(1) && proposal.amount_minor() == 40_000
        })
        .times(1)
        .returning(move |_, _, _, decide, _| decide(making(late)).map_err(DecideError::Refused));
    let made = offers(repository).make(build::product_id(1), build::user_id(6), &form(40_000), None).await;
    let offer = made.unwrap().offer;
    assert_eq!((offer.id, offer.created_at), (build::offer_id(1), late));
}

#[tokio::test]
async fn a_bad_form_is_refused_before_the_store_is_asked() {
    let offers = offers(MockOfferRepository::new());
    let made = offers.make(build::product_id(1), build::user_id(6), &form(0), None).await;
    assert!(matches!(made, Err(ProposeError::Invalid(_))));
    let countered = offers.counter(build::offer_id(7), build::user_id(5), &form(-1), None).await;
    assert!(matches!(countered, Err(ProposeError::Invalid(_))));
}

#[tokio::test]
async fn answers_are_the_rules() {
    let mut repository = MockOfferRepository::new();
    repository
        .expect_accept()
        .returning(|_, actor, decide, _| decide(answering(actor)).map_err(DecideError::Refused));
    repository
        .expect_reject()
        .returning(|_, actor, decide| decide(answering(actor)).map_err(DecideError::Refused));
    repository
        .expect_cancel()
        .returning(|_, actor, decide| decide(answering(actor)).map_err(DecideError::Refused));
    repository
        .expect_counter()
        .returning(|_, actor, decide, _| decide(answering(actor)).map_err(DecideError::Refused));
    let offers = offers(repository);
    let (id, seller, buyer) = (build::offer_id(7), build::user_id(5), build::user_id(6));
    let accepted = offers.accept(id, seller, None).await.unwrap();
    assert_eq!(accepted.transaction.pay_by, fixed::now() + TimeDelta::hours(24));
    assert_eq!(accepted.transaction.split.fee_minor(), 4_000);
    let rejected = offers.reject(id, seller).await.unwrap();
    assert!(matches!(rejected.state, OfferState::Rejected { .. }));
    let cancelled = offers.cancel(id, buyer).await.unwrap();
    assert!(matches!(cancelled.state, OfferState::Cancelled { .. }));
    let countered = offers.counter(id, seller, &form(42_000), None).await.unwrap();
    assert_eq!((countered.offer.parent, countered.offer.round), (Some(id), 2));
    let wrong = offers.accept(id, buyer, None).await;
    assert_eq!(wrong, Err(DecideError::Refused(OfferRefusal::WrongSide)));
}

#[tokio::test]
async fn all_offers_are_turned_down_and_counted() {
    let mut repository = MockOfferRepository::new();
    repository.expect_reject_all().returning(|_, actor, decide| {
        let pending = vec![build::offer(7, 6, 5, 40_000), build::offer(8, 9, 5, 41_000)];
        let (listed, now) = (build::listed(1, build::user_id(5)), fixed::now());
        let context = ReceivedContext { listed, actor, standing: Standing::Active, pending, now };
        let lost: Result<Vec<Lost>, _> = decide(context);
        lost.map_err(DecideError::Refused)
    });
    let offers = offers(repository);
    assert_eq!(offers.reject_all(build::product_id(1), build::user_id(5)).await, Ok(2));
    let refused = offers.reject_all(build::product_id(1), build::user_id(6)).await;
    assert_eq!(refused, Err(DecideError::Refused(OfferRefusal::NotTheSeller)));
}

#[tokio::test]
async fn an_offer_is_its_two_sides_alone_and_has_expired_when_its_time_is_over() {
    let mut over = build::offer(7, 6, 5, 40_000);
    over.expires_at = fixed::now();
    assert_eq!(over.amount, Price::new(40_000, Currency::parse("EUR").unwrap()).unwrap());
    let mut repository = MockOfferRepository::new();
    let found = over.clone();
    repository.expect_find().returning(move |_| Ok(Some(found.clone())));
    repository
        .expect_list()
        .withf(|query| query.now == fixed::now() && query.role == Some(Party::Buyer))
        .returning(move |_| Ok(Page { items: vec![over.clone()], next: None }));
    let offers = offers(repository);
    for side in [5, 6] {
        let seen = offers.find(build::offer_id(7), build::user_id(side)).await.unwrap().unwrap();
        assert_eq!(seen.state, OfferState::Expired);
    }
    assert_eq!(offers.find(build::offer_id(7), build::user_id(4)).await, Ok(None));
    let filter = OfferFilter { role: Some(Party::Buyer), ..OfferFilter::default() };
    let page = offers.list(build::user_id(6), filter, None, Limit::default()).await.unwrap();
    assert_eq!(page.items[0].state, OfferState::Expired);
}
