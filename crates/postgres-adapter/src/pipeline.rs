//! Transactions of few round trips: `BEGIN` travels with the first statements, `COMMIT` with the last.
//!
//! Futures that are polled together send their statements together, and the server does one after the other. Their order
//! is that of their first poll (so join them `biased`), as long as each goes the same way: prepared statements are looked
//! up one at a time, in turn. `BEGIN` and `COMMIT` are therefore prepared like everything else; a plain `COMMIT` would
//! overtake a statement that is still being prepared. Types of our own are looked up before that and out of turn:
//! statements that travel together bind built-in ones only, and cast.

use diesel::{QueryResult, result::Error};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::{pool::Lease, statement::statement};

impl Lease<'_> {
    /// Begins a transaction, and runs what comes first in it.
    pub(crate) async fn begin_with<T, E: From<Error>>(
        &self,
        first: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let ((), first) = tokio::try_join!(biased; async { Ok(self.run("BEGIN").await?) }, first)?;
        Ok(first)
    }

    /// Runs what comes last in a transaction, and commits. If that fails, the server has not committed.
    pub(crate) async fn commit_with<T, E: From<Error>>(
        &self,
        last: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let (last, ()) = tokio::try_join!(biased; last, async { Ok(self.run("COMMIT").await?) })?;
        Ok(last)
    }

    /// Commits.
    pub(crate) async fn commit(&self) -> QueryResult<()> {
        self.run("COMMIT").await
    }

    /// Gives the connection back after a transaction, which is undone if it did not come to its end; and the result on.
    pub(crate) async fn end<T, E>(self, done: Result<T, E>) -> Result<T, E> {
        // A connection that cannot even undo is thrown away, and the server undoes.
        if done.is_ok() || self.run("ROLLBACK").await.is_ok() {
            self.finish();
        }
        done
    }

    async fn run(&self, text: &'static str) -> QueryResult<()> {
        let mut conn: &AsyncPgConnection = self;
        statement(text).execute(&mut conn).await.map(drop)
    }
}
