//! A thread's messages, for its two: whether it is theirs is looked up by the same statement.

use std::sync::LazyLock;

use diesel::sql_types::{BigInt, Bool, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_domain::{
    conversation::{Message, MessageDirection, MessagePage},
    id::{ConversationId, MessageId, UserId},
    page::Page,
};
use souk_ports::PortError;

use super::row::{MESSAGE, MessageColumns, MessageRow};
use crate::{PgPool, statement::statement};

/// A row of a thread that is theirs, with a message unless there is none. A row needs a column of its own to be one when
/// it has no message.
type Found = (bool, MessageRow);

/// The statement for some of the messages of the thread `$1`, if it is one of `$2`'s.
fn text(which: &str, order: &str) -> String {
    format!(
        "SELECT TRUE AS is_there, {MESSAGE} FROM conversations c
         LEFT JOIN LATERAL (SELECT * FROM messages WHERE conversation_id = $1 AND {which}) m ON TRUE
         WHERE c.id = $1 AND (c.buyer_id = $2 OR c.seller_id = $2) {order}"
    )
}

pub(super) async fn list(
    pool: &PgPool,
    id: ConversationId,
    of: UserId,
    page: MessagePage,
) -> Result<Option<Page<Message, i64>>, PortError> {
    static BACKWARD: LazyLock<String> =
        LazyLock::new(|| text("seq < $3 ORDER BY seq DESC LIMIT $4", "ORDER BY m.seq DESC"));
    static FORWARD: LazyLock<String> =
        LazyLock::new(|| text("seq > $3 ORDER BY seq LIMIT $4", "ORDER BY m.seq"));
    let (text, from): (&'static str, i64) = match page.direction {
        MessageDirection::Backward { before } => (&BACKWARD, before.unwrap_or(i64::MAX)),
        MessageDirection::Forward { after } => (&FORWARD, after),
    };
    let conn = pool.reader().await?;
    let rows = statement(text)
        .bind::<SqlUuid, _>(id.as_uuid())
        .bind::<SqlUuid, _>(of.as_uuid())
        .bind::<BigInt, _>(from)
        .bind::<BigInt, _>(i64::from(page.limit.rows()) + 1)
        .columns::<(Bool, MessageColumns)>()
        .load::<Found>(&mut conn.connection())
        .await;
    let rows = conn.settle(rows)?;
    if rows.is_empty() {
        return Ok(None);
    }
    let messages = rows.into_iter().filter_map(|(_, row)| row.of(id).transpose());
    let messages: Vec<Message> = messages.collect::<Result<_, _>>()?;
    Ok(Some(Page::of(messages, page.limit, |message| message.seq)))
}

pub(super) async fn find(
    pool: &PgPool,
    id: ConversationId,
    of: UserId,
    message: MessageId,
) -> Result<Option<Message>, PortError> {
    static TEXT: LazyLock<String> = LazyLock::new(|| text("id = $3", ""));
    let conn = pool.reader().await?;
    let rows = statement(&TEXT)
        .bind::<SqlUuid, _>(id.as_uuid())
        .bind::<SqlUuid, _>(of.as_uuid())
        .bind::<SqlUuid, _>(message.as_uuid())
        .columns::<(Bool, MessageColumns)>()
        .load::<Found>(&mut conn.connection())
        .await;
    let row = conn.settle(rows)?.into_iter().next();
    row.map_or(Ok(None), |(_, row)| row.of(id))
}
