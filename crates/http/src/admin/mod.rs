//! Running the place: accounts, and the record of what was done to them.

mod problem;
mod query;
mod view;

pub use view::{AdminAccountView, AuditList, UserList};

use axum::extract::State;
use serde::Deserialize;
use souk_application::Admins;
use souk_domain::{
    id::{AuditEntryId, UserId},
    page::Page,
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use self::query::AccountParameters;
use crate::{
    auth::Admin,
    cursor::Cursors,
    extract::{Json, MaybeJson, Path, Query},
    page::PageParameters,
    problem::Problem,
    state::AppState,
};

/// The routes of those who run the place.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_users))
        .routes(routes!(suspend))
        .routes(routes!(reinstate))
        .routes(routes!(list_audit))
}

/// Why an account is suspended or reinstated.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// Goes into the record.
    #[schema(min_length = 1, max_length = 500, example = "Sells what is not theirs.")]
    reason: Option<String>,
}

/// Accounts
///
/// Newest first; by a part of the username or e-mail address, by role, by whether they may act.
#[utoipa::path(get, path = "/admin/users", tag = "Administration", params(AccountParameters),
    responses(
        (status = 200, description = "A page.", body = UserList),
        (status = 403, description = "`forbidden`: not an admin.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn list_users(
    State(admins): State<Admins>,
    State(cursors): State<Cursors>,
    _: Admin,
    Query(parameters): Query<AccountParameters>,
) -> Result<Json<UserList>, Problem> {
    let query = parameters.read(&cursors)?;
    let Page { items, next } = admins.list_accounts(&query).await?;
    let next = next.map(|(at, id)| cursors.newest(query::ACCOUNTS, at, id.as_uuid()));
    Ok(Json(UserList::of(items, next)))
}

/// Suspend an account
///
/// It may read, not act, until it is reinstated; its log-ins cannot be refreshed.
#[utoipa::path(post, path = "/admin/users/{id}/suspend", tag = "Administration", request_body = Option<Why>,
    params(("id" = Uuid, Path, description = "The account's id.")),
    responses(
        (status = 200, description = "The account.", body = AdminAccountView),
        (status = 403, description = "`forbidden`: not an admin; `own_account`, `account_is_admin`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`already_suspended`, `account_deleted`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn suspend(
    State(admins): State<Admins>,
    Admin(admin): Admin,
    Path(id): Path<Uuid>,
    MaybeJson(Why { reason }): MaybeJson<Why>,
) -> Result<Json<AdminAccountView>, Problem> {
    Ok(Json(admins.suspend(admin.user, UserId::from_uuid(id), reason.as_deref()).await?.into()))
}

/// Reinstate an account
#[utoipa::path(post, path = "/admin/users/{id}/reinstate", tag = "Administration", request_body = Option<Why>,
    params(("id" = Uuid, Path, description = "The account's id.")),
    responses(
        (status = 200, description = "The account.", body = AdminAccountView),
        (status = 403, description = "`forbidden`: not an admin.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`not_suspended`, `account_deleted`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn reinstate(
    State(admins): State<Admins>,
    Admin(admin): Admin,
    Path(id): Path<Uuid>,
    MaybeJson(Why { reason }): MaybeJson<Why>,
) -> Result<Json<AdminAccountView>, Problem> {
    Ok(Json(admins.reinstate(admin.user, UserId::from_uuid(id), reason.as_deref()).await?.into()))
}

/// The record of what admins did
///
/// Newest first. It is only ever added to.
#[utoipa::path(get, path = "/admin/audit", tag = "Administration", params(PageParameters),
    responses(
        (status = 200, description = "A page.", body = AuditList),
        (status = 403, description = "`forbidden`: not an admin.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn list_audit(
    State(admins): State<Admins>,
    State(cursors): State<Cursors>,
    _: Admin,
    Query(parameters): Query<PageParameters>,
) -> Result<Json<AuditList>, Problem> {
    let (after, limit) = parameters.read(query::AUDIT, &cursors)?;
    let after = after.map(|(at, id)| (at, AuditEntryId::from_uuid(id)));
    let Page { items, next } = admins.list_audit(after, limit).await?;
    let next = next.map(|(at, id)| cursors.newest(query::AUDIT, at, id.as_uuid()));
    Ok(Json(AuditList::of(items, next)))
}
