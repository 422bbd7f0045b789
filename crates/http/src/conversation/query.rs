//! The parameters of lists of threads and of messages.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use souk_domain::{
    conversation::{InboxPosition, InboxQuery, MessageDirection, MessagePage},
    id::{ConversationId, UserId},
    page::Limit,
    violation::{Fault, Violations},
};
use utoipa::IntoParams;

use crate::{cursor::Cursors, problem::Problem};

/// The key, in a cursor, of a thread in which nothing was written: before all times.
const NEVER: i64 = i64::MIN;

/// The parameters of one's threads.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct InboxParameters {
    /// `true`: those you put away; the others when left out.
    archived: Option<bool>,
    /// How many; 20 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The parameters of a thread's messages.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct MessageParameters {
    /// Those with higher numbers, in the order of writing. Left out: all, newest first.
    #[param(minimum = 0)]
    after_seq: Option<i64>,
    /// How many; 20 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// Where to go on: `next_cursor` of the page before, in the same direction.
    cursor: Option<String>,
}

impl InboxParameters {
    /// The page of somebody's threads that they ask for.
    pub(super) fn read(self, of: UserId, cursors: &Cursors) -> Result<InboxQuery, Problem> {
        let mut wrong = Violations::none();
        let limit = wrong.keep_optional("limit", self.limit.map(Limit::new)).unwrap_or_default();
        wrong.or_else(Some(()))?;
        let archived = self.archived.unwrap_or(false);
        let after = self.cursor.map(|cursor| position(cursors, of, archived, &cursor)).transpose()?;
        Ok(InboxQuery { of, archived, after, limit })
    }
}

/// The cursor that leads to a position among the threads that were asked for.
pub(super) fn inbox_cursor(cursors: &Cursors, query: &InboxQuery, position: InboxPosition) -> String {
    let key = position.last_message_at.map_or(NEVER, |at| at.timestamp_micros());
    cursors.keyed(&inbox(query.of, query.archived), key, position.id.as_uuid())
}

fn position(cursors: &Cursors, of: UserId, archived: bool, cursor: &str) -> Result<InboxPosition, Problem> {
    let (key, id) = cursors.read_keyed(&inbox(of, archived), cursor)?;
    let last_message_at = match key {
        NEVER => None,
        key => Some(DateTime::<Utc>::from_timestamp_micros(key).ok_or_else(Problem::invalid_cursor)?),
    };
    Ok(InboxPosition { last_message_at, id: ConversationId::from_uuid(id) })
}

/// What the list is called, so that a cursor of one is none of another.
fn inbox(of: UserId, archived: bool) -> String {
    format!("{} conversations of {of}", if archived { "archived" } else { "active" })
}

impl MessageParameters {
    /// The page of a thread's messages that they ask for, and what the list is called.
    pub(super) fn read(
        self,
        id: ConversationId,
        cursors: &Cursors,
    ) -> Result<(MessagePage, String), Problem> {
        let mut wrong = Violations::none();
        let limit = wrong.keep_optional("limit", self.limit.map(Limit::new)).unwrap_or_default();
        let after = wrong.keep_optional("after_seq", self.after_seq.map(from_nought));
        wrong.or_else(Some(()))?;
        let way = if after.is_some() { "forward" } else { "backward" };
        let list = format!("messages {way} of {id}");
        let seen = self.cursor.map(|cursor| cursors.read_keyed(&list, &cursor)).transpose()?;
        let seen = seen.map(|(seq, _)| seq);
        let direction = match after {
            Some(after) => MessageDirection::Forward { after: seen.unwrap_or(after) },
            None => MessageDirection::Backward { before: seen },
        };
        Ok((MessagePage { direction, limit }, list))
    }
}

fn from_nought(seq: i64) -> Result<i64, Fault> {
    if seq < 0 { Err(Fault::new("out_of_range", "Must not be negative.")) } else { Ok(seq) }
}
