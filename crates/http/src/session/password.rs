//! Changing and resetting passwords.

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use souk_application::PasswordKeeper;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{auth::Actor, extract::Json, problem::Problem, state::AppState};

/// The routes of passwords.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(change_password))
        .routes(routes!(request_password_reset))
        .routes(routes!(reset_password))
}

/// The present password and the next one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordChange {
    /// The present one.
    #[schema(format = "password", example = "correct horse battery")]
    current_password: String,
    /// 8 to 128 characters of any kind.
    #[schema(min_length = 8, max_length = 128, format = "password", example = "incorrect mule charger")]
    new_password: String,
}

/// Whose password was forgotten.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordResetRequest {
    /// The account's address.
    #[schema(max_length = 254, format = "email", example = "ada@example.com")]
    email: String,
}

/// A reset token and the next password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordResetConfirmation {
    /// What came by e-mail.
    token: String,
    /// 8 to 128 characters of any kind.
    #[schema(min_length = 8, max_length = 128, format = "password", example = "incorrect mule charger")]
    new_password: String,
}

/// Change the password
///
/// All other sessions of the account end; this one stays.
#[utoipa::path(post, path = "/me/password", tag = "Accounts", request_body = PasswordChange,
    responses(
        (status = 204, description = "From now on the new one is good."),
        (status = 403, description = "`account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 422, description = "`current_password` is `wrong_password`, or a field is not valid.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 429, description = "`too_many_requests`: wrong too often; see `Retry-After`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn change_password(
    State(keeper): State<PasswordKeeper>,
    Actor(actor): Actor,
    Json(PasswordChange { current_password, new_password }): Json<PasswordChange>,
) -> Result<StatusCode, Problem> {
    keeper.change(actor, current_password, new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask for a password reset
///
/// Sends a token by e-mail that is good once, for 30 minutes. The answer is the same whether or not an account bears the
/// address, and whether or not it was asked too often (five times an hour).
#[utoipa::path(post, path = "/auth/password-reset", tag = "Accounts", request_body = PasswordResetRequest,
    responses((status = 202, description = "If an account bears the address, an e-mail is on its way.")))]
async fn request_password_reset(
    State(keeper): State<PasswordKeeper>,
    Json(PasswordResetRequest { email }): Json<PasswordResetRequest>,
) -> Result<StatusCode, Problem> {
    keeper.request_reset(&email).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Choose a new password with a reset token
///
/// All sessions of the account end.
#[utoipa::path(post, path = "/auth/password-reset/confirm", tag = "Accounts",
    request_body = PasswordResetConfirmation,
    responses(
        (status = 204, description = "From now on the new one is good."),
        (status = 422, description = "`token` is `invalid_token`: unknown, used or too old; or a field is not valid.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ))]
async fn reset_password(
    State(keeper): State<PasswordKeeper>,
    Json(PasswordResetConfirmation { token, new_password }): Json<PasswordResetConfirmation>,
) -> Result<StatusCode, Problem> {
    keeper.reset(&token, new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}
