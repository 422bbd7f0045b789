//! Staying logged in, logging out, and passwords.

use axum::http::{Method, header};
use chrono::TimeDelta;
use serde_json::{Value, json};
use souk_domain::{
    page::Page,
    session::{
        Admission, Family, ListedSession, PasswordRefusal, RefreshHash, RefreshRefusal, ResetRefusal,
        SessionEnd, SessionPosition, UserAgent,
    },
    user::{Role, Standing},
};
use souk_ports::{
    DecideError,
    session::{PasswordHash, RefreshContext, Refreshed},
    user::Credentials,
};
use souk_testkit::{build, fixed::now};

use super::{Answer, Ports, get, post, request, send};

async fn refresh(ports: Ports, token: &str) -> Answer {
    post(&ports.router(), "/v1/auth/refresh", "", &json!({"refresh_token": token})).await
}

#[tokio::test]
async fn a_refresh_brings_the_next_pair() {
    let mut ports = Ports::default();
    ports.sessions.expect_refresh().returning(|id, decide| {
        assert_eq!(id, build::session_id(1));
        let family = Family {
            current: RefreshHash([1; 32]),
            previous: None,
            generation: 0,
            expires_at: now() + TimeDelta::days(1),
            ended: None,
        };
        decide(&RefreshContext { family, standing: Standing::Active }).unwrap();
        let user = build::user_id(1);
        Ok(Refreshed { user, role: Role::Both, generation: 1, current: RefreshHash([2; 32]) })
    });
    let answer = refresh(ports, "refresh").await;
    assert_eq!(answer.status, 200);
    let expected = json!({
        "access_token": format!("token of {}", build::user_id(1)), "refresh_token": "refreshed",
        "token_type": "Bearer", "expires_in": 900
    });
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn tokens_that_are_unknown_spent_or_over_are_refused_to_the_letter_alike() {
    let mut bodies = Vec::new();
    for outcome in [
        DecideError::NotFound,
        DecideError::Refused(RefreshRefusal::Invalid),
        DecideError::Refused(RefreshRefusal::Reused),
    ] {
        let mut ports = Ports::default();
        ports.sessions.expect_refresh().returning(move |_, _| Err(outcome.clone()));
        let answer = refresh(ports, "refresh").await;
        assert_eq!(answer.problem(), (401, "invalid_refresh_token".to_owned()));
        bodies.push(answer.body);
    }
    bodies.push(refresh(Ports::default(), "nonsense").await.body);
    assert!(bodies.iter().all(|body| *body == bodies[0]));

    let mut ports = Ports::default();
    ports.sessions.expect_refresh().returning(|_, _| Err(DecideError::Refused(RefreshRefusal::Suspended)));
    assert_eq!(refresh(ports, "refresh").await.problem(), (403, "account_suspended".to_owned()));
}

#[tokio::test]
async fn logging_out_ends_the_session_of_the_token_and_may_be_repeated() {
    for there_was_one in [true, false] {
        let mut ports = Ports::default();
        ports
            .sessions
            .expect_end()
            .withf(|user, id, reason, _| {
                (*user, *id, *reason) == (build::user_id(1), build::session_id(1), SessionEnd::LoggedOut)
            })
            .times(1)
            .returning(move |_, _, _, _| Ok(there_was_one));
        let answer = post(&ports.router(), "/v1/auth/logout", "ada", &Value::Null).await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    }
}

fn listed(n: u128) -> ListedSession {
    ListedSession {
        id: build::session_id(n),
        user_agent: UserAgent::parse("Phone").ok(),
        created_at: now(),
        last_used_at: now() + TimeDelta::minutes(n.try_into().unwrap()),
        expires_at: now() + TimeDelta::days(30),
    }
}

#[tokio::test]
async fn a_list_says_which_session_asks_and_where_it_goes_on() {
    let position = SessionPosition { created_at: now(), id: build::session_id(2) };
    let mut ports = Ports::default();
    ports.sessions.expect_list().withf(|_, after, _, _| after.is_none()).returning(
        move |user, _, limit, _| {
            assert_eq!((user, limit.rows()), (build::user_id(1), 2));
            Ok(Page { items: vec![listed(1), listed(2)], next: Some(position) })
        },
    );
    ports
        .sessions
        .expect_list()
        .withf(move |_, after, _, _| *after == Some(position))
        .returning(|_, _, _, _| Ok(Page { items: vec![], next: None }));
    let router = ports.router();
    let answer = get(&router, "/v1/me/sessions?limit=2", "ada").await;
    assert_eq!(answer.status, 200);
    let list = answer.json();
    let current = |n: usize| list["data"][n]["current"].as_bool();
    assert_eq!((current(0), current(1)), (Some(true), Some(false)));
    assert_eq!(list["data"][0]["user_agent"], "Phone");
    assert!(list["data"][0].get("refresh_hash").is_none());
    let cursor = list["next_cursor"].as_str().unwrap();
    let next = get(&router, &format!("/v1/me/sessions?limit=2&cursor={cursor}"), "ada").await;
    assert_eq!(next.json(), json!({"data": [], "next_cursor": null}));
    // Somebody else's cursor leads nowhere, and neither do other words.
    let stolen = get(&router, &format!("/v1/me/sessions?cursor={cursor}"), "bob").await;
    assert_eq!(stolen.problem(), (400, "invalid_cursor".to_owned()));
    assert_eq!(get(&router, "/v1/me/sessions?limit=0", "ada").await.status, 422);
    assert_eq!(get(&router, "/v1/me/sessions?user=1", "ada").await.status, 422);
}

#[tokio::test]
async fn ending_a_session_that_is_not_ones_own_is_as_if_there_were_none() {
    let mut ports = Ports::default();
    ports.sessions.expect_end().returning(|_, _, reason, _| {
        assert_eq!(reason, SessionEnd::Revoked);
        Ok(false)
    });
    let path = "/v1/me/sessions/00000000-0000-0000-0000-000000000009";
    let answer = send(&ports.router(), request(Method::DELETE, path, "ada", &Value::Null)).await;
    assert_eq!(answer.problem(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn too_many_log_ins_say_when_to_come_back() {
    let mut ports = Ports::default();
    ports
        .tries
        .expect_count()
        .returning(|_, _, _| Ok(Admission::Full { until: now() + TimeDelta::seconds(17) }));
    ports.tries.expect_room().returning(|_, _, _| Ok(Admission::Admitted));
    let body = json!({"identifier": "ada", "password": "correct horse"});
    let answer = post(&ports.router(), "/v1/auth/login", "", &body).await;
    assert_eq!(answer.problem(), (429, "too_many_requests".to_owned()));
    assert_eq!(answer.headers[header::RETRY_AFTER], "17");
}

async fn change(ports: Ports) -> Answer {
    let body = json!({"current_password": "correct horse", "new_password": "incorrect mule"});
    post(&ports.router(), "/v1/me/password", "ada", &body).await
}

fn with_password(right: bool) -> Ports {
    let mut ports = Ports::default().with_passwords(right);
    ports.kept_passwords.expect_find().returning(|_| Ok(Some(PasswordHash("hash".to_owned()))));
    ports
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_knows_it() {
    let mut ports = with_password(true);
    ports
        .kept_passwords
        .expect_change()
        .withf(|user, kept, _| (*user, *kept) == (build::user_id(1), build::session_id(1)))
        .times(1)
        .returning(|_, _, _| Ok(()));
    assert_eq!(change(ports).await.status, 204);

    let wrong = change(with_password(false)).await;
    assert_eq!(wrong.status, 422);
    let error = &wrong.json()["errors"][0];
    assert_eq!((&error["field"], &error["code"]), (&json!("current_password"), &json!("wrong_password")));

    for (refusal, expected) in [
        (PasswordRefusal::Suspended, (403, "account_suspended")),
        (PasswordRefusal::Closed, (401, "unauthenticated")),
    ] {
        let mut ports = with_password(true);
        ports.kept_passwords.expect_change().returning(move |_, _, _| Err(DecideError::Refused(refusal)));
        assert_eq!(change(ports).await.problem(), (expected.0, expected.1.to_owned()));
    }
}

#[tokio::test]
async fn asking_for_a_reset_is_answered_alike_whether_or_not_there_is_an_account() {
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let mut answers = Vec::new();
    for found in [true, false] {
        let mut ports = Ports::default().with_passwords(true);
        ports.users.expect_find_credentials().returning(move |_| {
            let password_hash = PasswordHash("hash".to_owned());
            Ok(found.then(|| Credentials { user: build::user(1, "ada"), password_hash }))
        });
        ports.kept_passwords.expect_put_reset().returning(|_| Ok(()));
        let tell = tell.clone();
        ports.mail.expect_send().returning(move |mail| {
            tell.send(mail.to.as_ref().to_owned()).unwrap();
            Ok(())
        });
        let router = ports.router();
        let answer = post(&router, "/v1/auth/password-reset", "", &json!({"email": "ada@example.com"})).await;
        answers.push((answer.status, answer.body));
        if found {
            assert_eq!(told.recv().await.as_deref(), Some("ada@example.com"));
        }
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].0, 202);
    let router = Ports::default().router();
    let bad = post(&router, "/v1/auth/password-reset", "", &json!({"email": "nobody"})).await;
    assert_eq!(bad.problem(), (422, "invalid_fields".to_owned()));
}

#[tokio::test]
async fn a_reset_token_that_is_not_good_is_named() {
    let mut ports = Ports::default().with_passwords(true);
    let reset = souk_domain::session::PasswordReset::begin(
        build::user_id(1),
        souk_domain::session::ResetHash([1; 32]),
        now(),
    );
    ports.kept_passwords.expect_find_reset().returning(move |_| Ok(Some(reset)));
    ports.kept_passwords.expect_reset().returning(|_, _| Err(DecideError::Refused(ResetRefusal::Invalid)));
    let router = ports.router();
    for (token, password, field, code) in [
        ("reset", "correct horse", "token", "invalid_token"),
        ("nonsense", "correct horse", "token", "invalid_token"),
        ("reset", "short", "new_password", "too_short"),
    ] {
        let body = json!({"token": token, "new_password": password});
        let answer = post(&router, "/v1/auth/password-reset/confirm", "", &body).await;
        assert_eq!(answer.status, 422);
        let error = &answer.json()["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)));
    }
}
