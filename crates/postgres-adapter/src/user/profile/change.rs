//! Changing an account: lock it, ask the rule, write what it says.

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, dsl::exists};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    id::UserId,
    user::{OwnProfile, ProfileContext, ProfileRefusal, User},
    verification::VerificationType,
};
use souk_ports::{DecideError, user::DecideProfile};

use super::lock;
use crate::{
    PgPool,
    constraint::{Meaning, Unique, meaning},
    error::{TryError, broken_constraint},
    schema::{products, users},
    user::row::ProfileRow,
    verification,
};

pub(super) async fn try_change(
    pool: &PgPool,
    id: UserId,
    decide: &DecideProfile<'_>,
) -> Result<OwnProfile, TryError<ProfileRefusal>> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let changed = lease
        .transaction(async |conn| {
            let user = lock(conn, id).await?;
            // Publishing locks the account too, so that no listing comes up between this look and the commit.
            let has_listings_up = has_listings_up(conn, id).await?;
            let context = ProfileContext { user, has_listings_up };
            let update = decide(&context).map_err(DecideError::Refused)?;
            if update.user != context.user {
                write(conn, &update.user).await?;
            }
            if update.voids_phone_verification {
                verification::void(conn, id, VerificationType::Phone, update.user.updated_at).await?;
            }
            let verification = verification::summary(conn, id).await?;
            Ok(OwnProfile { user: update.user, verification })
        })
        .await;
    lease.finish();
    changed
}

async fn has_listings_up(conn: &mut AsyncPgConnection, id: UserId) -> diesel::QueryResult<bool> {
    let up = products::archived_at.is_null().and(products::sold_at.is_null());
    let listings = products::table.filter(products::seller_id.eq(id.as_uuid())).filter(up);
    diesel::select(exists(listings)).get_result(conn).await
}

async fn write(conn: &mut AsyncPgConnection, user: &User) -> Result<(), TryError<ProfileRefusal>> {
    let written =
        diesel::update(users::table.find(user.id.as_uuid())).set(ProfileRow::of(user)).execute(conn).await;
    match written {
        Ok(_) => Ok(()),
        Err(error) if broken_constraint(&error).and_then(meaning) == Some(Meaning::Taken(Unique::Phone)) => {
            Err(DecideError::Refused(ProfileRefusal::PhoneTaken).into())
        }
        Err(error) => Err(error.into()),
    }
}
