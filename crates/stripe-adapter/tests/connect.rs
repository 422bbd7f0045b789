//! Sellers' accounts at Stripe, against a stand-in that speaks real HTTP.

#![expect(
    clippy::unwrap_used,
    reason = "this is all test, but clippy only knows that of functions marked as one"
)]

use std::{net::TcpListener, time::Duration};

use secrecy::SecretString;
use souk_domain::{contact::Email, user::PayoutAccountId};
use souk_ports::{PortError, payments::Payments};
use souk_stripe_adapter::{StripeError, StripePayments, StripeSettings};
use souk_testkit::{
    build,
    stripe::{KEY, StripeServer, Trouble},
};
use tokio::task::JoinSet;

fn settings(api_base: String) -> StripeSettings {
    StripeSettings {
        key: SecretString::from(KEY),
        api_base,
        timeout: Duration::from_secs(20),
        return_url: "https://souk.example/done?x=1&y=2".to_owned(),
        refresh_url: "https://souk.example/again".to_owned(),
    }
}

fn payments(server: &StripeServer) -> StripePayments {
    StripePayments::new(&settings(server.url())).unwrap()
}

fn email() -> Email {
    Email::parse("ada+souk@example.com").unwrap()
}

/// Opens an account for user 1.
async fn open(payments: &StripePayments) -> Result<PayoutAccountId, PortError> {
    payments.open_account(build::user_id(1), &email()).await
}

#[tokio::test]
async fn an_account_is_opened_and_its_person_gets_a_link() {
    let server = StripeServer::start();
    let payments = payments(&server);
    let account = open(&payments).await.unwrap();
    assert_eq!(server.accounts(), [account.as_ref()]);
    let link = payments.onboarding_link(&account).await.unwrap().into_string();
    assert_eq!(link, format!("https://connect.stripe.test/setup/{account}/1"));

    let [opened, linked] = &server.received()[..] else { panic!("{:?}", server.received()) };
    assert_eq!((&*opened.call, &*linked.call), ("POST /v1/accounts", "POST /v1/account_links"));
    for request in [opened, linked] {
        assert_eq!(request.headers["authorization"], format!("Bearer {KEY}"));
        assert_eq!(request.headers["stripe-version"], "2025-09-30.clover");
        assert_eq!(request.headers["content-type"], "application/x-www-form-urlencoded");
    }
    let user = build::user_id(1).to_string();
    assert_eq!(opened.headers["idempotency-key"], format!("connect-account-{user}"));
    assert_eq!((&*opened.form["email"], &*opened.form["type"]), ("ada+souk@example.com", "express"));
    assert_eq!(opened.form["metadata[user_id]"], user);
    assert_eq!(opened.form["capabilities[transfers][requested]"], "true");
    assert_eq!(linked.headers.get("idempotency-key"), None, "every link is another");
    assert_eq!((&*linked.form["account"], &*linked.form["type"]), (account.as_ref(), "account_onboarding"));
    assert_eq!(linked.form["return_url"], "https://souk.example/done?x=1&y=2");
    assert_eq!(linked.form["refresh_url"], "https://souk.example/again");
}

#[tokio::test]
async fn however_often_it_is_asked_at_once_one_person_has_one_account() {
    let server = StripeServer::start();
    server.take_your_time(Duration::from_millis(150));
    let payments = payments(&server);
    let mut rivals = JoinSet::new();
    for _ in 0..16 {
        let payments = payments.clone();
        rivals.spawn(async move { open(&payments).await.unwrap() });
    }
    let named = rivals.join_all().await;
    assert_eq!(server.accounts().len(), 1);
    assert!(named.iter().all(|account| account.as_ref() == server.accounts()[0]));
    assert!(server.received().len() > 16, "some were told that another was at it");
}

#[tokio::test]
async fn what_lies_at_the_moment_is_unavailable_and_the_rest_unexpected() {
    let server = StripeServer::start();
    let payments = payments(&server);
    let document = |kind: &str| format!(r#"{{"error":{{"type":"{kind}","message":"{KEY} is bad"}}}}"#);
    for (status, passing) in [
        (500, true),
        (502, true),
        (503, true),
        (429, true),
        (400, false),
        (401, false),
        (402, false),
        (403, false),
        (302, false),
    ] {
        for body in [document("api_error"), document(KEY), "<html>".to_owned(), String::new()] {
            server.trouble(Trouble::Answer(status, body));
            let error = open(&payments).await.unwrap_err();
            assert_eq!(matches!(error, PortError::Unavailable(_)), passing, "{status}: {error}");
            assert_eq!(matches!(error, PortError::Unexpected(_)), !passing, "{status}: {error}");
            assert!(error.to_string().contains(&status.to_string()), "{error}");
            assert!(!error.to_string().contains("sk_test"), "{error}");
        }
    }
    assert!(server.accounts().is_empty());
}

#[tokio::test]
async fn answers_that_are_none_of_stripes_are_unexpected_and_not_repeated() {
    let server = StripeServer::start();
    let payments = payments(&server);
    let long = format!(r#"{{"id":"{}"}}"#, "x".repeat(300 << 10));
    for body in ["", "null", "[]", r#"{"id":7}"#, r#"{"id":"acct secret/../x"}"#, r#"{"secret":1}"#, &long] {
        server.trouble(Trouble::Answer(200, body.to_owned()));
        let error = open(&payments).await.unwrap_err();
        assert!(
            matches!(&error, PortError::Unexpected(what) if !what.contains("secret")),
            "{body:.40}: {error}"
        );
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_unavailable_and_the_next_try_finds_what_was_done() {
    let server = StripeServer::start();
    let payments = payments(&server);
    server.trouble(Trouble::CutAnswer);
    assert!(matches!(open(&payments).await, Err(PortError::Unavailable(_))));
    assert_eq!(server.accounts().len(), 1, "it was opened all the same");
    let account = open(&payments).await.unwrap();
    assert_eq!(server.accounts(), [account.as_ref()]);

    server.trouble(Trouble::Cut);
    assert!(matches!(payments.onboarding_link(&account).await, Err(PortError::Unavailable(_))));
    payments.onboarding_link(&account).await.unwrap();
}

#[tokio::test]
async fn whoever_says_nothing_is_given_up() {
    let server = StripeServer::start();
    let timeout = Duration::from_millis(50);
    let payments = StripePayments::new(&StripeSettings { timeout, ..settings(server.url()) }).unwrap();
    server.trouble(Trouble::Silence);
    let error = open(&payments).await.unwrap_err();
    assert_eq!(error, PortError::Unavailable("Stripe took longer than 50ms".to_owned()));
}

#[tokio::test]
async fn a_request_that_another_is_at_for_too_long_is_given_up() {
    let server = StripeServer::start();
    let timeout = Duration::from_millis(200);
    let payments = StripePayments::new(&StripeSettings { timeout, ..settings(server.url()) }).unwrap();
    for _ in 0..10 {
        server.trouble(Trouble::Answer(409, String::new()));
    }
    assert!(matches!(open(&payments).await, Err(PortError::Unavailable(_))));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let payments = StripePayments::new(&settings(format!("http://{nobody}"))).unwrap();
    assert!(matches!(open(&payments).await, Err(PortError::Unavailable(_))));
}

#[tokio::test]
async fn a_wrong_key_is_our_defect_and_stays_unseen() {
    let server = StripeServer::start();
    let wrong = StripeSettings { key: SecretString::from("sk_test_wrong_one"), ..settings(server.url()) };
    let payments = StripePayments::new(&wrong).unwrap();
    let error = open(&payments).await.unwrap_err();
    assert!(matches!(error, PortError::Unexpected(_)));
    for shown in [format!("{error} {error:?}"), format!("{payments:?}"), format!("{wrong:?}")] {
        assert!(!shown.contains("wrong_one"), "{shown}");
    }
}

#[test]
fn settings_that_cannot_work_are_refused_without_repeating_the_key() {
    let key = StripeSettings {
        key: SecretString::from("sk_test_\nx"),
        ..settings("https://api.stripe.com".into())
    };
    let error = StripePayments::new(&key).unwrap_err();
    assert!(matches!(error, StripeError::Key) && !error.to_string().contains("sk_test"), "{error}");
    let base = settings("api.stripe.com".into());
    assert!(matches!(StripePayments::new(&base), Err(StripeError::Base)));
}
