//! Video that media servers report.

use axum::http::{Request, header};
use serde_json::json;
use souk_testkit::build;

use super::{Ports, post, send, stream::fill};

pub(super) const PUBLISH: &str =
    "/v1/ingest/publish?secret=a%20secret%20of%20media%20servers,%20forty%20bytes...";
pub(super) const UNPUBLISH: &str =
    "/v1/ingest/unpublish?secret=a%20secret%20of%20media%20servers,%20forty%20bytes...";

#[tokio::test]
async fn media_servers_are_told_yes_or_no() {
    let mut ports = Ports::default();
    fill(&mut ports);
    let router = ports.router();
    let form = async |path: &str, form: String| {
        let asked = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        send(&router, asked.body(form.into()).unwrap()).await
    };
    let id = build::stream_id(7);
    let of_nginx = format!("app=live&clientid=5&call=publish&name={id}&type=live&key=secret");
    assert_eq!(form(PUBLISH, of_nginx.clone()).await.status, 204);
    assert_eq!(form(UNPUBLISH, of_nginx.clone()).await.status, 204);
    let of_mediamtx = json!({
        "user": "", "password": "", "ip": "127.0.0.1", "action": "publish", "path": format!("live/{id}"),
        "protocol": "rtmp", "id": "c3", "query": "key=secret"
    });
    assert_eq!(post(&router, PUBLISH, "", &of_mediamtx).await.status, 204);
    let mut reading = of_mediamtx.clone();
    reading["action"] = json!("read");
    reading["query"] = json!("");
    assert_eq!(post(&router, PUBLISH, "", &reading).await.status, 204, "anybody may watch");

    let wrong = (403, "wrong_ingest_key".to_owned());
    for bad in [
        of_nginx.replace("secret", "guess"),
        of_nginx.replace(&id.to_string(), &build::stream_id(8).to_string()),
        of_nginx.replace(&id.to_string(), "show"),
        String::new(),
    ] {
        assert_eq!(form(PUBLISH, bad.clone()).await.problem(), wrong, "{bad}");
        assert_eq!(form(UNPUBLISH, bad.clone()).await.problem(), wrong, "{bad}");
    }
    // Whoever appends a second name to the first is not understood.
    let doubled = form(PUBLISH, format!("{of_nginx}&name={id}")).await;
    assert_eq!(doubled.problem(), (400, "malformed_form".to_owned()));
    let stranger = form("/v1/ingest/publish?secret=guess", of_nginx.clone()).await;
    assert_eq!(stranger.problem(), (403, "forbidden".to_owned()));
    assert_eq!(form("/v1/ingest/publish", of_nginx).await.status, 403);
    let plain = Request::post(PUBLISH).header(header::CONTENT_TYPE, "text/plain").body("x".into()).unwrap();
    assert_eq!(send(&router, plain).await.problem(), (415, "unsupported_media_type".to_owned()));
}
