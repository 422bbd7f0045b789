//! The parameters of lists of offers.

use serde::Deserialize;
use souk_application::offer::OfferFilter;
use souk_domain::{
    id::{OfferId, ProductId, UserId},
    offer::OfferPosition,
    page::Limit,
    violation::Violations,
};
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{
    cursor::Cursors,
    problem::Problem,
    word::{OfferPartyWord, OfferStatusWord},
};

/// Which of one's offers to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct OfferParameters {
    /// Those in which you are the buyer or the seller only; both when left out.
    role: Option<OfferPartyWord>,
    /// Those that stand so only.
    status: Option<OfferStatusWord>,
    /// Those for this listing only.
    product_id: Option<Uuid>,
    /// How many; 20 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

impl OfferParameters {
    /// The page they ask for.
    pub(super) fn read(
        self,
        user: UserId,
        cursors: &Cursors,
    ) -> Result<(OfferFilter, Option<OfferPosition>, Limit), Problem> {
        let mut wrong = Violations::none();
        let limit = wrong.keep_optional("limit", self.limit.map(Limit::new)).unwrap_or_default();
        wrong.or_else(Some(()))?;
        let after = self.cursor.map(|cursor| cursors.read_newest(&list(user), &cursor)).transpose()?;
        let after = after.map(|(created_at, id)| OfferPosition { created_at, id: OfferId::from_uuid(id) });
        let filter = OfferFilter {
            role: self.role.map(|word| word.0),
            status: self.status.map(|word| word.0),
            product: self.product_id.map(ProductId::from_uuid),
        };
        Ok((filter, after, limit))
    }
}

/// Where the next page of somebody's offers begins.
pub(super) fn cursor(cursors: &Cursors, user: UserId, next: OfferPosition) -> String {
    cursors.newest(&list(user), next.created_at, next.id.as_uuid())
}

fn list(user: UserId) -> String {
    format!("offers of {user}")
}
