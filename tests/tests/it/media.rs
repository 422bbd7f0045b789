//! Pictures through the real program: uploaded, shown by a listing, looked at, and gone with their person; and what people
//! who mean harm upload.

use serde_json::{Value, json};
use souk_testkit::picture;
use tempfile::TempDir;

use crate::harness::{Answer, Api, PATIENCE, Person, Server, bike, count, database, eventually};

fn form(file: &[u8]) -> Vec<u8> {
    let head = b"--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n";
    [&head[..], file, b"\r\n--line--\r\n"].concat()
}

async fn upload(api: &Api, person: &Person, file: &[u8], key: Option<&str>) -> Answer {
    let upload = api.request(reqwest::Method::POST, "/v1/media").by(person);
    let upload = upload.header("content-type", "multipart/form-data; boundary=line").body(form(file));
    if let Some(key) = key { upload.key(key) } else { upload }.send().await
}

/// An upload that comes again as long as the server has no room for it.
async fn upload_in_turn(api: &Api, person: &Person, file: &[u8]) -> Answer {
    loop {
        let answer = upload(api, person, file, None).await;
        if answer.status != 503 {
            return answer;
        }
    }
}

/// Where `url` leads on this server.
fn path(url: &Value) -> String {
    let url = url.as_str().expect("an address");
    url[url.find("/media/").expect("an address of ours")..].to_owned()
}

fn folder() -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("file://{}", folder.path().display());
    (folder, url)
}

async fn change(api: &Api, person: &Person, account: &Value) -> Answer {
    let request = api.request(reqwest::Method::PATCH, "/v1/me").by(person);
    request.header("content-type", "application/json").body(account.to_string()).send().await
}

#[tokio::test]
async fn a_picture_is_uploaded_once_shown_by_its_owners_listing_and_goes_with_its_owner() {
    let database = database().await;
    let (folder, url) = folder();
    let settings = [("SOUK_MEDIA_URL", url.as_str())];
    let server = Server::start(&database, &settings).await;
    let api = &server.api;
    let (seller, stranger) = (Person::register(api, "seller").await, Person::register(api, "stranger").await);

    let first = upload(api, &seller, &picture::png(600, 450), Some("k")).await.is(201);
    let again = upload(api, &seller, &picture::png(600, 450), Some("k")).await.is(201);
    assert_eq!((&first.body, again.header("idempotent-replayed")), (&again.body, "true"));
    let media = first.json();
    assert_eq!((&media["width"], &media["height"]), (&json!(600), &json!(450)));

    let mut listing = bike("Trek road bike");
    listing["images"] = json!([media["id"]]);
    assert_eq!(api.post("/v1/products", &listing).by(&stranger).send().await.refusal(422), "invalid_fields");
    let published = api.post("/v1/products", &listing).by(&seller).send().await.is(201);
    listing["images"] = json!([media["url"], media["thumbnail_url"]]);
    api.post("/v1/products", &listing).by(&seller).send().await.is(201);
    listing["images"] = json!(["https://example.com/1.jpg"]);
    let foreign = api.post("/v1/products", &listing).by(&seller).send().await;
    assert_eq!(
        (foreign.refusal(422).as_str(), &foreign.json()["errors"][0]["code"]),
        ("invalid_fields", &json!("foreign_media"))
    );

    let show = json!({"title": "Bikes", "category": "other", "thumbnail_url": media["url"]});
    assert_eq!(api.post("/v1/streams", &show).by(&stranger).send().await.refusal(422), "invalid_fields");
    let show = api.post("/v1/streams", &show).by(&seller).send().await.is(201).json();
    assert_eq!(show["thumbnail_url"], media["thumbnail_url"]);
    let face = json!({"avatar_url": media["id"]});
    assert_eq!(change(api, &stranger, &face).await.refusal(422), "invalid_fields");
    let account = change(api, &seller, &face).await.is(200).json();
    assert_eq!(account["avatar_url"], media["url"]);

    let shown = api.get(published.header("location")).send().await.is(200).json();
    assert_eq!((&shown["images"][0], &shown["thumbnail_url"]), (&media["url"], &media["thumbnail_url"]));
    for address in [&shown["images"][0], &shown["thumbnail_url"]] {
        let file = api.get(&path(address)).send().await.is(200);
        assert!(file.body.starts_with(&[0xff, 0xd8, 0xff]), "a JPEG");
        assert_eq!(file.header("content-type"), "image/jpeg");
        assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable");
        let kept = api.get(&path(address)).header("if-none-match", file.header("etag")).send().await.is(304);
        assert!(kept.body.is_empty());
    }

    api.request(reqwest::Method::DELETE, "/v1/me").by(&seller).send().await.is(204);
    assert_eq!(count(&database, "SELECT count(*) FROM media WHERE removed_at IS NULL").await, 0);
    // The next server clears up as its first act; both share the folder.
    let _next = Server::start(&database, &settings).await;
    eventually("the files are gone", PATIENCE, async || {
        let entries = std::fs::read_dir(folder.path()).expect("the folder").count();
        (entries == 0 && count(&database, "SELECT count(*) FROM media").await == 0).then_some(())
    })
    .await;
    assert_eq!(api.get(&path(&media["url"])).send().await.refusal(404), "not_found");
}

#[tokio::test]
async fn hostile_uploads_are_refused_one_and_all_and_take_no_memory_to_speak_of() {
    let database = database().await;
    let (_folder, url) = folder();
    let server = Server::start(&database, &[("SOUK_MEDIA_URL", &url)]).await;
    let api = &server.api;
    let eve = Person::register(api, "eve").await;
    let jpeg = b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
    let bomb = picture::png_bomb(50_000, 50_000);
    let before = server.peak_memory();
    for (file, status) in [
        (bomb.clone(), 422),
        (picture::png_that_says(50_000, 50_000), 422),
        (picture::png_that_says(u32::MAX, u32::MAX), 422),
        (picture::png_with_profile_bomb(190_000_000), 422),
        (picture::png(40, 30)[..400].to_vec(), 422),
        (jpeg.clone(), 422),
        ([&b"GIF89a"[..], &jpeg].concat(), 415),
        ([&b"%PDF-1.7\n"[..], &jpeg].concat(), 415),
        (b"<html><script>alert(1)</script>".to_vec(), 415),
        (Vec::new(), 422),
        (vec![0xff; 10_000_001], 413),
    ] {
        let answer = upload(api, &eve, &file, None).await;
        // A profile that does not unpack may also be passed over.
        let is_profile = file.len() < 2_000_000 && file.windows(4).any(|name| name == b"iCCP");
        assert!(
            answer.status == status || is_profile && answer.status == 201,
            "{}: {}",
            answer.status,
            answer.text()
        );
    }
    let mut rivals = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let (api, eve, bomb) = (api.clone(), eve.clone(), bomb.clone());
        rivals.spawn(async move { upload_in_turn(&api, &eve, &bomb).await.status });
    }
    let statuses = rivals.join_all().await;
    assert!(statuses.iter().all(|status| *status == 422), "{statuses:?}");
    let grown = server.peak_memory() - before;
    println!("the server's peak grew by {grown} KiB, from {before} KiB");
    assert!(grown < 200 << 10, "{grown} KiB");
    // And it is as well as before.
    upload(api, &eve, &picture::png(100, 100), None).await.is(201);
}

#[tokio::test]
async fn a_large_honest_picture_stays_within_the_room_there_is() {
    let database = database().await;
    let (_folder, url) = folder();
    let server = Server::start(&database, &[("SOUK_MEDIA_URL", &url)]).await;
    let ada = Person::register(&server.api, "ada").await;
    let file = picture::png_bomb(10_000, 5_000);
    let before = server.peak_memory();
    let mut rivals = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let (api, ada, file) = (server.api.clone(), ada.clone(), file.clone());
        rivals.spawn(async move { upload_in_turn(&api, &ada, &file).await.is(201).json()["width"].clone() });
    }
    assert!(rivals.join_all().await.iter().all(|width| *width == 2_048));
    let grown = server.peak_memory() - before;
    println!("the server's peak grew by {grown} KiB, from {before} KiB");
    assert!(grown < 500 << 10, "{grown} KiB");
}
