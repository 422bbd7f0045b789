//! Blocking people.

use axum::http::Method;
use serde_json::{Value, json};
use souk_domain::{
    block::{BlockPosition, BlockedUser},
    page::Page,
};
use souk_ports::block::MockBlockRepository;
use souk_testkit::{build, fixed};

use super::{Ports, get, post, request, send};

/// A store in which there are people 1 to 3, and everybody blocks 2 and then 3.
pub(super) fn store() -> MockBlockRepository {
    let mut store = MockBlockRepository::new();
    store.expect_block().returning(|_, blocked, _| Ok(blocked < build::user_id(4)));
    store.expect_unblock().returning(|_, _| Ok(()));
    store.expect_list().returning(|_, after, limit| {
        let blocked = [(3, "eve"), (2, "bob")].map(|(n, name)| {
            let user = build::user(n, name);
            BlockedUser {
                id: user.id,
                username: user.username,
                display_name: user.display_name,
                avatar_url: None,
                blocked_at: fixed::now(),
            }
        });
        let rest = blocked.into_iter().filter(|other| {
            after.is_none_or(|after: BlockPosition| after.blocked_at == fixed::now() && other.id < after.id)
        });
        Ok(Page::of(rest.collect(), limit, BlockedUser::position))
    });
    store
}

fn ports() -> Ports {
    Ports { blocks: store(), ..Ports::default() }
}

#[tokio::test]
async fn blocking_and_taking_it_back_answer_with_nothing() {
    let router = ports().router();
    let path = format!("/v1/users/{}/block", build::user_id(2));
    for method in [Method::POST, Method::DELETE] {
        let answer = send(&router, request(method, &path, "ada", &Value::Null)).await;
        assert_eq!((answer.status.as_u16(), answer.body), (204, vec![]));
    }
}

#[tokio::test]
async fn nobody_blocks_themself_or_somebody_who_is_not_there() {
    let router = ports().router();
    let own = post(&router, &format!("/v1/users/{}/block", build::user_id(1)), "ada", &Value::Null).await;
    assert_eq!(own.problem(), (409, "own_account".to_owned()));
    let nobody = post(&router, &format!("/v1/users/{}/block", build::user_id(9)), "ada", &Value::Null).await;
    assert_eq!(nobody.problem(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn the_list_is_paged_and_everybodys_own() {
    let router = ports().router();
    let first = get(&router, "/v1/me/blocks?limit=1", "ada").await.json();
    assert_eq!(
        first["data"],
        json!([{
            "user_id": build::user_id(3).as_uuid(), "username": "eve", "display_name": "eve", "avatar_url": null,
            "blocked_at": fixed::now()
        }])
    );
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = get(&router, &format!("/v1/me/blocks?limit=1&cursor={cursor}"), "ada").await.json();
    assert_eq!((&second["data"][0]["username"], &second["next_cursor"]), (&json!("bob"), &Value::Null));
    let stolen = get(&router, &format!("/v1/me/blocks?cursor={cursor}"), "bob").await;
    assert_eq!(stolen.problem(), (400, "invalid_cursor".to_owned()));
    let many = get(&router, "/v1/me/blocks?limit=101", "ada").await;
    assert_eq!(many.problem(), (422, "invalid_fields".to_owned()));
}
