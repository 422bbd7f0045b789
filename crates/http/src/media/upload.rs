//! Reading an upload: a form with one part, whose content is the file.

use axum::{
    extract::{FromRef, FromRequest, FromRequestParts, Multipart, Request, multipart::MultipartError},
    http::{HeaderMap, header},
};
use sha2::{Digest, Sha256};
use souk_application::{Repeats, Sessions};
use souk_domain::media::{ImageFault, MAX_BYTES};

use crate::{
    auth::{Actor, bearer},
    idempotency::Idempotent,
    problem::Problem,
};

/// How many bytes the body of an upload can have: the file, and the form around it.
pub const BODY_LIMIT: usize = MAX_BYTES + (64 << 10);

/// What the file is called in problems and in the description.
pub(super) const FIELD: &str = "file";

/// A file that somebody uploads.
pub struct Upload(Vec<u8>);

impl Upload {
    /// Its bytes, of which nothing is known but how many they can be.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    async fn read(mut form: Multipart) -> Result<Self, Problem> {
        let missing =
            || Problem::invalid_field(FIELD, "required", "The form must have a part that is the file.");
        let mut part = form.next_field().await.map_err(|error| unreadable(&error))?.ok_or_else(missing)?;
        let mut file = Vec::new();
        while let Some(piece) = part.chunk().await.map_err(|error| unreadable(&error))? {
            if file.len() + piece.len() > MAX_BYTES {
                return Err(ImageFault::TooManyBytes.into());
            }
            // The body has arrived whole, so that the first piece is mostly all there is.
            if file.is_empty() { file = piece.into() } else { file.extend_from_slice(&piece) }
        }
        drop(part);
        if form.next_field().await.map_err(|error| unreadable(&error))?.is_some() {
            return Err(Problem::invalid_field(
                FIELD,
                "too_many",
                "The form may have one part only, the file.",
            ));
        }
        Ok(Self(file))
    }
}

/// What is known of an upload before its body is received: whether it has a good token and says that it is a form. A body
/// this large is not waited for otherwise.
pub fn admit(headers: &HeaderMap, sessions: &Sessions) -> Result<(), Problem> {
    let token = bearer(headers)?.ok_or_else(Problem::unauthenticated)?;
    sessions.actor(token).map_err(|_| Problem::unauthenticated())?;
    if says_form(headers) { Ok(()) } else { Err(no_form()) }
}

fn says_form(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("multipart/form-data"))
}

fn no_form() -> Problem {
    Problem::unsupported_media_type("multipart/form-data")
}

fn unreadable(_: &MultipartError) -> Problem {
    Problem::bad_request("malformed_form", "The body is not a form as multipart/form-data has it.")
}

impl<S> FromRequest<S> for Idempotent<Upload>
where
    S: Send + Sync,
    Sessions: FromRef<S>,
    Repeats: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let Actor(actor) = Actor::from_request_parts(&mut parts, state).await?;
        if !says_form(&parts.headers) {
            return Err(no_form());
        }
        let head = parts.clone();
        let form = Multipart::from_request(Request::from_parts(parts, body), state).await;
        let form = form.map_err(|_| {
            Problem::bad_request("malformed_form", "The type of the body does not say where its parts end.")
        })?;
        let upload = Upload::read(form).await?;
        // What a repeat has in common with the first request is the file: the line between parts is drawn anew each time.
        let content: [u8; 32] = Sha256::digest(&upload.0).into();
        Self::of(actor, upload, &head, &content, Repeats::from_ref(state))
    }
}
