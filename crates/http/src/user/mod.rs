//! Accounts: opening one.

mod problem;
mod view;

pub use view::AccountView;

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use souk_application::Users;
use souk_domain::user::RegistrationForm;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    extract::Json,
    problem::Problem,
    session::{SignedInView, UserAgentHeader},
    state::AppState,
};

/// The routes of accounts.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(register))
}

/// What a newcomer fills in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// An e-mail address that no other account has, whatever the case.
    #[schema(max_length = 254, format = "email", example = "ada@example.com")]
    email: String,
    /// The public name: 3 to 30 of `a–z A–Z 0–9 . _ -`.
    #[schema(min_length = 3, max_length = 30, example = "ada")]
    username: String,
    /// 8 to 128 characters of any kind.
    #[schema(min_length = 8, max_length = 128, format = "password", example = "correct horse battery")]
    password: String,
    /// The name others see; the username when left out.
    #[schema(min_length = 1, max_length = 80)]
    display_name: Option<String>,
    /// E.164.
    #[schema(example = "+4930123456")]
    phone: Option<String>,
    /// What the account is for; `buyer` when left out. Nobody makes themself an admin.
    role: Option<NewRole>,
}

/// A role that people give themselves.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NewRole {
    /// Buys; becomes `both` with a first listing.
    Buyer,
    /// Sells.
    Seller,
    /// Buys and sells.
    Both,
}

impl NewRole {
    fn word(self) -> String {
        let word = match self {
            Self::Buyer => "buyer",
            Self::Seller => "seller",
            Self::Both => "both",
        };
        word.to_owned()
    }
}

impl From<NewAccount> for RegistrationForm {
    fn from(new: NewAccount) -> Self {
        Self {
            email: new.email,
            username: new.username,
            password: new.password,
            display_name: new.display_name,
            phone: new.phone,
            role: new.role.map(NewRole::word),
        }
    }
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
    UserAgentHeader(user_agent): UserAgentHeader,
    Json(new): Json<NewAccount>,
) -> Result<Response, Problem> {
    let signed_in = SignedInView::from(users.register(new.into(), user_agent).await?);
    let location = format!("/v1/users/{}", signed_in.user.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(signed_in)).into_response())
}
