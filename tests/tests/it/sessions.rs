//! Being logged in on several devices and at several servers: tokens that are spent once, passwords that end what they
//! should, and guesses that have an end.

use std::collections::HashSet;

use serde_json::{Value, json};
use souk_testkit::smtp::SmtpServer;
use tokio::task::JoinSet;

use crate::harness::{Answer, Api, Person, SECRET, Server, count, database};

/// How many clients there are at once.
const CLIENTS: usize = 64;

const NEW_PASSWORD: &str = "incorrect mule charger";

/// A logged-in device.
struct Device {
    person: Person,
    refresh_token: String,
}

impl Device {
    /// Whom an answer with tokens is about.
    fn of(answer: &Answer) -> Self {
        let refresh_token = text(&answer.json()["refresh_token"]);
        Self { person: Person::of(answer), refresh_token }
    }

    async fn register(api: &Api, name: &str) -> Self {
        Self::of(&api.post("/v1/auth/register", &Person::form(name)).send().await.is(201))
    }

    async fn log_in(api: &Api, name: &str) -> Self {
        Self::of(&Person::log_in(api, name).await.is(200))
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

async fn refresh(api: &Api, refresh_token: &str) -> Answer {
    api.post("/v1/auth/refresh", &json!({ "refresh_token": refresh_token })).send().await
}

async fn guess(api: Api, identifier: &str, password: &str) -> Answer {
    api.post("/v1/auth/login", &json!({ "identifier": identifier, "password": password })).send().await
}

#[tokio::test]
async fn a_changed_password_puts_the_other_device_out() {
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let api = &server.api;
    let phone = Device::register(api, "ada").await;
    let laptop = Device::log_in(api, "ada").await;
    let listed = api.get("/v1/me/sessions").by(&laptop.person).send().await.is(200).json();
    let currents: Vec<_> = listed["data"].as_array().unwrap().iter().map(|s| &s["current"]).collect();
    assert_eq!(currents, [&json!(true), &json!(false)], "newest first");

    let change = json!({ "current_password": "a wrong password", "new_password": NEW_PASSWORD });
    let wrong = api.post("/v1/me/password", &change).by(&laptop.person).send().await;
    assert_eq!(wrong.refusal(422), "invalid_fields");
    assert_eq!(wrong.json()["errors"][0]["code"], "wrong_password");
    refresh(api, &phone.refresh_token).await.is(200);

    let change = json!({ "current_password": "correct horse battery", "new_password": NEW_PASSWORD });
    api.post("/v1/me/password", &change).by(&laptop.person).send().await.is(204);
    let out = refresh(api, &phone.refresh_token).await;
    assert_eq!(out.refusal(401), "invalid_refresh_token");
    refresh(api, &laptop.refresh_token).await.is(200);
    assert_eq!(Person::log_in(api, "ada").await.refusal(401), "wrong_credentials");
    guess(api.clone(), "ada", NEW_PASSWORD).await.is(200);
}

#[tokio::test]
async fn a_device_is_logged_out_by_itself_or_by_another_one() {
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let api = &server.api;
    let phone = Device::register(api, "ada").await;
    let laptop = Device::log_in(api, "ada").await;
    let stranger = Device::register(api, "eve").await;
    let listed = api.get("/v1/me/sessions").by(&laptop.person).send().await.is(200).json();
    let path = format!("/v1/me/sessions/{}", text(&listed["data"][1]["id"]));
    let end = async |by: &Person| api.request(reqwest::Method::DELETE, &path).by(by).send().await;
    assert_eq!(end(&stranger.person).await.refusal(404), "not_found");
    end(&laptop.person).await.is(204);
    refresh(api, &phone.refresh_token).await.is(401);
    for _ in 0..2 {
        api.request(reqwest::Method::POST, "/v1/auth/logout").by(&laptop.person).send().await.is(204);
    }
    refresh(api, &laptop.refresh_token).await.is(401);
    refresh(api, &stranger.refresh_token).await.is(200);
}

#[tokio::test]
async fn of_64_who_refresh_with_one_token_on_two_servers_all_get_the_same_child() {
    let database = database().await;
    let servers = [Server::start(&database, &[]).await, Server::start(&database, &[]).await];
    let device = Device::register(&servers[0].api, "ada").await;
    let rivals: JoinSet<_> = (0..CLIENTS)
        .map(|n| {
            let (api, token) = (servers[n % 2].api.clone(), device.refresh_token.clone());
            async move { refresh(&api, &token).await }
        })
        .collect();
    let answers = rivals.join_all().await;
    let children: HashSet<_> =
        answers.into_iter().map(|answer| text(&answer.is(200).json()["refresh_token"])).collect();
    let [child] = Vec::from_iter(children).try_into().expect("one child");
    assert_ne!(child, device.refresh_token);
    assert_eq!(count(&database, "SELECT sum(generation) FROM sessions").await, 1);

    let grandchild = text(&refresh(&servers[1].api, &child).await.is(200).json()["refresh_token"]);
    // The first token is two generations old by now: whoever presents it has a copy, and everything ends.
    let reused = refresh(&servers[0].api, &device.refresh_token).await;
    assert_eq!(reused.refusal(401), "invalid_refresh_token");
    let over = refresh(&servers[1].api, &grandchild).await.is(401);
    assert_eq!(over.body, reused.body, "a thief learns nothing from the answer");
    let ended = "SELECT count(*) FROM sessions WHERE end_reason = 'reuse_detected'";
    assert_eq!(count(&database, ended).await, 1);
}

#[tokio::test]
async fn a_suspended_account_is_out_on_its_next_refresh() {
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let device = Device::register(&server.api, "ada").await;
    let client = database.connect().await;
    client.batch_execute("UPDATE users SET status = 'suspended'").await.unwrap();
    let out = refresh(&server.api, &device.refresh_token).await;
    assert_eq!(out.refusal(403), "account_suspended");
    assert_eq!(Person::log_in(&server.api, "ada").await.refusal(403), "account_suspended");
}

#[tokio::test]
async fn ten_guesses_a_minute_are_answered_on_all_servers_together_and_after_a_restart() {
    let database = database().await;
    let servers = [Server::start(&database, &[]).await, Server::start(&database, &[]).await];
    Device::register(&servers[0].api, "ada").await;
    // Whether anybody is called so does not show.
    for identifier in ["ada@example.com", "nobody@example.com"] {
        let rivals: JoinSet<_> =
            (0..CLIENTS).map(|n| guess(servers[n % 2].api.clone(), identifier, "a wrong password")).collect();
        let answers = rivals.join_all().await;
        let (answered, refused): (Vec<_>, Vec<_>) =
            answers.into_iter().partition(|answer| answer.status == 401);
        assert_eq!((answered.len(), refused.len()), (10, CLIENTS - 10), "{identifier}");
        for refused in refused {
            assert_eq!(refused.refusal(429), "too_many_requests");
            let seconds: u32 = refused.header("retry-after").parse().unwrap();
            assert!((1..=60).contains(&seconds), "{seconds}");
        }
    }
    let [first, second] = servers;
    first.kill().await;
    second.kill().await;
    let restarted = Server::start(&database, &[]).await;
    // The right password does not help now, but under another of their names the person gets in.
    assert_eq!(Person::log_in(&restarted.api, "ada@example.com").await.refusal(429), "too_many_requests");
    Person::log_in(&restarted.api, "ada").await.is(200);
    let switched_off = Server::start(&database, &[("SOUK_RATE_LIMITS", "off")]).await;
    Person::log_in(&switched_off.api, "ada@example.com").await.is(200);
}

#[tokio::test]
async fn a_forgotten_password_is_chosen_anew_with_what_came_by_mail() {
    let database = database().await;
    let smtp = SmtpServer::start();
    let url = smtp.url();
    let settings = [("SOUK_SMTP_URL", url.as_str())];
    let servers = [Server::start(&database, &settings).await, Server::start(&database, &settings).await];
    let device = Device::register(&servers[0].api, "ada").await;
    let ask = async |email: &str| {
        servers[0].api.post("/v1/auth/password-reset", &json!({ "email": email })).send().await.is(202)
    };
    assert_eq!(ask("nobody@example.com").await.body, ask("ADA@example.com").await.body);
    let letter = smtp.letter_to("ada@example.com", 1).await;
    let token = letter.text().lines().find(|line| line.trim().len() == 43).expect("a token").trim();
    let confirm = async |token: &str| {
        let form = json!({ "token": token, "new_password": NEW_PASSWORD });
        servers[1].api.post("/v1/auth/password-reset/confirm", &form).send().await
    };
    assert_eq!(confirm(&token.replace(char::is_alphanumeric, "A")).await.refusal(422), "invalid_fields");
    confirm(token).await.is(204);
    let again = confirm(token).await.is(422);
    assert_eq!(again.json()["errors"][0]["code"], "invalid_token", "a token is good once");
    refresh(&servers[0].api, &device.refresh_token).await.is(401);
    assert_eq!(Person::log_in(&servers[0].api, "ada").await.refusal(401), "wrong_credentials");
    guess(servers[0].api.clone(), "ada", NEW_PASSWORD).await.is(200);
}

#[tokio::test]
async fn a_token_secret_is_changed_without_anybody_noticing() {
    const NEW: &str = "another secret of tests, forty-two bytes";
    let database = database().await;
    let old = Server::start(&database, &[]).await;
    // Reads what the new one signs, but signs with the old one: the step before the swap.
    let ready =
        Server::start(&database, &[("SOUK_TOKEN_SECRET_PREVIOUS", NEW), ("SOUK_LOCATION_SECRET", SECRET)])
            .await;
    let swapped = Server::start(
        &database,
        &[
            ("SOUK_TOKEN_SECRET", NEW),
            ("SOUK_TOKEN_SECRET_PREVIOUS", SECRET),
            ("SOUK_LOCATION_SECRET", SECRET),
        ],
    )
    .await;
    let before = Device::register(&old.api, "ada").await;
    let after = Device::log_in(&swapped.api, "ada").await;
    for server in [&ready, &swapped] {
        for device in [&before, &after] {
            let path = "/v1/me/sessions?limit=1";
            let page = server.api.get(path).by(&device.person).send().await.is(200).json();
            let cursor = text(&page["next_cursor"]);
            for other in [&ready, &swapped] {
                let path = format!("/v1/me/sessions?cursor={cursor}");
                other.api.get(&path).by(&device.person).send().await.is(200);
            }
        }
    }
    old.api.get("/v1/me/sessions").by(&after.person).send().await.is(401);
    // An answer that was lost during the swap is given again by a server that signs with the other secret.
    let child = refresh(&ready.api, &before.refresh_token).await.is(200).json();
    let again = refresh(&swapped.api, &before.refresh_token).await.is(200).json();
    assert_eq!(child["refresh_token"], again["refresh_token"]);
}
