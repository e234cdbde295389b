//! What can go wrong with the database, by what a caller can do about it.

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlErr};

/// A result of the store.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else wrote the same key, or the same rows in another order, or removed what a row
    /// belongs to: decide again.
    #[error("a concurrent change was faster")]
    Conflict(#[source] DbErr),
    /// No connection was to be had in time.
    #[error("the database cannot be reached")]
    Unavailable(#[source] DbErr),
    /// The commit was sent and its answer lost: read to find out.
    #[error("it is not known whether the commit happened")]
    CommitUnknown(#[source] DbErr),
    /// A row holds what no version of this program writes.
    #[error("a row of {table} cannot be understood: {what}")]
    Corrupt {
        /// Of which table.
        table: &'static str,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The folder of a SQLite file cannot be made.
    #[error("the folder of the SQLite file cannot be made")]
    Folder(#[source] std::io::Error),
    /// An event cannot be encoded or decoded.
    #[error("an event cannot be encoded")]
    Event(#[from] latchkey_events::Error),
    /// Anything else.
    #[error("the database failed")]
    Database(#[source] DbErr),
}

impl Error {
    /// Whether the whole transaction can be tried again.
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }

    /// Somebody else changed a row between a read and a write.
    pub fn changed_meanwhile() -> Self {
        Self::Conflict(DbErr::RecordNotUpdated)
    }

    pub(crate) const fn corrupt(table: &'static str, what: &'static str) -> Self {
        Self::Corrupt { table, what }
    }
}

/// `serialization_failure` and `deadlock_detected` of PostgreSQL; `SQLITE_BUSY` and
/// `SQLITE_BUSY_SNAPSHOT`.
const RETRY_CODES: [&str; 4] = ["40001", "40P01", "5", "517"];

/// What PostgreSQL says when it has no time now: a broken connection (class 08), a transaction that
/// was idle (25P03), no more connections, a lock or a statement that took too long, a server that goes
/// down or starts up (57P).
const BUSY_CODES: [&str; 6] = ["08", "25P03", "53300", "55P03", "57014", "57P"];

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        // A parent that was there when it was looked for is gone: whoever decides again finds out.
        if matches!(
            error.sql_err(),
            Some(SqlErr::UniqueConstraintViolation(_) | SqlErr::ForeignKeyConstraintViolation(_))
        ) {
            return Self::Conflict(error);
        }
        match &error {
            DbErr::ConnectionAcquire(
                ConnAcquireErr::Timeout | ConnAcquireErr::ConnectionClosed,
            )
            | DbErr::Conn(_) => Self::Unavailable(error),
            DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => match &**cause {
                sqlx::Error::Database(refusal) => {
                    let code = refusal.code().unwrap_or_default();
                    if RETRY_CODES.contains(&&*code) {
                        Self::Conflict(error)
                    } else if BUSY_CODES.iter().any(|busy| code.starts_with(busy)) {
                        Self::Unavailable(error)
                    } else {
                        Self::Database(error)
                    }
                }
                sqlx::Error::Io(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed => Self::Unavailable(error),
                _ => Self::Database(error),
            },
            _ => Self::Database(error),
        }
    }
}
