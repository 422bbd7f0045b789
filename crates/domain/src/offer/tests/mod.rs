//! The rules of offers: who may do what to which, for how much, and until when.

mod answering;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    event::EventKind,
    id::{ProductId, TransactionId},
    money::Currency,
    product::{Category, Feed, OfferTerms, ProductState},
    slug::Slug,
    transaction::{FeeSchedule, FeeSchedules},
    user::{Role, Standing},
};

fn user(n: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(n))
}

fn offer_id(n: u128) -> OfferId {
    OfferId::from_uuid(Uuid::from_u128(n))
}

const DEAL: TransactionId = TransactionId::from_uuid(Uuid::from_u128(77));

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn price(minor: i64) -> Price {
    Price::new(minor, Currency::DEFAULT).unwrap()
}

fn rules() -> OfferRules {
    OfferRules {
        lifetime: TimeDelta::hours(48),
        shortest: TimeDelta::hours(1),
        longest: TimeDelta::days(5),
        per_product: 3,
        pay_within: TimeDelta::hours(24),
        fees: FeeSchedules::new(FeeSchedule::share(1000).unwrap(), vec![]),
    }
}

/// The listing of person 1, for 1,000.
fn listed() -> Listed {
    Listed {
        id: ProductId::from_uuid(Uuid::from_u128(5)),
        seller: user(1),
        category: Category::Other,
        feed: Feed::Community,
        price: price(1_000),
        terms: OfferTerms { enabled: true, min_offer: None, auto_accept: None, auto_decline: None },
        state: ProductState::Available,
    }
}

/// An offer of this buyer, made an hour ago.
fn offer(n: u128, buyer: u128, minor: i64) -> Offer {
    let created_at = now() - TimeDelta::hours(1);
    Offer {
        id: offer_id(n),
        product: listed().id,
        buyer: user(buyer),
        seller: user(1),
        conversation: None,
        proposed_by: Party::Buyer,
        parent: None,
        round: 1,
        amount: price(minor),
        message: None,
        state: OfferState::Pending,
        expires_at: created_at + TimeDelta::hours(48),
        created_at,
        updated_at: created_at,
    }
}

/// Person 2 wants the listing.
fn making() -> MakeContext {
    MakeContext {
        listed: listed(),
        buyer: user(2),
        role: Role::Buyer,
        standing: Standing::Active,
        counterpart: Standing::Active,
        are_blocked: false,
        offers: vec![],
        now: now(),
    }
}

/// The seller is about to answer the offer of person 2 for 700.
fn answering() -> AnswerContext {
    AnswerContext {
        listed: listed(),
        offer: offer(1, 2, 700),
        others: vec![offer(2, 3, 800)],
        actor: user(1),
        standing: Standing::Active,
        counterpart: Standing::Active,
        are_blocked: false,
        now: now(),
    }
}

fn form(amount_minor: i64) -> OfferForm {
    OfferForm { amount_minor, message: None, expires_in_hours: None }
}

fn proposal(amount_minor: i64) -> Proposal {
    Proposal::check(&form(amount_minor), &rules()).unwrap()
}

fn make(context: MakeContext, minor: i64) -> Result<Made, OfferRefusal> {
    context.make(offer_id(9), DEAL, proposal(minor), &rules())
}

fn kinds(events: &[crate::event::Event]) -> Vec<EventKind> {
    events.iter().map(|event| event.fact.kind()).collect()
}

#[test]
fn states_survive_their_words_and_contradictions_are_seen() {
    let at = now();
    let mut states = vec![OfferState::Pending, OfferState::Accepted { at }, OfferState::Expired];
    states.push(OfferState::Lapsed { accepted_at: at });
    states.extend(
        [Withdrawal::Withdrawn, Withdrawal::AccountClosed].map(|reason| OfferState::Cancelled { at, reason }),
    );
    let rejections = [
        Rejection::Declined,
        Rejection::Countered,
        Rejection::AutoDeclined,
        Rejection::ItemSold,
        Rejection::ItemArchived,
        Rejection::AccountClosed,
    ];
    states.extend(rejections.map(|reason| OfferState::Rejected { at, reason }));
    for state in &states {
        let found = OfferState::of(state.status(), state.reason(), state.responded_at());
        assert_eq!(found, Some(*state));
    }
    // Of all combinations only those, and an expired offer that had an answer of which nothing is known any more.
    let reasons = || OfferReason::ALL.iter().copied().map(Some).chain([None]);
    let all = OfferStatus::ALL.iter().flat_map(|status| reasons().map(move |reason| (*status, reason)));
    let good =
        all.flat_map(|(status, reason)| [None, Some(at)].map(|when| OfferState::of(status, reason, when)));
    assert_eq!(good.flatten().count(), states.len() + 1);
}

#[test]
fn forms_name_everything_that_is_wrong() {
    let form = OfferForm { amount_minor: 0, message: Some("\u{7}".to_owned()), expires_in_hours: Some(121) };
    let wrong = Proposal::check(&form, &rules()).unwrap_err();
    let wrong: Vec<_> = wrong.iter().map(|wrong| format!("{} {}", wrong.field, wrong.code)).collect();
    assert_eq!(
        wrong,
        ["amount_minor out_of_range", "message invalid_character", "expires_in_hours out_of_range"]
    );
    for (hours, good) in [(0, false), (1, true), (120, true), (i64::MAX, false), (i64::MIN, false)] {
        let form = OfferForm { expires_in_hours: Some(hours), ..self::form(5) };
        assert_eq!(Proposal::check(&form, &rules()).is_ok(), good, "{hours}");
    }
    let empty = OfferForm { message: Some("  ".to_owned()), ..self::form(5) };
    assert_eq!(Proposal::check(&empty, &rules()).unwrap().message, None);
}

#[test]
fn an_offer_waits_for_two_days_unless_its_maker_says_otherwise() {
    let made = make(making(), 700).unwrap();
    assert_eq!(
        (made.offer.state, made.offer.expires_at),
        (OfferState::Pending, now() + TimeDelta::hours(48))
    );
    assert_eq!((made.offer.round, made.offer.parent, &made.acceptance), (1, None, &None));
    assert_eq!(kinds(&made.events()), [EventKind::OfferCreated]);
    let hasty = OfferForm { expires_in_hours: Some(2), ..form(700) };
    let hasty = Proposal::check(&hasty, &rules()).unwrap();
    let made = making().make(offer_id(9), DEAL, hasty, &rules()).unwrap();
    assert_eq!(made.offer.expires_at, now() + TimeDelta::hours(2));
}

#[test]
fn every_reason_against_an_offer_has_its_refusal() {
    type Change = fn(&mut MakeContext);
    let cases: [(Change, OfferRefusal); 15] = [
        (|it| it.buyer = user(1), OfferRefusal::OwnProduct),
        (|it| it.listed.state = ProductState::Archived { at: now(), sold: None }, OfferRefusal::NotFound),
        (|it| it.standing = Standing::Suspended, OfferRefusal::Suspended),
        (|it| it.standing = Standing::Banned, OfferRefusal::Suspended),
        (|it| it.role = Role::Seller, OfferRefusal::NotABuyer),
        (|it| it.are_blocked = true, OfferRefusal::Blocked),
        (|it| it.listed.feed = Feed::Discover, OfferRefusal::OffersNotAllowed),
        (|it| it.listed.terms.enabled = false, OfferRefusal::OffersNotAllowed),
        (|it| it.listed.state = ProductState::Reserved, OfferRefusal::ProductNotAvailable),
        (|it| it.listed.state = ProductState::Sold { at: now() }, OfferRefusal::ProductNotAvailable),
        (|it| it.counterpart = Standing::Suspended, OfferRefusal::CounterpartUnavailable),
        (|it| it.offers.push(offer(1, 2, 600)), OfferRefusal::AlreadyPending),
        (|it| it.listed.price = price(699), OfferRefusal::AbovePrice),
        (|it| it.listed.terms.min_offer = Some(701), OfferRefusal::BelowMinimum),
        (|it| it.listed.price = price(1_401), OfferRefusal::BelowMinimum),
    ];
    for (change, refusal) in cases {
        let mut context = making();
        change(&mut context);
        assert_eq!(make(context, 700), Err(refusal));
    }
    // The offers of others are in nobody's way.
    assert!(make(MakeContext { offers: vec![offer(1, 3, 600)], ..making() }, 700).is_ok());
}

#[test]
fn three_offers_a_buyer_and_listing() {
    let ended = |n, state| Offer { state, ..offer(n, 2, 600) };
    let rejected = |reason| OfferState::Rejected { at: now(), reason };
    let withdrawn = OfferState::Cancelled { at: now(), reason: Withdrawal::Withdrawn };
    let count = [rejected(Rejection::Declined), withdrawn, OfferState::Expired];
    let mut offers: Vec<_> = (1..).zip(count).map(|(n, state)| ended(n, state)).collect();
    assert_eq!(
        make(MakeContext { offers: offers.clone(), ..making() }, 700),
        Err(OfferRefusal::LimitReached)
    );
    let generous = OfferRules { per_product: 4, ..rules() };
    let context = MakeContext { offers: offers.clone(), ..making() };
    assert!(context.make(offer_id(9), DEAL, proposal(700), &generous).is_ok());
    // A seller's counter that the buyer declined is none of the three, nor is what neither of them ended.
    offers[0].proposed_by = Party::Seller;
    assert!(make(MakeContext { offers: offers.clone(), ..making() }, 700).is_ok());
    offers.push(ended(4, rejected(Rejection::ItemSold)));
    offers.push(Offer { buyer: user(3), ..ended(5, rejected(Rejection::Declined)) });
    assert!(make(MakeContext { offers, ..making() }, 700).is_ok());
}

#[test]
fn an_offer_whose_time_is_over_makes_room_for_another_one() {
    let over = Offer { expires_at: now(), ..offer(1, 2, 600) };
    let made = make(MakeContext { offers: vec![over], ..making() }, 700).unwrap();
    let expired = made.expired.as_ref().unwrap();
    assert_eq!((expired.id, expired.state), (offer_id(1), OfferState::Expired));
    assert_eq!(kinds(&made.events()), [EventKind::OfferExpired, EventKind::OfferCreated]);
    assert_eq!(made.posts().len(), 2);
}

#[test]
fn sellers_decide_beforehand() {
    let terms = OfferTerms { auto_accept: Some(900), auto_decline: Some(600), ..listed().terms };
    let context = |minor| {
        let offers = vec![offer(1, 3, 550), Offer { expires_at: now(), ..offer(2, 4, 560) }];
        make(MakeContext { listed: Listed { terms, ..listed() }, offers, ..making() }, minor).unwrap()
    };
    let declined = context(600);
    let reason = Rejection::AutoDeclined;
    assert_eq!(declined.offer.state, OfferState::Rejected { at: now(), reason });
    assert_eq!(kinds(&declined.events()), [EventKind::OfferCreated, EventKind::OfferRejected]);
    assert_eq!(context(601).offer.state, OfferState::Pending);
    let accepted = context(900);
    assert_eq!(accepted.offer.state, OfferState::Accepted { at: now() });
    let acceptance = accepted.acceptance.as_ref().unwrap();
    assert_eq!((acceptance.transaction.split.subtotal(), acceptance.lost.len()), (price(900), 2));
    let told = [
        EventKind::OfferCreated,
        EventKind::OfferAccepted,
        EventKind::TransactionCreated,
        EventKind::OfferRejected,
        EventKind::OfferExpired,
    ];
    assert_eq!(kinds(&accepted.events()), told);
}

proptest! {
    #[test]
    fn nothing_is_accepted_at_or_after_its_time(micros in -5_000_000..5_000_000_i64) {
        let at = now() + TimeDelta::microseconds(micros);
        let context = AnswerContext { now: at, offer: Offer { expires_at: now(), ..offer(1, 2, 700) }, ..answering() };
        let expected = if micros < 0 { Ok(()) } else { Err(OfferRefusal::Expired) };
        prop_assert_eq!(context.accept(DEAL, &rules()).map(|_| ()), expected);
        let swept = Offer { expires_at: now(), ..offer(1, 2, 700) }.expire(at);
        prop_assert_eq!(swept.is_some(), micros >= 0, "either it can be accepted or it has expired");
    }

    #[test]
    fn whatever_is_made_lies_between_the_floor_and_the_price(
        list in 1..=Price::MAX_MINOR,
        min in proptest::option::of(1..=Price::MAX_MINOR),
        minor in 1..=Price::MAX_MINOR,
    ) {
        let price = price(list);
        let terms = OfferTerms { min_offer: min.filter(|min| *min <= list), ..listed().terms };
        let made = make(MakeContext { listed: Listed { price, terms, ..listed() }, ..making() }, minor);
        let floor = terms.floor(price);
        match made {
            Ok(made) => prop_assert!((floor..=list).contains(&made.offer.amount.minor())),
            Err(OfferRefusal::BelowMinimum) => prop_assert!(minor < floor),
            Err(refusal) => prop_assert!(refusal == OfferRefusal::AbovePrice && minor > list),
        }
    }
}
