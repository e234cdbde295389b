//! A connection whose every question is answered in time, or given up.

use std::{future::Future, time::Duration};

use async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult,
    QueryResult, RuntimeErr, Statement, TransactionOptions, TransactionTrait,
};

use crate::connect::STATEMENT_TIMEOUT;

/// The server cuts a statement off by itself. One that is frozen, or cut off from us, says nothing at
/// all, and TCP waits a quarter of an hour for it.
const PATIENCE: Duration = STATEMENT_TIMEOUT.saturating_add(Duration::from_secs(1));

/// A pool or a transaction. What is given up is a connection that failed.
#[derive(Debug, Clone)]
pub(crate) struct Answered<C>(C);

async fn within<T>(
    limit: Duration,
    asking: impl Future<Output = Result<T, DbErr>> + Send,
) -> Result<T, DbErr> {
    let silent = |_| DbErr::Conn(RuntimeErr::Internal("the database does not answer".to_owned()));
    tokio::time::timeout(limit, asking).await.map_err(silent)?
}

#[async_trait]
impl<C: ConnectionTrait> ConnectionTrait for Answered<C> {
    fn get_database_backend(&self) -> DbBackend {
        self.0.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        within(PATIENCE, self.0.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        within(PATIENCE, self.0.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        within(PATIENCE, self.0.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        within(PATIENCE, self.0.query_all_raw(statement)).await
    }

    fn support_returning(&self) -> bool {
        self.0.support_returning()
    }
}

impl Answered<DatabaseConnection> {
    pub(crate) const fn new(pool: DatabaseConnection) -> Self {
        Self(pool)
    }

    /// Opens a transaction.
    pub(crate) async fn begin(
        &self,
        options: TransactionOptions,
    ) -> Result<Answered<DatabaseTransaction>, DbErr> {
        within(PATIENCE, Box::pin(self.0.begin_with_options(options))).await.map(Answered)
    }

    /// Asks for a sign of life, with less patience than a statement has.
    pub(crate) async fn ping(&self, limit: Duration) -> Result<(), DbErr> {
        within(limit, Box::pin(self.0.ping())).await
    }

    pub(crate) async fn close(&self) -> Result<(), DbErr> {
        within(PATIENCE, self.0.close_by_ref()).await
    }
}

impl Answered<DatabaseTransaction> {
    pub(crate) async fn commit(self) -> Result<(), DbErr> {
        within(PATIENCE, Box::pin(self.0.commit())).await
    }

    /// The transaction itself, for a migration: it takes as long as it takes.
    pub(crate) const fn unbounded(&self) -> &DatabaseTransaction {
        &self.0
    }
}
