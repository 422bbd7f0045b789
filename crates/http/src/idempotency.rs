//! `Idempotency-Key`: one mechanism for every POST that creates something or moves money.
//!
//! A handler declares it by taking [`Idempotent`] for its body and running its use case in [`Idempotent::once`]. The
//! answer is stored in the transaction of the effect; a repeat of the same request gets it again, byte for byte, with
//! `Idempotent-Replayed: true`. Refusals are not stored: nothing was done, so that a repeat is judged anew.

use std::pin::Pin;

use axum::{
    body::to_bytes,
    extract::{FromRef, FromRequest, FromRequestParts, Request},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, value::UnitDeserializer},
};
use sha2::{Digest, Sha256};
use souk_application::{Repeats, Sessions, idempotency::Recall};
use souk_domain::{
    id::UserId,
    idempotency::{Fingerprint, IdempotencyKey},
    session,
};
use souk_ports::{
    DecideError, PortError,
    idempotency::{Answer, Once},
};

use crate::{auth::Actor, extract, problem::Problem};

/// The request's header.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The header of an answer that was given before.
pub const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// What `Problem` code says that a rival with the same key was faster. It never reaches a client.
const ALREADY_DONE: &str = "already_done";

/// A JSON body that somebody who is logged in may send twice. Where `T` is an option, it may be left out.
pub struct Idempotent<T> {
    /// Who asks.
    pub actor: session::Actor,
    /// What they ask.
    pub body: T,
    key: Option<(IdempotencyKey, Fingerprint)>,
    repeats: Repeats,
}

/// An answer as it is stored: what a client sees of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// `Location`, for what was created.
    pub location: Option<String>,
    /// `ETag`, for what can be edited.
    pub etag: Option<String>,
    /// JSON.
    pub body: Bytes,
}

impl<T, S> FromRequest<S> for Idempotent<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
    Sessions: FromRef<S>,
    Repeats: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let Actor(actor) = Actor::from_request_parts(&mut parts, state).await?;
        let content = to_bytes(body, extract::FUSE).await.map_err(|_| Problem::unreadable_body())?;
        let body = match (content.is_empty(), nothing()) {
            (true, Some(nothing)) => nothing,
            (true, None) | (false, _) => extract::json(&parts.headers, &content)?,
        };
        Self::of(actor, body, &parts, &content, Repeats::from_ref(state))
    }
}

/// What a use case resolves to.
pub type Outcome<'a, P, E> = Pin<Box<dyn Future<Output = Result<P, E>> + Send + 'a>>;

impl<T> Idempotent<T> {
    /// What was asked, by whom. Requests under one key are the same if method, path and `content` are.
    pub(crate) fn of(
        actor: session::Actor,
        body: T,
        head: &Parts,
        content: &[u8],
        repeats: Repeats,
    ) -> Result<Self, Problem> {
        let key = key(&head.headers)?.map(|key| {
            let mut hash = Sha256::new();
            for part in [head.method.as_str().as_bytes(), b" ", head.uri.path().as_bytes(), b"\n", content] {
                hash.update(part);
            }
            (key, Fingerprint(hash.finalize().into()))
        });
        Ok(Self { actor, body, key, repeats })
    }

    /// Runs a use case unless the request was answered before, and answers.
    pub async fn once<P, E, R, F>(self, reply: R, act: F) -> Result<Response, Problem>
    where
        P: Send + Sync,
        E: Into<Problem>,
        R: Fn(&P) -> Result<Reply, PortError> + Send + Sync,
        F: for<'a> FnOnce(UserId, T, Option<&'a Once<'a, P>>) -> Outcome<'a, P, E> + Send,
    {
        let Self { actor, body, key, repeats } = self;
        let Some((key, fingerprint)) = key else {
            let outcome = act(actor.user, body, None).await.map_err(Into::into)?;
            return Ok(reply(&outcome)?.into_response());
        };
        let claim = match repeats.recall(actor.user, key.clone(), fingerprint).await? {
            Recall::New(claim) => claim,
            Recall::Repeat(answer) => return replayed(&answer),
            Recall::Mismatch => return Err(mismatch()),
        };
        // A reply that cannot be written is stored as nothing, and found to be so below.
        let answer = |outcome: &P| reply(outcome).map_or_else(|_| Answer(Vec::new()), |reply| reply.stored());
        let once = Once { claim, answer: &answer };
        match act(actor.user, body, Some(&once)).await.map_err(Into::into) {
            Ok(outcome) => Ok(reply(&outcome)?.into_response()),
            Err(problem) if problem.code() == ALREADY_DONE => {
                match repeats.recall(actor.user, key, fingerprint).await? {
                    Recall::Repeat(answer) => replayed(&answer),
                    Recall::Mismatch => Err(mismatch()),
                    Recall::New(_) => Err(still_running()),
                }
            }
            Err(problem) => Err(problem),
        }
    }
}

/// What a body that was left out says, if it may be: `Option<T>` is such a body.
fn nothing<T: DeserializeOwned>() -> Option<T> {
    T::deserialize(UnitDeserializer::<serde::de::value::Error>::new()).ok()
}

fn key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Problem> {
    let mut values = headers.get_all(&IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let wrong = || {
        Problem::bad_request(
            "invalid_idempotency_key",
            "Idempotency-Key must be given once, as 1 to 255 visible ASCII characters, for example a UUID.",
        )
    };
    match value.to_str().map(IdempotencyKey::parse) {
        Ok(Ok(key)) if values.next().is_none() => Ok(Some(key)),
        _ => Err(wrong()),
    }
}

fn mismatch() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "idempotency_key_reused",
        "This Idempotency-Key was used with another request; use a new key for a new request.",
    )
}

fn still_running() -> Problem {
    Problem::conflict(
        "idempotency_key_in_use",
        "A request with this Idempotency-Key is still being worked on.",
    )
    .retry_after(1)
}

fn replayed(answer: &Answer) -> Result<Response, Problem> {
    let reply = Reply::found(answer)
        .ok_or_else(|| PortError::Corrupt("idempotency_keys: a response cannot be read".to_owned()))?;
    let mut response = reply.into_response();
    response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

/// What stands before a stored body, on a line of its own.
#[derive(Serialize, Deserialize)]
struct Head {
    status: u16,
    location: Option<String>,
    etag: Option<String>,
}

impl Reply {
    /// 201 with the JSON of what was created.
    pub fn created(location: String, etag: Option<String>, view: &impl Serialize) -> Result<Self, PortError> {
        let body = serde_json::to_vec(view).map_err(|error| PortError::Unexpected(error.to_string()))?;
        Ok(Self { status: StatusCode::CREATED, location: Some(location), etag, body: body.into() })
    }

    /// 200 with the JSON of what was done.
    pub fn ok(view: &impl Serialize) -> Result<Self, PortError> {
        let body = serde_json::to_vec(view).map_err(|error| PortError::Unexpected(error.to_string()))?;
        Ok(Self { status: StatusCode::OK, location: None, etag: None, body: body.into() })
    }

    fn stored(&self) -> Answer {
        let head =
            Head { status: self.status.as_u16(), location: self.location.clone(), etag: self.etag.clone() };
        // Strings and a number always have a JSON form.
        let mut bytes = serde_json::to_vec(&head).unwrap_or_default();
        bytes.push(b'\n');
        bytes.extend_from_slice(&self.body);
        Answer(bytes)
    }

    fn found(Answer(bytes): &Answer) -> Option<Self> {
        let (head, body) = bytes.split_at_checked(bytes.iter().position(|byte| *byte == b'\n')?)?;
        let head: Head = serde_json::from_slice(head).ok()?;
        Some(Self {
            status: StatusCode::from_u16(head.status).ok()?,
            location: head.location,
            etag: head.etag,
            body: Bytes::copy_from_slice(body.get(1..)?),
        })
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in [(header::LOCATION, self.location), (header::ETAG, self.etag)] {
            if let Some(Ok(value)) = value.map(HeaderValue::try_from) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// What went wrong with a write that a rule decides; each refusal gets its status where its aggregate is.
impl<E: Into<Self>> From<DecideError<E>> for Problem {
    fn from(error: DecideError<E>) -> Self {
        match error {
            DecideError::NotFound => Self::not_found(),
            DecideError::Refused(refusal) => refusal.into(),
            DecideError::AlreadyDone => Self::conflict(ALREADY_DONE, "This was done already."),
            DecideError::StillRunning => still_running(),
            DecideError::Port(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_survives_being_stored() {
        let reply = Reply {
            status: StatusCode::CREATED,
            location: Some("/v1/products/1".to_owned()),
            etag: None,
            body: Bytes::from_static(b"{\"a\":\"line\\n\"}\n"),
        };
        assert_eq!(Reply::found(&reply.stored()), Some(reply));
        assert_eq!(Reply::found(&Answer(Vec::new())), None);
    }

    #[test]
    fn a_key_is_given_once_or_not_at_all() {
        let headers = |values: &[&'static str]| -> HeaderMap {
            values.iter().map(|value| (IDEMPOTENCY_KEY, HeaderValue::from_static(value))).collect()
        };
        assert_eq!(key(&headers(&[])), Ok(None));
        assert_eq!(key(&headers(&["a"])).unwrap(), Some(IdempotencyKey::parse("a").unwrap()));
        for bad in [&[""][..], &["a", "a"], &["a b"]] {
            assert_eq!(key(&headers(bad)).unwrap_err().code(), "invalid_idempotency_key");
        }
    }
}
