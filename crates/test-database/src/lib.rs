//! A database for each test: made from a template that is migrated once a build, dropped afterwards.
#![expect(clippy::unwrap_used, reason = "only tests use it, and a test that fails says where")]

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::UNIX_EPOCH,
};

use futures_util::FutureExt;
use latchkey_store::{Config, Store};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};
use tempfile::TempDir;

/// Any number that no other program takes: only one test at a time makes a database.
const LOCK: i64 = 52_824_541;

/// A test's own database.
#[derive(Debug, Clone)]
pub struct TestDatabase {
    /// As the store's configuration takes it.
    pub url: String,
    postgres: Option<(String, String)>,
    _folder: Option<Arc<TempDir>>,
}

impl TestDatabase {
    /// A migrated database.
    pub async fn postgres() -> Self {
        let server = server_url();
        let admin = single(&server).await;
        run(&admin, &format!("SELECT pg_advisory_lock({LOCK})")).await;
        let template = template(&admin, &server).await;
        let name = create(&admin, &format!("TEMPLATE {template}")).await;
        admin.close().await.unwrap();
        Self { url: with_name(&server, &name), postgres: Some((server, name)), _folder: None }
    }

    /// The database of this URL, on a server of a test's own: migrated here, never dropped.
    pub async fn at(url: &str) -> Self {
        let database = Self { url: url.to_owned(), postgres: None, _folder: None };
        let store = database.store().await;
        store.migrate().await.unwrap();
        store.close().await.unwrap();
        database
    }

    /// The same database, reached through a proxy on this port.
    #[must_use]
    pub fn through(&self, port: u16) -> Self {
        let mut url = url::Url::parse(&self.url).unwrap();
        url.set_port(Some(port)).unwrap();
        Self { url: url.into(), ..self.clone() }
    }

    /// The same database, reached with this password where the server's URL has none: a server that
    /// asks for none takes any.
    #[must_use]
    pub fn with_password(&self, password: &str) -> Self {
        let mut url = url::Url::parse(&self.url).unwrap();
        if url.password().is_none() {
            url.set_password(Some(password)).unwrap();
        }
        Self { url: url.into(), ..self.clone() }
    }

    /// A PostgreSQL database with nothing in it.
    pub async fn empty_postgres() -> Self {
        let server = server_url();
        let admin = single(&server).await;
        let name = create(&admin, "TEMPLATE template0").await;
        admin.close().await.unwrap();
        Self { url: with_name(&server, &name), postgres: Some((server, name)), _folder: None }
    }

    /// A migrated file.
    pub async fn sqlite() -> Self {
        let database = Self::empty_sqlite();
        let store = database.store().await;
        store.migrate().await.unwrap();
        store.close().await.unwrap();
        database
    }

    /// A file that is yet to be made.
    pub fn empty_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("latchkey.db").display());
        Self { url, postgres: None, _folder: Some(Arc::new(folder)) }
    }

    /// Runs a test, and drops the database however it ends.
    pub async fn run<F: Future<Output = ()>>(self, test: impl FnOnce(Self) -> F) {
        let end = AssertUnwindSafe(test(self.clone())).catch_unwind().await;
        if let Some((server, name)) = &self.postgres {
            let admin = single(server).await;
            run(&admin, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
        if let Err(panic) = end {
            std::panic::resume_unwind(panic);
        }
    }

    /// The store's configuration.
    pub fn config(&self) -> Config {
        Config { url: self.url.as_str().into(), ..Config::default() }
    }

    /// A store of its own connections, as another process has.
    pub async fn store(&self) -> Store {
        Store::connect(&self.config()).await.unwrap()
    }

    /// Which database it is.
    pub fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres")
    }

    /// A connection beside the store's.
    pub async fn raw(&self) -> DatabaseConnection {
        single(&self.url).await
    }

    /// Whether somebody writes just now, on SQLite, where one does at a time.
    pub async fn is_being_written(&self) -> bool {
        let raw = self.raw().await;
        run(&raw, "PRAGMA busy_timeout = 0").await;
        let is_free = raw.execute_unprepared("BEGIN IMMEDIATE").await.is_ok();
        // With it ends what was begun.
        raw.close().await.unwrap();
        !is_free
    }

    /// What a query that answers one number answers.
    pub async fn number(&self, sql: &str) -> i64 {
        let raw = self.raw().await;
        let number = number(&raw, sql).await;
        raw.close().await.unwrap();
        number
    }

    /// Runs a statement.
    pub async fn execute(&self, sql: &str) {
        let raw = self.raw().await;
        run(&raw, sql).await;
        raw.close().await.unwrap();
    }
}

/// What a query that answers one number answers.
pub async fn number(db: &DatabaseConnection, sql: &str) -> i64 {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

fn server_url() -> String {
    #[expect(clippy::disallowed_methods, reason = "how tests are told of their servers")]
    let url = std::env::var("LATCHKEY_TEST_POSTGRES_URL");
    url.expect("LATCHKEY_TEST_POSTGRES_URL is not set: scripts/test finds a server and sets it")
}

fn with_name(server: &str, name: &str) -> String {
    let mut url = url::Url::parse(server).expect("LATCHKEY_TEST_POSTGRES_URL is a URL");
    url.set_path(name);
    url.into()
}

async fn single(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    // Without limits to its age, as those of the store: see there.
    options.max_connections(1).idle_timeout(None).max_lifetime(None).sqlx_logging(false);
    Database::connect(options).await.unwrap()
}

async fn run(db: &DatabaseConnection, sql: &str) {
    db.execute_unprepared(sql).await.unwrap();
}

/// The name of the test binary, without the hash that cargo puts behind it.
fn suite() -> String {
    let program = std::env::current_exe().unwrap();
    let name = program.file_stem().unwrap().to_string_lossy().into_owned();
    let name = name.rsplit_once('-').map_or(name.as_str(), |(name, _)| name).to_owned();
    name.replace(|c: char| !c.is_ascii_alphanumeric(), "_")
}

async fn create(admin: &DatabaseConnection, how: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("latchkey_{}_{}_{count}", suite(), std::process::id());
    // Left behind by a process of the same number that was killed.
    run(admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    run(admin, &format!("CREATE DATABASE {name} {how}")).await;
    name
}

/// The migrated template of this build of the tests; the caller holds the lock. One of another
/// build is dropped: whoever still needs it makes it again.
async fn template(admin: &DatabaseConnection, server: &str) -> String {
    let program = std::env::current_exe().and_then(std::fs::metadata).unwrap();
    let built = program.modified().unwrap().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let family = format!("latchkey_template_{}_", suite());
    let name = format!("{family}{built}");
    let others = format!(
        "SELECT datname::text FROM pg_database WHERE starts_with(datname::text, '{family}')"
    );
    let statement = Statement::from_string(admin.get_database_backend(), others);
    let rows = admin.query_all_raw(statement).await.unwrap();
    let found: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    if found.contains(&name) {
        return name;
    }
    for other in found {
        run(admin, &format!("DROP DATABASE {other} WITH (FORCE)")).await;
    }
    let fresh = create(admin, "TEMPLATE template0").await;
    let config = Config { url: with_name(server, &fresh).into(), ..Config::default() };
    let store = Store::connect(&config).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await.unwrap();
    // Under its own name only once it is whole.
    run(admin, &format!("ALTER DATABASE {fresh} RENAME TO {name}")).await;
    name
}
