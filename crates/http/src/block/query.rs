//! The parameters of a list of blocks.

use serde::Deserialize;
use souk_domain::{block::BlockPosition, id::UserId, page::Limit, violation::Violations};
use utoipa::IntoParams;

use crate::{cursor::Cursors, problem::Problem};

/// The parameters of a list of blocks.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct BlockParameters {
    /// How many; 20 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

impl BlockParameters {
    /// The page they ask for, of this person's blocks.
    pub(super) fn read(
        self,
        user: UserId,
        cursors: &Cursors,
    ) -> Result<(Option<BlockPosition>, Limit), Problem> {
        let mut wrong = Violations::none();
        let limit = wrong.keep_optional("limit", self.limit.map(Limit::new)).unwrap_or_default();
        wrong.or_else(Some(()))?;
        let after = self.cursor.map(|cursor| cursors.read_newest(&list(user), &cursor)).transpose()?;
        Ok((after.map(|(blocked_at, id)| BlockPosition { blocked_at, id: UserId::from_uuid(id) }), limit))
    }
}

/// A cursor into this person's blocks.
pub(super) fn cursor(user: UserId, cursors: &Cursors, position: BlockPosition) -> String {
    cursors.newest(&list(user), position.blocked_at, position.id.as_uuid())
}

/// The name of a list: a cursor of somebody else's is none of this one's.
fn list(user: UserId) -> String {
    format!("blocks of {user}")
}
