//! One's own account and those of others.

use axum::http::{HeaderValue, Method, header};
use serde_json::{Value, json};
use souk_domain::{
    geo::GeoPoint,
    media::Picture,
    user::{
        ErasureContext, ErasureRefusal, OwnProfile, ProfileContext, ProfileRefusal, PublicProfile, Standing,
        User,
    },
    verification::{Proven, VerificationSummary, VerificationType},
};
use souk_ports::{
    DecideError,
    user::{Export, MockProfileRepository},
};
use souk_testkit::{build, fixed};

use super::{Answer, Ports, get, request, send};

fn user(standing: Standing) -> User {
    User {
        phone: Some(souk_domain::contact::Phone::parse("+4930123456").unwrap()),
        location: Some(GeoPoint::new(52.52, 13.405).unwrap()),
        standing,
        ..build::user(1, "ada")
    }
}

/// A store in which everybody's account is that of ada, in this standing.
pub(super) fn store(standing: Standing) -> MockProfileRepository {
    let verification = VerificationSummary { email: Proven::Verified, ..VerificationSummary::NOTHING };
    let own = move |user| OwnProfile { user, verification };
    let mut store = MockProfileRepository::new();
    store.expect_find_own().returning(move |_| Ok(Some(own(user(standing)))));
    store.expect_change().returning(move |_, decide| {
        let context = ProfileContext { user: user(standing), has_listings_up: true };
        decide(&context).map(|update| own(update.user)).map_err(DecideError::Refused)
    });
    store.expect_erase().returning(move |_, decide| {
        let context = ErasureContext { user: user(standing), has_open_deal: false };
        decide(&context).map(|_| ()).map_err(DecideError::Refused)
    });
    store.expect_export().returning(|_| Ok(Some(Export(b"{\"account\": {}}".to_vec()))));
    store.expect_find_public().returning(|id| {
        let user = user(Standing::Active);
        Ok((id == user.id).then_some(PublicProfile {
            id,
            username: user.username,
            display_name: user.display_name,
            bio: None,
            avatar_url: Some(Picture::Own(build::media_id(9))),
            location_label: None,
            verified: vec![VerificationType::Email],
            listings: 2,
            sold: 1,
            member_since: user.created_at,
        }))
    });
    store
}

fn ports(standing: Standing) -> Ports {
    Ports { profiles: store(standing), ..Ports::default() }
}

/// Changes an account in this standing, expecting these tags.
async fn patch_in(standing: Standing, body: Value, tags: Option<&'static str>) -> Answer {
    let mut request = request(Method::PATCH, "/v1/me", "ada", &body);
    if let Some(tags) = tags {
        request.headers_mut().insert(header::IF_MATCH, HeaderValue::from_static(tags));
    }
    send(&ports(standing).router(), request).await
}

async fn patch(body: Value) -> Answer {
    patch_in(Standing::Active, body, None).await
}

#[tokio::test]
async fn ones_own_account_is_shown_whole_with_its_version() {
    let answer = get(&ports(Standing::Active).router(), "/v1/me", "ada").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers[header::ETAG], format!("\"{}\"", fixed::now().timestamp_micros()));
    insta::assert_json_snapshot!(answer.json());
}

#[tokio::test]
async fn a_suspended_account_reads_and_a_deleted_one_is_none() {
    let suspended = get(&ports(Standing::Suspended).router(), "/v1/me", "ada").await;
    assert_eq!(suspended.json()["status"], "suspended");
    let at = fixed::now();
    let deleted = get(&ports(Standing::Deleted { at }).router(), "/v1/me", "ada").await;
    assert_eq!(deleted.problem(), (401, "unauthenticated".to_owned()));
    let change = patch_in(Standing::Deleted { at }, json!({}), None).await;
    assert_eq!(change.problem(), (401, "unauthenticated".to_owned()));
}

#[tokio::test]
async fn a_change_answers_with_the_account_and_its_new_version() {
    let before = get(&ports(Standing::Active).router(), "/v1/me", "ada").await;
    let body =
        json!({"bio": "Counts.", "phone": null, "location": {"latitude": 1, "longitude": 2}, "role": "both"});
    let answer = patch(body).await;
    assert_eq!(answer.status, 200);
    let account = answer.json();
    assert_eq!((&account["bio"], &account["phone"]), (&json!("Counts."), &Value::Null));
    assert_eq!(account["location"], json!({"latitude": 1.0, "longitude": 2.0}));
    assert_eq!(account["display_name"], "ada");
    assert_ne!(answer.headers[header::ETAG], before.headers[header::ETAG]);
    assert_eq!(patch(json!({})).await.headers[header::ETAG], before.headers[header::ETAG]);
}

#[tokio::test]
async fn a_change_of_a_version_that_is_gone_is_412() {
    let body = json!({"bio": "Counts."});
    for stale in ["\"1\"", "W/\"1728000000000000\"", "\"x\"", ""] {
        let answer = patch_in(Standing::Active, body.clone(), Some(stale)).await;
        assert_eq!(answer.problem(), (412, "precondition_failed".to_owned()), "{stale}");
    }
    for fresh in ["*", "\"1\", \"1728000000000000\""] {
        assert_eq!(patch_in(Standing::Active, body.clone(), Some(fresh)).await.status, 200, "{fresh}");
    }
}

#[tokio::test]
async fn every_field_of_a_bad_change_is_named() {
    for (body, field, code) in [
        (json!({"display_name": null}), "display_name", "required"),
        (json!({"role": null}), "role", "required"),
        (json!({"role": "admin"}), "role", "unknown_value"),
        (json!({"status": "active"}), "status", "unknown_field"),
        (json!({"email": "x@example.com"}), "email", "unknown_field"),
        (json!({"bio": 7}), "bio", "invalid_type"),
        (json!({"bio": "a\0"}), "bio", "invalid_character"),
        (json!({"phone": "12"}), "phone", "invalid_format"),
        (json!({"avatar_url": "javascript:x"}), "avatar_url", "invalid_format"),
        (json!({"location": {"latitude": 91, "longitude": 0}}), "location", "out_of_range"),
        (json!({"location": {"latitude": 1}}), "location.longitude", "required"),
        (json!({"location_label": ""}), "location_label", "required"),
    ] {
        let answer = patch(body.clone()).await;
        assert_eq!(answer.problem(), (422, "invalid_fields".to_owned()), "{body}");
        let error = &answer.json()["errors"][0];
        assert_eq!((error["field"].as_str(), error["code"].as_str()), (Some(field), Some(code)), "{body}");
    }
}

#[tokio::test]
async fn a_face_is_a_picture_of_ones_own_or_one_elsewhere() {
    const URL: &str = "https://souk.example.com/media/00000000-0000-0000-0000-000000000009/image";
    const ELSEWHERE: &str = "https://example.com/ada.png";
    let mut theirs = ports(Standing::Active);
    theirs.media.expect_claim().returning(|_, ids, _| Ok(ids.to_vec()));
    let router = theirs.router();
    for (name, shown) in [("00000000-0000-0000-0000-000000000009", URL), (URL, URL), (ELSEWHERE, ELSEWHERE)] {
        let body = json!({"avatar_url": name});
        let answer = send(&router, request(Method::PATCH, "/v1/me", "ada", &body)).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["avatar_url"]), (200, &json!(shown)));
    }

    let mut others = ports(Standing::Active);
    others.media.expect_claim().returning(|_, _, _| Ok(vec![]));
    let body = json!({"avatar_url": URL});
    let answer = send(&others.router(), request(Method::PATCH, "/v1/me", "ada", &body)).await;
    assert_eq!(answer.problem(), (422, "invalid_fields".to_owned()));
    let error = &answer.json()["errors"][0];
    assert_eq!((&error["field"], &error["code"]), (&json!("avatar_url"), &json!("unknown_media")));
}

#[tokio::test]
async fn every_refusal_has_a_status_and_a_code() {
    for (refusal, status, code) in [
        (ProfileRefusal::Suspended, 403, "account_suspended"),
        (ProfileRefusal::Closed, 401, "unauthenticated"),
        (ProfileRefusal::Stale, 412, "precondition_failed"),
        (ProfileRefusal::AdminRole, 409, "admin_role"),
        (ProfileRefusal::ListingsUp, 409, "listings_open"),
        (ProfileRefusal::PhoneTaken, 409, "phone_taken"),
    ] {
        let mut ports = Ports::default();
        ports.profiles.expect_change().returning(move |_, _| Err(DecideError::Refused(refusal)));
        let answer = send(&ports.router(), request(Method::PATCH, "/v1/me", "ada", &json!({}))).await;
        assert_eq!(answer.problem(), (status, code.to_owned()));
    }
    for (refusal, status, code) in [
        (ErasureRefusal::Suspended, 403, "account_suspended"),
        (ErasureRefusal::Closed, 401, "unauthenticated"),
        (ErasureRefusal::DealOpen, 409, "deal_open"),
    ] {
        let mut ports = Ports::default();
        ports.profiles.expect_erase().returning(move |_, _| Err(DecideError::Refused(refusal)));
        let answer = send(&ports.router(), request(Method::DELETE, "/v1/me", "ada", &Value::Null)).await;
        assert_eq!(answer.problem(), (status, code.to_owned()));
    }
}

#[tokio::test]
async fn leaving_answers_with_nothing() {
    let router = ports(Standing::Active).router();
    let answer = send(&router, request(Method::DELETE, "/v1/me", "ada", &Value::Null)).await;
    assert_eq!((answer.status.as_u16(), answer.body), (204, vec![]));
}

#[tokio::test]
async fn an_export_is_a_file() {
    let answer = get(&ports(Standing::Active).router(), "/v1/me/export", "ada").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(answer.headers[header::CONTENT_DISPOSITION], "attachment; filename=\"souk-loop.json\"");
    assert_eq!(answer.body, b"{\"account\": {}}");
    let mut nobody = Ports::default();
    nobody.profiles.expect_export().returning(|_| Ok(None));
    let answer = get(&nobody.router(), "/v1/me/export", "ada").await;
    assert_eq!(answer.problem(), (401, "unauthenticated".to_owned()));
}

#[tokio::test]
async fn others_see_what_is_public() {
    let router = ports(Standing::Active).router();
    let answer = get(&router, &format!("/v1/users/{}", build::user_id(1)), "").await;
    assert_eq!(answer.status, 200);
    insta::assert_json_snapshot!(answer.json());
    let nobody = get(&router, &format!("/v1/users/{}", build::user_id(9)), "").await;
    assert_eq!(nobody.problem(), (404, "not_found".to_owned()));
    assert_eq!(get(&router, "/v1/users/ada", "").await.problem(), (400, "invalid_path".to_owned()));
}
