//! Verification: asking for it, proving it, reviewing it.

use std::sync::{Arc, Mutex};

use axum::http::header;
use chrono::TimeDelta;
use serde_json::{Value, json};
use souk_domain::{
    admin::Subject,
    contact::{Email, Phone},
    id::{UserId, VerificationId},
    page::Page,
    user::{Role, Standing},
    verification::{
        Account, Channel, Code, CodeKey, DocumentForm, Evidence, Paper, Rejection, Verification,
        VerificationPosition, VerificationScope, VerificationState, VerificationStatus, VerificationType,
    },
};
use souk_ports::{DecideError, admin::MockAdminRepository, verification::MockVerificationRepository};
use souk_testkit::{build, fixed::now};

use super::{Ports, get, post};

/// Makes the account that a rule sees where an attempt begins.
type Begin = fn(UserId) -> Account;
/// Makes the account that a rule sees where an attempt goes on.
type GoOn = fn(UserId, Channel) -> Account;
/// Makes another attempt of one.
type Change = fn(&mut Verification);

const MINE: &str = "/v1/me/verifications";
const QUEUE: &str = "/v1/admin/verifications";
/// The attempt with a document.
pub(super) const APPROVE: &str = "/v1/admin/verifications/00000000-0000-0000-0000-000000000007/approve";
pub(super) const REJECT: &str = "/v1/admin/verifications/00000000-0000-0000-0000-000000000007/reject";

/// The key under which the tests' codes are hashed. Every code is 123456.
pub(super) fn code_key() -> CodeKey {
    CodeKey::new([5; 32])
}

fn account(user: UserId) -> Account {
    Account {
        user,
        standing: Standing::Active,
        email: Email::parse("ada@example.com").unwrap(),
        phone: Some(Phone::parse("+4930123456").unwrap()),
        current: None,
        sent_at: vec![],
    }
}

fn id(n: u128) -> VerificationId {
    VerificationId::from_uuid(build::user_id(n).as_uuid())
}

/// An account to which the code was sent just now.
fn waiting(user: UserId, channel: Channel) -> Account {
    let asked = account(user).request_code(id(6), channel, &Code::of(123_456), &code_key(), now()).unwrap();
    Account { current: Some(asked.verification), sent_at: vec![now()], ..account(user) }
}

/// The document of person 9, waiting for review as attempt 7.
fn document() -> Verification {
    let form = DocumentForm { document: "media/7".to_owned(), note: Some("Front.".to_owned()) };
    let Ok(Evidence::Document(_, document)) = Evidence::check(VerificationType::Address, Some(&form)) else {
        panic!("an address is proved by a document")
    };
    account(build::user_id(9)).request_review(id(7), Paper::Address, document, now()).unwrap().verification
}

/// A store that asks the rules: nobody has begun anything where an attempt begins, everybody waits for the code where one
/// is confirmed or sent again, and the document waits where one is reviewed.
pub(super) fn store() -> MockVerificationRepository {
    with(account, waiting)
}

/// The same, with other accounts where an attempt begins, and where one goes on.
fn with(
    beginning: impl Fn(UserId) -> Account + Send + Sync + 'static,
    going_on: impl Fn(UserId, Channel) -> Account + Send + Sync + 'static,
) -> MockVerificationRepository {
    let going_on = Arc::new(going_on);
    let again = Arc::clone(&going_on);
    let mut store = MockVerificationRepository::new();
    store
        .expect_request()
        .returning(move |user, _, decide, _| decide(beginning(user)).map_err(DecideError::Refused));
    store
        .expect_resend()
        .returning(move |user, channel, decide| decide(again(user, channel)).map_err(DecideError::Refused));
    store.expect_confirm().returning(move |user, channel, decide| {
        decide(going_on(user, channel)).map_err(DecideError::Refused)
    });
    store.expect_review().returning(|id, decide| {
        if id == document().id {
            decide(document()).map(|(reviewed, _)| reviewed).map_err(DecideError::Refused)
        } else {
            Err(DecideError::NotFound)
        }
    });
    store.expect_list().returning(|_| Ok(Page { items: vec![document()], next: None }));
    store
}

/// The API on a store, with messages that go nowhere, and `root` for an admin.
fn ports(store: MockVerificationRepository) -> Ports {
    let mut admins = MockAdminRepository::new();
    admins
        .expect_find_subject()
        .returning(|id| Ok(Some(Subject { id, role: Role::Admin, standing: Standing::Active })));
    let mut ports = Ports { verifications: store, admins, ..Ports::default() };
    ports.mail.expect_send().returning(|_| Ok(()));
    ports.sms.expect_send().returning(|_, _| Ok(()));
    ports
}

#[tokio::test]
async fn a_code_is_asked_for_and_typed() {
    let router = ports(store()).router();
    let asked = post(&router, MINE, "ada", &json!({"verification_type": "email"})).await;
    assert_eq!(asked.status, 201);
    assert_eq!(asked.headers[header::LOCATION], MINE);
    insta::assert_json_snapshot!("a_code_was_sent", asked.json());
    let proved = post(&router, &format!("{MINE}/email/confirm"), "ada", &json!({"code": "123456"})).await;
    assert_eq!(proved.status, 200);
    insta::assert_json_snapshot!("the_code_was_right", proved.json());
    let resent = post(&router, &format!("{MINE}/phone/resend"), "ada", &Value::Null).await;
    assert_eq!((resent.status.as_u16(), &resent.json()["status"]), (202, &json!("pending")));
}

#[tokio::test]
async fn a_document_is_handed_in_by_reference() {
    let router = ports(store()).router();
    let data = json!({"document": "media/7", "note": "Front."});
    let body = json!({"verification_type": "government_id", "data": data});
    let asked = post(&router, MINE, "ada", &body).await;
    assert_eq!(asked.status, 201);
    insta::assert_json_snapshot!("a_document_waits_for_review", asked.json());
}

#[tokio::test]
async fn every_refusal_has_a_code_of_its_own() {
    let verified = |user| {
        let state = VerificationState::Verified { at: now(), reviewer: None };
        let current = waiting(user, Channel::Email).current.map(|attempt| Verification { state, ..attempt });
        Account { current, ..account(user) }
    };
    let busy = |user| {
        let sent_at = (0..3).map(|n| now() - TimeDelta::minutes(n)).collect();
        Account { sent_at, ..account(user) }
    };
    let email = json!({"verification_type": "email"});
    let phone = json!({"verification_type": "phone"});
    let suspended: Begin = |user| Account { standing: Standing::Suspended, ..account(user) };
    let no_phone: Begin = |user| Account { phone: None, ..account(user) };
    let pending: Begin = |user| waiting(user, Channel::Email);
    for (make, body, expected) in [
        (suspended, &email, (403, "account_suspended")),
        (no_phone, &phone, (409, "phone_missing")),
        (pending, &email, (409, "verification_pending")),
        (verified, &email, (409, "already_verified")),
        (busy, &email, (429, "too_many_codes")),
    ] {
        let answer = post(&ports(with(make, waiting)).router(), MINE, "ada", body).await;
        assert_eq!(answer.problem(), (expected.0, expected.1.to_owned()));
        if expected.0 == 429 {
            // The first of the three was two minutes ago.
            assert_eq!(answer.headers[header::RETRY_AFTER], "3481");
        }
    }
    let untried: GoOn = waiting;
    let late: GoOn = |user, channel| {
        let mut account = waiting(user, channel);
        if let Some(VerificationState::AwaitingCode(challenge)) =
            account.current.as_mut().map(|attempt| &mut attempt.state)
        {
            challenge.expires_at = now();
        }
        account
    };
    let last_try: GoOn = |user, channel| {
        let mut account = waiting(user, channel);
        if let Some(VerificationState::AwaitingCode(challenge)) =
            account.current.as_mut().map(|attempt| &mut attempt.state)
        {
            challenge.tries = 4;
        }
        account
    };
    let nothing: GoOn = |user, _| account(user);
    for (make, expected) in [
        (untried, (422, "wrong_code")),
        (last_try, (422, "too_many_tries")),
        (late, (409, "code_expired")),
        (nothing, (409, "verification_not_pending")),
    ] {
        let router = ports(with(account, make)).router();
        let answer = post(&router, &format!("{MINE}/email/confirm"), "ada", &json!({"code": "000000"})).await;
        assert_eq!(answer.problem(), (expected.0, expected.1.to_owned()));
    }
}

#[tokio::test]
async fn what_was_not_typed_as_it_should_be_is_named() {
    let router = ports(store()).router();
    for (body, field, code) in [
        (json!({}), "verification_type", "required"),
        (json!({"verification_type": "face"}), "verification_type", "unknown_value"),
        (json!({"verification_type": "email", "data": {"document": "x"}}), "data", "not_allowed"),
        (json!({"verification_type": "address"}), "data", "required"),
        (json!({"verification_type": "address", "data": {}}), "data.document", "required"),
        (json!({"verification_type": "address", "data": {"document": ""}}), "data.document", "required"),
        (json!({"verification_type": "address", "data": {"scan": "…"}}), "data.scan", "unknown_field"),
        (json!({"verification_type": "email", "status": "verified"}), "status", "unknown_field"),
    ] {
        let answer = post(&router, MINE, "ada", &body).await;
        assert_eq!(answer.problem(), (422, "invalid_fields".to_owned()), "{body}");
        let error = &answer.json()["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{body}");
    }
    let code = post(&router, &format!("{MINE}/email/confirm"), "ada", &json!({"code": "12345"})).await;
    assert_eq!(code.json()["errors"][0]["field"], "code");
    // Nothing is typed for a document.
    let path = format!("{MINE}/address/confirm");
    let document = post(&router, &path, "ada", &json!({"code": "123456"})).await;
    assert_eq!(document.problem(), (400, "invalid_path".to_owned()));
}

#[tokio::test]
async fn an_admin_reviews_with_a_reason_and_never_their_own() {
    let router = ports(store()).router();
    let approved = post(&router, APPROVE, "root", &Value::Null).await;
    assert_eq!(approved.status, 200);
    insta::assert_json_snapshot!("a_document_was_approved", approved.json());
    let rejected = post(&router, REJECT, "root", &json!({"reason": "Not legible."})).await;
    assert_eq!(rejected.json()["rejection_reason"], "Not legible.");
    let silent = post(&router, REJECT, "root", &json!({"reason": ""})).await;
    assert_eq!(silent.problem(), (422, "invalid_fields".to_owned()));
    let other = APPROVE.replace('7', "8");
    assert_eq!(post(&router, &other, "root", &Value::Null).await.problem(), (404, "not_found".to_owned()));

    let own: Change = |attempt| attempt.user = build::user_id(3);
    let by_code: Change = |attempt| attempt.document = None;
    let over: Change = |attempt| attempt.state = VerificationState::Rejected(Rejection::AccountClosed);
    for (change, expected) in [
        (own, (403, "own_verification")),
        (by_code, (409, "not_reviewable")),
        (over, (409, "verification_not_pending")),
    ] {
        let mut store = MockVerificationRepository::new();
        store.expect_review().returning(move |_, decide| {
            let mut attempt = document();
            change(&mut attempt);
            decide(attempt).map(|(reviewed, _)| reviewed).map_err(DecideError::Refused)
        });
        let answer = post(&ports(store).router(), APPROVE, "root", &Value::Null).await;
        assert_eq!(answer.problem(), (expected.0, expected.1.to_owned()));
    }
}

#[tokio::test]
async fn lists_go_on_where_their_cursors_say() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&seen);
    let mut store = MockVerificationRepository::new();
    store.expect_list().returning(move |query| {
        note.lock().unwrap().push((query.scope, query.after, query.limit.rows()));
        let next = Some(document().position());
        Ok(Page { items: vec![document()], next })
    });
    let router = ports(store).router();
    let own = get(&router, MINE, "ada").await.json();
    assert!(own["data"][0].get("user_id").is_none() && own["data"][0].get("reviewed_by").is_none(), "{own}");
    let queue = get(&router, &format!("{QUEUE}?status=rejected&limit=7"), "root").await.json();
    assert_eq!(queue["data"][0]["user_id"], build::user_id(9).to_string());
    let (mine, theirs) = (own["next_cursor"].as_str().unwrap(), queue["next_cursor"].as_str().unwrap());
    assert_eq!(get(&router, &format!("{MINE}?cursor={mine}"), "ada").await.status, 200);
    let on = format!("{QUEUE}?status=rejected&cursor={theirs}");
    assert_eq!(get(&router, &on, "root").await.status, 200);
    let after = Some(VerificationPosition { submitted_at: now(), id: id(7) });
    let (of, rejected) =
        (VerificationScope::Of(build::user_id(1)), VerificationScope::Reviews(VerificationStatus::Rejected));
    let expected = [(of, None, 20), (rejected, None, 7), (of, after, 20), (rejected, after, 20)];
    assert_eq!(*seen.lock().unwrap(), expected);
    // A cursor of one list is none of another.
    for (path, who) in [
        (format!("{MINE}?cursor={theirs}"), "ada"),
        (format!("{MINE}?cursor={mine}"), "bob"),
        (format!("{QUEUE}?cursor={theirs}"), "root"),
    ] {
        let answer = get(&router, &path, who).await;
        assert_eq!(answer.problem(), (400, "invalid_cursor".to_owned()), "{path}");
    }
}
