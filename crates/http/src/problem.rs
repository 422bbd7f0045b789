//! Errors as clients see them: RFC 9457 problem documents.
//!
//! Every refusal of this API leaves through [`Problem`], so that a client needs one error reader. `code` is the machine
//! word clients act on; `detail` is for people and may change. No problem says anything of tables, statements, files or
//! stack traces: what went wrong inside is logged here, once, and stays here.

use std::borrow::Cow;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use souk_domain::violation::{Violation, Violations};
use souk_ports::PortError;
use utoipa::ToSchema;

use crate::metrics;

/// The content type of every error.
pub const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

/// After how many seconds it is worth trying again when we are too busy or the database is away.
const SHORT_PAUSE: u32 = 1;

/// A refusal on its way to the client. One pointer wide, so that `Result<_, Problem>` stays cheap to pass on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem(Box<Parts>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Parts {
    status: StatusCode,
    code: &'static str,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    retry_after: Option<u32>,
}

/// One thing wrong with one field of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The field as the client spelled it, for example `price_minor` or `images[2].url`.
    #[schema(value_type = String)]
    pub field: Cow<'static, str>,
    /// A machine word, for example `too_long`.
    #[schema(value_type = String)]
    pub code: &'static str,
    /// A sentence for the person who filled in the form.
    #[schema(value_type = String)]
    pub detail: Cow<'static, str>,
}

/// The body of every error response (RFC 9457), of type `application/problem+json`.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Document {
    /// Names the kind of problem: `/problems/` and the code.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", example = "/problems/not_found")]
    kind: String,
    /// The kind of problem in words.
    #[schema(example = "Not found")]
    title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 404)]
    status: u16,
    /// What went wrong this time; for people.
    detail: String,
    /// The kind of problem as a machine word.
    #[schema(example = "not_found")]
    code: String,
    /// What is wrong with which field; on 422 only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<FieldError>,
}

impl FieldError {
    /// Something wrong with a field.
    pub fn new(
        field: impl Into<Cow<'static, str>>,
        code: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { field: field.into(), code, detail: detail.into() }
    }
}

impl Problem {
    /// Any problem. The title is the code in words, so that the two cannot drift apart.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Parts { status, code, detail: detail.into(), errors: Vec::new(), retry_after: None }))
    }

    /// The same problem, worth another try after so many seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// The same problem, said of a field of the request.
    #[must_use]
    pub fn about(mut self, field: &'static str) -> Self {
        let error = FieldError::new(field, self.0.code, self.0.detail.clone());
        self.0.errors.push(error);
        self
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The machine word.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// What is wrong with which field.
    pub fn errors(&self) -> &[FieldError] {
        &self.0.errors
    }

    /// 400: the request cannot be read at all.
    pub fn bad_request(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 400: the body is not JSON.
    pub fn malformed_json(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::bad_request("malformed_json", detail)
    }

    /// 400: the body broke off or is not what its header says.
    pub fn unreadable_body() -> Self {
        Self::bad_request("unreadable_body", "The body did not arrive whole.")
    }

    /// 400: a part of the path has the wrong form, such as an id that is no UUID.
    pub fn invalid_path() -> Self {
        Self::bad_request("invalid_path", "A part of the path does not have the form it must have.")
    }

    /// 400: the cursor of a list was not made by us, or was made for another list.
    pub fn invalid_cursor() -> Self {
        Self::bad_request("invalid_cursor", "The cursor is not one that this list gave out.")
    }

    /// 401: there is no token, or not a good one. The same words whatever is wrong with it.
    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "A valid access token is needed.")
    }

    /// 403: the caller is known and may not.
    pub fn forbidden(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 404: it is not there, or not the caller's to know of; the two look the same.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing here, or nothing you may see.")
    }

    /// 405: the path is there, but not for this method.
    pub fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "This path does not take this method; the Allow header lists those it takes.",
        )
    }

    /// 408: the body did not arrive in time. Nothing was done.
    pub fn request_timeout() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "request_timeout",
            "The body did not arrive in time; nothing was done.",
        )
    }

    /// 409: the state of things forbids it.
    pub fn conflict(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 412: what the client wants to change has changed since it was read.
    pub fn precondition_failed() -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "precondition_failed",
            "It has changed since you read it; read it again.",
        )
    }

    /// 413: the body is longer than the limit.
    pub fn body_too_large(limit: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            format!("The body may have at most {limit} bytes."),
        )
    }

    /// 415: the body is not of a type that is read here.
    pub fn unsupported_media_type(expected: &'static str) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            format!("The body must be sent as {expected}."),
        )
    }

    /// 422: the request can be read, but its fields do not make sense.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let mut problem = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_fields",
            "Some fields are not valid; `errors` says which and why.",
        );
        problem.0.errors = errors;
        problem
    }

    /// 422: one field does not make sense.
    pub fn invalid_field(
        field: impl Into<Cow<'static, str>>,
        code: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::invalid(vec![FieldError::new(field, code, detail)])
    }

    /// 429: too often; try again after so many seconds.
    pub fn too_many_requests(seconds: u32) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "That was too often; wait a little.")
            .retry_after(seconds.max(1))
    }

    /// 500: a defect of ours. Whoever calls this has logged it.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
            "Something went wrong on our side. Please tell us the X-Request-Id of this response.",
        )
    }

    /// 503: the database or another needed service is away.
    pub fn unavailable() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "We cannot work just now; try again soon.")
            .retry_after(SHORT_PAUSE)
    }

    /// 503: more requests are in work than can be served well. Nothing was done.
    pub fn overloaded() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "overloaded",
            "There are too many requests just now; nothing was done.",
        )
        .retry_after(SHORT_PAUSE)
    }

    /// 503: a read took too long and was given up.
    pub fn deadline_exceeded() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "deadline_exceeded", "It took too long and was given up.")
            .retry_after(SHORT_PAUSE)
    }

    /// 503: a change took too long to be waited for, and may still come true.
    pub fn outcome_unknown() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "outcome_unknown",
            "It took too long, and may or may not have been done. Repeat it with the same Idempotency-Key, or look.",
        )
        .retry_after(SHORT_PAUSE)
    }

    fn document(&self) -> Document {
        let Parts { status, code, detail, errors, .. } = &*self.0;
        Document {
            kind: format!("/problems/{code}"),
            title: title(code),
            status: status.as_u16(),
            detail: detail.clone().into_owned(),
            code: (*code).to_owned(),
            errors: errors.clone(),
        }
    }
}

/// `offer_expired` becomes `Offer expired`.
fn title(code: &str) -> String {
    let mut characters = code.chars().map(|c| if c == '_' { ' ' } else { c });
    characters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(characters).collect()
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        metrics::count_problem(self.0.code);
        let mut response = (self.0.status, Json(self.document())).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, CONTENT_TYPE);
        if let Some(seconds) = self.0.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.0.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<Violations> for Problem {
    fn from(violations: Violations) -> Self {
        Self::invalid(violations.iter().cloned().map(FieldError::from).collect())
    }
}

impl From<Violation> for FieldError {
    fn from(Violation { field, code, detail }: Violation) -> Self {
        Self { field, code, detail }
    }
}

/// A failed port becomes a response here, so here it is logged: once, inside the span that bears the request's id.
impl From<PortError> for Problem {
    fn from(error: PortError) -> Self {
        match error {
            PortError::Unavailable(reason) => {
                tracing::warn!(reason, "a port is unavailable");
                Self::unavailable()
            }
            PortError::Corrupt(reason) => {
                tracing::error!(reason, "a port holds corrupt data");
                Self::internal()
            }
            PortError::Unexpected(reason) => {
                tracing::error!(reason, "a port failed unexpectedly");
                Self::internal()
            }
        }
    }
}

#[cfg(test)]
mod tests;
