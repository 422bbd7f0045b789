//! Closed sets of words: the domain's enums as the database's enum types, by their common spelling.

use std::{fmt::Debug, io::Write};

use diesel::{
    deserialize::{self, FromSql, Queryable},
    expression::AsExpression,
    pg::{Pg, PgValue},
    serialize::{self, IsNull, Output, ToSql},
};
use souk_domain::{
    admin::AdminAct,
    geo::Precision,
    offer::{OfferReason, OfferStatus, Party},
    product::{Category, Condition, Feed},
    session::SessionEnd,
    slug::Slug,
    stream::StreamStatus,
    user::Role,
    verification::{VerificationStatus, VerificationType},
};

use crate::schema::sql_types;

/// An account's standing as one word; when it was deleted is a column of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountStatus {
    Active,
    Suspended,
    Banned,
    Deleted,
}

impl Slug for AccountStatus {
    const NAME: &'static str = "status";
    const ALL: &'static [Self] = &[Self::Active, Self::Suspended, Self::Banned, Self::Deleted];

    fn slug(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Banned => "banned",
            Self::Deleted => "deleted",
        }
    }
}

/// A word on its way into a statement. Reading needs no wrapper; an expression has to be a type of this crate.
#[derive(Clone, Copy, Debug, AsExpression)]
#[diesel(sql_type = sql_types::UserRole)]
#[diesel(sql_type = sql_types::UserStatus)]
#[diesel(sql_type = sql_types::ProductCategory)]
#[diesel(sql_type = sql_types::FeedType)]
#[diesel(sql_type = sql_types::ProductCondition)]
#[diesel(sql_type = sql_types::LocationPrecision)]
#[diesel(sql_type = sql_types::AdminAct)]
#[diesel(sql_type = sql_types::SessionEnd)]
#[diesel(sql_type = sql_types::VerificationType)]
#[diesel(sql_type = sql_types::VerificationStatus)]
#[diesel(sql_type = sql_types::StreamStatus)]
#[diesel(sql_type = sql_types::OfferParty)]
#[diesel(sql_type = sql_types::OfferStatus)]
#[diesel(sql_type = sql_types::OfferStatusReason)]
pub(crate) struct Word<T: Debug>(pub(crate) T);

macro_rules! words {
    ($($sql:ty => $rust:ty),+ $(,)?) => {$(
        impl FromSql<$sql, Pg> for $rust {
            fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                let word = std::str::from_utf8(value.as_bytes())?;
                Self::from_slug(word).ok_or_else(|| format!("unknown {}: {word}", Self::NAME).into())
            }
        }

        impl ToSql<$sql, Pg> for $rust {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                out.write_all(self.slug().as_bytes())?;
                Ok(IsNull::No)
            }
        }

        impl Queryable<$sql, Pg> for $rust {
            type Row = Self;

            fn build(row: Self) -> deserialize::Result<Self> {
                Ok(row)
            }
        }

        impl ToSql<$sql, Pg> for Word<$rust> {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                ToSql::<$sql, Pg>::to_sql(&self.0, out)
            }
        }
    )+};
}

words! {
    sql_types::UserRole => Role,
    sql_types::UserStatus => AccountStatus,
    sql_types::ProductCategory => Category,
    sql_types::FeedType => Feed,
    sql_types::ProductCondition => Condition,
    sql_types::LocationPrecision => Precision,
    sql_types::AdminAct => AdminAct,
    sql_types::SessionEnd => SessionEnd,
    sql_types::VerificationType => VerificationType,
    sql_types::VerificationStatus => VerificationStatus,
    sql_types::StreamStatus => StreamStatus,
    sql_types::OfferParty => Party,
    sql_types::OfferStatus => OfferStatus,
    sql_types::OfferStatusReason => OfferReason,
}
