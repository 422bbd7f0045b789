//! Running the place, and how often one may ask.

use axum::http::{HeaderValue, Method, header};
use serde_json::{Value, json};
use souk_domain::{
    admin::{AdminAct, AdminActor, AuditEntry, Reason, Subject},
    id::AuditEntryId,
    page::Page,
    user::{Role, Standing, User},
};
use souk_http::{client::Peer, limit::RateLimits};
use souk_ports::DecideError;
use souk_testkit::{build, fixed::now};
use uuid::Uuid;

use super::{Ports, get, post, request, send};

/// A store whose admin is in this standing, and whose account number 2 is a buyer's in that one.
fn store(admin: Standing, account: Standing) -> Ports {
    let mut ports = Ports::default();
    ports
        .admins
        .expect_find_subject()
        .returning(move |id| Ok(Some(Subject { id, role: Role::Admin, standing: admin })));
    ports.admins.expect_judge().returning(move |_, decide| {
        let subject = Subject { id: build::user_id(2), role: Role::Buyer, standing: account };
        let judgement = decide(subject).map_err(DecideError::Refused)?;
        Ok(User { standing: judgement.standing, ..build::user(2, "bob") })
    });
    ports
}

const BOB: &str = "/v1/admin/users/00000000-0000-0000-0000-000000000002";

#[tokio::test]
async fn an_account_is_suspended_and_reinstated_with_or_without_a_reason() {
    let router = store(Standing::Active, Standing::Active).router();
    for body in [Value::Null, json!({}), json!({"reason": "Fraud."})] {
        let answer = post(&router, &format!("{BOB}/suspend"), "root", &body).await;
        assert_eq!((answer.status.as_u16(), answer.json()["status"].as_str()), (200, Some("suspended")));
    }
    let router = store(Standing::Active, Standing::Suspended).router();
    let answer = post(&router, &format!("{BOB}/reinstate"), "root", &Value::Null).await;
    assert_eq!((answer.status.as_u16(), answer.json()["status"].as_str()), (200, Some("active")));
    let again = post(&router, &format!("{BOB}/suspend"), "root", &Value::Null).await;
    assert_eq!(again.problem(), (409, "already_suspended".to_owned()));
    let empty = post(&router, &format!("{BOB}/suspend"), "root", &json!({"reason": " "})).await;
    assert_eq!(empty.problem(), (422, "invalid_fields".to_owned()));
}

#[tokio::test]
async fn a_token_of_an_admin_who_is_one_no_more_opens_nothing() {
    let router = store(Standing::Suspended, Standing::Active).router();
    let answer = post(&router, &format!("{BOB}/suspend"), "root", &Value::Null).await;
    assert_eq!(answer.problem(), (403, "forbidden".to_owned()));
}

#[tokio::test]
async fn the_record_is_read_page_by_page() {
    let mut ports = store(Standing::Active, Standing::Active);
    ports.admins.expect_list_audit().returning(|after, limit| {
        assert_eq!(limit.rows(), 1);
        let id = AuditEntryId::from_uuid(Uuid::from_u128(9));
        assert!(after.is_none_or(|after| after == (now(), id)));
        let entry = AuditEntry {
            id,
            actor: AdminActor::Admin(build::user_id(3)),
            act: AdminAct::UserSuspended,
            subject: build::user_id(2).as_uuid(),
            reason: Some(Reason::parse("Fraud.").unwrap()),
            at: now(),
        };
        Ok(Page { items: vec![entry], next: after.is_none().then_some((now(), id)) })
    });
    let router = ports.router();
    let first = get(&router, "/v1/admin/audit?limit=1", "root").await.json();
    insta::assert_json_snapshot!(first["data"]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = get(&router, &format!("/v1/admin/audit?limit=1&cursor={cursor}"), "root").await.json();
    assert_eq!(second["next_cursor"], Value::Null);
    let elsewhere = get(&router, &format!("/v1/admin/users?cursor={cursor}"), "root").await;
    assert_eq!(elsewhere.problem(), (400, "invalid_cursor".to_owned()));
}

#[tokio::test]
async fn whoever_asks_too_often_is_told_when_to_come_back() {
    let mut ports = Ports::default();
    ports.products.expect_list().returning(|_| Ok(Page { items: vec![], next: None }));
    let router = ports.limited_router(RateLimits::of(1, 1, 2));
    let ask = async |token: &str, address: &str| {
        let mut request = request(Method::GET, "/v1/products", token, &Value::Null);
        request.extensions_mut().insert(Peer(address.parse().unwrap()));
        // No proxy of ours stands in front, so that this says nothing.
        request.headers_mut().insert("x-forwarded-for", HeaderValue::from_static("9.9.9.9"));
        send(&router, request).await
    };
    for (token, address) in [("", "1.1.1.1"), ("", "1.1.1.2"), ("ada", "1.1.1.1"), ("bob", "1.1.1.1")] {
        assert_eq!(ask(token, address).await.status, 200);
        assert_eq!(ask(token, address).await.status, 200);
        let limited = ask(token, address).await;
        assert_eq!(limited.problem(), (429, "too_many_requests".to_owned()));
        let seconds: u32 = limited.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
        assert!((1..=61).contains(&seconds));
    }
    // An account is one caller wherever it calls from.
    assert_eq!(ask("ada", "1.1.1.9").await.status, 429);
    // Probes are not counted.
    for _ in 0..5 {
        assert_eq!(get(&router, "/livez", "").await.status, 200);
    }
}
