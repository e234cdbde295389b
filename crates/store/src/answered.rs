//! A connection whose every question is answered in time, or given up.

use std::{future::Future, time::Duration};

use async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult,
    QueryResult, RuntimeErr, Statement, TransactionOptions, TransactionTrait,
};
use tracing::Instrument;

/// How long a stop waits for connections to say goodbye.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// A pool or a transaction. What is given up is a connection that failed.
#[derive(Debug, Clone)]
pub(crate) struct Answered<C> {
    inner: C,
    patience: Duration,
}

async fn within<T>(
    limit: Duration,
    asking: impl Future<Output = Result<T, DbErr>> + Send,
) -> Result<T, DbErr> {
    let given_up = |_| silent("the database does not answer");
    tokio::time::timeout(limit, asking).await.map_err(given_up)?
}

/// At the level of a trace, for whoever wants to see what is asked: the text, without its values.
fn told(statement: &Statement) {
    tracing::trace!(target: "latchkey_store::statement", "{}", statement.sql);
}

fn silent(what: &str) -> DbErr {
    DbErr::Conn(RuntimeErr::Internal(what.to_owned()))
}

#[async_trait]
impl<C: ConnectionTrait> ConnectionTrait for Answered<C> {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        told(&statement);
        within(self.patience, self.inner.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        within(self.patience, self.inner.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        told(&statement);
        within(self.patience, self.inner.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        told(&statement);
        within(self.patience, self.inner.query_all_raw(statement)).await
    }

    fn support_returning(&self) -> bool {
        self.inner.support_returning()
    }
}

impl Answered<DatabaseConnection> {
    /// A pool whose statements are given up after `patience`.
    pub(crate) const fn new(pool: DatabaseConnection, patience: Duration) -> Self {
        Self { inner: pool, patience }
    }

    /// Opens a transaction, in a task of its own: sqlx 0.9.0 forgets a BEGIN that was sent and whose
    /// answer nobody waits for, and the next statements of that connection would be rolled back
    /// (transact-rs/sqlx#4385).
    pub(crate) async fn begin(
        &self,
        options: TransactionOptions,
    ) -> Result<Answered<DatabaseTransaction>, DbErr> {
        let (pool, patience) = (self.inner.clone(), self.patience);
        let beginning = async move { pool.begin_with_options(options).await };
        let begun = tokio::spawn(beginning.in_current_span());
        let begun = async { begun.await.map_err(|_| silent("the transaction was not begun"))? };
        let inner = within(patience, begun).await?;
        Ok(Answered { inner, patience })
    }

    /// Asks for a sign of life, with less patience than a statement has.
    pub(crate) async fn ping(&self, limit: Duration) -> Result<(), DbErr> {
        within(limit, Box::pin(self.inner.ping())).await
    }

    pub(crate) async fn close(&self) -> Result<(), DbErr> {
        within(CLOSE_TIMEOUT, self.inner.close_by_ref()).await
    }
}

impl Answered<DatabaseTransaction> {
    pub(crate) async fn commit(self) -> Result<(), DbErr> {
        within(self.patience, Box::pin(self.inner.commit())).await
    }

    /// The transaction itself, for a migration: it takes as long as it takes.
    pub(crate) const fn unbounded(&self) -> &DatabaseTransaction {
        &self.inner
    }
}
