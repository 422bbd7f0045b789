//! How a device names itself, for the list of log-ins that its person can look at.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use souk_domain::session::UserAgent;

/// The `User-Agent`, cut to what is kept; `None` if there is none worth keeping.
pub(crate) struct UserAgentHeader(pub(crate) Option<UserAgent>);

impl<S: Send + Sync> FromRequestParts<S> for UserAgentHeader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        let cut: Option<String> = agent.map(|agent| agent.chars().take(400).collect());
        Ok(Self(cut.and_then(|agent| UserAgent::parse(&agent).ok())))
    }
}
