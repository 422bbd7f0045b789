//! Uploading pictures, and looking at them.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::{
    body::Body,
    http::{HeaderValue, Method, Request, header},
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde_json::Value;
use souk_domain::{
    media::{Dimensions, ImageFault, MAX_BYTES, UPLOADS_AN_HOUR, Uploader},
    user::Standing,
};
use souk_ports::{
    DecideError, PortError,
    idempotency::{Answered, Claim},
    media::{Developed, MediaBytes, MediaFile},
};
use souk_testkit::build;

use super::{Answer, Ports, get, request, send};

const PATH: &str = "/media/00000000-0000-0000-0000-000000000007/image";

/// A body of parts, each with its head, and the line between them.
fn form(line: &str, parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (head, content) in parts {
        body.extend(format!("--{line}\r\nContent-Disposition: form-data; {head}\r\n\r\n").into_bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{line}--\r\n").into_bytes());
    body
}

fn upload_of(body: impl Into<Body>, kind: &str, token: &str) -> Request<Body> {
    let mut request = request(Method::POST, "/v1/media", token, &Value::Null);
    if !kind.is_empty() {
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_str(kind).unwrap());
    }
    *request.body_mut() = body.into();
    request
}

/// An upload of a file, as browsers send it.
pub(super) fn upload(file: &[u8], token: &str) -> Request<Body> {
    let head = "name=\"file\"; filename=\"a.gif\"\r\nContent-Type: image/gif";
    upload_of(form("line", &[(head, file)]), "multipart/form-data; boundary=line", token)
}

/// A house that takes any file for a picture, and keeps answers as the database does: together with the picture.
pub(super) fn house(mut ports: Ports, standing: Standing, within_the_hour: i64) -> Ports {
    ports.media.expect_reserve().returning(move |id, _, decide| {
        decide(&Uploader { id, standing, kept: 0, within_the_hour }).map_err(DecideError::Refused)
    });
    ports.workshop.expect_develop().returning(|file| {
        Ok(Developed {
            dimensions: Dimensions { width: 4, height: 3 },
            image: file,
            thumbnail: b"small".to_vec(),
            blurhash: "LEHV6n".to_owned(),
        })
    });
    ports.store.expect_put().returning(|_, _, _| Ok(()));
    let kept: Arc<Mutex<Vec<(Claim, Answered)>>> = Arc::default();
    let find = kept.clone();
    ports.answers.expect_find().returning(move |_, key, _| {
        let kept = find.lock().unwrap();
        Ok(kept.iter().find(|(claim, _)| claim.key == *key).map(|(_, answered)| answered.clone()))
    });
    ports.media.expect_keep().returning(move |media, once| {
        if let Some(once) = once {
            let answered = Answered { fingerprint: once.claim.fingerprint, answer: (once.answer)(media) };
            kept.lock().unwrap().push((once.claim.clone(), answered));
        }
        Ok(())
    });
    ports
}

fn open_house() -> Ports {
    house(Ports::default(), Standing::Active, 0)
}

/// The one field a 422 complains of.
fn fault(answer: &Answer) -> (String, String) {
    assert_eq!(answer.problem(), (422, "invalid_fields".to_owned()));
    let error = &answer.json()["errors"][0];
    let text = |member: &str| error[member].as_str().unwrap().to_owned();
    (text("field"), text("code"))
}

#[tokio::test]
async fn an_upload_is_answered_with_what_is_kept_and_where_it_can_be_seen() {
    let answer = send(&open_house().router(), upload(b"a picture", "ada")).await;
    assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
    let media = answer.json();
    let base = format!("https://souk.example.com/media/{}", media["id"].as_str().unwrap());
    assert_eq!(media["url"], format!("{base}/image"));
    assert_eq!(media["thumbnail_url"], format!("{base}/thumbnail"));
    assert_eq!(
        (&media["width"], &media["height"], &media["blurhash"]),
        (&4.into(), &3.into(), &"LEHV6n".into())
    );
    assert_eq!(answer.headers[header::LOCATION], format!("{base}/image"));
}

#[tokio::test]
async fn a_repeat_of_the_same_file_is_answered_once_whatever_line_is_drawn_between_parts() {
    let router = open_house().router();
    let keyed = |line: &str, file: &[u8]| {
        let body = form(line, &[("name=\"image\"", file)]);
        let mut upload = upload_of(body, &format!("multipart/form-data; boundary=\"{line}\""), "ada");
        upload.headers_mut().insert("idempotency-key", HeaderValue::from_static("k"));
        upload
    };
    let first = send(&router, keyed("one", b"picture")).await;
    let again = send(&router, keyed("another", b"picture")).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201));
    assert_eq!(first.body, again.body);
    assert_eq!(again.headers["idempotent-replayed"], "true");
    let other = send(&router, keyed("one", b"another picture")).await;
    assert_eq!(other.problem(), (422, "idempotency_key_reused".to_owned()));
}

#[tokio::test]
async fn a_body_that_is_no_form_of_one_file_is_refused() {
    let router = open_house().router();
    let with = async |body: Vec<u8>, kind: &str| send(&router, upload_of(body, kind, "ada")).await;
    let form_type = "multipart/form-data; boundary=line";
    for kind in ["", "image/jpeg", "application/json", "multipart/mixed; boundary=line"] {
        let answer = with(form("line", &[("name=\"file\"", b"x")]), kind).await;
        assert_eq!(answer.problem(), (415, "unsupported_media_type".to_owned()), "{kind}");
    }
    for (body, kind) in [
        (form("line", &[("name=\"file\"", b"x")]), "multipart/form-data"),
        (form("another", &[("name=\"file\"", b"x")]), form_type),
        (b"--line\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nbroken off".to_vec(), form_type),
        (b"--line\r\nnonsense".to_vec(), form_type),
        (b"\0\0\0".to_vec(), form_type),
    ] {
        let answer = with(body.clone(), kind).await;
        assert_eq!(answer.problem().0, 400, "{kind} {}", String::from_utf8_lossy(&body));
    }
    let none = with(form("line", &[]), form_type).await;
    assert_eq!(fault(&none), ("file".to_owned(), "required".to_owned()));
    let two = with(form("line", &[("name=\"file\"", b"x"), ("name=\"owner\"", b"y")]), form_type).await;
    assert_eq!(fault(&two), ("file".to_owned(), "too_many".to_owned()));
}

#[tokio::test]
async fn ten_megabytes_are_taken_and_a_byte_more_is_413_however_it_is_sent() {
    let router = open_house().router();
    let most = vec![b'x'; MAX_BYTES];
    assert_eq!(send(&router, upload(&most, "ada")).await.status, 201);
    let more = vec![b'x'; MAX_BYTES + 1];
    let too_large = (413, "body_too_large".to_owned());
    assert_eq!(send(&router, upload(&more, "ada")).await.problem(), too_large);
    assert_eq!(send(&router, upload(&vec![b'x'; 15_000_000], "ada")).await.problem(), too_large);
    let body = Bytes::from(form("line", &[("name=\"file\"", &vec![b'x'; 11_000_000])]));
    let pieces: Vec<_> =
        body.chunks(64 << 10).map(|piece| Ok::<_, std::io::Error>(body.slice_ref(piece))).collect();
    let chunked =
        upload_of(Body::from_stream(stream::iter(pieces)), "multipart/form-data; boundary=line", "ada");
    assert_eq!(send(&router, chunked).await.problem(), too_large);
}

#[tokio::test]
async fn what_is_wrong_with_a_picture_is_said() {
    for (fault, status, code, field) in [
        (ImageFault::Empty, 422, "invalid_fields", "required"),
        (ImageFault::UnknownType, 415, "unsupported_media_type", ""),
        (ImageFault::TooLarge, 422, "invalid_fields", "dimensions_too_large"),
        (ImageFault::Unreadable, 422, "invalid_fields", "unreadable_image"),
    ] {
        let mut ports = Ports::default();
        ports.workshop.expect_develop().returning(move |_| Err(fault.into()));
        let answer = send(&house(ports, Standing::Active, 0).router(), upload(b"x", "ada")).await;
        assert_eq!(answer.problem(), (status, code.to_owned()), "{fault:?}");
        if !field.is_empty() {
            assert_eq!(super::media::fault(&answer), ("file".to_owned(), field.to_owned()));
        }
    }
}

#[tokio::test]
async fn who_may_not_upload_or_too_often_is_told() {
    let suspended =
        send(&house(Ports::default(), Standing::Suspended, 0).router(), upload(b"x", "ada")).await;
    assert_eq!(suspended.problem(), (403, "account_suspended".to_owned()));
    let hasty = house(Ports::default(), Standing::Active, UPLOADS_AN_HOUR).router();
    let hasty = send(&hasty, upload(b"x", "ada")).await;
    assert_eq!(hasty.problem(), (429, "too_many_uploads".to_owned()));
    assert!(hasty.headers.contains_key(header::RETRY_AFTER));
    let mut away = Ports::default();
    away.store.expect_put().returning(|_, _, _| Err(PortError::Unavailable("away".to_owned())));
    let away = send(&house(away, Standing::Active, 0).router(), upload(b"x", "ada")).await;
    assert_eq!(away.problem(), (503, "unavailable".to_owned()));
}

#[tokio::test]
async fn a_body_is_not_waited_for_from_somebody_unknown_or_when_enough_are_under_way() {
    let router = open_house().router();
    let begun = |token: &str| {
        let first = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"--line"))]);
        let endless = Body::from_stream(first.chain(stream::pending()));
        let mut upload = upload_of(endless, "multipart/form-data; boundary=line", token);
        // Else what is sent would be read to its end before it is refused, so that the refusal is.
        upload.headers_mut().insert(header::EXPECT, HeaderValue::from_static("100-continue"));
        upload
    };
    for token in ["", "old", "forged"] {
        assert_eq!(send(&router, begun(token)).await.problem().0, 401, "{token}");
    }
    // There are two places.
    let mut waiting = Vec::new();
    for _ in 0..2 {
        let mut upload = Box::pin(send(&router, begun("ada")));
        assert!(futures_util::poll!(&mut upload).is_pending());
        waiting.push(upload);
    }
    let full = send(&router, begun("bob")).await;
    assert_eq!(full.problem(), (503, "overloaded".to_owned()));
    drop(waiting);
    assert_eq!(send(&router, upload(b"x", "bob")).await.status, 201);
}

/// A file in these pieces.
struct Pieces(Vec<Result<&'static [u8], PortError>>);

#[async_trait]
impl MediaBytes for Pieces {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, PortError> {
        if self.0.is_empty() { Ok(None) } else { self.0.remove(0).map(|piece| Some(piece.to_vec())) }
    }
}

/// Any picture that is asked for.
pub(super) fn files(ports: &mut Ports) {
    ports.store.expect_open().returning(|_, _| {
        let bytes = Box::new(Pieces(vec![Ok(b"a picture")]));
        Ok(Some(MediaFile { length: 9, bytes }))
    });
}

fn gallery() -> Ports {
    let mut ports = Ports::default();
    ports.store.expect_open().returning(|id, _| {
        let bytes = Box::new(Pieces(vec![Ok(b"a pic"), Ok(b"ture")]));
        Ok((id == build::media_id(7)).then_some(MediaFile { length: 9, bytes }))
    });
    ports
}

#[tokio::test]
async fn a_file_is_served_to_anybody_for_ever_and_as_nothing_but_a_picture() {
    let router = gallery().router();
    let answer = get(&router, PATH, "").await;
    assert_eq!((answer.status.as_u16(), &*answer.body), (200, &b"a picture"[..]));
    for (name, value) in [
        ("content-type", "image/jpeg"),
        ("content-length", "9"),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("content-disposition", "inline; filename=\"00000000-0000-0000-0000-000000000007.jpg\""),
        ("etag", "\"00000000-0000-0000-0000-000000000007-image\""),
    ] {
        assert_eq!(answer.headers[name], value);
    }
    let head = send(&router, request(Method::HEAD, PATH, "", &Value::Null)).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    assert_eq!(head.headers["content-length"], "9");
    let small = get(&router, &PATH.replace("image", "thumbnail"), "").await;
    assert_ne!(small.headers["etag"], answer.headers["etag"]);
}

#[tokio::test]
async fn whoever_has_it_already_is_not_sent_it_again_unless_it_is_gone() {
    let ask = |path: &str| {
        let mut ask = request(Method::GET, path, "", &Value::Null);
        ask.headers_mut().insert(header::IF_NONE_MATCH, HeaderValue::from_static("*"));
        ask
    };
    let router = gallery().router();
    let answer = send(&router, ask(PATH)).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (304, 0));
    assert!(answer.headers.contains_key("etag") && !answer.headers.contains_key("content-type"));
    assert_eq!(send(&router, ask(&PATH.replace('7', "8"))).await.status, 404);
}

#[tokio::test]
async fn nothing_but_a_file_of_ours_can_be_asked_for() {
    let router = gallery().router();
    for (path, status) in [
        ("/media/00000000-0000-0000-0000-000000000008/image", 404),
        ("/media/7/image", 400),
        ("/media/..%2f..%2fetc%2fpasswd/image", 400),
        ("/media/%2e%2e/image", 400),
        ("/media/00000000-0000-0000-0000-000000000007%00/image", 400),
        ("/media/00000000-0000-0000-0000-000000000007/image/..", 404),
        ("/media/00000000-0000-0000-0000-000000000007/../../etc/passwd", 404),
        ("/media/00000000-0000-0000-0000-000000000007", 404),
        ("/media/", 404),
    ] {
        assert_eq!(get(&router, path, "").await.problem().0, status, "{path}");
    }
    let put = send(&router, request(Method::PUT, PATH, "ada", &Value::Null)).await;
    assert_eq!(put.problem().0, 405);
}

#[tokio::test]
async fn a_file_that_breaks_off_is_not_mistaken_for_a_whole_one() {
    use axum::body::to_bytes;
    use tower::ServiceExt;
    let mut ports = Ports::default();
    ports.store.expect_open().returning(|_, _| {
        let broken = PortError::Unavailable("away".to_owned());
        let bytes = Box::new(Pieces(vec![Ok(b"a pic"), Err(broken)]));
        Ok(Some(MediaFile { length: 9, bytes }))
    });
    let ask = request(Method::GET, PATH, "", &Value::Null);
    let response = ports.router().oneshot(ask).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(to_bytes(response.into_body(), usize::MAX).await.is_err());
}
