//! What an account is for, and whether it may act.

use chrono::{DateTime, Utc};

use crate::slug::slugs;

slugs! {
    /// What a person does here. Code asks [`can_buy`](Role::can_buy), [`can_sell`](Role::can_sell),
    /// [`is_admin`](Role::is_admin), never for a role by name.
    Role as "role" {
        /// Buys; becomes `both` with a first listing.
        Buyer = "buyer",
        /// Sells.
        Seller = "seller",
        /// Buys and sells.
        Both = "both",
        /// Runs the place; may do all that others may.
        Admin = "admin",
    }
}

impl Role {
    /// Whether it may make offers and buy.
    pub fn can_buy(self) -> bool {
        matches!(self, Self::Buyer | Self::Both | Self::Admin)
    }

    /// Whether it has things to sell.
    pub fn can_sell(self) -> bool {
        matches!(self, Self::Seller | Self::Both | Self::Admin)
    }

    /// Whether it may do what only those who run the place may.
    pub fn is_admin(self) -> bool {
        matches!(self, Self::Admin)
    }

    /// What publishing a listing makes of it: a buyer becomes `both`, the others stay.
    #[must_use]
    pub fn after_publishing(self) -> Self {
        match self {
            Self::Buyer => Self::Both,
            Self::Seller | Self::Both | Self::Admin => self,
        }
    }
}

/// Whether an account may act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    Active,
    /// It may read until somebody reinstates it.
    Suspended,
    /// It may read, for good.
    Banned,
    /// Its person has left; only what money depends on is kept.
    Deleted {
        /// When they left.
        at: DateTime<Utc>,
    },
}

impl Standing {
    /// Whether the account may change anything.
    pub fn may_act(self) -> bool {
        matches!(self, Self::Active)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slug::Slug;

    #[test]
    fn roles_say_what_they_can() {
        let table =
            Role::ALL.iter().map(|role| (role.slug(), role.can_buy(), role.can_sell(), role.is_admin()));
        assert_eq!(
            table.collect::<Vec<_>>(),
            [
                ("buyer", true, false, false),
                ("seller", false, true, false),
                ("both", true, true, false),
                ("admin", true, true, true)
            ]
        );
    }

    #[test]
    fn a_first_listing_makes_a_buyer_a_seller_too() {
        assert_eq!(Role::Buyer.after_publishing(), Role::Both);
        for role in [Role::Seller, Role::Both, Role::Admin] {
            assert_eq!(role.after_publishing(), role);
        }
    }

    #[test]
    fn only_active_accounts_act() {
        assert!(Standing::Active.may_act());
        let at = DateTime::from_timestamp(0, 0).unwrap();
        for standing in [Standing::Suspended, Standing::Banned, Standing::Deleted { at }] {
            assert!(!standing.may_act());
        }
    }
}
