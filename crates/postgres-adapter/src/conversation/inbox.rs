//! Somebody's threads: one statement, read from the inbox index of each side.

use std::sync::LazyLock;

use diesel::sql_types::{BigInt, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use souk_domain::{
    conversation::{Conversation, InboxPosition, InboxQuery},
    id::{ConversationId, UserId},
    page::Page,
};
use souk_ports::PortError;

use super::row::{ConversationColumns, ConversationRow, shown};
use crate::{PgPool, statement::statement};

/// Where a page begins.
#[derive(Clone, Copy)]
enum Start {
    /// At the newest.
    Top,
    /// After a thread in which something was written: `$3`, `$4`.
    Written,
    /// After one in which nothing was: `$4`.
    Empty,
}

/// The statement for threads that are put away or not. `$1` is whose, `$2` how many.
///
/// Each side's index yields as many as a page could need, in its own order, and the page is the best of them. Threads in
/// which nothing was written come last, and only to whoever opened them: nobody is bothered by what was not said.
fn text(archived: bool, start: Start) -> String {
    let order = "ORDER BY last_message_at DESC NULLS LAST, id DESC LIMIT $2";
    let kept = if archived { "IS NOT NULL" } else { "IS NULL" };
    let (written, empty) = match start {
        Start::Top => ("", ""),
        Start::Written => ("AND last_message_at <= $3 AND (last_message_at < $3 OR id < $4)", ""),
        Start::Empty => ("AND FALSE", "AND id < $4"),
    };
    let side = |side: &str, and: &str| {
        let is_buyer = side == "buyer";
        format!(
            "(SELECT *, {is_buyer} AS is_buyer FROM conversations
              WHERE {side}_id = $1 AND {side}_archived_at {kept} AND last_message_at {and} {order})"
        )
    };
    let source = format!(
        "SELECT * FROM ({} UNION ALL {} UNION ALL {}) sides {order}",
        side("buyer", &format!("IS NOT NULL {written}")),
        side("seller", &format!("IS NOT NULL {written}")),
        side("buyer", &format!("IS NULL {empty}")),
    );
    shown(&source, "ORDER BY c.last_message_at DESC NULLS LAST, c.id DESC")
}

pub(super) async fn list(
    pool: &PgPool,
    query: &InboxQuery,
) -> Result<Page<Conversation, InboxPosition>, PortError> {
    static TEXTS: LazyLock<[[String; 3]; 2]> = LazyLock::new(|| {
        [false, true]
            .map(|archived| [Start::Top, Start::Written, Start::Empty].map(|start| text(archived, start)))
    });
    let [active, put_away] = &*TEXTS;
    let [top, written, empty] = if query.archived { put_away } else { active };
    let text = match query.after {
        None => top,
        Some(InboxPosition { last_message_at: Some(_), .. }) => written,
        Some(InboxPosition { last_message_at: None, .. }) => empty,
    };
    let conn = pool.reader().await?;
    let rows = statement(text)
        .bind::<SqlUuid, _>(query.of.as_uuid())
        .bind::<BigInt, _>(i64::from(query.limit.rows()) + 1)
        .bind::<Timestamptz, _>(query.after.and_then(|after| after.last_message_at).unwrap_or_default())
        .bind::<SqlUuid, _>(query.after.map(|after| after.id.as_uuid()).unwrap_or_default())
        .columns::<ConversationColumns>()
        .load::<ConversationRow>(&mut conn.connection())
        .await;
    let threads = conn.settle(rows)?.into_iter().map(Conversation::try_from).collect::<Result<_, _>>()?;
    Ok(Page::of(threads, query.limit, Conversation::position))
}

/// One thread, as this one of its two sees it.
pub(super) fn one() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        shown(
            "SELECT *, buyer_id = $2 AS is_buyer FROM conversations WHERE id = $1 AND (buyer_id = $2 OR seller_id = $2)",
            "",
        )
    });
    &TEXT
}

pub(super) async fn find(
    pool: &PgPool,
    id: ConversationId,
    of: UserId,
) -> Result<Option<Conversation>, PortError> {
    let conn = pool.reader().await?;
    let rows = statement(one())
        .bind::<SqlUuid, _>(id.as_uuid())
        .bind::<SqlUuid, _>(of.as_uuid())
        .columns::<ConversationColumns>()
        .load::<ConversationRow>(&mut conn.connection())
        .await;
    conn.settle(rows)?.into_iter().next().map(Conversation::try_from).transpose()
}
