//! Brings the schema up to date, under a lock.

use latchkey_migrations::Migrator;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};
use sea_orm_migration::{MigrationStatus, MigratorTrait};

use crate::{Backend, Result, Store};

/// Any number, as long as it is always this one: "latchkey" on a telephone's keys.
const LOCK: i64 = 52_824_539;

impl Store {
    /// Runs the steps that are missing, in one transaction. Of several processes that start at
    /// once, one runs them and the others wait: sea-orm-migration itself takes no lock.
    pub async fn migrate(&self) -> Result<()> {
        let tx = self.begin().await?;
        // A transaction of SQLite is the lock: there is one writer.
        if self.backend == Backend::Postgres {
            lock_postgres(&tx.tx).await?;
        }
        Migrator::up(&tx.tx, None).await?;
        tx.commit().await
    }

    /// Whether every step has been run.
    pub async fn is_current(&self) -> Result<bool> {
        let mut steps = Migrator::get_migration_with_status(&self.reader).await?.into_iter();
        Ok(steps.all(|step| step.status() == MigrationStatus::Applied))
    }
}

async fn lock_postgres(tx: &DatabaseTransaction) -> Result<()> {
    // Waiting here is waiting for a migration, which may take longer than a statement.
    for sql in [
        "SET LOCAL statement_timeout = 0".to_owned(),
        "SET LOCAL lock_timeout = 0".to_owned(),
        "SET LOCAL idle_in_transaction_session_timeout = 0".to_owned(),
        format!("SELECT pg_advisory_xact_lock({LOCK})"),
    ] {
        tx.execute_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    }
    Ok(())
}
