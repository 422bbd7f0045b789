//! Liking a listing, and where a list of what somebody likes goes on.

use chrono::{DateTime, Utc};

use super::{Product, ProductRefusal};
use crate::{
    id::{ProductId, UserId},
    user::Standing,
};

/// What liking a listing, or liking it no more, is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LikeContext {
    /// Who sells it.
    pub seller: UserId,
    /// Whether it was taken down.
    pub is_archived: bool,
    /// Whether whoever likes it may act.
    pub standing: Standing,
}

impl LikeContext {
    /// Whether somebody may like it: whoever may act, anything that is not taken down, as often as they want.
    pub fn like(&self, actor: UserId) -> Result<(), ProductRefusal> {
        self.require_visible(actor)?;
        if self.is_archived { Err(ProductRefusal::Archived) } else { Ok(()) }
    }

    /// Whether somebody may like it no more. That they may always, so that `has_liked` says whether they did before;
    /// what they neither liked nor see is not there for them.
    pub fn unlike(&self, actor: UserId, has_liked: bool) -> Result<(), ProductRefusal> {
        if has_liked { self.require_standing() } else { self.require_visible(actor) }
    }

    fn require_visible(&self, actor: UserId) -> Result<(), ProductRefusal> {
        if self.is_archived && actor != self.seller {
            return Err(ProductRefusal::NotVisible);
        }
        self.require_standing()
    }

    fn require_standing(&self) -> Result<(), ProductRefusal> {
        if self.standing.may_act() { Ok(()) } else { Err(ProductRefusal::AccountSuspended) }
    }
}

/// A listing that somebody likes.
#[derive(Clone, Debug, PartialEq)]
pub struct LikedProduct {
    /// The listing.
    pub product: Product,
    /// Since when.
    pub liked_at: DateTime<Utc>,
}

/// A place in a list of what somebody likes, newest like first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LikePosition {
    /// Since when the last row seen was liked.
    pub liked_at: DateTime<Utc>,
    /// Its id.
    pub id: ProductId,
}

impl LikedProduct {
    /// Where it stands in the list.
    pub fn position(&self) -> LikePosition {
        LikePosition { liked_at: self.liked_at, id: self.product.id }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn user(n: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(n))
    }

    fn context(is_archived: bool, standing: Standing) -> LikeContext {
        LikeContext { seller: user(1), is_archived, standing }
    }

    #[test]
    fn what_is_up_is_liked_by_whoever_may_act() {
        let up = context(false, Standing::Active);
        assert_eq!(up.like(user(2)), Ok(()));
        assert_eq!(up.like(user(1)), Ok(()));
        assert_eq!(up.unlike(user(2), true), Ok(()));
        assert_eq!(up.unlike(user(2), false), Ok(()));
        let suspended = context(false, Standing::Suspended);
        assert_eq!(suspended.like(user(2)), Err(ProductRefusal::AccountSuspended));
        assert_eq!(suspended.unlike(user(2), true), Err(ProductRefusal::AccountSuspended));
    }

    #[test]
    fn what_is_down_is_there_for_its_seller_and_for_whoever_liked_it() {
        let down = context(true, Standing::Active);
        assert_eq!(down.like(user(1)), Err(ProductRefusal::Archived));
        assert_eq!(down.like(user(2)), Err(ProductRefusal::NotVisible));
        assert_eq!(down.unlike(user(2), false), Err(ProductRefusal::NotVisible));
        assert_eq!(down.unlike(user(2), true), Ok(()));
        assert_eq!(down.unlike(user(1), false), Ok(()));
    }
}
