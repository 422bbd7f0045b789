//! Being introduced to the payment provider.

use axum::{extract::State, http::StatusCode};
use serde::Serialize;
use souk_application::{Onboarding, user::OnboardingError};
use souk_domain::user::OnboardingRefusal;
use souk_ports::payments::OnboardingLink;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{auth::Actor, extract::Json, problem::Problem, state::AppState};

/// After how many seconds it is worth asking a marketplace without a payment provider again: somebody has to set it up.
const UNTIL_SET_UP: u32 = 3600;

/// The routes of onboarding.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(begin_onboarding))
}

/// Where somebody goes to be introduced.
#[derive(Serialize, ToSchema)]
#[schema(as = Onboarding)]
pub struct OnboardingView {
    /// A page of the payment provider, to be opened in the person's browser. For them alone, once, and for some minutes.
    #[schema(
        format = "uri",
        example = "https://connect.stripe.com/setup/e/acct_1Nv0FGQ9RKHgCVdK/ZGcqpkz0eUQL"
    )]
    onboarding_url: String,
}

impl From<OnboardingLink> for OnboardingView {
    fn from(link: OnboardingLink) -> Self {
        Self { onboarding_url: link.into_string() }
    }
}

/// Prepare to be paid
///
/// Opens an account at the payment provider, Stripe, if there is none yet, and gives a link to the page where the person
/// tells Stripe what it must know before it pays them. Doing it again goes on with the same account, with a fresh link.
#[utoipa::path(post, path = "/me/connect-account", tag = "Accounts",
    responses(
        (status = 200, description = "Where to go.", body = OnboardingView),
        (status = 403, description = "`account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 503, description = "`payments_not_configured`: this marketplace has no payment provider. \
            `unavailable`: the provider cannot be reached just now.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn begin_onboarding(
    State(onboarding): State<Onboarding>,
    Actor(actor): Actor,
) -> Result<Json<OnboardingView>, Problem> {
    Ok(Json(onboarding.begin_onboarding(actor.user).await?.into()))
}

impl From<OnboardingError> for Problem {
    fn from(error: OnboardingError) -> Self {
        match error {
            OnboardingError::NoProvider => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "payments_not_configured",
                "This marketplace has no payment provider yet.",
            )
            .retry_after(UNTIL_SET_UP),
            OnboardingError::Refused(refusal) => refusal.into(),
            OnboardingError::Port(error) => error.into(),
        }
    }
}

impl From<OnboardingRefusal> for Problem {
    fn from(refusal: OnboardingRefusal) -> Self {
        match refusal {
            OnboardingRefusal::Suspended => {
                Self::new(StatusCode::FORBIDDEN, "account_suspended", refusal.to_string())
            }
            // Whose token is good and whose account is not there was deleted.
            OnboardingRefusal::Closed => Self::unauthenticated(),
        }
    }
}
