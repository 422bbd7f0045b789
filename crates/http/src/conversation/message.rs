//! Messages of a thread.

use axum::{extract::State, response::Response};
use souk_application::Conversations;
use souk_domain::{
    conversation::Message,
    id::{ConversationId, MessageId},
};
use souk_ports::PortError;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    form::NewMessage,
    query::MessageParameters,
    view::{MessageList, MessageView},
};
use crate::{
    auth::Actor,
    cursor::Cursors,
    extract::{Json, Path, Query},
    idempotency::{Idempotent, Reply},
    media::MediaUrls,
    problem::Problem,
    state::AppState,
};

/// The routes of messages.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, send)).routes(routes!(find))
}

/// Messages of a conversation
///
/// Newest first. With `after_seq` in the order of writing from there on: for clients that were away and catch up.
#[utoipa::path(get, path = "/conversations/{id}/messages", tag = "Negotiation", operation_id = "list_messages",
    params(("id" = Uuid, Path, description = "The conversation's id."), MessageParameters),
    responses(
        (status = 200, description = "A page.", body = MessageList),
        (status = 404, description = "`not_found`: not there, or not yours.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn list(
    State(conversations): State<Conversations>,
    State(cursors): State<Cursors>,
    State(urls): State<MediaUrls>,
    Actor(actor): Actor,
    Path(id): Path<Uuid>,
    Query(parameters): Query<MessageParameters>,
) -> Result<Json<MessageList>, Problem> {
    let id = ConversationId::from_uuid(id);
    let (page, list) = parameters.read(id, &cursors)?;
    let found = conversations.list_messages(id, actor.user, page).await?.ok_or_else(Problem::not_found)?;
    let next = found.next.map(|seq| cursors.keyed(&list, seq, id.as_uuid()));
    Ok(Json(MessageList::of(found.items, next, &urls)))
}

/// A message
#[utoipa::path(get, path = "/conversations/{id}/messages/{message_id}", tag = "Negotiation",
    operation_id = "find_message",
    params(("id" = Uuid, Path, description = "The conversation's id."),
        ("message_id" = Uuid, Path, description = "The message's id.")),
    responses(
        (status = 200, description = "The message.", body = MessageView),
        (status = 404, description = "`not_found`: not there, or not yours.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn find(
    State(conversations): State<Conversations>,
    State(urls): State<MediaUrls>,
    Actor(actor): Actor,
    Path((id, message)): Path<(Uuid, Uuid)>,
) -> Result<Json<MessageView>, Problem> {
    let (id, message) = (ConversationId::from_uuid(id), MessageId::from_uuid(message));
    let found = conversations.find_message(id, actor.user, message).await?;
    Ok(Json(MessageView::of(found.ok_or_else(Problem::not_found)?, &urls)))
}

/// Write a message
///
/// A `text` has 1 to 2,000 characters; an `image` has 1 to 10 pictures of yours, by id or address, and words if you like. It
/// brings the conversation back on both sides and counts as having read what was there. At most twenty a minute.
#[utoipa::path(post, path = "/conversations/{id}/messages", tag = "Negotiation", operation_id = "send_message",
    request_body = NewMessage,
    params(("id" = Uuid, Path, description = "The conversation's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat of the request harmless for 24 hours.")),
    responses(
        (status = 201, description = "The message, with its number.", body = MessageView,
            headers(("Location" = String, description = "Where it is."))),
        (status = 403, description = "`blocked`: you or they blocked the other; `account_suspended`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 404, description = "`not_found`: not there, or not yours.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`counterpart_gone`: the other person is no longer here; `idempotency_key_in_use`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 429, description = "`too_many_messages`.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn send(
    State(conversations): State<Conversations>,
    State(urls): State<MediaUrls>,
    Path(id): Path<Uuid>,
    new: Idempotent<NewMessage>,
) -> Result<Response, Problem> {
    let reply = move |message: &Message| sent(message, &urls);
    new.once(reply, move |sender, new, once| {
        Box::pin(
            async move { conversations.send(sender, ConversationId::from_uuid(id), &new.into(), once).await },
        )
    })
    .await
}

fn sent(message: &Message, urls: &MediaUrls) -> Result<Reply, PortError> {
    let location = format!("/v1/conversations/{}/messages/{}", message.conversation, message.id);
    Reply::created(location, None, &MessageView::of(message.clone(), urls))
}
