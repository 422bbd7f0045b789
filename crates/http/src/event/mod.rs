//! What happens, as it happens: one answer that does not end (server-sent events).

mod frame;
mod problem;

pub(crate) use problem::unreadable_id;

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use chrono::DateTime;
use futures_util::stream::unfold;
use souk_application::{
    Events, Sessions,
    event::{Following, Told},
};
use souk_ports::event::EventPosition;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::{Actor, bearer},
    cursor::Cursors,
    problem::Problem,
    server::Drain,
    state::AppState,
};

/// The header in which a client says how far it has read.
pub(crate) const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// How long nothing may be said. Proxies close what is silent for a minute, and a client whose network is gone notices.
const HEARTBEAT: Duration = Duration::from_secs(15);

const TYPE: HeaderValue = HeaderValue::from_static("text/event-stream");
/// nginx would keep events until it has a page of them.
const UNBUFFERED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

/// The routes of events.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(follow))
}

/// Follow what happens
///
/// Server-sent events that the caller may hear of, as they happen: their messages, offers and deals. The name of an event
/// is its kind, its data a JSON object with `type`, `created_at` and what there is to say, flat. Ids are opaque: send the
/// last one back as `Last-Event-ID`, to any server, and nothing is lost and nothing comes twice. Without it, events begin
/// now. A comment comes when nothing else did for 15 seconds, sometimes with a newer id.
///
/// The answer ends when the access token expires, the log-in ends, the server is about to end, or the client is too slow;
/// connect again. At 409 too much time has passed: fetch what you show anew, and connect without an id.
///
/// Kinds: `message.created`, `conversation.read`, `offer.created`, `offer.accepted`, `offer.rejected`, `offer.countered`,
/// `offer.cancelled`, `offer.expired`, `transaction.created`, `transaction.cancelled`, `stream.scheduled`,
/// `stream.started`, `stream.ended`, `stream.cancelled`. There will be more; ignore those you do not know.
#[utoipa::path(get, path = "/events", tag = "Negotiation",
    params(("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was read.")),
    responses(
        (status = 200, description = "Events, without end.", body = String, content_type = "text/event-stream"),
        (status = 400, description = "`invalid_last_event_id`: no event had this id.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 409, description = "`events_expired`: what happened since is not kept any more.",
            body = crate::problem::Document, content_type = "application/problem+json"),
        (status = 429, description = "`too_many_streams`: this account listens on too many devices.",
            body = crate::problem::Document, content_type = "application/problem+json"),
    ),
    security(("bearer" = [])))]
async fn follow(
    State(events): State<Events>,
    State(sessions): State<Sessions>,
    State(cursors): State<Cursors>,
    State(drain): State<Drain>,
    Actor(actor): Actor,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let after = last_event_id(&headers, &cursors)?;
    let token = bearer(&headers)?.unwrap_or_default();
    let until = sessions.expires_at(token).unwrap_or(DateTime::UNIX_EPOCH);
    let following = events.follow(actor, until, after).await?;
    Ok(answer(following, cursors, &drain))
}

/// How far the client has read. Some clients send an empty id where they have none.
fn last_event_id(headers: &HeaderMap, cursors: &Cursors) -> Result<Option<EventPosition>, Problem> {
    let mut values = headers.get_all(LAST_EVENT_ID).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return if headers.contains_key(LAST_EVENT_ID) { Err(unreadable_id()) } else { Ok(None) };
    };
    let id = value.to_str().map_err(|_| unreadable_id())?;
    if id.is_empty() { Ok(None) } else { cursors.read_event(id).map(Some) }
}

fn answer(following: Following, cursors: Cursors, drain: &Drain) -> Response {
    let hello = Bytes::from(frame::hello(&cursors.event(following.place())));
    let place = following.place().clone();
    let begun = Box::pin(drain.begun());
    let rest =
        unfold((following, cursors, begun, place), async |(mut following, cursors, mut begun, mut said)| {
            let told = tokio::select! {
                biased;
                // Clients find another server, which knows how far they are.
                () = &mut begun => return None,
                told = following.next(HEARTBEAT) => told?,
            };
            let frame = match told {
                Told::Event(event) => {
                    said = event.position.clone();
                    frame::event(&cursors.event(&said), &event)
                }
                Told::Quiet(place) => {
                    let is_news = place != said;
                    said = place;
                    frame::heartbeat(is_news.then(|| cursors.event(&said)).as_deref())
                }
            };
            Some((Bytes::from(frame), (following, cursors, begun, said)))
        });
    let frames = futures_util::StreamExt::chain(futures_util::stream::iter([hello]), rest);
    let body = Body::from_stream(futures_util::StreamExt::map(frames, Ok::<_, std::convert::Infallible>));
    ([(header::CONTENT_TYPE, TYPE), UNBUFFERED], body).into_response()
}
