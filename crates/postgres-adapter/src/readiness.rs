//! Whether the database answers and has every migration that this program needs. Unknown ones are no hindrance: while a
//! newer version is rolled out, the older one goes on serving.

use async_trait::async_trait;
use diesel::{QueryableByName, sql_query, sql_types::BigInt, sql_types::Nullable, sql_types::Text};
use diesel_async::RunQueryDsl;
use souk_ports::readiness::{NotReady, Readiness};

use crate::{PgPool, migrations};

/// Asks the database.
#[derive(Clone)]
pub struct PgReadiness {
    pool: PgPool,
}

impl PgReadiness {
    /// On a pool.
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[derive(QueryableByName)]
struct Journal {
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
}

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[async_trait]
impl Readiness for PgReadiness {
    async fn ready(&self) -> Result<(), NotReady> {
        let needed = migrations::versions();
        let mut conn = self.pool.lease().await.map_err(|_| NotReady::Unreachable)?;
        // A database that was never migrated has no journal, and asking for it would be an error.
        let journal = sql_query("SELECT to_regclass('__diesel_schema_migrations')::text AS name")
            .get_result::<Journal>(&mut *conn)
            .await;
        let applied = match journal {
            Ok(Journal { name: Some(_) }) => {
                sql_query("SELECT count(*) FROM __diesel_schema_migrations WHERE version = ANY ($1)")
                    .bind::<diesel::sql_types::Array<Text>, _>(&needed)
                    .get_result::<Applied>(&mut *conn)
                    .await
                    .map(|applied| applied.count)
            }
            Ok(Journal { name: None }) => Ok(0),
            Err(error) => Err(error),
        };
        let applied = conn.settle(applied).map_err(|_| NotReady::Unreachable)?;
        match needed.len().saturating_sub(usize::try_from(applied).unwrap_or_default()) {
            0 => Ok(()),
            pending => Err(NotReady::PendingMigrations(pending)),
        }
    }
}
