//! The parameters of lists that admins read.

use serde::Deserialize;
use souk_domain::{
    id::UserId,
    page::Limit,
    violation::{Fault, Violations},
};
use souk_ports::admin::AccountQuery;
use utoipa::IntoParams;

use crate::{cursor::Cursors, problem::Problem, word::RoleWord};

/// The names under which cursors are signed.
pub(super) const ACCOUNTS: &str = "accounts";
pub(super) const AUDIT: &str = "audit";

/// The parameters of a list of accounts.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountParameters {
    /// A part of the username or e-mail address, whatever the case.
    #[param(min_length = 1, max_length = 100)]
    q: Option<String>,
    /// With this role only.
    role: Option<RoleWord>,
    /// `true`: only accounts that may not act; `false`: only those that may.
    suspended: Option<bool>,
    /// How many; 20 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

impl AccountParameters {
    /// The page they ask for.
    pub(super) fn read(self, cursors: &Cursors) -> Result<AccountQuery, Problem> {
        let mut wrong = Violations::none();
        let limit = wrong.keep_optional("limit", self.limit.map(Limit::new)).unwrap_or_default();
        let text = self.q.map(|q| match q.trim().chars().count() {
            1..=100 => Ok(q.trim().to_owned()),
            _ => Err(Fault::new("out_of_range", "Must have 1 to 100 characters.")),
        });
        let text = wrong.keep_optional("q", text);
        wrong.or_else(Some(()))?;
        let after = self.cursor.map(|cursor| cursors.read_newest(ACCOUNTS, &cursor)).transpose()?;
        Ok(AccountQuery {
            text,
            role: self.role.map(|word| word.0),
            may_act: self.suspended.map(|suspended| !suspended),
            after: after.map(|(at, id)| (at, UserId::from_uuid(id))),
            limit,
        })
    }
}
