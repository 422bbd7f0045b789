//! A listing's life: who may act on it, and taking it down.

use chrono::{DateTime, Utc};

use super::{Product, ProductRefusal, ProductState};
use crate::{id::UserId, user::Standing};

/// What taking a listing down is decided by, as it is while the listing is locked.
#[derive(Clone, Debug, PartialEq)]
pub struct ArchivalContext {
    /// The listing.
    pub product: Product,
    /// Whether its seller may act.
    pub standing: Standing,
}

impl ArchivalContext {
    /// The listing taken down: at any time but while somebody is buying it. `None` if it is down already.
    pub fn archive(&self, actor: UserId, now: DateTime<Utc>) -> Result<Option<Product>, ProductRefusal> {
        let Self { product: before, standing } = self;
        before.require_seller(actor, *standing)?;
        let sold = match before.state {
            ProductState::Available => None,
            ProductState::Sold { at } => Some(at),
            ProductState::Reserved => return Err(ProductRefusal::Reserved),
            ProductState::Archived { .. } => return Ok(None),
        };
        let mut product = before.clone();
        product.state = ProductState::Archived { at: now, sold };
        product.touch(now);
        Ok(Some(product))
    }
}

impl Product {
    /// That somebody is its seller and may act. Whoever may not even see it learns no more than that.
    pub(super) fn require_seller(&self, actor: UserId, standing: Standing) -> Result<(), ProductRefusal> {
        if !self.is_visible_to(Some(actor)) {
            return Err(ProductRefusal::NotVisible);
        }
        if !self.is_owned_by(Some(actor)) {
            return Err(ProductRefusal::NotSeller);
        }
        if standing.may_act() { Ok(()) } else { Err(ProductRefusal::AccountSuspended) }
    }

    /// Counts a change.
    pub(super) fn touch(&mut self, now: DateTime<Utc>) {
        self.version = self.version.saturating_add(1);
        self.updated_at = now;
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;
    use crate::product::listing::tests::product;

    fn user(n: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(n))
    }

    fn context(state: ProductState) -> ArchivalContext {
        let mut product = product(user(1));
        product.state = state;
        ArchivalContext { product, standing: Standing::Active }
    }

    #[test]
    fn what_is_up_or_sold_can_be_taken_down_and_stays_sold() {
        let at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let now = at + TimeDelta::days(1);
        for (state, sold) in [(ProductState::Available, None), (ProductState::Sold { at }, Some(at))] {
            let before = context(state);
            let archived = before.archive(user(1), now).unwrap().unwrap();
            assert_eq!(archived.state, ProductState::Archived { at: now, sold });
            assert_eq!((archived.version, archived.updated_at), (before.product.version + 1, now));
        }
    }

    #[test]
    fn what_is_down_stays_as_it_is_and_what_is_being_bought_stays_up() {
        let at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let archived = context(ProductState::Archived { at, sold: None });
        assert_eq!(archived.archive(user(1), at), Ok(None));
        let reserved = context(ProductState::Reserved);
        assert_eq!(reserved.archive(user(1), at), Err(ProductRefusal::Reserved));
    }

    #[test]
    fn only_its_seller_takes_it_down_and_only_while_they_may_act() {
        let at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let up = context(ProductState::Available);
        assert_eq!(up.archive(user(2), at), Err(ProductRefusal::NotSeller));
        let down = context(ProductState::Archived { at, sold: None });
        assert_eq!(down.archive(user(2), at), Err(ProductRefusal::NotVisible));
        for standing in [Standing::Suspended, Standing::Banned, Standing::Deleted { at }] {
            let context = ArchivalContext { standing, ..up.clone() };
            assert_eq!(context.archive(user(1), at), Err(ProductRefusal::AccountSuspended));
        }
    }
}
