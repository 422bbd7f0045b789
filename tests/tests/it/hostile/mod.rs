//! Input that nobody should send, in every place of every operation: it is refused in so many words, and never shakes
//! the server.

mod operations;
mod values;

use std::{fmt::Write, sync::Arc};

use reqwest::{Method, header::HeaderValue};
use souk_testkit::stripe::{KEY, StripeServer};
use tokio::task::JoinSet;

use self::operations::{Operation, Place};
use crate::harness::{Answer, Api, Person, Raw, Request, Server, bike, count, database};

/// So many requests are on their way at once.
const AT_ONCE: usize = 8;
/// So many cases are tried at most, evenly chosen from all.
const MOST: usize = 2_500;

/// A request that means no good.
struct Case {
    what: String,
    method: Method,
    target: String,
    header: Option<(String, HeaderValue)>,
    body: Body,
}

/// What is sent after the head.
enum Body {
    Nothing,
    Json(String),
    As(&'static str, String),
    /// Made when it is sent, because it is large.
    Repeated(&'static str, usize),
}

#[tokio::test]
async fn nothing_that_is_sent_anywhere_makes_the_server_fail() {
    let database = database().await;
    // All of it comes from one address, which would soon be told to wait.
    let provider = StripeServer::start();
    let base = provider.url();
    let settings = [("SOUK_RATE_LIMITS", "off"), ("STRIPE_SECRET_KEY", KEY), ("STRIPE_API_BASE", &base)];
    let server = Server::start(&database, &settings).await;
    // Whom the examples of the description are about.
    Person::register(&server.api, "ada").await;
    let description = server.api.get("/openapi.json").send().await.is(200).json();
    let operations = operations::all(&description);
    assert!(operations.len() >= 9, "the description has lost operations");
    well_meant_requests_succeed(&server.api, &operations).await;

    let mut cases = Vec::new();
    for (n, operation) in operations.iter().enumerate() {
        let person = Arc::new(Person::register(&server.api, &format!("person{n}")).await);
        cases.extend(against(operation, n).into_iter().map(|case| (case, Arc::clone(&person))));
    }
    let stride = cases.len().div_ceil(MOST);
    let mut chosen =
        cases.into_iter().enumerate().filter(|(n, _)| (n + n / stride) % stride == 0).map(|(_, case)| case);

    let mut failures = String::new();
    let (mut tried, mut refused) = (0, 0);
    let mut running = JoinSet::new();
    loop {
        while running.len() < AT_ONCE {
            let Some((case, person)) = chosen.next() else { break };
            let request = case.request(&server.api, &person);
            running.spawn(async move { (case.what, request.send_unchecked().await) });
        }
        let Some(joined) = running.join_next().await else { break };
        let (what, outcome) = joined.expect("a client does not fail");
        tried += 1;
        match outcome.map(|answer| (answer.status, answer.broken_promise(), answer)) {
            Ok((status @ ..500, None, _)) => refused += usize::from(status >= 400),
            Ok((status, broken, answer)) => {
                writeln!(failures, "{what}: {status} {} {}", broken.unwrap_or_default(), answer.text())
                    .unwrap();
            }
            Err(error) => writeln!(failures, "{what}: no answer: {error:?}").unwrap(),
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(refused * 2 > tried, "{refused} of {tried} refused: the cases have lost their edge");
    still_sound(&server).await;
    assert!(count(&database, "SELECT count(*) FROM users").await > 1, "nobody was dropped");
}

/// The sweep is only as deep as its well-meant requests go; these must go all the way.
async fn well_meant_requests_succeed(api: &Api, operations: &[Operation]) {
    let person = Person::register(api, "well-meaning").await;
    for (method, path, status) in [
        ("POST", "/v1/auth/login", 200),
        ("POST", "/v1/products", 201),
        ("GET", "/v1/products", 200),
        ("GET", "/v1/products/nearby", 200),
        ("GET", "/v1/products/in-box", 200),
        ("GET", "/v1/products/clusters", 200),
        ("GET", "/v1/products/tiles/{z}/{x}/{y}", 204),
        ("GET", "/v1/products/{id}", 404),
        ("POST", "/v1/products/{id}/offers", 404),
        ("GET", "/v1/offers", 200),
        ("POST", "/v1/offers/{id}/accept", 404),
        ("POST", "/v1/offers/{id}/counter", 404),
        ("POST", "/v1/streams", 201),
        ("GET", "/v1/streams", 200),
        ("POST", "/v1/streams/{id}/comments", 404),
        ("POST", "/v1/ingest/publish", 403),
        ("POST", "/v1/auth/register", 409),
        ("POST", "/v1/me/connect-account", 200),
    ] {
        let known = operations.iter().find(|operation| operation.method == *method && operation.path == path);
        let operation = known.unwrap_or_else(|| panic!("{method} {path} is not described"));
        let answer = Case::new("well meant", operation, None).request(api, &person).send().await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
    }
}

/// What is sent to the `n`th operation.
fn against(operation: &Operation, n: usize) -> Vec<Case> {
    let mut cases = Vec::new();
    for parameter in &operation.parameters {
        if parameter.place == Place::Header {
            continue;
        }
        for value in values::TEXTS.iter().map(|text| (*text).to_owned()).chain(["A".repeat(8_000)]) {
            let case = Case::new(&format!("{} = {value}", parameter.name), operation, None);
            let target = operation.target(Some((&parameter.name, &value)));
            cases.push(Case { target, ..case });
        }
    }
    let queries = ["?", "?&&=&", "?role=admin", "?limit=1&limit=2", "?%00=%00", "?%ff", "?a[b]=c", "?;"];
    for query in queries {
        let case = Case::new(query, operation, None);
        let target = format!("{}{query}", operation.target(None).split('?').next().unwrap_or_default());
        cases.push(Case { target, ..case });
    }
    let long = vec![b'x'; 8_000];
    let values: Vec<_> = values::HEADERS.iter().copied().chain([&*long]).collect();
    let pairs = |name: &str| values.iter().map(|value| (name.to_owned(), *value)).collect::<Vec<_>>();
    let described = operation.parameters.iter().filter(|parameter| parameter.place == Place::Header);
    let described = described.flat_map(|parameter| pairs(&parameter.name));
    // Every operation takes these, so that each is asked with some of the values, and the next with the next ones.
    let usual =
        ["Authorization", "Accept", "User-Agent", "X-Request-Id", "If-Match", "Range", "Content-Encoding"];
    let usual = usual.into_iter().flat_map(pairs).skip(n % 5).step_by(5);
    for (name, value) in described.chain(usual) {
        let value = HeaderValue::from_bytes(value).expect("what a client can send");
        let case = Case::new(&format!("{name}: {value:?}"), operation, None);
        cases.push(Case { header: Some((name, value)), ..case });
    }
    if operation.body.is_some() {
        cases.extend(documents_against(operation));
    }
    cases
}

/// Documents that an operation should not get.
fn documents_against(operation: &Operation) -> Vec<Case> {
    let mut cases = Vec::new();
    let long = values::LONG.iter().map(|(unit, times)| format!("\"{}\"", unit.repeat(*times)));
    let many = [format!("[{}1]", "1,".repeat(1_000)), format!("[{}\"\"]", "\"https://a.b/c\",".repeat(20))];
    let raw: Vec<_> = values::JSON.iter().map(|json| (*json).to_owned()).chain(long).chain(many).collect();
    let unknown = ["role", "seller_id", "__proto__", "a\0b", ""];
    for field in operation.fields.iter().map(String::as_str).chain(unknown) {
        for value in &raw {
            let document = operation.document(Some((field, value)));
            let what = format!("{field} = {}", value.chars().take(60).collect::<String>());
            cases.push(Case::new(&what, operation, Some(Body::Json(document))));
        }
    }
    let good = operation.document(None);
    for (what, body) in [
        ("nothing", Body::Json(String::new())),
        ("half of it", Body::Json(good.chars().take(good.chars().count() / 2).collect())),
        ("twice", Body::Json(good.repeat(2))),
        ("a list of it", Body::Json(format!("[{good}]"))),
        ("a byte order mark", Body::Json(format!("\u{feff}{good}"))),
        ("a string", Body::Json(r#""x""#.to_owned())),
        (
            "every field twice",
            Body::Json(format!("{},{}", good.trim_end_matches('}'), good.trim_start_matches('{'))),
        ),
        ("lists, 100,000 deep", Body::Repeated("[", 100_000)),
        ("objects, 100,000 deep", Body::Repeated("{\"a\":", 100_000)),
        ("10 MB", Body::Repeated("          ", 1 << 20)),
    ] {
        cases.push(Case::new(what, operation, Some(body)));
    }
    for content_type in values::CONTENT_TYPES {
        let body = Body::As(content_type, good.clone());
        cases.push(Case::new(&format!("as {content_type:?}"), operation, Some(body)));
    }
    cases
}

impl Case {
    /// A request to an operation that would be good, with this body if it takes one.
    fn new(what: &str, operation: &Operation, body: Option<Body>) -> Self {
        let own = operation.body.is_some().then(|| Body::Json(operation.document(None)));
        Self {
            what: format!("{} {} {what}", operation.method, operation.path),
            method: operation.method.clone(),
            target: operation.target(None),
            header: None,
            body: body.or(own).unwrap_or(Body::Nothing),
        }
    }

    fn request(&self, api: &Api, person: &Person) -> Request {
        let mut request = api.request(self.method.clone(), &self.target);
        request = match &self.body {
            Body::Nothing => request,
            Body::Json(text) => request.header("content-type", "application/json").body(text.clone()),
            Body::As("", text) => request.body(text.clone()),
            Body::As(content_type, text) => request.header("content-type", content_type).body(text.clone()),
            Body::Repeated(unit, times) => {
                request.header("content-type", "application/json").body(unit.repeat(*times))
            }
        };
        match &self.header {
            Some((name, value)) if name == "Authorization" => request.raw_header(name, value),
            Some((name, value)) => request.by(person).raw_header(name, value),
            None => request.by(person),
        }
    }
}

#[tokio::test]
async fn a_cursor_with_one_letter_changed_is_refused() {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let seller = Person::register(&server.api, "seller").await;
    for n in 0..3 {
        let mut form = bike(&format!("bike {n}"));
        form["location"] = serde_json::json!({ "latitude": 52.52, "longitude": 13.405 });
        server.api.post("/v1/products", &form).by(&seller).send().await.is(201);
    }
    for list in [
        "/v1/products?limit=1",
        "/v1/products/nearby?latitude=52.52&longitude=13.405&limit=1",
        "/v1/products/in-box?west=13&south=52&east=14&north=53&limit=1",
    ] {
        let page = server.api.get(list).send().await.is(200).json();
        let cursor = page["next_cursor"].as_str().expect("there is more");
        server.api.get(&format!("{list}&cursor={cursor}")).send().await.is(200);
        for at in 0..cursor.len() {
            let value =
                LETTERS.iter().position(|letter| *letter == cursor.as_bytes()[at]).expect("base64url");
            for bit in 0..6 {
                let mut changed = cursor.as_bytes().to_vec();
                changed[at] = LETTERS[value ^ 1 << bit];
                let changed = String::from_utf8(changed).expect("ASCII");
                let answer = server.api.get(&format!("{list}&cursor={changed}")).send().await;
                assert_eq!(answer.refusal(400), "invalid_cursor", "{cursor} made {changed}");
            }
        }
        for other in [&cursor[1..], &format!("{cursor}A"), &cursor.to_lowercase()] {
            let answer = server.api.get(&format!("{list}&cursor={other}")).send().await;
            assert_eq!(answer.refusal(400), "invalid_cursor", "{other}");
        }
    }
}

#[tokio::test]
async fn paths_and_methods_that_are_not_there_are_refused_in_the_same_form() {
    let database = database().await;
    let server = Server::start(&database, &[]).await;
    let api = &server.api;
    for path in
        ["/", "/v1", "/v1/", "/v2/products", "/v1/products/", "//v1/products", "/v1/PRODUCTS", "/metrics"]
    {
        assert_eq!(api.get(path).send().await.refusal(404), "not_found", "{path}");
    }
    for path in ["/v1/products/..%2f..", "/v1/products/a%00", "/v1/products/%ff"] {
        assert_eq!(api.get(path).send().await.refusal(400), "invalid_path", "{path}");
    }
    let description = api.get("/openapi.json").send().await.is(200).json();
    for (path, methods) in description["paths"].as_object().expect("paths") {
        let path = path.replace("{id}", "00000000-0000-7000-8000-000000000000");
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::TRACE] {
            let name = method.as_str().to_lowercase();
            if methods.get(&name).is_none() && !path.contains('{') {
                let answer = api.request(method, &path).send().await;
                assert_eq!(answer.refusal(405), "method_not_allowed", "{name} {path}");
                assert!(!answer.header("allow").is_empty());
            }
        }
    }
}

#[tokio::test]
async fn what_is_hardly_http_disturbs_nobody() {
    let database = database().await;
    // Some of it looks like the beginning of something, and is waited for.
    let server =
        Server::start(&database, &[("SOUK_HEADER_TIMEOUT", "300ms"), ("SOUK_REQUEST_DEADLINE", "2s")]).await;
    let long = "x".repeat(8_000);
    let good = format!("GET /v1/products HTTP/1.1\r\nhost: souk\r\nx-long: {long}\r\n\r\n");
    assert_eq!(
        said(&server, good.as_bytes()).await.map(|answer| answer.status),
        Some(200),
        "8 kB are no sin"
    );

    let far_too_long = format!("GET /livez HTTP/1.1\r\nx-long: {}\r\n\r\n", "x".repeat(200_000));
    let many = format!("GET /livez HTTP/1.1\r\n{}\r\n", "x-many: 1\r\n".repeat(2_000));
    for nonsense in [
        far_too_long.as_bytes(),
        many.as_bytes(),
        b"\0\0\0\0\r\n\r\n",
        b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /livez\r\n\r\n",
        b"GET  /livez HTTP/1.1\r\n\r\n",
        b"GET /liv\0ez HTTP/1.1\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\n\r\n",
        b"GET http:// HTTP/1.1\r\n\r\n",
        b"get /livez http/1.1\r\n\r\n",
        b"GET /livez HTTP/9.9\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET /livez HTTP/1.1\r\na b: c\r\n\r\n",
        b"POST /v1/auth/login HTTP/1.1\r\ncontent-length: -1\r\n\r\n{}",
        b"POST /v1/auth/login HTTP/1.1\r\ncontent-length: 99999999999999999999\r\n\r\n{}",
        b"POST /v1/auth/login HTTP/1.1\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        b"POST /v1/auth/login HTTP/1.1\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}",
        b"POST /v1/auth/login HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n{}",
        b"POST /v1/auth/login HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        b"POST /v1/auth/login HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff1\r\n{}\r\n",
    ] {
        let answer = said(&server, nonsense).await;
        let shown = String::from_utf8_lossy(&nonsense[..nonsense.len().min(80)]).into_owned();
        let status = answer.map(|answer| answer.status);
        assert!(status.is_none_or(|status| (400..500).contains(&status)), "{status:?} to {shown:?}");
    }

    let pieces = [r#"{"identi"#, r#"fier":"x","password":"y"}"#, ""];
    let pieces = pieces.map(|piece| format!("{:x}\r\n{piece}\r\n", piece.len())).concat();
    let chunked = "POST /v1/auth/login HTTP/1.1\r\nhost: souk\r\ncontent-type: application/json\r\n\
        transfer-encoding: chunked\r\n\r\n";
    let chunked = format!("{chunked}{pieces}");
    assert_eq!(said(&server, chunked.as_bytes()).await.expect("an answer").refusal(401), "wrong_credentials");
    still_sound(&server).await;
}

/// What is said to these bytes, if anything, when nothing comes after them.
async fn said(server: &Server, bytes: &[u8]) -> Option<Answer> {
    let mut connection = Raw::connect(server.api.address()).await;
    connection.send(bytes).await;
    connection.answer().await
}

/// It answers as before, and nothing unheard-of has happened inside.
async fn still_sound(server: &Server) {
    server.api.get("/readyz").send().await.is(200);
    server.api.get("/v1/products").send().await.is(200);
    let log = server.log();
    let bad: Vec<_> = log.lines().filter(|line| line.contains("ERROR") || line.contains("panic")).collect();
    assert!(bad.is_empty(), "{bad:#?}");
}
