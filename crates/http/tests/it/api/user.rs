//! Opening accounts and logging in.

use axum::http::header;
use serde_json::json;
use souk_domain::user::{Standing, User, UserTaken};
use souk_ports::{InsertError, PortError, session::PasswordHash, user::Credentials};
use souk_testkit::build;

use super::{Ports, post};

fn account() -> serde_json::Value {
    json!({
        "email": "ada@example.com", "username": "ada", "password": "correct horse", "display_name": "Ada L.",
        "phone": "+4930123456", "role": "both"
    })
}

#[tokio::test]
async fn a_newcomer_gets_account_and_tokens() {
    let mut ports = Ports::default().with_passwords(true);
    ports.users.expect_insert().times(1).returning(|_, _| Ok(()));
    let answer = post(&ports.router(), "/v1/auth/register", "", &account()).await;
    assert_eq!(answer.status, 201);
    let id = build::user_id(1);
    assert_eq!(answer.headers[header::LOCATION], format!("/v1/users/{id}"));
    insta::assert_json_snapshot!(answer.json());
}

#[tokio::test]
async fn what_is_taken_is_a_conflict_with_a_code_of_its_own() {
    for (taken, code) in [
        (UserTaken::Email, "email_taken"),
        (UserTaken::Username, "username_taken"),
        (UserTaken::Phone, "phone_taken"),
    ] {
        let mut ports = Ports::default().with_passwords(true);
        ports.users.expect_insert().returning(move |_, _| Err(InsertError::Taken(taken)));
        let answer = post(&ports.router(), "/v1/auth/register", "", &account()).await;
        assert_eq!(answer.problem(), (409, code.to_owned()));
    }
}

#[tokio::test]
async fn every_field_of_a_bad_form_is_named() {
    let router = Ports::default().router();
    let form = json!({"email": "x", "username": "a b", "password": "short", "phone": "12"});
    let answer = post(&router, "/v1/auth/register", "", &form).await;
    assert_eq!(answer.problem(), (422, "invalid_fields".to_owned()));
    let errors = answer.json()["errors"].take();
    let fields: Vec<_> =
        errors.as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["email", "username", "password", "phone"]);

    for (form, field, code) in [
        (
            json!({"email": "a@b.co", "username": "abc", "password": "correct horse", "role": "admin"}),
            "role",
            "unknown_value",
        ),
        (
            json!({"email": "a@b.co", "username": "abc", "password": "correct horse", "status": "x"}),
            "status",
            "unknown_field",
        ),
        (json!({"email": "a@b.co", "username": "abc"}), "password", "required"),
        (
            json!({"email": "a@b.co", "username": "a\0c", "password": "correct horse"}),
            "username",
            "invalid_character",
        ),
    ] {
        let answer = post(&router, "/v1/auth/register", "", &form).await;
        let error = &answer.json()["errors"][0];
        assert_eq!(
            (answer.status.as_u16(), error["field"].as_str(), error["code"].as_str()),
            (422, Some(field), Some(code))
        );
    }
}

/// Logs in to an account in this standing (none if there is no account) with a right or a wrong password.
async fn log_in(standing: Option<Standing>, right: bool) -> super::Answer {
    let mut ports = Ports::default().with_passwords(right);
    ports.users.expect_find_credentials().returning(move |_| {
        let user = standing.map(|standing| User { standing, ..build::user(1, "ada") });
        Ok(user.map(|user| Credentials { user, password_hash: PasswordHash("hash".to_owned()) }))
    });
    ports.sessions.expect_insert().returning(|_, _| Ok(true));
    let body = json!({"identifier": "ada@example.com", "password": "correct horse"});
    post(&ports.router(), "/v1/auth/login", "", &body).await
}

#[tokio::test]
async fn the_right_password_logs_in() {
    let answer = log_in(Some(Standing::Active), true).await;
    assert_eq!(answer.status, 200);
    let signed_in = answer.json();
    assert_eq!(signed_in["token_type"], "Bearer");
    assert_eq!(signed_in["expires_in"], 900);
    assert_eq!(signed_in["user"]["email"], "ada@example.com");
}

#[tokio::test]
async fn a_wrong_password_and_no_account_are_answered_to_the_letter_alike() {
    let wrong = log_in(Some(Standing::Active), false).await;
    let nobody = log_in(None, true).await;
    assert_eq!(wrong.problem(), (401, "wrong_credentials".to_owned()));
    assert_eq!(wrong.body, nobody.body);
}

#[tokio::test]
async fn a_suspended_account_is_refused() {
    assert_eq!(
        log_in(Some(Standing::Suspended), true).await.problem(),
        (403, "account_suspended".to_owned())
    );
}

#[tokio::test]
async fn a_database_that_is_away_is_503_and_says_when_to_come_back() {
    let mut ports = Ports::default().with_passwords(true);
    ports
        .users
        .expect_find_credentials()
        .returning(|_| Err(PortError::Unavailable("secret host".to_owned())));
    let body = json!({"identifier": "ada", "password": "correct horse"});
    let answer = post(&ports.router(), "/v1/auth/login", "", &body).await;
    assert_eq!(answer.problem(), (503, "unavailable".to_owned()));
    assert_eq!(answer.headers[header::RETRY_AFTER], "1");
    assert!(!String::from_utf8(answer.body).unwrap().contains("secret"));
}
