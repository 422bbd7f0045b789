//! Requests as a well-behaved client sends them. Every answer is held to what all answers promise.

use std::net::SocketAddr;

use reqwest::{
    Client, Method, RequestBuilder,
    header::{AUTHORIZATION, HeaderMap, HeaderValue},
};
use serde_json::Value;

use super::{PATIENCE, Person};

/// An API at an address.
#[derive(Clone)]
pub(crate) struct Api {
    address: SocketAddr,
    client: Client,
}

/// A request that is being put together.
pub(crate) struct Request(RequestBuilder);

/// An answer, read whole.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Api {
    pub(super) fn new(address: SocketAddr) -> Self {
        let client = Client::builder().no_proxy().timeout(PATIENCE).build().expect("a client");
        Self { address, client }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Any request.
    pub(crate) fn request(&self, method: Method, path: &str) -> Request {
        Request(self.client.request(method, format!("http://{}{path}", self.address)))
    }

    /// A read.
    pub(crate) fn get(&self, path: &str) -> Request {
        self.request(Method::GET, path)
    }

    /// A change.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Request {
        let Request(request) = self.request(Method::POST, path);
        Request(request.json(body))
    }
}

impl Request {
    /// On behalf of somebody.
    pub(crate) fn by(self, person: &Person) -> Self {
        self.header(AUTHORIZATION.as_str(), &format!("Bearer {}", person.token))
    }

    /// Under an idempotency key.
    pub(crate) fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// With a header.
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    /// With a header that people could not read.
    pub(crate) fn raw_header(self, name: &str, value: &HeaderValue) -> Self {
        Self(self.0.header(name, value))
    }

    /// With a body, of whatever kind.
    pub(crate) fn body(self, body: impl Into<reqwest::Body>) -> Self {
        Self(self.0.body(body))
    }

    /// Sends it, and takes the answer as it comes. Fails if there is none.
    pub(crate) async fn send_unchecked(self) -> Result<Answer, reqwest::Error> {
        let response = self.0.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        // Such an answer does not end; who wants to read it follows it.
        if headers.get("content-type").is_some_and(|kind| kind == "text/event-stream") {
            return Ok(Answer { status, headers, body: Vec::new() });
        }
        Ok(Answer { status, headers, body: response.bytes().await?.to_vec() })
    }

    /// Sends it. Fails if there is no answer.
    pub(crate) async fn try_send(self) -> Result<Answer, reqwest::Error> {
        let answer = self.send_unchecked().await?;
        assert_eq!(answer.broken_promise(), None, "{answer:?}");
        Ok(answer)
    }

    /// Sends it.
    ///
    /// # Panics
    /// If there is no answer.
    pub(crate) async fn send(self) -> Answer {
        self.try_send().await.unwrap_or_else(|error| panic!("no answer: {error:?}"))
    }
}

impl Answer {
    /// The same answer, if it has this status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// The machine word of a refusal with this status.
    #[track_caller]
    pub(crate) fn refusal(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()["code"].as_str().expect("a problem has a code").to_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// A header that must be there.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {:?}", self.headers));
        value.to_str().expect("a header that people can read")
    }

    /// The body for people.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// What this answer lacks of what every answer promises: an id to find it by, and of refusals that they are problem
    /// documents which tell nothing of what is inside.
    pub(crate) fn broken_promise(&self) -> Option<String> {
        const SECRETS: [&str; 8] =
            ["SELECT", "INSERT", "relation", "constraint", "postgres", "src/", ".rs", "panicked"];
        let header =
            |name: &str| self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if header("x-request-id").is_empty() {
            return Some("no X-Request-Id".to_owned());
        }
        if self.status < 400 {
            return None;
        }
        if header("content-type") != "application/problem+json" {
            return Some(format!("a refusal as {:?}", header("content-type")));
        }
        // An answer to HEAD has no body.
        let problem: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        if !self.body.is_empty() && problem["status"] != self.status {
            return Some("no problem document with the answer's status".to_owned());
        }
        let is_text = |member: &&str| problem[*member].as_str().is_some_and(|text| !text.is_empty());
        let lacking = ["type", "title", "detail", "code"].into_iter().find(|member| !is_text(member));
        if let Some(member) = lacking.filter(|_| !self.body.is_empty()) {
            return Some(format!("a problem without {member}"));
        }
        let text = self.text();
        if let Some(word) = SECRETS.into_iter().find(|word| text.contains(word)) {
            return Some(format!("{word} shows"));
        }
        let says_when = header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0);
        (self.status == 503 && !says_when).then(|| "503 without Retry-After".to_owned())
    }
}
