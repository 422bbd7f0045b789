//! Accounts: opening one, looking at them, changing one's own, and leaving.

mod form;
mod onboarding;
mod problem;
mod profile;
mod view;

pub use form::{NewAccount, NewRole, ProfilePatch};
pub use onboarding::OnboardingView;
pub use view::{AccountStatus, AccountView, OwnAccountView, ProfileView, SignedInView};

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use souk_application::Users;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{client::UserAgentHeader, extract::Json, media::MediaUrls, problem::Problem, state::AppState};

/// The routes of accounts.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(register)).merge(profile::routes()).merge(onboarding::routes())
}

/// Open an account
///
/// Logs its person in as well.
#[utoipa::path(post, path = "/auth/register", tag = "Accounts", request_body = NewAccount,
    responses(
        (status = 201, description = "The account, and the tokens of its first session.", body = SignedInView,
            headers(("Location" = String, description = "Where others see the account."))),
        (status = 409, description = "`email_taken`, `username_taken` or `phone_taken`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ))]
async fn register(
    State(users): State<Users>,
    State(urls): State<MediaUrls>,
    UserAgentHeader(user_agent): UserAgentHeader,
    Json(new): Json<NewAccount>,
) -> Result<Response, Problem> {
    let signed_in = SignedInView::of(users.register(new.into(), user_agent).await?, &urls);
    let location = format!("/v1/users/{}", signed_in.user.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(signed_in)).into_response())
}
