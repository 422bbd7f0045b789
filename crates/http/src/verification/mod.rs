//! Verification: proving things of oneself, and looking at the documents of others.

mod form;
mod problem;
mod query;
mod view;

pub use form::{DocumentData, NewVerification, Refusal, TypedCode};
pub use view::{ReviewList, ReviewView, VerificationList, VerificationView};

use axum::{extract::State, http::StatusCode, response::Response};
use souk_application::Verifications;
use souk_domain::{id::VerificationId, page::Page, verification::Requested};
use souk_ports::PortError;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use self::query::{PageParameters, ReviewParameters};
use crate::{
    auth::{Actor, Admin},
    cursor::Cursors,
    extract::{Json, Path, Query},
    idempotency::{Idempotent, Reply},
    problem::Problem,
    state::AppState,
    word::ChannelWord,
};

/// The routes of verification.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, request))
        .routes(routes!(resend))
        .routes(routes!(confirm))
        .routes(routes!(list_reviews))
        .routes(routes!(approve))
        .routes(routes!(reject))
}

/// Your verifications
///
/// All attempts, newest first; what was rejected stays.
#[utoipa::path(get, path = "/me/verifications", tag = "Accounts", operation_id = "list_verifications",
    params(PageParameters),
    responses((status = 200, description = "A page.", body = VerificationList)),
    security(("bearer" = [])))]
async fn list(
    State(verifications): State<Verifications>,
    State(cursors): State<Cursors>,
    Actor(actor): Actor,
    Query(parameters): Query<PageParameters>,
) -> Result<Json<VerificationList>, Problem> {
    let query = parameters.read(actor.user, &cursors)?;
    let Page { items, next } = verifications.list(&query).await?;
    Ok(Json(VerificationList::of(items, next.map(|next| query::own_cursor(&cursors, actor.user, next)))))
}

/// Verify something
///
/// `email` and `phone` send a code of six digits, good for ten minutes. `government_id` and `address` need a document, by
/// reference, which an admin looks at. At most three codes an hour are sent.
#[utoipa::path(post, path = "/me/verifications", tag = "Accounts", operation_id = "request_verification",
    request_body = NewVerification,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat of the request harmless for 24 hours.")),
    responses(
        (status = 201, description = "The attempt.", body = VerificationView,
            headers(("Location" = String, description = "Where it is listed."))),
        (status = 403, description = "`account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`verification_pending`, `already_verified`; `phone_missing`: the account has no \
            phone number; `idempotency_key_in_use`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 429, description = "`too_many_codes`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn request(
    State(verifications): State<Verifications>,
    new: Idempotent<NewVerification>,
) -> Result<Response, Problem> {
    new.once(created, |user, new, once| {
        Box::pin(async move {
            let (kind, form) = new.into_parts();
            verifications.request(user, kind, form.as_ref(), once).await
        })
    })
    .await
}

fn created(requested: &Requested) -> Result<Reply, PortError> {
    let view = VerificationView::from(requested.verification.clone());
    Reply::created("/v1/me/verifications".to_owned(), None, &view)
}

/// Send another code
///
/// The one before is no longer good; the new one is good for ten minutes and five tries.
#[utoipa::path(post, path = "/me/verifications/{type}/resend", tag = "Accounts", operation_id = "resend_code",
    params(("type" = inline(ChannelWord), Path, description = "What the code proves.")),
    responses(
        (status = 202, description = "The attempt; a code is on its way.", body = VerificationView),
        (status = 403, description = "`account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`verification_not_pending`, `already_verified`, `phone_missing`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 429, description = "`too_many_codes`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn resend(
    State(verifications): State<Verifications>,
    Actor(actor): Actor,
    Path(channel): Path<ChannelWord>,
) -> Result<(StatusCode, Json<VerificationView>), Problem> {
    let resent = verifications.resend(actor.user, channel.0).await?;
    Ok((StatusCode::ACCEPTED, Json(resent.into())))
}

/// Type the code
///
/// After five wrong ones the attempt is over.
#[utoipa::path(post, path = "/me/verifications/{type}/confirm", tag = "Accounts",
    operation_id = "confirm_verification", request_body = TypedCode,
    params(("type" = inline(ChannelWord), Path, description = "What the code proves.")),
    responses(
        (status = 200, description = "It is verified.", body = VerificationView),
        (status = 403, description = "`account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`code_expired`, `verification_not_pending`, `already_verified`, `phone_missing`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 422, description = "`wrong_code`; `too_many_tries`: wrong for the fifth time; `invalid_fields`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn confirm(
    State(verifications): State<Verifications>,
    Actor(actor): Actor,
    Path(channel): Path<ChannelWord>,
    Json(TypedCode { code }): Json<TypedCode>,
) -> Result<Json<VerificationView>, Problem> {
    Ok(Json(verifications.confirm(actor.user, channel.0, &code).await?.into()))
}

/// Documents to look at
///
/// Longest wait first; pending ones unless told otherwise.
#[utoipa::path(get, path = "/admin/verifications", tag = "Administration", params(ReviewParameters),
    responses(
        (status = 200, description = "A page.", body = ReviewList),
        (status = 403, description = "`forbidden`: not an admin.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn list_reviews(
    State(verifications): State<Verifications>,
    State(cursors): State<Cursors>,
    _: Admin,
    Query(parameters): Query<ReviewParameters>,
) -> Result<Json<ReviewList>, Problem> {
    let (query, status) = parameters.read(&cursors)?;
    let Page { items, next } = verifications.list(&query).await?;
    Ok(Json(ReviewList::of(items, next.map(|next| query::review_cursor(&cursors, status, next)))))
}

/// Approve a document
#[utoipa::path(post, path = "/admin/verifications/{id}/approve", tag = "Administration",
    operation_id = "approve_verification",
    params(("id" = Uuid, Path, description = "The verification's id.")),
    responses(
        (status = 200, description = "The verification.", body = ReviewView),
        (status = 403, description = "`forbidden`: not an admin; `own_verification`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`verification_not_pending`; `not_reviewable`: a code proves it.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn approve(
    State(verifications): State<Verifications>,
    Admin(admin): Admin,
    Path(id): Path<Uuid>,
) -> Result<Json<ReviewView>, Problem> {
    Ok(Json(verifications.approve(admin.user, VerificationId::from_uuid(id)).await?.into()))
}

/// Reject a document
///
/// Its person reads the reason.
#[utoipa::path(post, path = "/admin/verifications/{id}/reject", tag = "Administration",
    operation_id = "reject_verification", request_body = Refusal,
    params(("id" = Uuid, Path, description = "The verification's id.")),
    responses(
        (status = 200, description = "The verification.", body = ReviewView),
        (status = 403, description = "`forbidden`: not an admin; `own_verification`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`verification_not_pending`; `not_reviewable`: a code proves it.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn reject(
    State(verifications): State<Verifications>,
    Admin(admin): Admin,
    Path(id): Path<Uuid>,
    Json(Refusal { reason }): Json<Refusal>,
) -> Result<Json<ReviewView>, Problem> {
    Ok(Json(verifications.reject(admin.user, VerificationId::from_uuid(id), &reason).await?.into()))
}
