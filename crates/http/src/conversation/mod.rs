//! Threads: opening, finding and reading them; what is written in them is in `message`.

mod form;
mod message;
mod problem;
mod query;
mod view;

pub use form::{ArchivePatch, NewConversation, NewMessage, ReadMark};
pub use view::{ConversationList, ConversationView, MessageList, MessageView, UnreadCount};

use axum::{extract::State, http::StatusCode, response::Response};
use souk_application::Conversations;
use souk_domain::{
    conversation::Opened,
    id::{ConversationId, ProductId, UserId},
    page::Page,
};
use souk_ports::PortError;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use self::query::InboxParameters;
use crate::{
    auth::Actor,
    cursor::Cursors,
    extract::{Json, Path, Query},
    idempotency::{Idempotent, Reply},
    media::MediaUrls,
    problem::Problem,
    state::AppState,
};

/// The routes of threads and their messages.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, open))
        .routes(routes!(find, archive))
        .routes(routes!(read))
        .merge(message::routes())
}

/// Open a conversation
///
/// About a listing, with whoever sells it, or with a person about nothing in particular. There is one per buyer, seller and
/// listing: if it is there, it is found. The other side does not see it before something is written. At most five new
/// ones an hour.
#[utoipa::path(post, path = "/conversations", tag = "Negotiation", operation_id = "open_conversation",
    request_body = NewConversation,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat of the request harmless for 24 hours.")),
    responses(
        (status = 200, description = "The conversation that is there already.", body = ConversationView,
            headers(("Location" = String, description = "Where it is."))),
        (status = 201, description = "A new conversation.", body = ConversationView,
            headers(("Location" = String, description = "Where it is."))),
        (status = 403, description = "`own_account`: the listing or the account is your own; `blocked`: you or they \
            blocked the other; `account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: no such listing or account, or not any more.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`counterpart_gone`: the account takes no messages; `idempotency_key_in_use`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 429, description = "`too_many_conversations`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn open(
    State(conversations): State<Conversations>,
    State(urls): State<MediaUrls>,
    new: Idempotent<NewConversation>,
) -> Result<Response, Problem> {
    let reply = move |opened: &Opened| opened_reply(opened, &urls);
    new.once(reply, |buyer, new, once| {
        Box::pin(async move {
            let (product, seller) =
                (new.product_id.map(ProductId::from_uuid), new.seller_id.map(UserId::from_uuid));
            conversations.open(buyer, product, seller, once).await
        })
    })
    .await
}

fn opened_reply(opened: &Opened, urls: &MediaUrls) -> Result<Reply, PortError> {
    let location = format!("/v1/conversations/{}", opened.conversation.id);
    let reply = Reply::created(location, None, &ConversationView::of(opened.conversation.clone(), urls))?;
    Ok(if opened.is_new { reply } else { Reply { status: StatusCode::OK, ..reply } })
}

/// Your conversations
///
/// Newest activity first, with the last message, the other person, the listing and how many messages you have not read.
/// Those in which nothing was written yet come last.
#[utoipa::path(get, path = "/conversations", tag = "Negotiation", operation_id = "list_conversations",
    params(InboxParameters),
    responses((status = 200, description = "A page.", body = ConversationList)),
    security(("bearer" = [])))]
async fn list(
    State(conversations): State<Conversations>,
    State(cursors): State<Cursors>,
    State(urls): State<MediaUrls>,
    Actor(actor): Actor,
    Query(parameters): Query<InboxParameters>,
) -> Result<Json<ConversationList>, Problem> {
    let query = parameters.read(actor.user, &cursors)?;
    let Page { items, next } = conversations.list(&query).await?;
    let next = next.map(|next| query::inbox_cursor(&cursors, &query, next));
    Ok(Json(ConversationList::of(items, next, &urls)))
}

/// A conversation
#[utoipa::path(get, path = "/conversations/{id}", tag = "Negotiation", operation_id = "find_conversation",
    params(("id" = Uuid, Path, description = "The conversation's id.")),
    responses(
        (status = 200, description = "The conversation as you see it.", body = ConversationView),
        (status = 404, description = "`not_found`: not there, or not yours.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn find(
    State(conversations): State<Conversations>,
    State(urls): State<MediaUrls>,
    Actor(actor): Actor,
    Path(id): Path<Uuid>,
) -> Result<Json<ConversationView>, Problem> {
    let found = conversations.find(ConversationId::from_uuid(id), actor.user).await?;
    Ok(Json(ConversationView::of(found.ok_or_else(Problem::not_found)?, &urls)))
}

/// Put a conversation away, or bring it back
///
/// On your side only. A new message brings it back on both sides.
#[utoipa::path(patch, path = "/conversations/{id}", tag = "Negotiation", operation_id = "archive_conversation",
    request_body = ArchivePatch,
    params(("id" = Uuid, Path, description = "The conversation's id.")),
    responses(
        (status = 200, description = "The conversation as you see it now.", body = ConversationView),
        (status = 404, description = "`not_found`: not there, or not yours.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn archive(
    State(conversations): State<Conversations>,
    State(urls): State<MediaUrls>,
    Actor(actor): Actor,
    Path(id): Path<Uuid>,
    Json(ArchivePatch { archived }): Json<ArchivePatch>,
) -> Result<Json<ConversationView>, Problem> {
    let changed = conversations.archive(ConversationId::from_uuid(id), actor.user, archived).await?;
    Ok(Json(ConversationView::of(changed.ok_or_else(Problem::not_found)?, &urls)))
}

/// Mark as read
///
/// Everything up to the message with this number. It only moves forward, and doing it twice is doing it once. Sending a
/// message counts as having read everything.
#[utoipa::path(put, path = "/conversations/{id}/read", tag = "Negotiation", operation_id = "read_conversation",
    request_body = ReadMark,
    params(("id" = Uuid, Path, description = "The conversation's id.")),
    responses(
        (status = 200, description = "How many are left.", body = UnreadCount),
        (status = 404, description = "`not_found`: not there, or not yours.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn read(
    State(conversations): State<Conversations>,
    Actor(actor): Actor,
    Path(id): Path<Uuid>,
    Json(mark): Json<ReadMark>,
) -> Result<Json<UnreadCount>, Problem> {
    let reading = conversations.read(ConversationId::from_uuid(id), actor.user, mark.seq()?).await?;
    Ok(Json(reading.into()))
}
