//! Looking over the whole database.
//!
//! Most invariants are also constraints, or follow from how things are written. The audit trusts neither: constraints can
//! be dropped, restores can go wrong, and code has bugs. It counts, so that it needs no memory however much is broken.

mod deals;
mod people;
mod talks;

use async_trait::async_trait;
use diesel::{QueryableByName, sql_query, sql_types::BigInt};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use souk_ports::{
    PortError,
    audit::{Audit, Finding},
};

use crate::{Connector, error::port_error};

/// Something that must hold.
#[derive(Clone, Copy, Debug)]
pub struct Invariant {
    /// A word for programs.
    pub id: &'static str,
    /// What must hold, in words.
    pub name: &'static str,
    /// A query with one row for each thing that breaks it.
    pub violations: &'static str,
}

/// All of them, in the order in which they are shown.
pub fn invariants() -> impl Iterator<Item = &'static Invariant> {
    deals::INVARIANTS.iter().chain(talks::INVARIANTS).chain(people::INVARIANTS)
}

/// Looks over a database.
pub struct PgAudit {
    connector: Connector,
}

impl PgAudit {
    /// On a connection of its own, which should have no limit on how long a statement takes.
    pub fn new(connector: Connector) -> Self {
        Self { connector }
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    violations: i64,
}

#[async_trait]
impl Audit for PgAudit {
    async fn audit(&self) -> Result<Vec<Finding>, PortError> {
        let connected = self.connector.connect().await;
        let mut conn = connected.map_err(|error| PortError::Unavailable(error.to_string()))?;
        try_audit(&mut conn).await.map_err(|error| port_error(&error))
    }
}

async fn try_audit(conn: &mut AsyncPgConnection) -> Result<Vec<Finding>, diesel::result::Error> {
    conn.transaction(async |conn| {
        // One snapshot for all: a deal that is made meanwhile is seen whole or not at all.
        sql_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY").execute(conn).await?;
        let mut findings = Vec::new();
        for Invariant { id, name, violations } in invariants() {
            let count = sql_query(format!("SELECT count(*) AS violations FROM ({violations}) AS violations"));
            let count = count.get_result::<Count>(conn).await?.violations;
            findings.push(Finding { id, name, violations: u64::try_from(count).unwrap_or_default() });
        }
        Ok(findings)
    })
    .await
}
