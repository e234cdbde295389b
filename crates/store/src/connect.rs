//! The connections, and what is common to all queries.

use std::{path::Path, sync::Arc, time::Duration};

use backon::{ExponentialBuilder, Retryable};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbBackend, DbErr, RuntimeErr};
use secrecy::ExposeSecret;
use sqlx::{
    Connection, PgConnection,
    error::DatabaseError,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::sync::watch;

use crate::{Config, DatabaseClock, Error, Result, answered::Answered};

/// How long a caller waits for a connection, a new one included: a busy database must be answered
/// quickly, not queued for.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(1);
/// A statement of ours takes milliseconds; whatever takes this long holds others up.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(5);
/// The server cuts a statement off by itself. One that is frozen, or cut off from us, says nothing at
/// all, and TCP waits a quarter of an hour for it.
const PATIENCE: Duration = STATEMENT_TIMEOUT.saturating_add(Duration::from_secs(1));
/// How long a writer of SQLite waits for those before it: there is one at a time, and each brings the
/// file to disk.
const SQLITE_BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// A sign of life takes no longer: a replica that lost its database is taken out soon.
const PING_TIMEOUT: Duration = Duration::from_secs(1);
/// On SQLite a statement waits for its turn within the process and then among processes.
const SQLITE_PATIENCE: Duration =
    SQLITE_BUSY_TIMEOUT.saturating_mul(2).saturating_add(Duration::from_secs(1));
/// How often a file that another process has to itself is tried again: about two seconds.
const SQLITE_OPENINGS: usize = 12;
/// A connection that rested this long is asked whether it still lives.
const TEST_AFTER_IDLE: Duration = Duration::from_secs(30);
/// Readers of SQLite beside its one writer.
const SQLITE_READERS: u32 = 4;

/// Sequencer, relay, cache and sweep, one statement each at a time.
const BACKGROUND_CONNECTIONS: u32 = 4;

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
}

/// The database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) reader: Answered<DatabaseConnection>,
    /// On SQLite the one connection that writes, so that writers queue instead of failing.
    pub(crate) writer: Answered<DatabaseConnection>,
    /// What runs beside the calls has connections of its own: a rush of calls does not keep it
    /// from learning what changed, and a long queue of events does not hold up a call.
    pub(crate) background: Answered<DatabaseConnection>,
    pub(crate) backend: Backend,
    pub(crate) clock: DatabaseClock,
    /// Counts the commits of this process that recorded events.
    pub(crate) recorded: Arc<watch::Sender<u64>>,
    /// The newest version of the configuration that this process has written.
    pub(crate) config_version: Arc<watch::Sender<i64>>,
    /// Counts the commits of this process that queued mail.
    pub(crate) mail_queued: Arc<watch::Sender<u64>>,
    /// Counts the rounds in which events got their positions.
    pub(crate) positioned: Arc<watch::Sender<u64>>,
}

impl Store {
    /// Connects, and learns the database's time. The schema is [`Self::migrate`]'s.
    pub async fn connect(config: &Config) -> Result<Self> {
        let url = config.url.expose_secret();
        let (backend, reader, writer, background) = if url.starts_with("sqlite:") {
            make_folder_of(url)?;
            let writer = open_file(url, 1).await?;
            let reader = open_file(url, SQLITE_READERS).await?;
            (Backend::Sqlite, reader, writer.clone(), writer)
        } else {
            // Side by side: with TLS each takes several round trips.
            let (pool, background) = tokio::try_join!(
                Box::pin(open(postgres(url, config.max_connections), PATIENCE)),
                Box::pin(open(postgres(url, BACKGROUND_CONNECTIONS), PATIENCE)),
            )?;
            (Backend::Postgres, pool.clone(), pool, background)
        };
        let clock = DatabaseClock::measure(&background, backend).await?;
        Ok(Self {
            reader,
            writer,
            background,
            backend,
            clock,
            recorded: Arc::new(watch::Sender::new(0)),
            config_version: Arc::new(watch::Sender::new(0)),
            mail_queued: Arc::new(watch::Sender::new(0)),
            positioned: Arc::new(watch::Sender::new(0)),
        })
    }

    /// Which database it is.
    pub const fn backend(&self) -> Backend {
        self.backend
    }

    /// The database's time.
    pub fn clock(&self) -> DatabaseClock {
        self.clock.clone()
    }

    /// Tells each commit of this process that recorded events.
    pub fn recorded(&self) -> watch::Receiver<u64> {
        self.recorded.subscribe()
    }

    /// Tells each commit of this process that queued mail.
    pub fn mail_queued(&self) -> watch::Receiver<u64> {
        self.mail_queued.subscribe()
    }

    /// Asks the database for a sign of life.
    pub async fn ping(&self) -> Result<()> {
        // Not in the callers' queue: a replica that has much to do is alive.
        self.aside().ping(PING_TIMEOUT).await?;
        Ok(())
    }

    /// Closes every connection.
    pub async fn close(self) -> Result<()> {
        let (reader, writer, background) =
            tokio::join!(self.reader.close(), self.writer.close(), self.background.close());
        Ok(reader.and(writer).and(background)?)
    }

    /// Where to read beside the calls: on SQLite a reader, for its one writer may be at work.
    pub(crate) const fn aside(&self) -> &Answered<DatabaseConnection> {
        match self.backend {
            Backend::Postgres => &self.background,
            Backend::Sqlite => &self.reader,
        }
    }

    pub(crate) const fn database(&self) -> DbBackend {
        match self.backend {
            Backend::Postgres => DbBackend::Postgres,
            Backend::Sqlite => DbBackend::Sqlite,
        }
    }
}

async fn open(
    options: ConnectOptions,
    patience: Duration,
) -> std::result::Result<Answered<DatabaseConnection>, DbErr> {
    Ok(Answered::new(Database::connect(options).await?, patience))
}

/// Opens a file of SQLite. To turn a new one to write-ahead logging takes all of it for a moment, and
/// whoever wants the same is refused at once: it does not wait its turn (sqlite.org/wal.html).
async fn open_file(
    url: &str,
    connections: u32,
) -> std::result::Result<Answered<DatabaseConnection>, DbErr> {
    let open = || open(sqlite(url, connections), SQLITE_PATIENCE);
    let soon = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(10))
        .with_max_delay(Duration::from_millis(200))
        .with_max_times(SQLITE_OPENINGS)
        .with_jitter();
    open.retry(soon).when(is_locked).await
}

fn is_locked(error: &DbErr) -> bool {
    const SQLITE_BUSY: &str = "5";
    let (DbErr::Conn(RuntimeErr::SqlxError(error)) | DbErr::Exec(RuntimeErr::SqlxError(error))) =
        error
    else {
        return false;
    };
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| code == SQLITE_BUSY)
}

/// SQLite makes a file, and not the folder around it.
fn make_folder_of(url: &str) -> Result<()> {
    match sqlite_path(url).parent() {
        Some(folder) => std::fs::create_dir_all(folder).map_err(Error::Folder),
        None => Ok(()),
    }
}

pub(crate) fn sqlite_path(url: &str) -> &Path {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    Path::new(path.split_once('?').map_or(path, |(path, _)| path))
}

/// Connections are kept for as long as they work. With a limit to their age the pool looks through the
/// idle ones from time to time, and counts them wrongly while one is given back just then: it then goes
/// round for ever without a pause, and a thread of the process with it (transact-rs/sqlx#3645, mended
/// after 0.9.0). One that broke meanwhile is found by the test before it is used.
fn common(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire_if_idle_for(TEST_AFTER_IDLE)
        .sqlx_logging(false)
        .record_stmt_in_spans(false);
    options
}

fn postgres(url: &str, connections: u32) -> ConnectOptions {
    let mut options = common(url, connections);
    options.set_application_name("latchkey");
    // The pool itself waits without end for the sign of life of a connection that is given back.
    options.map_sqlx_postgres_pool_opts(|pool| {
        pool.after_release(|connection, _| Box::pin(still_lives(connection)))
    });
    options.map_sqlx_postgres_opts(|options| {
        let millis = STATEMENT_TIMEOUT.as_millis().to_string();
        options.options([
            ("statement_timeout", millis.as_str()),
            ("lock_timeout", millis.as_str()),
            ("idle_in_transaction_session_timeout", millis.as_str()),
        ])
    });
    options
}

/// An error closes the connection, and makes room for a new one.
async fn still_lives(connection: &mut PgConnection) -> std::result::Result<bool, sqlx::Error> {
    match tokio::time::timeout(PING_TIMEOUT, connection.ping()).await {
        Ok(answered) => answered.map(|()| true),
        Err(_) => Err(sqlx::Error::PoolTimedOut),
    }
}

fn sqlite(url: &str, connections: u32) -> ConnectOptions {
    let mut options = common(url, connections);
    options.acquire_timeout(SQLITE_BUSY_TIMEOUT);
    options.map_sqlx_sqlite_opts(|options: SqliteConnectOptions| {
        options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A claim must survive a power cut: it keeps a code from being sent twice.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(SQLITE_BUSY_TIMEOUT)
            .foreign_keys(true)
    });
    options
}
