//! Sellers and the payment provider: one account each, whatever happens on the way to it.

use std::time::Duration;

use serde_json::Value;
use souk_testkit::stripe::{KEY, StripeServer, Trouble};
use tokio::task::JoinSet;

use crate::harness::{Answer, Api, PATIENCE, Person, SECRET, Server, count, database, eventually, souk};

/// How many ask at once.
const CLIENTS: usize = 64;

async fn begin(api: &Api, person: &Person) -> Answer {
    api.post("/v1/me/connect-account", &Value::Null).by(person).send().await
}

/// Settings of a server whose provider is this one.
fn settings(base: &str) -> [(&str, &str); 4] {
    [
        ("STRIPE_SECRET_KEY", KEY),
        ("STRIPE_API_BASE", base),
        // A small and busy machine may take its time to open all the connections that are needed at once.
        ("SOUK_POOL_ACQUIRE_TIMEOUT", "4s"),
        ("SOUK_ONBOARDING_RETURN_URL", "https://souk.example/done?from=stripe"),
    ]
}

#[tokio::test]
async fn of_64_at_once_on_two_servers_all_get_links_to_one_account() {
    let stripe = StripeServer::start();
    let (database, base) = (database().await, stripe.url());
    let servers =
        [Server::start(&database, &settings(&base)).await, Server::start(&database, &settings(&base)).await];
    let ada = Person::register(&servers[0].api, "ada").await;
    stripe.take_your_time(Duration::from_millis(50));

    let mut asking = JoinSet::new();
    for n in 0..CLIENTS {
        let (api, ada) = (servers[n % 2].api.clone(), ada.clone());
        asking.spawn(async move { begin(&api, &ada).await });
    }
    let answers = asking.join_all().await;
    let accounts = stripe.accounts();
    assert_eq!(accounts.len(), 1, "one was opened");
    let stored = format!("SELECT count(*) FROM users WHERE stripe_connect_account_id = '{}'", accounts[0]);
    assert_eq!(count(&database, &stored).await, 1, "and is stored");

    let mut links: Vec<_> =
        answers.into_iter().map(|answer| answer.is(200).json()["onboarding_url"].clone()).collect();
    let expected = format!("https://connect.stripe.test/setup/{}/", accounts[0]);
    assert!(links.iter().all(|link| link.as_str().is_some_and(|link| link.starts_with(&expected))));
    links.sort_by_key(ToString::to_string);
    links.dedup();
    assert_eq!(links.len(), CLIENTS, "a link is good once, so everybody has their own");

    let last = stripe.received().pop().expect("a request for a link");
    assert_eq!(last.form["return_url"], "https://souk.example/done?from=stripe");
    assert!(last.form["refresh_url"].ends_with("/onboarding/again"), "a page under the server's own address");
}

#[tokio::test]
async fn an_answer_that_is_lost_costs_a_try_and_not_an_account() {
    let stripe = StripeServer::start();
    let (database, base) = (database().await, stripe.url());
    let server = Server::start(&database, &settings(&base)).await;
    let ada = Person::register(&server.api, "ada").await;
    stripe.trouble(Trouble::CutAnswer);
    assert_eq!(begin(&server.api, &ada).await.refusal(503), "unavailable");
    assert_eq!(stripe.accounts().len(), 1, "opened, and nobody knows");
    begin(&server.api, &ada).await.is(200);
    begin(&server.api, &ada).await.is(200);
    assert_eq!(stripe.accounts().len(), 1);
    let opened = stripe.received().iter().filter(|request| request.call == "POST /v1/accounts").count();
    assert_eq!(opened, 2, "once it is stored nobody asks for it again");
}

#[tokio::test]
async fn a_provider_that_hangs_holds_no_connection_to_the_database() {
    let stripe = StripeServer::start();
    let (database, base) = (database().await, stripe.url());
    let one = [&settings(&base)[..], &[("SOUK_POOL_MAX_SIZE", "1"), ("STRIPE_TIMEOUT", "3s")]].concat();
    let server = Server::start(&database, &one).await;
    let ada = Person::register(&server.api, "ada").await;
    stripe.trouble(Trouble::Silence);
    let (api, patient) = (server.api.clone(), ada.clone());
    let hanging = tokio::spawn(async move { begin(&api, &patient).await });
    eventually("the provider was asked", PATIENCE, async || (!stripe.received().is_empty()).then_some(()))
        .await;
    // The only connection is free.
    server.api.get("/v1/me").by(&ada).send().await.is(200);
    assert!(!hanging.is_finished(), "it was asked meanwhile");
    assert_eq!(hanging.await.expect("a client does not fail").refusal(503), "unavailable");
    begin(&server.api, &ada).await.is(200);
}

#[tokio::test]
async fn the_key_is_never_logged_nor_answered() {
    let stripe = StripeServer::start();
    let (database, base) = (database().await, stripe.url());
    let wrong = "sk_test_wrong_and_secret";
    let settings = [("STRIPE_SECRET_KEY", wrong), ("STRIPE_API_BASE", &base), ("RUST_LOG", "trace")];
    let server = Server::start(&database, &settings).await;
    let ada = Person::register(&server.api, "ada").await;
    let answer = begin(&server.api, &ada).await;
    assert_eq!(answer.refusal(500), "internal_error");
    // Lines are written behind the requests' back.
    let log = eventually("it is said what is wrong", PATIENCE, async || {
        Some(server.log()).filter(|log| log.contains("Stripe answered 401"))
    })
    .await;
    assert!(!log.contains(wrong) && !answer.text().contains(wrong));
}

#[tokio::test]
async fn without_a_key_it_is_said_so_and_with_a_base_that_leaks_it_nothing_starts() {
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let ada = Person::register(&server.api, "ada").await;
    assert_eq!(begin(&server.api, &ada).await.refusal(503), "payments_not_configured");
    let url = database.url();
    let leaking = [
        ("DATABASE_URL", url.as_str()),
        ("SOUK_TOKEN_SECRET", SECRET),
        ("STRIPE_SECRET_KEY", KEY),
        ("STRIPE_API_BASE", "http://stripe.example"),
    ];
    let refused = souk(&["serve"], &leaking).await;
    assert!(refused.code != Some(0) && refused.stderr.contains("https://"), "{refused:?}");
    assert!(!refused.stderr.contains(KEY));
}
