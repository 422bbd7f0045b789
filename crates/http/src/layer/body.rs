//! Receiving a body whole, before anything is done with it.

use axum::{
    body::{Body, HttpBody},
    extract::Request,
    http::{HeaderMap, header},
};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

use crate::problem::Problem;

/// How much more than the limit is read and thrown away, so that the refusal can be read at all: a client that is still
/// sending when the connection closes sees a reset, not the answer.
const PATIENCE: u64 = 16 << 20;

/// The request with its body in memory. The deadline is the caller's.
pub(super) async fn received(request: Request, limit: usize) -> Result<Request, Problem> {
    let (parts, body) = request.into_parts();
    if body.is_end_stream() {
        return Ok(Request::from_parts(parts, Body::empty()));
    }
    if body.size_hint().lower() > wide(limit) {
        let_go(Request::from_parts(parts, body), limit).await;
        return Err(Problem::body_too_large(limit));
    }
    let body = collect(body, limit).await?;
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// Throws away the body of a request that is refused for its head, as far as that is worth it: who asks first, or would take
/// too long, gets the answer at once.
pub(super) async fn let_go(request: Request, limit: usize) {
    let (parts, mut body) = request.into_parts();
    let patience = PATIENCE.max(wide(limit).saturating_mul(4));
    if !asks_first(&parts.headers) && body.size_hint().lower() <= patience {
        throw_away(&mut body, patience).await;
    }
}

async fn collect(mut body: Body, limit: usize) -> Result<Bytes, Problem> {
    // Most bodies come in one piece, which then needs no copy.
    let Some(first) = next_piece(&mut body).await? else { return Ok(Bytes::new()) };
    if first.len() > limit {
        throw_away(&mut body, PATIENCE).await;
        return Err(Problem::body_too_large(limit));
    }
    if body.is_end_stream() {
        return Ok(first);
    }
    let mut whole = BytesMut::from(first);
    // Room for all that is announced, rather than twice as much as there is so far, again and again.
    whole.reserve(usize::try_from(body.size_hint().lower()).unwrap_or(0).min(limit));
    while let Some(piece) = next_piece(&mut body).await? {
        if whole.len() + piece.len() > limit {
            throw_away(&mut body, PATIENCE).await;
            return Err(Problem::body_too_large(limit));
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

/// The next piece of data; trailers are passed over.
async fn next_piece(body: &mut Body) -> Result<Option<Bytes>, Problem> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::unreadable_body())?;
        if let Ok(piece) = frame.into_data() {
            return Ok(Some(piece));
        }
    }
    Ok(None)
}

async fn throw_away(body: &mut Body, most: u64) {
    let mut left = most;
    while let Ok(Some(piece)) = next_piece(body).await {
        let Some(rest) = left.checked_sub(wide(piece.len())) else { return };
        left = rest;
    }
}

fn asks_first(headers: &HeaderMap) -> bool {
    headers.contains_key(header::EXPECT)
}

fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
