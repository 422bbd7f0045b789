//! Requests to Stripe's API, and what its answers mean to us.

use std::{
    error::Error as _,
    fmt::{self, Write as _},
    time::Duration,
};

use reqwest::{
    Client, RequestBuilder, Response, StatusCode, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue},
    redirect,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use souk_ports::PortError;
use thiserror::Error;
use tokio::time::{Instant, sleep, timeout_at};

/// The version of Stripe's API whose names and defaults this code was written for.
const VERSION: &str = "2025-09-30.clover";
/// How long a connection may take to open.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// The first pause before asking again for what a request with the same key is just doing; then twice that, and so on.
const PAUSE: Duration = Duration::from_millis(100);
/// Longer answers are none of Stripe's.
const LONGEST_ANSWER: usize = 256 << 10;

/// How Stripe is reached.
#[derive(Clone, Debug)]
pub struct StripeSettings {
    /// The secret key.
    pub key: SecretString,
    /// Where the API is, for example `https://api.stripe.com`.
    pub api_base: String,
    /// How long a call may take in all, whatever happens on the way.
    pub timeout: Duration,
    /// Where a browser is sent when a seller is done with Stripe's pages.
    pub return_url: String,
    /// Where a browser is sent when a link was used before or is too old; it should ask for another.
    pub refresh_url: String,
}

/// Why these settings cannot reach Stripe.
#[derive(Debug, Error)]
pub enum StripeError {
    /// The key cannot be sent.
    #[error("STRIPE_SECRET_KEY holds characters that no key of Stripe's has")]
    Key,
    /// The address is none.
    #[error("STRIPE_API_BASE is no web address")]
    Base,
    /// TLS could not be prepared.
    #[error("a client for Stripe cannot be made: {0}")]
    Client(#[source] reqwest::Error),
}

/// Sends requests to Stripe. The key stays inside.
#[derive(Clone)]
pub(crate) struct StripeClient {
    client: Client,
    base: Url,
    authorization: HeaderValue,
    timeout: Duration,
}

impl fmt::Debug for StripeClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StripeClient(…)")
    }
}

/// How one try ends without an answer to use.
enum Failure {
    /// A request with the same idempotency key is at work; its answer will be ours as well.
    AtWork,
    /// Anything that asking again at once does not change.
    Settled(PortError),
}

impl StripeClient {
    /// Judges the settings; connects to nothing yet.
    pub(crate) fn new(settings: &StripeSettings) -> Result<Self, StripeError> {
        let bearer = format!("Bearer {}", settings.key.expose_secret());
        let mut authorization = HeaderValue::from_str(&bearer).map_err(|_| StripeError::Key)?;
        authorization.set_sensitive(true);
        let base = Url::parse(&settings.api_base).map_err(|_| StripeError::Base)?;
        // A redirect could carry the key to somebody else.
        let client = Client::builder().redirect(redirect::Policy::none()).connect_timeout(CONNECT_WITHIN);
        // Plain HTTP is for a stand-in on this machine, which no proxy reaches.
        let client = if base.scheme() == "https" { client.https_only(true) } else { client.no_proxy() };
        let client = client.build().map_err(StripeError::Client)?;
        Ok(Self { client, base, authorization, timeout: settings.timeout })
    }

    /// Sends a form to `path`. With a key, the same request sent again has no second effect and gets the same answer.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        form: &[(&str, &str)],
        idempotency_key: Option<&str>,
    ) -> Result<T, PortError> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let url = self.base.join(path).map_err(|_| unexpected("has no address of its own", path))?;
        let deadline = Instant::now() + self.timeout;
        let mut pause = PAUSE;
        loop {
            let request = self.request(url.clone(), idempotency_key).body(body.clone());
            let Ok(tried) = timeout_at(deadline, attempt(request)).await else {
                return Err(PortError::Unavailable(format!("Stripe took longer than {:?}", self.timeout)));
            };
            match tried {
                Ok(body) => return read(path, &body),
                Err(Failure::Settled(error)) => return Err(error),
                Err(Failure::AtWork) if Instant::now() + pause < deadline => {
                    sleep(pause).await;
                    pause *= 2;
                }
                Err(Failure::AtWork) => {
                    return Err(PortError::Unavailable("Stripe is still at the same request".to_owned()));
                }
            }
        }
    }

    fn request(&self, url: Url, idempotency_key: Option<&str>) -> RequestBuilder {
        let request = self
            .client
            .post(url)
            .header(AUTHORIZATION, self.authorization.clone())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("Stripe-Version", VERSION);
        match idempotency_key {
            Some(key) => request.header("Idempotency-Key", key),
            None => request,
        }
    }
}

/// One request, and its answer read whole.
async fn attempt(request: RequestBuilder) -> Result<Vec<u8>, Failure> {
    let response = request.send().await.map_err(lost)?;
    let status = response.status();
    let request_id = text(response.headers().get("request-id"));
    let body = body(response).await?;
    if status.is_success() {
        return Ok(body);
    }
    if status == StatusCode::CONFLICT {
        return Err(Failure::AtWork);
    }
    let ErrorDocument { error } = serde_json::from_slice(&body).unwrap_or_default();
    // Stripe's sentences repeat what was sent, so only its machine words go on.
    let what = format!(
        "Stripe answered {status} ({}, {}, {request_id})",
        word(error.kind.as_ref()),
        word(error.code.as_ref())
    );
    Err(Failure::Settled(if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        PortError::Unavailable(what)
    } else {
        PortError::Unexpected(what)
    }))
}

async fn body(mut response: Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(lost)? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            return Err(Failure::Settled(PortError::Unexpected(
                "Stripe's answer is longer than any of Stripe's".to_owned(),
            )));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn read<T: DeserializeOwned>(path: &str, body: &[u8]) -> Result<T, PortError> {
    // The reader's own words would repeat the answer.
    serde_json::from_slice(body).map_err(|_| unexpected("answered with what it never answers", path))
}

fn unexpected(what: &str, path: &str) -> PortError {
    PortError::Unexpected(format!("Stripe's {path} {what}"))
}

/// Not connected, cut, or no HTTP: Stripe, or something on the way there, is not well.
#[expect(clippy::needless_pass_by_value, reason = "the form that map_err asks for")]
fn lost(error: reqwest::Error) -> Failure {
    let mut what = format!("Stripe: {}", error.to_string().trim_end_matches('.'));
    let mut cause = error.source();
    while let Some(inner) = cause {
        // Writing to a String cannot fail.
        let _ = write!(what, ": {inner}");
        cause = inner.source();
    }
    Failure::Settled(PortError::Unavailable(what))
}

/// Of an error's document what is safe to log.
#[derive(Default, Deserialize)]
struct ErrorDocument {
    #[serde(default)]
    error: ErrorWords,
}

#[derive(Default, Deserialize)]
struct ErrorWords {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    code: Option<String>,
}

/// A machine word; anything else is not repeated.
fn word(text: Option<&String>) -> &str {
    let is_word =
        |text: &&str| text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    text.map(String::as_str).filter(is_word).unwrap_or("no word")
}

fn text(value: Option<&HeaderValue>) -> String {
    let is_id = |text: &&str| {
        text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    value.and_then(|value| value.to_str().ok()).filter(is_id).unwrap_or("no request id").to_owned()
}
