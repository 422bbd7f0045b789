//! Keeping a place for a picture, and putting the picture into it.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryableByName, sql_query,
    sql_types::{BigInt, Nullable, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncConnection, RunQueryDsl};
use souk_domain::{
    id::UserId,
    media::{Media, MediaRefusal, Reservation, Uploader},
};
use souk_ports::{DecideError, PortError, idempotency::Once, media::DecideReservation};

use crate::{
    PgPool,
    error::TryError,
    idempotency,
    schema::{media, users},
    user::row::standing,
    words::AccountStatus,
};

#[derive(QueryableByName)]
struct Counts {
    #[diesel(sql_type = BigInt)]
    kept: i64,
    #[diesel(sql_type = BigInt)]
    lately: i64,
}

pub(super) async fn try_reserve(
    pool: &PgPool,
    owner: UserId,
    since: DateTime<Utc>,
    decide: &DecideReservation<'_>,
) -> Result<Reservation, TryError<MediaRefusal>> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let reserved = lease
        .transaction(async |conn| {
            // Uploads of one account meet here, so that none is left out of the count.
            let account = users::table
                .find(owner.as_uuid())
                .select((users::status, users::deleted_at))
                .for_no_key_update()
                .first::<(AccountStatus, Option<DateTime<Utc>>)>(conn)
                .await
                .optional()?;
            let (status, deleted_at) = account.ok_or(DecideError::NotFound)?;
            let standing = standing(status, deleted_at)
                .ok_or_else(|| PortError::Corrupt(format!("users {owner}: status and deleted_at disagree")))
                .map_err(DecideError::from)?;
            let counts = sql_query(
                "SELECT count(*) FILTER (WHERE removed_at IS NULL) AS kept,
                     count(*) FILTER (WHERE created_at > $2) AS lately
                 FROM media WHERE owner_id = $1",
            )
            .bind::<SqlUuid, _>(owner.as_uuid())
            .bind::<Timestamptz, _>(since)
            .get_result::<Counts>(conn)
            .await?;
            let uploader =
                Uploader { id: owner, standing, kept: counts.kept, within_the_hour: counts.lately };
            let reservation = decide(&uploader).map_err(DecideError::Refused)?;
            diesel::insert_into(media::table)
                .values((
                    media::id.eq(reservation.id.as_uuid()),
                    media::owner_id.eq(reservation.owner.as_uuid()),
                    media::created_at.eq(reservation.created_at),
                ))
                .execute(conn)
                .await?;
            Ok(reservation)
        })
        .await;
    lease.finish();
    reserved
}

pub(super) async fn try_keep(
    pool: &PgPool,
    kept: &Media,
    once: Option<&Once<'_, Media>>,
) -> Result<(), TryError<MediaRefusal>> {
    let side = |pixels: u32| i32::try_from(pixels).unwrap_or(i32::MAX);
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let done = lease
        .transaction(async |conn| {
            // Before the rest, so that a repeat ends here having written nothing.
            idempotency::record(conn, once, kept).await?;
            let place = media::table
                .find(kept.id.as_uuid())
                .filter(media::stored_at.is_null())
                .filter(media::removed_at.is_null());
            let filled = diesel::update(place)
                .set((
                    media::width.eq(side(kept.dimensions.width)),
                    media::height.eq(side(kept.dimensions.height)),
                    media::byte_count.eq(i64::try_from(kept.bytes).unwrap_or(i64::MAX)),
                    media::blurhash.eq(&kept.blurhash),
                    media::stored_at.eq(diesel::dsl::sql::<Nullable<Timestamptz>>("clock_timestamp()")),
                ))
                .execute(conn)
                .await?;
            if filled == 0 { Err(DecideError::NotFound.into()) } else { Ok(()) }
        })
        .await;
    lease.finish();
    done
}
