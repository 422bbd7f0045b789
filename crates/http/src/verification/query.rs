//! The parameters of lists of attempts.

use serde::Deserialize;
use souk_domain::{
    id::{UserId, VerificationId},
    page::Limit,
    slug::Slug,
    verification::{VerificationPosition, VerificationQuery, VerificationScope, VerificationStatus},
    violation::Violations,
};
use utoipa::IntoParams;

use crate::{cursor::Cursors, problem::Problem, word::VerificationStatusWord};

/// The name under which cursors into one's own attempts are signed.
const OWN: &str = "verifications of";

/// The parameters of a list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct PageParameters {
    /// How many; 20 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The parameters of the reviewers' queue.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ReviewParameters {
    /// In this state; `pending` when left out.
    status: Option<VerificationStatusWord>,
    /// How many; 20 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

impl PageParameters {
    /// The page they ask for.
    pub(super) fn read(self, user: UserId, cursors: &Cursors) -> Result<VerificationQuery, Problem> {
        read(VerificationScope::Of(user), &own(user), self.limit, self.cursor.as_deref(), cursors)
    }
}

impl ReviewParameters {
    /// The page they ask for, and the state it is of.
    pub(super) fn read(self, cursors: &Cursors) -> Result<(VerificationQuery, VerificationStatus), Problem> {
        let status = self.status.map_or(VerificationStatus::Pending, |word| word.0);
        let scope = VerificationScope::Reviews(status);
        let query = read(scope, &reviews(status), self.limit, self.cursor.as_deref(), cursors)?;
        Ok((query, status))
    }
}

/// A cursor into one's own attempts.
pub(super) fn own_cursor(cursors: &Cursors, user: UserId, next: VerificationPosition) -> String {
    cursors.newest(&own(user), next.submitted_at, next.id.as_uuid())
}

/// A cursor into the reviewers' queue.
pub(super) fn review_cursor(
    cursors: &Cursors,
    status: VerificationStatus,
    next: VerificationPosition,
) -> String {
    cursors.newest(&reviews(status), next.submitted_at, next.id.as_uuid())
}

fn own(user: UserId) -> String {
    format!("{OWN} {user}")
}

fn reviews(status: VerificationStatus) -> String {
    format!("reviews {}", status.slug())
}

fn read(
    scope: VerificationScope,
    list: &str,
    limit: Option<i64>,
    cursor: Option<&str>,
    cursors: &Cursors,
) -> Result<VerificationQuery, Problem> {
    let mut wrong = Violations::none();
    let limit = wrong.keep_optional("limit", limit.map(Limit::new)).unwrap_or_default();
    wrong.or_else(Some(()))?;
    let after = cursor.map(|cursor| cursors.read_newest(list, cursor)).transpose()?;
    let after = after
        .map(|(submitted_at, id)| VerificationPosition { submitted_at, id: VerificationId::from_uuid(id) });
    Ok(VerificationQuery { scope, after, limit })
}
