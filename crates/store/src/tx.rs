//! A transaction: the only way to change anything, and to emit an event.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction,
    EntityTrait, ExprTrait, QueryFilter, SqliteTransactionMode, TransactionOptions,
    sea_query::Expr,
};

use crate::{Backend, Error, Result, Store, answered::Answered, entity::config_version};

/// An open transaction. Dropped without a commit, it has done nothing.
#[derive(Debug)]
#[expect(
    clippy::struct_field_names,
    reason = "a Tx is one of the library's, and what we note of it"
)]
pub struct Tx {
    pub(crate) tx: Answered<DatabaseTransaction>,
    pub(crate) store: Store,
    pub(crate) recorded: AtomicBool,
    /// How many mails it queued.
    pub(crate) mail_queued: AtomicU64,
    config_changed: AtomicBool,
}

impl Store {
    /// Opens a transaction.
    pub async fn begin(&self) -> Result<Tx> {
        self.begin_on(&self.writer).await
    }

    /// Opens a transaction beside those of the calls, where the database lets them write at once.
    pub(crate) async fn begin_aside(&self) -> Result<Tx> {
        self.begin_on(&self.background).await
    }

    async fn begin_on(&self, pool: &Answered<DatabaseConnection>) -> Result<Tx> {
        let options = TransactionOptions {
            // A SQLite transaction that reads first and writes later could not be retried in place.
            sqlite_transaction_mode: (self.backend == Backend::Sqlite)
                .then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(Tx {
            tx: pool.begin(options).await?,
            store: self.clone(),
            recorded: AtomicBool::new(false),
            mail_queued: AtomicU64::new(0),
            config_changed: AtomicBool::new(false),
        })
    }
}

impl Tx {
    /// Commits, and wakes whoever waits for events or mail, or caches what was changed. A transaction in which
    /// a statement failed is to be dropped.
    pub async fn commit(self) -> Result<()> {
        let version = if self.config_changed.load(Ordering::Relaxed) {
            Some(next_config_version(&self.tx).await?)
        } else {
            self.refuse_if_failed().await?;
            None
        };
        self.tx.commit().await.map_err(|error| match Error::from(error) {
            Error::Unavailable(error) => Error::CommitUnknown(error),
            other => other,
        })?;
        if let Some(version) = version {
            self.store.config_version.send_if_modified(|newest| {
                let newer = version > *newest;
                if newer {
                    *newest = version;
                }
                newer
            });
        }
        if self.recorded.load(Ordering::Relaxed) {
            self.store.wake();
        }
        self.store.wake_for_mail(self.mail_queued.into_inner());
        Ok(())
    }

    /// PostgreSQL answers the COMMIT of a transaction in which a statement failed with a silent
    /// rollback; any other statement is refused.
    async fn refuse_if_failed(&self) -> Result<()> {
        if self.store.backend == Backend::Postgres {
            self.tx.execute_unprepared("SELECT 1").await?;
        }
        Ok(())
    }

    /// Says that what sign-ins read is changed: every replica will read it anew.
    pub(crate) fn config_changed(&self) {
        self.config_changed.store(true, Ordering::Relaxed);
    }
}

impl Store {
    /// Tells the relay and the feed that events were committed.
    pub(crate) fn wake(&self) {
        self.recorded.send_modify(|count| *count += 1);
    }
}

async fn next_config_version(db: &impl ConnectionTrait) -> Result<i64> {
    let rows = config_version::Entity::update_many()
        .col_expr(
            config_version::Column::Version,
            Expr::col(config_version::Column::Version).add(1),
        )
        .filter(config_version::Column::Id.eq(true))
        .exec_with_returning(db)
        .await?;
    let row = rows.first().ok_or(Error::corrupt("config_version", "its row is gone"))?;
    Ok(row.version)
}

/// Sets a value from anything that becomes it.
pub(crate) fn set<T: Into<sea_orm::Value>>(value: impl Into<T>) -> sea_orm::ActiveValue<T> {
    Set(value.into())
}
