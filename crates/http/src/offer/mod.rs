//! Offers: naming prices, answering them, and finding them.

mod form;
mod problem;
mod query;
mod view;

pub use form::{CounterOffer, NewOffer};
pub use view::{OfferList, OfferView, RejectedOffers};

use axum::{extract::State, response::Response};
use souk_application::Offers;
use souk_domain::{
    id::{OfferId, ProductId},
    offer::{Acceptance, Counter, Made},
    page::Page,
};
use souk_ports::PortError;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use self::{form::Nothing, query::OfferParameters};
use crate::{
    auth::Actor,
    cursor::Cursors,
    extract::{Json, Path, Query},
    idempotency::{Idempotent, Reply},
    problem::Problem,
    state::AppState,
};

/// The routes of offers.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(make))
        .routes(routes!(reject_all))
        .routes(routes!(list))
        .routes(routes!(find))
        .routes(routes!(accept))
        .routes(routes!(reject))
        .routes(routes!(cancel))
        .routes(routes!(counter))
}

/// Make an offer
///
/// It waits for the seller's answer for 48 hours unless you say otherwise, and appears in the thread of you two, which is
/// opened if there is none. It reserves nothing. The seller may have decided beforehand: then it is accepted or rejected
/// at once. One offer at a time, and three for each listing.
#[utoipa::path(post, path = "/products/{id}/offers", tag = "Negotiation", operation_id = "make_offer",
    request_body = NewOffer,
    params(("id" = Uuid, Path, description = "The listing's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat of the request harmless for 24 hours.")),
    responses(
        (status = 201, description = "The offer; with `transaction` if it was accepted at once.", body = OfferView,
            headers(("Location" = String, description = "Where it is."))),
        (status = 403, description = "`own_product`, `account_suspended`, `blocked`; `not_a_buyer`: the account only sells.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`offers_not_allowed`, `product_not_available`, `offer_already_pending`, \
            `offer_limit_reached`; `counterpart_unavailable`: the seller cannot deal at the moment; \
            `idempotency_key_in_use`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 422, description = "`below_minimum`, `above_price`, `invalid_fields`, `idempotency_key_reused`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn make(
    State(offers): State<Offers>,
    Path(product): Path<Uuid>,
    new: Idempotent<NewOffer>,
) -> Result<Response, Problem> {
    let product = ProductId::from_uuid(product);
    new.once(made, move |buyer, form, once| {
        Box::pin(async move { offers.make(product, buyer, &form.into(), once).await })
    })
    .await
}

fn made(made: &Made) -> Result<Reply, PortError> {
    Reply::created(format!("/v1/offers/{}", made.offer.id), None, &OfferView::from(made))
}

/// Reject all offers for a listing
///
/// Those that wait for your answer. What you proposed yourself stays.
#[utoipa::path(post, path = "/products/{id}/offers/reject-all", tag = "Negotiation",
    operation_id = "reject_all_offers",
    params(("id" = Uuid, Path, description = "The listing's id.")),
    responses(
        (status = 200, description = "How many that were.", body = RejectedOffers),
        (status = 403, description = "`not_the_seller`, `account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn reject_all(
    State(offers): State<Offers>,
    Actor(actor): Actor,
    Path(product): Path<Uuid>,
) -> Result<Json<RejectedOffers>, Problem> {
    let rejected = offers.reject_all(ProductId::from_uuid(product), actor.user).await?;
    Ok(Json(RejectedOffers { rejected }))
}

/// Your offers
///
/// Made and received, newest first.
#[utoipa::path(get, path = "/offers", tag = "Negotiation", operation_id = "list_offers", params(OfferParameters),
    responses((status = 200, description = "A page.", body = OfferList)),
    security(("bearer" = [])))]
async fn list(
    State(offers): State<Offers>,
    State(cursors): State<Cursors>,
    Actor(actor): Actor,
    Query(parameters): Query<OfferParameters>,
) -> Result<Json<OfferList>, Problem> {
    let (filter, after, limit) = parameters.read(actor.user, &cursors)?;
    let Page { items, next } = offers.list(actor.user, filter, after, limit).await?;
    Ok(Json(OfferList::of(items, next.map(|next| query::cursor(&cursors, actor.user, next)))))
}

/// An offer
///
/// For its two sides; to everybody else it does not exist.
#[utoipa::path(get, path = "/offers/{id}", tag = "Negotiation", operation_id = "find_offer",
    params(("id" = Uuid, Path, description = "The offer's id.")),
    responses(
        (status = 200, description = "The offer.", body = OfferView),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn find(
    State(offers): State<Offers>,
    Actor(actor): Actor,
    Path(id): Path<Uuid>,
) -> Result<Json<OfferView>, Problem> {
    let found = offers.find(OfferId::from_uuid(id), actor.user).await?;
    Ok(Json(found.ok_or_else(Problem::not_found)?.into()))
}

/// Accept an offer
///
/// For the side that received it. The listing is reserved, its other offers are rejected (`item_sold`), and the buyer has
/// 24 hours to pay.
#[utoipa::path(post, path = "/offers/{id}/accept", tag = "Negotiation", operation_id = "accept_offer",
    params(("id" = Uuid, Path, description = "The offer's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat of the request harmless for 24 hours.")),
    responses(
        (status = 200, description = "The offer, with `transaction`.", body = OfferView),
        (status = 403, description = "`wrong_side`, `account_suspended`, `blocked`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`offer_expired`, `offer_not_pending`, `product_not_available`, \
            `counterpart_unavailable`, `idempotency_key_in_use`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn accept(
    State(offers): State<Offers>,
    Path(id): Path<Uuid>,
    accept: Idempotent<Option<Nothing>>,
) -> Result<Response, Problem> {
    let id = OfferId::from_uuid(id);
    accept
        .once(accepted, move |actor, _, once| Box::pin(async move { offers.accept(id, actor, once).await }))
        .await
}

fn accepted(acceptance: &Acceptance) -> Result<Reply, PortError> {
    Reply::ok(&OfferView::from(acceptance))
}

/// Reject an offer
///
/// For the side that received it.
#[utoipa::path(post, path = "/offers/{id}/reject", tag = "Negotiation", operation_id = "reject_offer",
    params(("id" = Uuid, Path, description = "The offer's id.")),
    responses(
        (status = 200, description = "The offer.", body = OfferView),
        (status = 403, description = "`wrong_side`, `account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`offer_expired`, `offer_not_pending`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn reject(
    State(offers): State<Offers>,
    Actor(actor): Actor,
    Path(id): Path<Uuid>,
) -> Result<Json<OfferView>, Problem> {
    Ok(Json(offers.reject(OfferId::from_uuid(id), actor.user).await?.into()))
}

/// Take an offer back
///
/// For the side that made it, until it is answered.
#[utoipa::path(post, path = "/offers/{id}/cancel", tag = "Negotiation", operation_id = "cancel_offer",
    params(("id" = Uuid, Path, description = "The offer's id.")),
    responses(
        (status = 200, description = "The offer.", body = OfferView),
        (status = 403, description = "`wrong_side`, `account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`offer_expired`, `offer_not_pending`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn cancel(
    State(offers): State<Offers>,
    Actor(actor): Actor,
    Path(id): Path<Uuid>,
) -> Result<Json<OfferView>, Problem> {
    Ok(Json(offers.cancel(OfferId::from_uuid(id), actor.user).await?.into()))
}

/// Counter an offer
///
/// For the side that received it: rejects the offer (`countered`) and makes another one, which is for the other side to
/// answer. A seller's is above the buyer's amount, a buyer's below the seller's.
#[utoipa::path(post, path = "/offers/{id}/counter", tag = "Negotiation", operation_id = "counter_offer",
    request_body = CounterOffer,
    params(("id" = Uuid, Path, description = "The offer's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat of the request harmless for 24 hours.")),
    responses(
        (status = 201, description = "The new offer.", body = OfferView,
            headers(("Location" = String, description = "Where it is."))),
        (status = 403, description = "`wrong_side`, `account_suspended`, `blocked`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`offer_expired`, `offer_not_pending`, `product_not_available`, \
            `offers_not_allowed`, `offer_limit_reached`, `counterpart_unavailable`, `idempotency_key_in_use`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 422, description = "`not_above_offer`, `not_below_offer`, `below_minimum`, `above_price`, \
            `invalid_fields`, `idempotency_key_reused`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn counter(
    State(offers): State<Offers>,
    Path(id): Path<Uuid>,
    counter: Idempotent<CounterOffer>,
) -> Result<Response, Problem> {
    let id = OfferId::from_uuid(id);
    counter
        .once(countered, move |actor, form, once| {
            Box::pin(async move { offers.counter(id, actor, &form.into(), once).await })
        })
        .await
}

fn countered(counter: &Counter) -> Result<Reply, PortError> {
    Reply::created(format!("/v1/offers/{}", counter.offer.id), None, &OfferView::from(counter))
}
