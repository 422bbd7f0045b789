//! The document of everything that is kept about a person.

use serde_json::Value;
use souk_domain::id::UserId;
use souk_ports::user::ProfileRepository;
use souk_postgres_adapter::PgProfiles;
use souk_testkit::build;

use crate::{fill, support::Ground};

async fn export(ground: &Ground, id: UserId) -> Option<Value> {
    let export = PgProfiles::new(ground.pool.clone()).export(id).await.unwrap()?;
    Some(serde_json::from_slice(&export.0).unwrap())
}

/// The names of all members of a document, at any depth.
fn names(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                found.push(name.clone());
                names(member, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test]
async fn it_holds_what_is_theirs_and_no_secret_of_ours() {
    let ground = Ground::new().await;
    let client = ground.database.connect().await;
    fill::everything(&client).await;
    let people = client.query("SELECT id, email::text FROM users", &[]).await.unwrap();
    let mut filled = std::collections::BTreeSet::new();
    for row in people {
        let (id, email): (uuid::Uuid, String) = (row.get(0), row.get(1));
        let document = export(&ground, UserId::from_uuid(id)).await.unwrap();
        assert_eq!(document["account"]["email"], email.as_str());
        assert!(document["account"]["created_at"].as_str().unwrap().ends_with("+00:00"));
        assert_eq!(document["truncated"], serde_json::json!([]));
        let members = document.as_object().unwrap();
        for (name, list) in members.iter().filter(|(_, member)| member.is_array()) {
            if !list.as_array().unwrap().is_empty() {
                filled.insert(name.clone());
            }
        }
        let mut all = Vec::new();
        names(&document, &mut all);
        for name in all {
            assert!(!name.contains("hash"), "{name}");
        }
        let own = |list: &str, columns: &[&str]| {
            document[list]
                .as_array()
                .unwrap()
                .iter()
                .all(|row| columns.iter().any(|column| row[*column] == id.to_string()))
        };
        for list in ["offers", "transactions", "conversations"] {
            assert!(own(list, &["buyer_id", "seller_id"]), "{list}");
        }
        for listing in document["listings"].as_array().unwrap() {
            assert_eq!(listing["exact_location"], listing["public_location"], "the fill has them alike");
        }
    }
    let lists = [
        "acts_of_admins",
        "blocks",
        "conversations",
        "listings",
        "media",
        "messages",
        "offers",
        "product_likes",
        "sessions",
        "stream_comments",
        "stream_likes",
        "stream_shares",
        "streams",
        "transactions",
        "verifications",
    ];
    assert_eq!(filled.iter().map(String::as_str).collect::<Vec<_>>(), lists);
}

#[tokio::test]
async fn lists_that_are_too_long_are_cut_and_named() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await;
    let client = ground.database.connect().await;
    client
        .batch_execute(
            "INSERT INTO sessions (id, user_id, refresh_hash, created_at, last_used_at, expires_at)
             SELECT gen_random_uuid(), users.id, sha256(n::text::bytea), now(), now(), now() + interval '1 day'
             FROM users, generate_series(1, 10000) n;
             INSERT INTO streams (id, user_id, title, description, category, status, created_at, updated_at)
             SELECT gen_random_uuid(), users.id, 'Sale ' || n, repeat('x', 5000), 'books', 'scheduled',
                 now() - n * interval '1 s', now()
             FROM users, generate_series(1, 1000) n",
        )
        .await
        .unwrap();
    let document = export(&ground, ada.id).await.unwrap();
    assert_eq!(document["truncated"], serde_json::json!(["sessions", "streams"]));
    assert_eq!(document["sessions"].as_array().unwrap().len(), 10_000);
    let streams = document["streams"].as_array().unwrap();
    assert!((700..900).contains(&streams.len()), "{}", streams.len());
    assert_eq!(streams.first().unwrap()["title"], "Sale 1");
}

#[tokio::test]
async fn whoever_left_has_no_document() {
    let ground = Ground::new().await;
    let ada = ground.user(1, "ada").await;
    assert!(export(&ground, ada.id).await.is_some());
    let left = "UPDATE users SET status = 'deleted', deleted_at = now()";
    ground.database.connect().await.execute(left, &[]).await.unwrap();
    assert_eq!(export(&ground, ada.id).await, None);
    assert_eq!(export(&ground, build::user_id(9)).await, None);
}
