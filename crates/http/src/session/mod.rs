//! Log-ins: beginning one.

mod problem;
mod user_agent;

pub(crate) use user_agent::UserAgentHeader;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use souk_application::{Sessions, session::SignedIn};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{extract::Json, problem::Problem, state::AppState, user::AccountView};

/// The routes of log-ins.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(log_in))
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

/// An account and the tokens of a new session.
#[derive(Serialize, ToSchema)]
#[schema(as = SignedIn)]
pub struct SignedInView {
    /// The account, as its own person sees it.
    pub user: AccountView,
    /// Goes into `Authorization: Bearer …` of every request.
    access_token: String,
    /// Brings the next pair; good once.
    refresh_token: String,
    /// How the access token is presented.
    #[schema(value_type = String, example = "Bearer")]
    token_type: &'static str,
    /// For how many seconds the access token is good.
    #[schema(example = 900)]
    expires_in: i64,
}

impl From<SignedIn> for SignedInView {
    fn from(signed_in: SignedIn) -> Self {
        Self {
            user: signed_in.user.into(),
            access_token: signed_in.access_token,
            refresh_token: signed_in.refresh_token,
            token_type: "Bearer",
            expires_in: signed_in.expires_in.num_seconds(),
        }
    }
}

/// Log in
///
/// By e-mail address, username or phone number. A wrong password and an account that does not exist are told alike.
#[utoipa::path(post, path = "/auth/login", tag = "Accounts", request_body = LogIn,
    responses(
        (status = 200, description = "The account, and the tokens of a new session.", body = SignedInView),
        (status = 401, description = "`wrong_credentials`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 403, description = "`account_suspended`: the password was right, but the account may not act.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ))]
async fn log_in(
    State(sessions): State<Sessions>,
    UserAgentHeader(user_agent): UserAgentHeader,
    Json(LogIn { identifier, password }): Json<LogIn>,
) -> Result<Json<SignedInView>, Problem> {
    Ok(Json(sessions.log_in(&identifier, password, user_agent).await?.into()))
}
