//! Looking at an account.

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryDsl, QueryableByName, SelectableHelper,
    sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use souk_domain::{
    contact::Username,
    id::UserId,
    media::Picture,
    slug::Slug,
    user::{Bio, DisplayName, OwnProfile, PlaceLabel, PublicProfile},
    verification::VerificationType,
};
use souk_ports::PortError;
use uuid::Uuid;

use crate::{PgPool, schema::users, statement::statement, user::row::UserRow, verification};

/// As its own person sees it.
pub(super) async fn own(pool: &PgPool, id: UserId) -> Result<Option<OwnProfile>, PortError> {
    let mut conn = pool.lease().await?;
    // One lease for both statements; what is between them is nobody's harm, a look is out of date when it arrives.
    let found = async {
        let row = users::table
            .find(id.as_uuid())
            .select(UserRow::as_select())
            .first(&mut *conn)
            .await
            .optional()?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some((row, verification::summary(&mut conn, id).await?)))
    };
    let found = found.await;
    let Some((row, verification)) = conn.settle(found)? else { return Ok(None) };
    Ok(Some(OwnProfile { user: row.try_into()?, verification }))
}

/// As everybody may see it. The statement names no private column.
pub(super) async fn public(pool: &PgPool, id: UserId) -> Result<Option<PublicProfile>, PortError> {
    let conn = pool.reader().await?;
    let found = statement(
        "SELECT id, username::text, display_name, bio, avatar_url, location_label, created_at,
             ARRAY(SELECT verification_type::text FROM verifications
                   WHERE user_id = users.id AND status = 'verified' ORDER BY verification_type) AS verified,
             (SELECT count(*) FROM products
              WHERE seller_id = users.id AND archived_at IS NULL AND sold_at IS NULL) AS listings,
             (SELECT count(*) FROM products WHERE seller_id = users.id AND sold_at IS NOT NULL) AS sold
         FROM users WHERE id = $1 AND status <> 'deleted'",
    )
    .bind::<SqlUuid, _>(id.as_uuid())
    .get_result::<PublicRow>(&mut conn.connection())
    .await;
    conn.settle(found.optional())?.map(PublicProfile::try_from).transpose()
}

#[derive(QueryableByName)]
struct PublicRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    username: String,
    #[diesel(sql_type = Text)]
    display_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    bio: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    avatar_url: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    location_label: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    verified: Vec<String>,
    #[diesel(sql_type = BigInt)]
    listings: i64,
    #[diesel(sql_type = BigInt)]
    sold: i64,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
}

impl TryFrom<PublicRow> for PublicProfile {
    type Error = PortError;

    fn try_from(row: PublicRow) -> Result<Self, PortError> {
        let kind = |word: String| {
            VerificationType::from_slug(&word)
                .ok_or_else(|| PortError::Corrupt(format!("verifications of {}: {word}", row.id)))
        };
        Ok(Self {
            id: UserId::from_uuid(row.id),
            username: Username::stored(row.username),
            display_name: DisplayName::stored(row.display_name),
            bio: row.bio.map(Bio::stored),
            avatar_url: row.avatar_url.map(Picture::stored),
            location_label: row.location_label.map(PlaceLabel::stored),
            verified: row.verified.into_iter().map(kind).collect::<Result<_, _>>()?,
            listings: row.listings,
            sold: row.sold,
            member_since: row.created_at,
        })
    }
}
