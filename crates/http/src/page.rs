//! The parameters of lists that have no others: how many, and where to go on. They are all read newest first.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use souk_domain::{page::Limit, violation::Violations};
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{cursor::Cursors, problem::Problem};

/// The time and id of the last row seen.
pub(crate) type Seen = (DateTime<Utc>, Uuid);

/// `limit` and `cursor`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageParameters {
    /// How many; 20 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

impl PageParameters {
    /// Where the page begins and how long it is, for the list of this name.
    pub(crate) fn read(self, list: &str, cursors: &Cursors) -> Result<(Option<Seen>, Limit), Problem> {
        let mut wrong = Violations::none();
        let limit = wrong.keep_optional("limit", self.limit.map(Limit::new)).unwrap_or_default();
        wrong.or_else(Some(()))?;
        let after = self.cursor.map(|cursor| cursors.read_newest(list, &cursor)).transpose()?;
        Ok((after, limit))
    }
}
