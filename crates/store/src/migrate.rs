//! Brings the schema up to date, under a lock.

use latchkey_migrations::Migrator;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, EntityName, EntityTrait, Statement,
    TransactionOptions,
};
use sea_orm_migration::{MigratorTrait, SchemaManager, seaql_migrations};

use crate::{Backend, Result, Store};

/// Any number, as long as it is always this one: "latchkey" on a telephone's keys.
const LOCK: i64 = 52_824_539;

impl Store {
    /// Runs the steps that are missing, in one transaction. Of several processes that start at
    /// once, one runs them and the others wait: sea-orm-migration itself takes no lock.
    pub async fn migrate(&self) -> Result<()> {
        let opened = self.begin().await?;
        let tx = opened.tx.unbounded();
        // A transaction of SQLite is the lock: there is one writer.
        if self.backend == Backend::Postgres {
            lock_postgres(tx).await?;
        }
        if !has_every_step(&SchemaManager::new(tx)).await? {
            Migrator::up(tx, None).await?;
        }
        opened.commit().await
    }

    /// Whether every step has been run.
    pub async fn is_current(&self) -> Result<bool> {
        // A connection that was just given back is not free at once: in a transaction, both questions
        // go through the same one.
        let tx = self.reader.begin(TransactionOptions::default()).await?;
        has_every_step(&SchemaManager::new(tx.unbounded())).await
    }
}

/// Looks without writing. Steps that this release does not know are a newer one's, which runs beside
/// it or did before a rollback: they only add, and the migrator itself would refuse to go on.
async fn has_every_step(manager: &SchemaManager<'_>) -> Result<bool> {
    if !manager.has_table(seaql_migrations::Entity.table_name()).await? {
        return Ok(false);
    }
    let run = seaql_migrations::Entity::find().all(manager.get_connection()).await?;
    let has = |name: &str| run.iter().any(|step| step.version == name);
    Ok(Migrator::get_migration_files().iter().all(|step| has(step.name())))
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
