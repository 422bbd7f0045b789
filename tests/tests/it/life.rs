//! An account from its first day to its last, by the real program, a real database and a real mail server.

use reqwest::Method;
use serde_json::{Value, json};
use souk_testkit::smtp::SmtpServer;

use crate::harness::{Person, Server, count, database};

const NEW_PASSWORD: &str = "incorrect mule charger";

#[tokio::test]
async fn a_person_comes_proves_their_mailbox_moves_between_devices_and_leaves() {
    let (database, mail) = (database().await, SmtpServer::start());
    let server = Server::start(&database, &[("SOUK_SMTP_URL", &mail.url())]).await;
    let api = &server.api;

    let registered = api.post("/v1/auth/register", &Person::form("ada")).send().await.is(201);
    let ada = Person::of(&registered);
    let phone_token = registered.json()["refresh_token"].clone();

    let email = json!({ "verification_type": "email" });
    api.post("/v1/me/verifications", &email).by(&ada).send().await.is(201);
    let code = mail.letter_to("ada@example.com", 1).await.code().unwrap().to_owned();
    let confirm = json!({ "code": code });
    api.post("/v1/me/verifications/email/confirm", &confirm).by(&ada).send().await.is(200);
    let me = api.get("/v1/me").by(&ada).send().await.is(200).json();
    assert_eq!(me["verification"]["email"], "verified");

    let on_laptop = Person::log_in(api, "ada").await.is(200);
    let (laptop, laptop_token) = (Person::of(&on_laptop), on_laptop.json()["refresh_token"].clone());
    let change = json!({ "current_password": Person::form("ada")["password"], "new_password": NEW_PASSWORD });
    api.post("/v1/me/password", &change).by(&laptop).send().await.is(204);
    let refresh =
        async |token: &Value| api.post("/v1/auth/refresh", &json!({ "refresh_token": token })).send().await;
    assert_eq!(refresh(&phone_token).await.refusal(401), "invalid_refresh_token");
    let refreshed = refresh(&laptop_token).await.is(200).json();

    api.request(Method::DELETE, "/v1/me").by(&laptop).send().await.is(204);
    api.get("/v1/me").by(&laptop).send().await.is(401);
    refresh(&refreshed["refresh_token"]).await.is(401);
    let log_in = json!({ "identifier": "ada@example.com", "password": NEW_PASSWORD });
    assert_eq!(api.post("/v1/auth/login", &log_in).send().await.refusal(401), "wrong_credentials");
    api.get(&format!("/v1/users/{}", ada.id)).send().await.is(404);
    let left = "SELECT count(*) FROM users WHERE email = 'ada@example.com' OR username = 'ada'";
    assert_eq!(count(&database, left).await, 0);
    // The address is free again; the name is not.
    let mut again = Person::form("ada");
    assert_eq!(api.post("/v1/auth/register", &again).send().await.refusal(409), "username_taken");
    again["username"] = json!("ada2");
    api.post("/v1/auth/register", &again).send().await.is(201);
}
