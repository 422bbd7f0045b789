//! Changing an account: lock it, ask the rule, write what it says.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, QueryDsl,
    dsl::exists,
    sql_query,
    sql_types::{Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    id::UserId,
    user::{OwnProfile, ProfileContext, ProfileRefusal, User},
};
use souk_ports::{DecideError, user::DecideProfile};

use super::{lock, look::summary};
use crate::{
    PgPool,
    constraint::{Meaning, Unique, meaning},
    error::{TryError, broken_constraint},
    schema::{products, users},
    user::row::ProfileRow,
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
                void_phone_verification(conn, &update.user).await?;
            }
            let verification = summary(conn, id).await?;
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

/// What was proved, or was to be, is a number that is no longer theirs. When codes were sent stays, so that changing numbers
/// is no way to have any number of them sent.
async fn void_phone_verification(conn: &mut AsyncPgConnection, user: &User) -> diesel::QueryResult<()> {
    sql_query(
        "UPDATE verifications SET status = 'rejected', rejection_reason = 'contact_changed', verified_at = NULL,
             updated_at = $2
         WHERE user_id = $1 AND verification_type = 'phone' AND status IN ('pending', 'verified')",
    )
    .bind::<SqlUuid, _>(user.id.as_uuid())
    .bind::<Timestamptz, _>(user.updated_at)
    .execute(conn)
    .await
    .map(|_| ())
}
