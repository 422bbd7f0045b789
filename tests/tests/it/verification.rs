//! Proving who one is: codes that really travel, guesses that have an end, documents that an admin looks at.

use std::collections::HashSet;

use reqwest::Method;
use serde_json::{Value, json};
use souk_testkit::{database::TestDatabase, smtp::SmtpServer};
use tokio::task::JoinSet;

use crate::harness::{Answer, Api, PATIENCE, Person, Server, count, database, eventually, souk};

const MINE: &str = "/v1/me/verifications";

async fn ask(api: &Api, person: &Person, body: &Value) -> Answer {
    api.post(MINE, body).by(person).send().await
}

async fn confirm(api: &Api, person: &Person, kind: &str, code: &str) -> Answer {
    api.post(&format!("{MINE}/{kind}/confirm"), &json!({ "code": code })).by(person).send().await
}

/// What the account says is proved of it.
async fn summary(api: &Api, person: &Person) -> Value {
    api.get("/v1/me").by(person).send().await.is(200).json()["verification"].clone()
}

async fn change_phone(api: &Api, person: &Person, phone: &str) {
    let request = api.request(Method::PATCH, "/v1/me").by(person).header("content-type", "application/json");
    request.body(json!({ "phone": phone }).to_string()).send().await.is(200);
}

/// Somebody who runs the place.
async fn admin(database: &TestDatabase, api: &Api) -> Person {
    Person::register(api, "root").await;
    let granted = souk(&["admin", "grant", "root@example.com"], &[("DATABASE_URL", &database.url())]).await;
    assert_eq!(granted.code, Some(0), "{}", granted.stderr);
    Person::of(&Person::log_in(api, "root").await.is(200))
}

#[tokio::test]
async fn a_code_that_came_by_mail_proves_the_mailbox() {
    let (database, mail) = (database().await, SmtpServer::start());
    let server =
        Server::start(&database, &[("SOUK_SMTP_URL", &mail.url()), ("SOUK_MAIL_FROM", "a@souk.example")])
            .await;
    let api = &server.api;
    let ada = Person::register(api, "ada").await;
    let nothing = json!({ "email": "none", "phone": "none", "government_id": "none", "address": "none" });
    assert_eq!(summary(api, &ada).await, nothing);

    let email = json!({ "verification_type": "email" });
    ask(api, &ada, &email).await.is(201);
    assert_eq!(summary(api, &ada).await["email"], "pending");
    assert_eq!(ask(api, &ada, &email).await.refusal(409), "verification_pending");
    let first = mail.letter_to("ada@example.com", 1).await;
    assert_eq!(first.from, "a@souk.example");
    let first = first.code().unwrap().to_owned();

    // The code of the first letter is good until there is a second.
    api.post(&format!("{MINE}/email/resend"), &json!({})).by(&ada).send().await.is(202);
    let second = mail.letter_to("ada@example.com", 2).await.code().unwrap().to_owned();
    if first != second {
        assert_eq!(confirm(api, &ada, "email", &first).await.refusal(422), "wrong_code");
    }
    let proved = confirm(api, &ada, "email", &second).await.is(200).json();
    assert_eq!(proved["status"], "verified");
    assert_eq!(summary(api, &ada).await["email"], "verified");
    let public = api.get(&format!("/v1/users/{}", ada.id)).send().await.is(200).json();
    assert_eq!(public["verified"], json!(["email"]));
    assert_eq!(ask(api, &ada, &email).await.refusal(409), "already_verified");
    // The code is in no table: only its hash was, and that is gone.
    let left = "SELECT count(*) FROM verifications WHERE code_hash IS NOT NULL";
    assert_eq!(count(&database, left).await, 0);
}

#[tokio::test]
async fn whoever_repeats_a_request_gets_one_letter() {
    let (database, mail) = (database().await, SmtpServer::start());
    let server = Server::start(&database, &[("SOUK_SMTP_URL", &mail.url())]).await;
    let api = &server.api;
    let ada = Person::register(api, "ada").await;
    let body = json!({ "verification_type": "email" });
    let mut answers = HashSet::new();
    for _ in 0..3 {
        let answer = api.post(MINE, &body).by(&ada).key("once").send().await.is(201);
        answers.insert(answer.body);
    }
    assert_eq!(answers.len(), 1);
    mail.letter_to("ada@example.com", 1).await;
    // Another person's letter comes after whatever was sent to the first.
    let bob = Person::register(api, "bob").await;
    ask(api, &bob, &body).await.is(201);
    mail.letter_to("bob@example.com", 1).await;
    assert_eq!(mail.letters().len(), 2);
}

#[tokio::test]
async fn of_64_guesses_at_two_servers_five_count() {
    let (database, mail) = (database().await, SmtpServer::start());
    let url = mail.url();
    // All of them queue for one row; on a slow machine that takes longer than servers wait by themselves.
    let settings = [
        ("SOUK_SMTP_URL", url.as_str()),
        ("SOUK_RATE_LIMITS", "off"),
        ("SOUK_POOL_ACQUIRE_TIMEOUT", "15s"),
        ("SOUK_LOCK_TIMEOUT", "15s"),
        ("SOUK_STATEMENT_TIMEOUT", "15s"),
        ("SOUK_TRANSACTION_TIMEOUT", "15s"),
        ("SOUK_REQUEST_DEADLINE", "15s"),
    ];
    let servers = [Server::start(&database, &settings).await, Server::start(&database, &settings).await];
    let ada = Person::register(&servers[0].api, "ada").await;
    ask(&servers[0].api, &ada, &json!({ "verification_type": "email" })).await.is(201);
    let code = mail.letter_to("ada@example.com", 1).await.code().unwrap().to_owned();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let mut guesses = JoinSet::new();
    for n in 0..64 {
        let (api, ada) = (servers[n % 2].api.clone(), ada.clone());
        guesses.spawn(async move { confirm(&api, &ada, "email", wrong).await });
    }
    let answers = guesses.join_all().await;
    let told = |status, code: &str| {
        answers.iter().filter(|answer| answer.status == status && answer.json()["code"] == code).count()
    };
    assert_eq!(told(422, "wrong_code"), 4);
    assert_eq!(told(422, "too_many_tries"), 1);
    assert_eq!(told(409, "verification_not_pending"), 59);
    assert_eq!(confirm(&servers[1].api, &ada, "email", &code).await.refusal(409), "verification_not_pending");
    assert_eq!(summary(&servers[1].api, &ada).await["email"], "rejected");
}

#[tokio::test]
async fn another_phone_is_not_the_one_that_was_proved() {
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let api = &server.api;
    let ada = Person::register(api, "ada").await;
    let phone = json!({ "verification_type": "phone" });
    assert_eq!(ask(api, &ada, &phone).await.refusal(409), "phone_missing");
    change_phone(api, &ada, "+4930111111").await;
    ask(api, &ada, &phone).await.is(201);
    // Without a provider the text is in the log, where a developer reads it.
    let code = eventually("the text is logged", PATIENCE, async || {
        let log = server.log();
        let (before, _) = log.split_once(" is your Souk Loop code")?;
        before.get(before.len() - 6..).map(str::to_owned)
    })
    .await;
    confirm(api, &ada, "phone", &code).await.is(200);
    assert_eq!(summary(api, &ada).await["phone"], "verified");

    change_phone(api, &ada, "+4930222222").await;
    assert_eq!(summary(api, &ada).await["phone"], "none");
    ask(api, &ada, &phone).await.is(201);
    // A code on its way to the old number proves nothing of the new one.
    change_phone(api, &ada, "+4930333333").await;
    assert_eq!(confirm(api, &ada, "phone", "123456").await.refusal(409), "verification_not_pending");
    ask(api, &ada, &phone).await.is(201);
    change_phone(api, &ada, "+4930444444").await;
    let fourth = ask(api, &ada, &phone).await;
    assert_eq!(fourth.refusal(429), "too_many_codes");
    assert!(fourth.header("retry-after").parse::<u32>().unwrap() > 3_000);
}

#[tokio::test]
async fn documents_are_reviewed_by_an_admin_and_every_review_is_recorded() {
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let api = &server.api;
    let (ada, root) = (Person::register(api, "ada").await, admin(&database, api).await);
    let papers = json!({ "verification_type": "government_id", "data": { "document": "media/1" } });
    let first = ask(api, &ada, &papers).await.is(201).json();
    let review =
        |id: &Value, verdict: &str| format!("/v1/admin/verifications/{}/{verdict}", id.as_str().unwrap());

    assert_eq!(api.get("/v1/admin/verifications").by(&ada).send().await.refusal(403), "forbidden");
    let approve = review(&first["id"], "approve");
    assert_eq!(api.post(&approve, &json!({})).by(&ada).send().await.refusal(403), "forbidden");
    let queue = api.get("/v1/admin/verifications").by(&root).send().await.is(200).json();
    assert_eq!((&queue["data"][0]["id"], &queue["data"][0]["user_id"]), (&first["id"], &json!(ada.id)));

    let reject = review(&first["id"], "reject");
    let reason = json!({ "reason": "Not legible." });
    api.post(&reject, &reason).by(&root).send().await.is(200);
    assert_eq!(api.post(&reject, &reason).by(&root).send().await.refusal(409), "verification_not_pending");
    assert_eq!(summary(api, &ada).await["government_id"], "rejected");
    let mine = api.get(MINE).by(&ada).send().await.is(200).json();
    assert_eq!(mine["data"][0]["rejection_reason"], "Not legible.");
    assert!(mine["data"][0].get("reviewed_by").is_none(), "who looked at it is not theirs to know");

    let second = ask(api, &ada, &papers).await.is(201).json();
    api.post(&review(&second["id"], "approve"), &json!({})).by(&root).send().await.is(200);
    assert_eq!(summary(api, &ada).await["government_id"], "verified");
    let own = ask(api, &root, &papers).await.is(201).json();
    let own = api.post(&review(&own["id"], "approve"), &json!({})).by(&root).send().await;
    assert_eq!(own.refusal(403), "own_verification");

    let record = api.get("/v1/admin/audit").by(&root).send().await.is(200).json();
    let acts: Vec<_> = record["data"].as_array().unwrap().iter().map(|line| &line["act"]).collect();
    assert_eq!(acts, ["verification_approved", "verification_rejected", "admin_granted"]);
    assert_eq!(record["data"][1]["reason"], "Not legible.");
}
