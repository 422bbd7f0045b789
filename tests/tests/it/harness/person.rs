//! People who use the marketplace, and what they sell.

use serde_json::{Value, json};

use super::{Answer, Api};

/// The password of everybody.
const PASSWORD: &str = "correct horse battery";

/// Somebody with an account.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) token: String,
}

impl Person {
    /// What somebody called `name` fills in.
    pub(crate) fn form(name: &str) -> Value {
        json!({ "email": format!("{name}@example.com"), "username": name, "password": PASSWORD })
    }

    /// Somebody called `name` opens an account.
    pub(crate) async fn register(api: &Api, name: &str) -> Self {
        Self::of(&api.post("/v1/auth/register", &Self::form(name)).send().await.is(201))
    }

    /// Tries to log in.
    pub(crate) async fn log_in(api: &Api, identifier: &str) -> Answer {
        let form = json!({ "identifier": identifier, "password": PASSWORD });
        api.post("/v1/auth/login", &form).send().await
    }

    /// Whom the answer to registering or logging in is about.
    pub(crate) fn of(answer: &Answer) -> Self {
        let answer = answer.json();
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        Self { id: text(&answer["user"]["id"]), token: text(&answer["access_token"]) }
    }
}

/// A listing on the community feed for 450 €, with nothing left to chance but its title.
pub(crate) fn bike(title: &str) -> Value {
    json!({
        "title": title,
        "description": "Size 56, new chain.",
        "category": "other",
        "feed_type": "community",
        "condition": "good",
        "price_minor": 45_000,
        "currency": "EUR",
    })
}
