//! Who may do what: every operation of the API's description, asked by everybody. An operation that is missing here
//! fails the test, so that nobody can add one without saying who may use it.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::{Value, json};
use souk_domain::{
    admin::Subject,
    page::Page,
    product::{Clusters, ProductState, Publisher},
    session::{PasswordReset, RefreshHash},
    user::{Role, Standing},
};
use souk_http::router;
use souk_ports::{
    DecideError,
    session::{PasswordHash, Refreshed},
    user::Credentials,
};
use souk_testkit::build;

use super::{
    Ports,
    conversation::{MESSAGE, MESSAGES, READ, THREAD},
    offer, request, send,
    verification::{APPROVE, REJECT},
};

/// Who asks: nobody, somebody whose token has expired, whose token is forged, a stranger, the owner, an admin.
const ACTORS: [&str; 6] = ["", "old", "forged", "bob", "ada", "root"];

/// Operation, the path it is asked at, what is sent, and the status each of [`ACTORS`] gets.
#[expect(clippy::too_many_lines, reason = "a table is read as one")]
fn matrix() -> Vec<(&'static str, &'static str, Value, [u16; 6])> {
    let listing = json!({
        "title": "Lamp", "description": "Works.", "category": "home_decor", "feed_type": "community",
        "condition": "good", "price_minor": 900
    });
    let account = json!({"email": "eve@example.com", "username": "eve", "password": "correct horse"});
    let log_in = json!({"identifier": "ada", "password": "correct horse"});
    let open = [200; 6];
    // Whoever shows a token must show a good one, also where none is needed.
    let readable = [200, 401, 401, 200, 200, 200];
    let admins_only = [401, 401, 401, 403, 403, 200];
    vec![
        ("get /livez", "/livez", Value::Null, open),
        ("get /readyz", "/readyz", Value::Null, open),
        ("post /v1/auth/register", "/v1/auth/register", account, [201; 6]),
        ("post /v1/auth/login", "/v1/auth/login", log_in, open),
        ("post /v1/auth/refresh", "/v1/auth/refresh", json!({"refresh_token": "refresh"}), open),
        ("post /v1/auth/logout", "/v1/auth/logout", Value::Null, [401, 401, 401, 204, 204, 204]),
        (
            "post /v1/auth/password-reset",
            "/v1/auth/password-reset",
            json!({"email": "ada@example.com"}),
            [202; 6],
        ),
        (
            "post /v1/auth/password-reset/confirm",
            "/v1/auth/password-reset/confirm",
            json!({"token": "reset", "new_password": "correct horse"}),
            [204; 6],
        ),
        (
            "post /v1/me/password",
            "/v1/me/password",
            json!({"current_password": "correct horse", "new_password": "incorrect mule"}),
            [401, 401, 401, 204, 204, 204],
        ),
        ("get /v1/me", "/v1/me", Value::Null, [401, 401, 401, 200, 200, 200]),
        ("patch /v1/me", "/v1/me", json!({"bio": "Counts."}), [401, 401, 401, 200, 200, 200]),
        ("delete /v1/me", "/v1/me", Value::Null, [401, 401, 401, 204, 204, 204]),
        ("get /v1/me/export", "/v1/me/export", Value::Null, [401, 401, 401, 200, 200, 200]),
        ("get /v1/me/blocks", "/v1/me/blocks", Value::Null, [401, 401, 401, 200, 200, 200]),
        (
            "post /v1/me/connect-account",
            "/v1/me/connect-account",
            Value::Null,
            [401, 401, 401, 200, 200, 200],
        ),
        ("get /v1/users/{id}", "/v1/users/00000000-0000-0000-0000-000000000001", Value::Null, readable),
        // Everybody blocks anybody but themself.
        ("post /v1/users/{id}/block", BLOCK, Value::Null, [401, 401, 401, 204, 409, 204]),
        ("delete /v1/users/{id}/block", BLOCK, Value::Null, [401, 401, 401, 204, 204, 204]),
        ("get /v1/conversations", "/v1/conversations", Value::Null, [401, 401, 401, 200, 200, 200]),
        // With ada, who does not talk with herself.
        (
            "post /v1/conversations",
            "/v1/conversations",
            json!({"seller_id": build::user_id(1).to_string()}),
            [401, 401, 401, 201, 403, 201],
        ),
        // It is bob's and ada's; nobody else learns that there is one, admins neither.
        ("get /v1/conversations/{id}", THREAD, Value::Null, [401, 401, 401, 200, 200, 404]),
        ("patch /v1/conversations/{id}", THREAD, json!({"archived": true}), [401, 401, 401, 200, 200, 404]),
        ("put /v1/conversations/{id}/read", READ, json!({"seq": 1}), [401, 401, 401, 200, 200, 404]),
        ("get /v1/conversations/{id}/messages", MESSAGES, Value::Null, [401, 401, 401, 200, 200, 404]),
        (
            "post /v1/conversations/{id}/messages",
            MESSAGES,
            json!({"message_type": "text", "content": "Hello"}),
            [401, 401, 401, 201, 201, 404],
        ),
        (
            "get /v1/conversations/{id}/messages/{message_id}",
            MESSAGE,
            Value::Null,
            [401, 401, 401, 200, 200, 404],
        ),
        ("get /v1/me/sessions", "/v1/me/sessions", Value::Null, [401, 401, 401, 200, 200, 200]),
        // It is ada's; nobody else learns that there is one, admins neither.
        (
            "delete /v1/me/sessions/{id}",
            "/v1/me/sessions/00000000-0000-0000-0000-000000000001",
            Value::Null,
            [401, 401, 401, 404, 204, 404],
        ),
        ("get /v1/categories", "/v1/categories", Value::Null, open),
        ("get /v1/products", "/v1/products", Value::Null, readable),
        ("post /v1/products", "/v1/products", listing, [401, 401, 401, 201, 201, 201]),
        ("get /v1/products/nearby", "/v1/products/nearby?latitude=1&longitude=1", Value::Null, readable),
        // Bob buys from ada; ada buys nothing from herself, and to others their offers do not exist.
        (
            "post /v1/products/{id}/offers",
            offer::MAKE,
            json!({"amount_minor": 40_000}),
            [401, 401, 401, 201, 403, 201],
        ),
        (
            "post /v1/products/{id}/offers/reject-all",
            offer::REJECT_ALL,
            Value::Null,
            [401, 401, 401, 403, 200, 403],
        ),
        ("get /v1/offers", "/v1/offers", Value::Null, [401, 401, 401, 200, 200, 200]),
        ("get /v1/offers/{id}", offer::OFFER, Value::Null, [401, 401, 401, 200, 200, 404]),
        ("post /v1/offers/{id}/accept", offer::ACCEPT, Value::Null, [401, 401, 401, 403, 200, 404]),
        ("post /v1/offers/{id}/reject", offer::REJECT, Value::Null, [401, 401, 401, 403, 200, 404]),
        ("post /v1/offers/{id}/cancel", offer::CANCEL, Value::Null, [401, 401, 401, 200, 403, 404]),
        (
            "post /v1/offers/{id}/counter",
            offer::COUNTER,
            json!({"amount_minor": 42_000}),
            [401, 401, 401, 403, 201, 404],
        ),
        // Sent as a form, not as JSON; see below.
        ("post /v1/media", "/v1/media", Value::Null, [401, 401, 401, 201, 201, 201]),
        ("get /media/{id}/image", "/media/00000000-0000-0000-0000-000000000001/image", Value::Null, open),
        (
            "get /media/{id}/thumbnail",
            "/media/00000000-0000-0000-0000-000000000001/thumbnail",
            Value::Null,
            open,
        ),
        (
            "get /v1/products/in-box",
            "/v1/products/in-box?west=1&south=1&east=2&north=2",
            Value::Null,
            readable,
        ),
        // Maps are the same for everybody, and caches may keep them.
        (
            "get /v1/products/clusters",
            "/v1/products/clusters?west=1&south=1&east=2&north=2&zoom=9",
            Value::Null,
            open,
        ),
        ("get /v1/products/tiles/{z}/{x}/{y}", "/v1/products/tiles/10/550/335.mvt", Value::Null, open),
        ("get /v1/me/verifications", "/v1/me/verifications", Value::Null, [401, 401, 401, 200, 200, 200]),
        (
            "post /v1/me/verifications",
            "/v1/me/verifications",
            json!({"verification_type": "email"}),
            [401, 401, 401, 201, 201, 201],
        ),
        (
            "post /v1/me/verifications/{type}/resend",
            "/v1/me/verifications/email/resend",
            Value::Null,
            [401, 401, 401, 202, 202, 202],
        ),
        (
            "post /v1/me/verifications/{type}/confirm",
            "/v1/me/verifications/email/confirm",
            json!({"code": "123456"}),
            [401, 401, 401, 200, 200, 200],
        ),
        ("get /v1/admin/verifications", "/v1/admin/verifications", Value::Null, admins_only),
        ("post /v1/admin/verifications/{id}/approve", APPROVE, Value::Null, admins_only),
        ("post /v1/admin/verifications/{id}/reject", REJECT, json!({"reason": "Not legible."}), admins_only),
        ("get /v1/admin/users", "/v1/admin/users", Value::Null, admins_only),
        ("post /v1/admin/users/{id}/suspend", SUSPEND, json!({"reason": "Fraud."}), admins_only),
        ("post /v1/admin/users/{id}/reinstate", REINSTATE, Value::Null, [401, 401, 401, 403, 403, 409]),
        ("get /v1/admin/audit", "/v1/admin/audit", Value::Null, admins_only),
        ("get /v1/events", "/v1/events", Value::Null, [401, 401, 401, 200, 200, 200]),
        // This one is archived, and so its seller's alone; for the others it looks missing.
        ("get /v1/products/{id}", PRODUCT, Value::Null, [404, 401, 401, 404, 200, 404]),
        // It is edited by ada alone, who sells it; admins neither.
        ("patch /v1/products/{id}", PRODUCT, json!({"title": "Bike"}), [401, 401, 401, 403, 200, 403]),
        ("delete /v1/products/{id}", PRODUCT, Value::Null, [401, 401, 401, 403, 204, 403]),
        ("put /v1/products/{id}/like", LIKE, Value::Null, [401, 401, 401, 204, 204, 204]),
        ("delete /v1/products/{id}/like", LIKE, Value::Null, [401, 401, 401, 204, 204, 204]),
        ("get /v1/me/likes", "/v1/me/likes", Value::Null, [401, 401, 401, 200, 200, 200]),
        ("post /v1/products/{id}/view", VIEW, Value::Null, [202, 401, 401, 202, 202, 202]),
    ]
}

const PRODUCT: &str = "/v1/products/00000000-0000-0000-0000-000000000007";
const LIKE: &str = "/v1/products/00000000-0000-0000-0000-000000000007/like";
const VIEW: &str = "/v1/products/00000000-0000-0000-0000-000000000007/view";
const BLOCK: &str = "/v1/users/00000000-0000-0000-0000-000000000001/block";
const SUSPEND: &str = "/v1/admin/users/00000000-0000-0000-0000-000000000002/suspend";
const REINSTATE: &str = "/v1/admin/users/00000000-0000-0000-0000-000000000002/reinstate";

fn ports() -> Ports {
    let mut ports = Ports::default().with_passwords(true);
    ports.users.expect_insert().returning(|_, _| Ok(()));
    ports.profiles = super::profile::store(Standing::Active);
    ports.blocks = super::block::store();
    ports.offers = offer::store();
    ports.payees = super::onboarding::store(Standing::Active);
    ports.payments = Some(super::onboarding::provider());
    ports.conversations = super::conversation::store().conversations;
    ports.verifications = super::verification::store();
    ports.users.expect_find_credentials().returning(|_| {
        let password_hash = PasswordHash("hash".to_owned());
        Ok(Some(Credentials { user: build::user(1, "ada"), password_hash }))
    });
    ports.sessions.expect_insert().returning(|_, _| Ok(true));
    ports.sessions.expect_refresh().returning(|_, _| {
        let user = build::user_id(1);
        Ok(Refreshed { user, role: Role::Seller, generation: 1, current: RefreshHash([2; 32]) })
    });
    ports.sessions.expect_list().returning(|_, _, _, _| Ok(Page { items: vec![], next: None }));
    // Session 1 is that of ada; every session has an end when its own person asks for it.
    ports.sessions.expect_end().returning(|user, id, _, _| Ok(user.as_uuid() == id.as_uuid()));
    ports.kept_passwords.expect_find().returning(|_| Ok(Some(PasswordHash("hash".to_owned()))));
    ports.kept_passwords.expect_change().returning(|_, _, _| Ok(()));
    ports.kept_passwords.expect_put_reset().returning(|_| Ok(()));
    ports.kept_passwords.expect_find_reset().returning(|hash| {
        Ok(Some(PasswordReset::begin(build::user_id(1), hash, souk_testkit::fixed::now())))
    });
    ports.kept_passwords.expect_reset().returning(|_, _| Ok(()));
    ports.mail.expect_send().returning(|_| Ok(()));
    ports
        .admins
        .expect_find_subject()
        .returning(|id| Ok(Some(Subject { id, role: Role::Admin, standing: Standing::Active })));
    ports.admins.expect_list_accounts().returning(|_| Ok(Page { items: vec![], next: None }));
    ports.admins.expect_list_audit().returning(|_, _| Ok(Page { items: vec![], next: None }));
    ports.admins.expect_judge().returning(|_, decide| {
        let subject = Subject { id: build::user_id(2), role: Role::Buyer, standing: Standing::Active };
        decide(subject).map(|_| build::user(2, "bob")).map_err(DecideError::Refused)
    });
    ports.events.expect_list_ended().returning(|_, _| Ok(vec![]));
    let mut ports = super::media::house(ports, Standing::Active, 0);
    super::media::files(&mut ports);
    super::stream::fill(&mut ports);
    ports.products.expect_list().returning(|_| Ok(Page { items: vec![], next: None }));
    ports.products.expect_list_nearby().returning(|_| Ok(Page { items: vec![], next: None }));
    ports.maps.expect_list_in_box().returning(|_| Ok(Page { items: vec![], next: None }));
    ports.maps.expect_list_clusters().returning(|_| Ok(Clusters::default()));
    ports.maps.expect_draw_tile().returning(|_| Ok(vec![26]));
    ports.products.expect_find().returning(|_| {
        let mut product = build::product(7, build::user_id(1));
        product.state = ProductState::Archived { at: product.created_at, sold: None };
        Ok(Some(product))
    });
    super::listing::store(&mut ports.products);
    ports.products.expect_publish().returning(|seller, decide, _| {
        let publisher = Publisher { id: seller, role: Role::Buyer, standing: Standing::Active };
        decide(publisher).map(|publication| publication.product).map_err(DecideError::Refused)
    });
    ports
}

fn operations() -> BTreeSet<String> {
    let document = serde_json::to_value(router::openapi("")).unwrap();
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |method| format!("{method} {path}"))
        })
        .collect()
}

#[tokio::test]
async fn every_operation_knows_who_may_use_it() {
    let matrix: Vec<_> = matrix().into_iter().chain(super::stream::matrix()).collect();
    let listed: BTreeSet<_> = matrix.iter().map(|(operation, ..)| (*operation).to_owned()).collect();
    assert_eq!(operations(), listed, "the operations of the API and those of this matrix differ");
    let router = ports().router();
    for (operation, path, body, statuses) in matrix {
        let method: Method = operation.split(' ').next().unwrap().to_uppercase().parse().unwrap();
        for (who, expected) in ACTORS.iter().zip(statuses) {
            let asked = match operation {
                "post /v1/media" => super::media::upload(b"a picture", who),
                _ => request(method.clone(), path, who, &body),
            };
            let answer = send(&router, asked).await;
            assert_eq!(answer.status, expected, "{operation} by {who:?}");
        }
    }
}

#[tokio::test]
async fn what_is_forbidden_looks_like_what_is_missing() {
    let mut missing = Ports::default();
    missing.products.expect_find().returning(|_| Ok(None));
    let path = "/v1/products/00000000-0000-0000-0000-000000000007";
    let forbidden = super::get(&ports().router(), path, "bob").await;
    let missing = super::get(&missing.router(), path, "bob").await;
    assert_eq!((forbidden.status, forbidden.body), (missing.status, missing.body));
}
