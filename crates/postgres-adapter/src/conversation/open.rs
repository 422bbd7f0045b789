//! Opening a thread: look at everything that matters, ask the rule, open it or find it.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, QueryableByName,
    sql_types::{BigInt, Binary, Bool, Nullable, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use souk_domain::{
    conversation::{
        Allowance, Conversation, ConversationRefusal, NewConversation, Opened, Opening, OpeningContext, Topic,
    },
    id::{ConversationId, ProductId, UserId},
};
use souk_ports::{DecideError, PortError, conversation::DecideOpening, idempotency::Once};
use uuid::Uuid;

use super::{
    inbox,
    row::{ConversationColumns, ConversationRow},
    two::{BLOCKED, Two},
};
use crate::{PgPool, error::TryError, idempotency, product, statement::statement};

type Tried<T> = Result<T, TryError<ConversationRefusal>>;

/// Of so many rounds one finds the thread or opens it: whoever loses one does so to somebody who has opened it.
const ROUNDS: usize = 3;

/// Everything that speaks for a thread or against it. `$1` opens it, `$2` is the listing or the person.
fn context(topic: Topic) -> &'static str {
    static ABOUT_PRODUCT: LazyLock<String> = LazyLock::new(|| {
        text(
            "p.id AS product_id, p.is_available, p.sold_at, p.archived_at",
            "products p JOIN users reader ON reader.id = p.seller_id",
            "c.product_id = p.id",
            "p.id = $2",
        )
    });
    static WITH_SELLER: LazyLock<String> = LazyLock::new(|| {
        text(
            "NULL::uuid AS product_id, NULL::boolean AS is_available, NULL::timestamptz AS sold_at,
             NULL::timestamptz AS archived_at",
            "users reader",
            "c.product_id IS NULL",
            "reader.id = $2",
        )
    });
    match topic {
        Topic::Product(_) => &ABOUT_PRODUCT,
        Topic::Seller(_) => &WITH_SELLER,
    }
}

fn text(product: &str, from: &str, about: &str, which: &str) -> String {
    format!(
        "SELECT reader.id AS seller_id, {product}, c.id AS existing, writer.status AS writer_status,
             writer.deleted_at AS writer_deleted_at, reader.status AS reader_status,
             reader.deleted_at AS reader_deleted_at, {BLOCKED} AS is_blocked
         FROM {from} JOIN users writer ON writer.id = $1
         LEFT JOIN conversations c ON c.buyer_id = $1 AND c.seller_id = reader.id AND {about}
         WHERE {which}"
    )
}

#[derive(QueryableByName)]
struct ContextRow {
    #[diesel(sql_type = SqlUuid)]
    seller_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    product_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Bool>)]
    is_available: Option<bool>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    sold_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    archived_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    existing: Option<Uuid>,
    #[diesel(embed)]
    two: Two,
}

impl ContextRow {
    fn of(self, buyer: UserId) -> Result<OpeningContext, DecideError<ConversationRefusal>> {
        let correspondence = self.two.correspondence()?;
        let product = self.product_id.zip(self.is_available).map(|(id, available)| {
            product::state(available, self.sold_at, self.archived_at)
                .map(|state| (ProductId::from_uuid(id), state))
                .ok_or_else(|| PortError::Corrupt(format!("products {id}: its state is none")))
        });
        Ok(OpeningContext {
            buyer,
            seller: UserId::from_uuid(self.seller_id),
            product: product.transpose()?,
            buyer_standing: correspondence.writer,
            seller_standing: correspondence.reader,
            is_blocked: correspondence.is_blocked,
            existing: self.existing.map(ConversationId::from_uuid),
        })
    }
}

/// Opens the thread, unless somebody else just did, and counts it.
const OPEN: &str = "WITH opened AS (
         INSERT INTO conversations (id, buyer_id, seller_id, product_id, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT (buyer_id, seller_id, product_id) DO NOTHING RETURNING id),
     counted AS (
         INSERT INTO attempts AS kept (pseudonym, tried_at, created_at, expires_at)
         SELECT $6::bytea, ARRAY[$5]::timestamptz[], $5, $8 FROM opened WHERE $6::bytea IS NOT NULL
         ON CONFLICT (pseudonym) DO UPDATE SET
             tried_at = ARRAY(SELECT at FROM unnest(kept.tried_at) AS at WHERE at > $7) || excluded.tried_at,
             expires_at = greatest(kept.expires_at, excluded.expires_at)
         WHERE (SELECT count(*) FROM unnest(kept.tried_at) AS at WHERE at > $7) < $9
         RETURNING TRUE AS is_counted)
     SELECT EXISTS (SELECT FROM opened) AS is_opened, EXISTS (SELECT FROM counted) AS is_counted,
         (SELECT at FROM attempts, unnest(tried_at) AS at WHERE pseudonym = $6 AND at > $7
          ORDER BY at DESC OFFSET $9 - 1 LIMIT 1) AS full_since";

#[derive(QueryableByName)]
struct Tally {
    #[diesel(sql_type = Bool)]
    is_opened: bool,
    #[diesel(sql_type = Bool)]
    is_counted: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    full_since: Option<DateTime<Utc>>,
}

pub(super) async fn try_open(
    pool: &PgPool,
    buyer: UserId,
    topic: Topic,
    decide: &DecideOpening<'_>,
    allowance: Option<Allowance>,
    once: Option<&Once<'_, Opened>>,
) -> Tried<Opened> {
    let mut lease = pool.lease().await.map_err(DecideError::from)?;
    let opened = lease
        .transaction(async |conn| {
            for _ in 0..ROUNDS {
                let context = load(conn, buyer, topic).await?;
                let (id, is_new) = match decide(context).map_err(DecideError::Refused)? {
                    Opening::Existing(id) => (id, false),
                    Opening::New(new) if open(conn, &new, allowance).await? => (new.id, true),
                    Opening::New(_) => continue,
                };
                let opened = Opened { conversation: shown(conn, id, buyer).await?, is_new };
                idempotency::record(conn, once, &opened).await?;
                return Ok(opened);
            }
            let lost = PortError::Unavailable(format!("a thread of {buyer} comes and goes"));
            Err(DecideError::Port(lost).into())
        })
        .await;
    lease.finish();
    opened
}

async fn load(conn: &mut AsyncPgConnection, buyer: UserId, topic: Topic) -> Tried<OpeningContext> {
    let about = match topic {
        Topic::Product(product) => product.as_uuid(),
        Topic::Seller(seller) => seller.as_uuid(),
    };
    let row = statement(context(topic))
        .bind::<SqlUuid, _>(buyer.as_uuid())
        .bind::<SqlUuid, _>(about)
        .get_result::<ContextRow>(conn)
        .await
        .optional()?;
    Ok(row.ok_or(DecideError::NotFound)?.of(buyer)?)
}

/// Whether it was this one that was opened. One that there is no room for ends the transaction, and with it the thread.
async fn open(
    conn: &mut AsyncPgConnection,
    new: &NewConversation,
    allowance: Option<Allowance>,
) -> Tried<bool> {
    let tally = statement(OPEN)
        .bind::<SqlUuid, _>(new.id.as_uuid())
        .bind::<SqlUuid, _>(new.buyer.as_uuid())
        .bind::<SqlUuid, _>(new.seller.as_uuid())
        .bind::<Nullable<SqlUuid>, _>(new.product.map(ProductId::as_uuid))
        .bind::<Timestamptz, _>(new.at)
        .bind::<Nullable<Binary>, _>(allowance.map(|allowance| allowance.of.0.to_vec()))
        .bind::<Nullable<Timestamptz>, _>(allowance.map(|allowance| new.at - allowance.quota.window))
        .bind::<Nullable<Timestamptz>, _>(allowance.map(|allowance| new.at + allowance.quota.window))
        .bind::<BigInt, _>(allowance.map_or(1, |allowance| i64::from(allowance.quota.most.max(1))))
        .get_result::<Tally>(conn)
        .await?;
    match allowance {
        Some(allowance) if tally.is_opened && !tally.is_counted => {
            let retry_after = allowance.wait(tally.full_since, new.at);
            Err(DecideError::Refused(ConversationRefusal::TooManyConversations { retry_after }).into())
        }
        _ => Ok(tally.is_opened),
    }
}

async fn shown(conn: &mut AsyncPgConnection, id: ConversationId, buyer: UserId) -> Tried<Conversation> {
    let row = statement(inbox::one())
        .bind::<SqlUuid, _>(id.as_uuid())
        .bind::<SqlUuid, _>(buyer.as_uuid())
        .columns::<ConversationColumns>()
        .get_result::<ConversationRow>(conn)
        .await?;
    Ok(Conversation::try_from(row).map_err(DecideError::from)?)
}
