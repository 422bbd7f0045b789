//! Log-ins: beginning one, keeping it alive, ending it; and passwords.

mod password;
mod problem;
mod view;

pub use view::{SessionList, TokenPair};

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use souk_application::{Sessions, session::Origin};
use souk_domain::{id::SessionId, page::Page, session::SessionPosition};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    auth::Actor,
    client::{ClientAddress, UserAgentHeader},
    cursor::Cursors,
    extract::{Json, Path, Query},
    media::MediaUrls,
    page::PageParameters,
    problem::Problem,
    state::AppState,
    user::SignedInView,
};

/// The routes of log-ins.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(log_in))
        .routes(routes!(refresh))
        .routes(routes!(log_out))
        .routes(routes!(list_sessions))
        .routes(routes!(end_session))
        .merge(password::routes())
}

/// Who somebody says they are, and the proof.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogIn {
    /// E-mail address, username or phone number.
    #[schema(example = "ada@example.com")]
    identifier: String,
    /// The password.
    #[schema(format = "password", example = "correct horse battery")]
    password: String,
}

/// A session's refresh token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// The one that came with the last pair.
    refresh_token: String,
}

/// Log in
///
/// By e-mail address, username or phone number. A wrong password and an account that does not exist are told alike, and
/// counted alike: ten wrong ones in a minute, and nobody gets in under this identifier for the rest of it.
#[utoipa::path(post, path = "/auth/login", tag = "Accounts", request_body = LogIn,
    responses(
        (status = 200, description = "The account, and the tokens of a new session.", body = SignedInView),
        (status = 401, description = "`wrong_credentials`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 403, description = "`account_suspended`: the password was right, but the account may not act.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 429, description = "`too_many_requests`: wrong too often; see `Retry-After`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ))]
async fn log_in(
    State(sessions): State<Sessions>,
    State(urls): State<MediaUrls>,
    UserAgentHeader(user_agent): UserAgentHeader,
    ClientAddress(address): ClientAddress,
    Json(LogIn { identifier, password }): Json<LogIn>,
) -> Result<Json<SignedInView>, Problem> {
    let origin = Origin { user_agent, address };
    Ok(Json(SignedInView::of(sessions.log_in(&identifier, password, origin).await?, &urls)))
}

/// The next pair of tokens
///
/// The refresh token is spent by it. If the answer gets lost, presenting the old token again within ten seconds brings
/// the very same new one. Later a spent token means that somebody has a copy, and the session ends.
#[utoipa::path(post, path = "/auth/refresh", tag = "Accounts", request_body = Refresh,
    responses(
        (status = 200, description = "The tokens to use from now on.", body = TokenPair),
        (status = 401, description = "`invalid_refresh_token`: it never was one, is spent, or its session is over.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 403, description = "`account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ))]
async fn refresh(
    State(sessions): State<Sessions>,
    Json(Refresh { refresh_token }): Json<Refresh>,
) -> Result<Json<TokenPair>, Problem> {
    Ok(Json(sessions.refresh(&refresh_token).await?.into()))
}

/// Log out
///
/// Ends the session of the access token. The token itself runs out by itself, within minutes.
#[utoipa::path(post, path = "/auth/logout", tag = "Accounts",
    responses((status = 204, description = "The session is over, as it may have been before.")),
    security(("bearer" = [])))]
async fn log_out(State(sessions): State<Sessions>, Actor(actor): Actor) -> Result<StatusCode, Problem> {
    sessions.log_out(actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where one is logged in
///
/// Sessions that can still be refreshed, the newest first.
#[utoipa::path(get, path = "/me/sessions", tag = "Accounts", params(PageParameters),
    responses((status = 200, description = "A page.", body = SessionList)),
    security(("bearer" = [])))]
async fn list_sessions(
    State(sessions): State<Sessions>,
    State(cursors): State<Cursors>,
    Actor(actor): Actor,
    Query(parameters): Query<PageParameters>,
) -> Result<Json<SessionList>, Problem> {
    let list = format!("sessions of {}", actor.user);
    let (after, limit) = parameters.read(&list, &cursors)?;
    let after = after.map(|(created_at, id)| SessionPosition { created_at, id: SessionId::from_uuid(id) });
    let Page { items, next } = sessions.list(actor.user, after, limit).await?;
    let next = next.map(|position| cursors.newest(&list, position.created_at, position.id.as_uuid()));
    Ok(Json(SessionList::of(items, next, actor.session)))
}

/// End a session
///
/// One of one's own; of others' nothing is said.
#[utoipa::path(delete, path = "/me/sessions/{id}", tag = "Accounts",
    params(("id" = Uuid, Path, description = "The session's id.")),
    responses(
        (status = 204, description = "It is over, as it may have been before."),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn end_session(
    State(sessions): State<Sessions>,
    Actor(actor): Actor,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    let ended = sessions.end(actor.user, SessionId::from_uuid(id)).await?;
    if ended { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found()) }
}
