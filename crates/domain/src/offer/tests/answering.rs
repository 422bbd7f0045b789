//! Answers to offers, and how offers end that nobody answers.

use super::*;

#[test]
fn accepting_ends_all_others_and_opens_the_deal() {
    let context = AnswerContext { others: vec![offer(2, 3, 800), offer(3, 4, 900)], ..answering() };
    let accepted = context.accept(DEAL, &rules()).unwrap();
    assert_eq!(accepted.offer.state, OfferState::Accepted { at: now() });
    let lost: Vec<_> = accepted.lost.iter().map(|Lost(offer)| (offer.id, offer.state)).collect();
    let sold = OfferState::Rejected { at: now(), reason: Rejection::ItemSold };
    assert_eq!(lost, [(offer_id(2), sold), (offer_id(3), sold)]);
    let deal = &accepted.transaction;
    assert_eq!((deal.offer, deal.buyer, deal.seller), (Some(offer_id(1)), user(2), user(1)));
    assert_eq!((deal.split.fee_minor(), deal.split.payout_minor()), (70, 630));
    assert_eq!(deal.pay_by, now() + TimeDelta::hours(24));
    // The winner's thread hears of the acceptance and of what comes next, each loser's of the sale.
    let posts = accepted.posts();
    assert_eq!(posts.iter().map(|post| post.buyer).collect::<Vec<_>>(), [2, 2, 3, 4].map(user));
    let ids: std::collections::BTreeSet<_> = posts.iter().map(|post| post.message).collect();
    assert_eq!(ids.len(), 4);
}

#[test]
fn only_the_side_that_received_an_offer_answers_it_and_only_the_other_takes_it_back() {
    type Act = fn(AnswerContext) -> Result<(), OfferRefusal>;
    let accept: Act = |it| it.accept(DEAL, &rules()).map(|_| ());
    let reject: Act = |it| it.reject().map(|_| ());
    let counter: Act = |it| {
        let minor = if it.offer.proposed_by == Party::Buyer { 900 } else { 600 };
        it.counter(offer_id(9), proposal(minor), &rules()).map(|_| ())
    };
    let cancel: Act = |it| it.cancel().map(|_| ());
    for proposed_by in [Party::Buyer, Party::Seller] {
        let by = |actor| AnswerContext {
            offer: Offer { proposed_by, ..offer(1, 2, 700) },
            actor: user(actor),
            ..answering()
        };
        let (maker, receiver) = if proposed_by == Party::Buyer { (2, 1) } else { (1, 2) };
        for act in [accept, reject, counter] {
            assert_eq!(act(by(receiver)), Ok(()));
            assert_eq!(act(by(maker)), Err(OfferRefusal::WrongSide));
        }
        assert_eq!(cancel(by(maker)), Ok(()));
        assert_eq!(cancel(by(receiver)), Err(OfferRefusal::WrongSide));
        for act in [accept, reject, counter, cancel] {
            assert_eq!(act(by(3)), Err(OfferRefusal::NotFound));
            let actor = if act(by(maker)).is_ok() { maker } else { receiver };
            let suspended = AnswerContext { standing: Standing::Suspended, ..by(actor) };
            assert_eq!(act(suspended), Err(OfferRefusal::Suspended));
            for state in [
                OfferState::Accepted { at: now() },
                OfferState::Rejected { at: now(), reason: Rejection::Declined },
                OfferState::Lapsed { accepted_at: now() },
                OfferState::Cancelled { at: now(), reason: Withdrawal::Withdrawn },
            ] {
                let mut over = by(actor);
                over.offer.state = state;
                assert_eq!(act(over), Err(OfferRefusal::NotPending));
            }
            let mut swept = by(actor);
            swept.offer.state = OfferState::Expired;
            assert_eq!(act(swept), Err(OfferRefusal::Expired));
        }
    }
}

#[test]
fn saying_no_is_possible_where_dealing_is_not() {
    let blocked = || AnswerContext { are_blocked: true, ..answering() };
    let gone = || AnswerContext { counterpart: Standing::Banned, ..answering() };
    let reserved =
        || AnswerContext { listed: Listed { state: ProductState::Reserved, ..listed() }, ..answering() };
    let contexts: [(fn() -> AnswerContext, OfferRefusal); 3] = [
        (blocked, OfferRefusal::Blocked),
        (gone, OfferRefusal::CounterpartUnavailable),
        (reserved, OfferRefusal::ProductNotAvailable),
    ];
    for (context, refusal) in contexts {
        assert_eq!(context().accept(DEAL, &rules()), Err(refusal));
        assert_eq!(context().counter(offer_id(9), proposal(900), &rules()), Err(refusal));
        assert!(context().reject().is_ok());
        assert!(AnswerContext { actor: user(2), ..context() }.cancel().is_ok());
    }
}

#[test]
fn a_counter_answers_and_asks_again() {
    let countered = answering().counter(offer_id(9), proposal(800), &rules()).unwrap();
    let reason = Rejection::Countered;
    assert_eq!(countered.answered.state, OfferState::Rejected { at: now(), reason });
    let counter = &countered.offer;
    assert_eq!((counter.parent, counter.round, counter.proposed_by), (Some(offer_id(1)), 2, Party::Seller));
    assert_eq!((counter.state, counter.expires_at), (OfferState::Pending, now() + TimeDelta::hours(48)));
    assert_eq!(kinds(&countered.events()), [EventKind::OfferCountered, EventKind::OfferCreated]);
}

#[test]
fn a_counter_goes_towards_the_other_one_and_stays_within_what_is_allowed() {
    let counter = |by, minor| {
        let proposed_by = if by == 1 { Party::Buyer } else { Party::Seller };
        let offer = Offer { proposed_by, ..offer(1, 2, 700) };
        let context = AnswerContext { offer, actor: user(by), ..answering() };
        context.counter(offer_id(9), proposal(minor), &rules()).map(|counter| counter.offer.amount.minor())
    };
    assert_eq!(counter(1, 700), Err(OfferRefusal::NotAboveOffer));
    assert_eq!(counter(1, 701), Ok(701));
    assert_eq!(counter(1, 1_000), Ok(1_000));
    assert_eq!(counter(1, 1_001), Err(OfferRefusal::AbovePrice));
    assert_eq!(counter(2, 700), Err(OfferRefusal::NotBelowOffer));
    assert_eq!(counter(2, 699), Ok(699));
    assert_eq!(counter(2, 499), Err(OfferRefusal::BelowMinimum));
    // A counter of the buyer is one of their three.
    let declined = OfferState::Rejected { at: now(), reason: Rejection::Declined };
    let others = (2..5).map(|n| Offer { state: declined, ..offer(n, 2, 600) }).collect();
    let offer = Offer { proposed_by: Party::Seller, ..offer(1, 2, 700) };
    let context = AnswerContext { offer, others, actor: user(2), ..answering() };
    assert_eq!(context.counter(offer_id(9), proposal(650), &rules()), Err(OfferRefusal::LimitReached));
}

#[test]
fn all_offers_can_be_turned_down_at_once_by_the_seller_alone() {
    let own = Offer { proposed_by: Party::Seller, ..offer(3, 4, 900) };
    let received = |actor, standing, state| {
        let pending = vec![offer(1, 2, 700), offer(2, 3, 800), own.clone()];
        let listed = Listed { state, ..listed() };
        ReceivedContext { listed, actor: user(actor), standing, pending, now: now() }.reject_all()
    };
    let available = ProductState::Available;
    let declined = received(1, Standing::Active, available).unwrap();
    let state = OfferState::Rejected { at: now(), reason: Rejection::Declined };
    let found: Vec<_> = declined.iter().map(|Lost(offer)| (offer.id, offer.state)).collect();
    assert_eq!(found, [(offer_id(1), state), (offer_id(2), state)]);
    assert_eq!(received(2, Standing::Active, available), Err(OfferRefusal::NotTheSeller));
    assert_eq!(received(1, Standing::Suspended, available), Err(OfferRefusal::Suspended));
    let archived = ProductState::Archived { at: now(), sold: None };
    assert_eq!(received(2, Standing::Active, archived), Err(OfferRefusal::NotFound));
}

#[test]
fn what_nobody_pays_lapses_with_its_offer() {
    let accepted = answering().accept(DEAL, &rules()).unwrap();
    let (deal, offer) = (accepted.transaction, accepted.offer);
    assert_eq!(Lapse::of(deal.clone(), Some(offer.clone()), deal.pay_by - TimeDelta::microseconds(1)), None);
    let at = deal.pay_by;
    let lapse = Lapse::of(deal, Some(offer.clone()), at).unwrap();
    assert_eq!(lapse.offer.as_ref().unwrap().state, OfferState::Lapsed { accepted_at: now() });
    assert_eq!(kinds(&lapse.events(at)), [EventKind::TransactionCancelled, EventKind::OfferExpired]);
    assert_ne!(lapse.posts()[0].message, offer.ended().unwrap().message);
}
