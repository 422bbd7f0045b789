//! The parameters of a list of sessions.

use serde::Deserialize;
use souk_domain::{id::UserId, page::Limit, session::SessionPosition, violation::Violations};
use utoipa::IntoParams;

use crate::{cursor::Cursors, problem::Problem};

/// The parameters of a list of sessions.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListParameters {
    /// How many; 20 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

impl ListParameters {
    /// The page they ask for, of this person's sessions.
    pub(super) fn read(
        self,
        user: UserId,
        cursors: &Cursors,
    ) -> Result<(Option<SessionPosition>, Limit), Problem> {
        let mut wrong = Violations::none();
        let limit = wrong.keep_optional("limit", self.limit.map(Limit::new)).unwrap_or_default();
        wrong.or_else(Some(()))?;
        let after = self.cursor.map(|cursor| cursors.read_sessions(user, &cursor)).transpose()?;
        Ok((after, limit))
    }
}
