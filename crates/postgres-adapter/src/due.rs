//! Listings about which something is due: locked for whoever sweeps, without waiting for anybody.

use chrono::{DateTime, Utc};
use diesel::{
    QueryResult, QueryableByName,
    sql_types::{BigInt, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use souk_domain::offer::OfferRefusal;
use souk_ports::{DecideError, PortError};
use uuid::Uuid;

use crate::{PgPool, statement::statement};

/// A statement that locks the listings which `$due` finds. The listings first, as everywhere; those that somebody has
/// locked are passed over, so that nobody waits for the sweep nor the sweep for anybody. What is due is looked up by a
/// clock that stands still for a statement: an index cannot be asked for a moving one.
macro_rules! locking_due {
    ($due:literal) => {
        concat!(
            "SELECT id, clock_timestamp() AS now FROM (SELECT id FROM products WHERE id IN (",
            $due,
            " LIMIT $1) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED) locked"
        )
    };
}
pub(crate) use locking_due;

/// Listings that are locked, and the time after they were.
pub(crate) struct Due {
    pub(crate) listings: Vec<Uuid>,
    pub(crate) now: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct LockedRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz)]
    now: DateTime<Utc>,
}

/// Locks at most `limit` listings with a statement of [`locking_due`]; none, if nothing is due.
pub(crate) async fn lock(
    conn: &mut AsyncPgConnection,
    text: &'static str,
    limit: u32,
) -> QueryResult<Option<Due>> {
    let locked: Vec<LockedRow> = statement(text).bind::<BigInt, _>(i64::from(limit)).load(conn).await?;
    let now = locked.iter().map(|row| row.now).max();
    Ok(now.map(|now| Due { listings: locked.iter().map(|row| row.id).collect(), now }))
}

/// Wakes whoever waits for events if anything was done. A sweep refuses nothing.
pub(crate) fn swept(pool: &PgPool, done: Result<u64, DecideError<OfferRefusal>>) -> Result<u64, PortError> {
    match done {
        Ok(done) => {
            if done > 0 {
                pool.announce();
            }
            Ok(done)
        }
        Err(DecideError::Port(error)) => Err(error),
        Err(other) => Err(PortError::Unexpected(other.to_string())),
    }
}
