//! Who asks. The type of a handler's argument is its permission: [`Actor`] for somebody who is logged in, [`Admin`] for
//! somebody who runs the place, [`MaybeActor`] where anybody may ask and the answer may differ.

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use souk_application::{Admins, Sessions};
use souk_domain::{id::UserId, session};
use souk_ports::session::TokenRefusal;

use crate::{limit::Identified, problem::Problem};

/// Somebody who is logged in. Without a good access token the request ends in 401.
#[derive(Clone, Copy, Debug)]
pub struct Actor(pub session::Actor);

/// Somebody who may be logged in. No token is fine; a bad one is 401 all the same, so that a client notices that it has
/// to refresh instead of seeing less than it should.
#[derive(Clone, Copy, Debug)]
pub struct MaybeActor(pub Option<session::Actor>);

/// An admin: by their token, and by the database as it is now, since a token outlives what it says by some minutes.
#[derive(Clone, Copy, Debug)]
pub struct Admin(pub session::Actor);

impl<S: Send + Sync> FromRequestParts<S> for Admin
where
    Sessions: FromRef<S>,
    Admins: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Actor(actor) = Actor::from_request_parts(parts, state).await?;
        if actor.role.is_admin() && Admins::from_ref(state).may_administer(actor.user).await? {
            Ok(Self(actor))
        } else {
            Err(Problem::forbidden("Only admins may do this."))
        }
    }
}

impl MaybeActor {
    /// Whose account it is, if anybody's.
    pub fn user(self) -> Option<UserId> {
        self.0.map(|actor| actor.user)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Actor
where
    Sessions: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let MaybeActor(actor) = MaybeActor::from_request_parts(parts, state).await?;
        actor.map(Self).ok_or_else(Problem::unauthenticated)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for MaybeActor
where
    Sessions: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Some(token) = bearer(&parts.headers)? else { return Ok(Self(None)) };
        let identified = parts.extensions.get::<Identified>().map(|Identified(actor)| *actor);
        match identified.unwrap_or_else(|| Sessions::from_ref(state).actor(token)) {
            Ok(actor) => Ok(Self(Some(actor))),
            Err(TokenRefusal::Expired | TokenRefusal::Invalid) => Err(Problem::unauthenticated()),
        }
    }
}

/// The token of `Authorization: Bearer …`; the word may be written in any case (RFC 9110).
pub(crate) fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Problem::unauthenticated());
    }
    let value = value.to_str().map_err(|_| Problem::unauthenticated())?;
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
        _ => Err(Problem::unauthenticated()),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (header::AUTHORIZATION, HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_bearer_token_is_found_and_anything_else_is_no_token_of_ours() {
        assert_eq!(bearer(&headers(&[])), Ok(None));
        assert_eq!(bearer(&headers(&["Bearer abc"])), Ok(Some("abc")));
        assert_eq!(bearer(&headers(&["bearer abc"])), Ok(Some("abc")));
        for bad in [&["Basic abc"][..], &["Bearer"], &["Bearer a", "Bearer b"], &[""]] {
            assert_eq!(bearer(&headers(bad)).unwrap_err().status(), 401, "{bad:?}");
        }
    }
}
