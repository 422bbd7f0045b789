//! Offers. `ada` (1) sells listing 1, `bob` (2) made offer 7 for it; `root` (3) has nothing to do with either.

use axum::http::{HeaderValue, Method, header};
use chrono::TimeDelta;
use serde_json::{Value, json};
use souk_domain::{
    id::UserId,
    offer::{
        AnswerContext, MakeContext, Offer, OfferPosition, OfferRefusal, OfferState, Party, ReceivedContext,
    },
    page::Page,
    product::ProductState,
    user::{Role, Standing},
};
use souk_ports::{DecideError, idempotency::Answered, offer::MockOfferRepository};
use souk_testkit::{build, fixed::now};

use super::{Answer, Ports, get, post, request, send};

pub(super) const MAKE: &str = "/v1/products/00000000-0000-0000-0000-000000000001/offers";
pub(super) const REJECT_ALL: &str = "/v1/products/00000000-0000-0000-0000-000000000001/offers/reject-all";
pub(super) const OFFER: &str = "/v1/offers/00000000-0000-0000-0000-000000000007";
pub(super) const ACCEPT: &str = "/v1/offers/00000000-0000-0000-0000-000000000007/accept";
pub(super) const REJECT: &str = "/v1/offers/00000000-0000-0000-0000-000000000007/reject";
pub(super) const CANCEL: &str = "/v1/offers/00000000-0000-0000-0000-000000000007/cancel";
pub(super) const COUNTER: &str = "/v1/offers/00000000-0000-0000-0000-000000000007/counter";

fn making(buyer: UserId) -> MakeContext {
    MakeContext {
        listed: build::listed(1, build::user_id(1)),
        buyer,
        role: Role::Buyer,
        standing: Standing::Active,
        counterpart: Standing::Active,
        are_blocked: false,
        offers: vec![],
        now: now(),
    }
}

fn answering(actor: UserId) -> AnswerContext {
    AnswerContext {
        listed: build::listed(1, build::user_id(1)),
        offer: offer(),
        others: vec![],
        actor,
        standing: Standing::Active,
        counterpart: Standing::Active,
        are_blocked: false,
        now: now(),
    }
}

/// The offer of `bob`.
fn offer() -> Offer {
    build::offer(7, 2, 1, 40_000)
}

/// A store that asks the rules.
pub(super) fn store() -> MockOfferRepository {
    with(|_| {}, |_| {})
}

/// The same, with something changed of what it finds.
fn with(
    for_new: impl Fn(&mut MakeContext) + Send + Sync + 'static,
    for_answer: impl Fn(&mut AnswerContext) + Send + Sync + Clone + 'static,
) -> MockOfferRepository {
    let answering = move |actor| {
        let mut context = answering(actor);
        for_answer(&mut context);
        context
    };
    let mut store = MockOfferRepository::new();
    store.expect_make().returning(move |_, buyer, _, decide, _| {
        let mut context = making(buyer);
        for_new(&mut context);
        decide(context).map_err(DecideError::Refused)
    });
    let context = answering.clone();
    store
        .expect_accept()
        .returning(move |_, actor, decide, _| decide(context(actor)).map_err(DecideError::Refused));
    let context = answering.clone();
    store
        .expect_reject()
        .returning(move |_, actor, decide| decide(context(actor)).map_err(DecideError::Refused));
    let context = answering.clone();
    store
        .expect_cancel()
        .returning(move |_, actor, decide| decide(context(actor)).map_err(DecideError::Refused));
    store
        .expect_counter()
        .returning(move |_, actor, decide, _| decide(answering(actor)).map_err(DecideError::Refused));
    store.expect_reject_all().returning(|_, actor, decide| {
        let (listed, standing) = (build::listed(1, build::user_id(1)), Standing::Active);
        let context = ReceivedContext { listed, actor, standing, pending: vec![offer()], now: now() };
        decide(context).map_err(DecideError::Refused)
    });
    store.expect_find().returning(|id| Ok(Some(offer()).filter(|offer| offer.id == id)));
    store.expect_list().returning(|query| {
        let own = [offer(), Offer { id: build::offer_id(6), ..offer() }].into_iter();
        let side = own.filter(|offer| offer.party(query.user).is_some());
        let behind = |offer: &Offer| query.after.is_none_or(|OfferPosition { id, .. }| offer.id < id);
        Ok(Page::of(side.filter(behind).collect(), query.limit, Offer::position))
    });
    store
}

fn ports(offers: MockOfferRepository) -> Ports {
    Ports { offers, ..Ports::default() }
}

#[tokio::test]
async fn an_offer_is_made_and_answered() {
    let router = ports(store()).router();
    let body = json!({"amount_minor": 40_000, "message": "Today?", "expires_in_hours": 2});
    let made = post(&router, MAKE, "bob", &body).await;
    assert_eq!(made.status, 201);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(made.headers[header::LOCATION], format!("/v1/offers/{id}"));
    insta::assert_json_snapshot!("an_offer_was_made", made.json());
    let accepted = post(&router, ACCEPT, "ada", &Value::Null).await;
    assert_eq!(accepted.status, 200);
    insta::assert_json_snapshot!("an_offer_was_accepted", accepted.json());
    let status = |answer: &Answer| {
        (answer.status.as_u16(), answer.json()["status"].clone(), answer.json()["status_reason"].clone())
    };
    let rejected = post(&router, REJECT, "ada", &Value::Null).await;
    assert_eq!(status(&rejected), (200, json!("rejected"), json!("declined")));
    let cancelled = post(&router, CANCEL, "bob", &Value::Null).await;
    assert_eq!(status(&cancelled), (200, json!("cancelled"), json!("withdrawn")));
    let countered = post(&router, COUNTER, "ada", &json!({"amount_minor": 42_500})).await;
    assert_eq!(status(&countered), (201, json!("pending"), Value::Null));
    assert_eq!((&countered.json()["proposed_by"], &countered.json()["round"]), (&json!("seller"), &json!(2)));
    assert!(countered.headers[header::LOCATION].to_str().unwrap().starts_with("/v1/offers/"));
    let all = post(&router, REJECT_ALL, "ada", &Value::Null).await;
    assert_eq!((all.status.as_u16(), all.json()), (200, json!({"rejected": 1})));
}

#[tokio::test]
async fn every_refusal_has_a_status_and_a_code_of_its_own() {
    type New = fn(&mut MakeContext);
    type Answering = fn(&mut AnswerContext);
    let new: [(New, u16, &str); 12] = [
        (|it| it.buyer = build::user_id(1), 403, "own_product"),
        (|it| it.listed.state = ProductState::Archived { at: now(), sold: None }, 404, "not_found"),
        (|it| it.standing = Standing::Suspended, 403, "account_suspended"),
        (|it| it.role = Role::Seller, 403, "not_a_buyer"),
        (|it| it.are_blocked = true, 403, "blocked"),
        (|it| it.listed.terms.enabled = false, 409, "offers_not_allowed"),
        (|it| it.listed.state = ProductState::Reserved, 409, "product_not_available"),
        (|it| it.counterpart = Standing::Banned, 409, "counterpart_unavailable"),
        (|it| it.offers.push(offer()), 409, "offer_already_pending"),
        (
            |it| {
                it.offers = vec![Offer { state: OfferState::Expired, ..offer() }; 3];
            },
            409,
            "offer_limit_reached",
        ),
        (|it| it.listed.terms.min_offer = Some(40_001), 422, "below_minimum"),
        (|it| it.listed.price = build::offer(1, 2, 1, 39_999).amount, 422, "above_price"),
    ];
    for (change, status, code) in new {
        let router = ports(with(change, |_| {})).router();
        let refused = post(&router, MAKE, "bob", &json!({"amount_minor": 40_000})).await;
        assert_eq!(refused.problem(), (status, code.to_owned()));
        let fields = if status == 422 { json!([["amount_minor", code]]) } else { json!([]) };
        let named = refused.json()["errors"].as_array().cloned().unwrap_or_default();
        let named: Vec<_> = named.iter().map(|error| json!([error["field"], error["code"]])).collect();
        assert_eq!(json!(named), fields);
    }
    let answers: [(Answering, u16, &str); 7] = [
        (|it| it.offer.expires_at = now(), 409, "offer_expired"),
        (|it| it.offer.state = OfferState::Accepted { at: now() }, 409, "offer_not_pending"),
        (|it| it.offer.proposed_by = Party::Seller, 403, "wrong_side"),
        (|it| it.actor = build::user_id(3), 404, "not_found"),
        (|it| it.standing = Standing::Banned, 403, "account_suspended"),
        (|it| it.are_blocked = true, 403, "blocked"),
        (|it| it.listed.state = ProductState::Sold { at: now() }, 409, "product_not_available"),
    ];
    for (change, status, code) in answers {
        let router = ports(with(|_| {}, change)).router();
        for (path, body) in [(ACCEPT, Value::Null), (COUNTER, json!({"amount_minor": 42_000}))] {
            let refused = post(&router, path, "ada", &body).await;
            assert_eq!(refused.problem(), (status, code.to_owned()), "{path}");
        }
    }
    let router = ports(store()).router();
    let low = post(&router, COUNTER, "ada", &json!({"amount_minor": 40_000})).await;
    assert_eq!(low.problem(), (422, "not_above_offer".to_owned()));
    let back = |it: &mut AnswerContext| it.offer.proposed_by = Party::Seller;
    let router = ports(with(|_| {}, back)).router();
    let high = post(&router, COUNTER, "bob", &json!({"amount_minor": 40_000})).await;
    assert_eq!(high.problem(), (422, "not_below_offer".to_owned()));
    let not_theirs = post(&router, REJECT_ALL, "bob", &Value::Null).await;
    assert_eq!(not_theirs.problem(), (403, "not_the_seller".to_owned()));
}

#[tokio::test]
async fn forms_are_strict() {
    let router = ports(store()).router();
    for (body, status) in [
        (json!({"amount_minor": 40_000, "seller_id": build::user_id(3).to_string()}), 422),
        (json!({"amount_minor": 40_000, "expires_in_hours": 0}), 422),
        (json!({"amount_minor": 40_000, "expires_in_hours": 121}), 422),
        (json!({"amount_minor": 1.5}), 422),
        (json!({"amount_minor": -1}), 422),
        (json!({}), 422),
    ] {
        assert_eq!(
            post(&router, MAKE, "bob", &body).await.problem(),
            (status, "invalid_fields".to_owned()),
            "{body}"
        );
    }
    let unknown = post(&router, ACCEPT, "ada", &json!({"amount_minor": 1})).await;
    assert_eq!(unknown.problem(), (422, "invalid_fields".to_owned()), "an answer says nothing but itself");
    assert_eq!(post(&router, ACCEPT, "ada", &json!({})).await.status, 200);
}

#[tokio::test]
async fn offers_are_found_by_their_two_sides_alone() {
    let router = ports(store()).router();
    for side in ["ada", "bob"] {
        assert_eq!(get(&router, OFFER, side).await.json()["id"], json!(build::offer_id(7).as_uuid()));
    }
    let stranger = get(&router, OFFER, "root").await;
    let missing = get(&router, "/v1/offers/00000000-0000-0000-0000-000000000099", "bob").await;
    assert_eq!((stranger.status.as_u16(), &stranger.body), (404, &missing.body));

    let first = get(&router, "/v1/offers?role=buyer&status=pending&limit=1", "bob").await.json();
    assert_eq!(first["data"][0]["id"], json!(build::offer_id(7).as_uuid()));
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = get(&router, &format!("/v1/offers?limit=1&cursor={cursor}"), "bob").await.json();
    assert_eq!(second["data"][0]["id"], json!(build::offer_id(6).as_uuid()));
    assert_eq!(second["next_cursor"], Value::Null);
    let stolen = get(&router, &format!("/v1/offers?cursor={cursor}"), "ada").await;
    assert_eq!(stolen.problem(), (400, "invalid_cursor".to_owned()));
    assert_eq!(get(&router, "/v1/offers", "root").await.json()["data"], json!([]));
    for bad in ["role=admin", "status=open", "limit=0", "product_id=x", "side=buyer"] {
        let refused = get(&router, &format!("/v1/offers?{bad}"), "bob").await;
        assert!([400, 422].contains(&refused.status.as_u16()), "{bad}: {}", refused.status);
    }
}

#[tokio::test]
async fn an_offer_whose_time_is_over_is_shown_as_expired() {
    let mut store = MockOfferRepository::new();
    store.expect_find().returning(|_| Ok(Some(Offer { expires_at: now() - TimeDelta::hours(1), ..offer() })));
    let seen = get(&ports(store).router(), OFFER, "ada").await.json();
    assert_eq!((&seen["status"], &seen["status_reason"]), (&json!("expired"), &Value::Null));
}

/// Accepting has no body, and a key all the same.
#[tokio::test]
async fn a_repeated_acceptance_gets_the_first_answer() {
    let mut ports = Ports::default();
    let kept = std::sync::Arc::new(std::sync::Mutex::new(None::<Answered>));
    let find = kept.clone();
    ports.answers.expect_find().returning(move |_, _, _| Ok(find.lock().unwrap().clone()));
    ports.offers.expect_accept().times(1).returning(move |_, actor, decide, once| {
        let acceptance = decide(answering(actor)).map_err(DecideError::Refused)?;
        let once = once.unwrap();
        let (fingerprint, answer) = (once.claim.fingerprint, (once.answer)(&acceptance));
        *kept.lock().unwrap() = Some(Answered { fingerprint, answer });
        Ok(acceptance)
    });
    let router = ports.router();
    let accept = || {
        let mut request = request(Method::POST, ACCEPT, "ada", &Value::Null);
        request.headers_mut().insert("idempotency-key", HeaderValue::from_static("k"));
        request
    };
    let (first, again) = (send(&router, accept()).await, send(&router, accept()).await);
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (200, 200));
    assert_eq!(first.body, again.body);
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert!(first.json()["transaction"]["id"].is_string());
}

/// Which of the rules says no is for the rules to say; that there is no refusal without words is for here.
#[test]
fn refusals_tell_no_amounts() {
    let words = OfferRefusal::BelowMinimum.to_string();
    assert!(!words.chars().any(|c| c.is_ascii_digit()), "the floor is the seller's secret: {words}");
}
