//! The parameters of lists of shows.

use serde::Deserialize;
use souk_domain::{
    id::{StreamId, UserId},
    page::Limit,
    slug::Slug,
    stream::{StreamFilter, StreamOrder, StreamPosition, StreamQuery},
    violation::Violations,
};
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{
    cursor::Cursors,
    problem::Problem,
    word::{CategoryWord, StreamStatusWord},
};

/// The parameters of a list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct StreamParameters {
    /// At this point of their life only.
    status: Option<StreamStatusWord>,
    /// About this kind of things only.
    category: Option<CategoryWord>,
    /// Of this person only.
    user_id: Option<Uuid>,
    /// How many; 20 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// Where to go on: `next_cursor` of the page before, of the same status.
    cursor: Option<String>,
}

impl StreamParameters {
    /// The page they ask for.
    pub(super) fn read(self, cursors: &Cursors) -> Result<StreamQuery, Problem> {
        let mut wrong = Violations::none();
        let limit = wrong.keep_optional("limit", self.limit.map(Limit::new)).unwrap_or_default();
        wrong.or_else(Some(()))?;
        let filter = StreamFilter {
            status: self.status.map(|word| word.0),
            category: self.category.map(|word| word.0),
            owner: self.user_id.map(UserId::from_uuid),
        };
        let list = list(filter.order());
        let after = self.cursor.map(|cursor| cursors.read_keyed(&list, &cursor)).transpose()?;
        let after = after.map(|(key, id)| StreamPosition { key, id: StreamId::from_uuid(id) });
        Ok(StreamQuery { filter, after, limit })
    }
}

/// A cursor into shows in this order.
pub(super) fn cursor(cursors: &Cursors, order: StreamOrder, next: StreamPosition) -> String {
    cursors.keyed(&list(order), next.key, next.id.as_uuid())
}

/// The name under which cursors into shows in this order are signed.
fn list(order: StreamOrder) -> String {
    format!("streams {}", order.slug())
}
