//! What a sign-in reads of the configuration, kept while it is known to be current.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use latchkey_domain::{
    access::ApiKey,
    application::Application,
    connection::Connection,
    environment::Environment,
    grant::GrantRights,
    host::Host,
    id::EnvironmentId,
    name::{ApplicationName, ConnectionName, OrganizationName},
    organization::Organization,
};
use moka::future::Cache;
use sea_orm::{EntityTrait, prelude::Uuid};
use tokio_util::sync::CancellationToken;

use crate::{Error, Result, SealedSigningKey, Store, WayIn, entity::config_version};

/// How often the version is read: a change elsewhere is seen within a quarter of a second.
const POLL: Duration = Duration::from_millis(250);
/// Without an answer for this long, nothing here is known to be current.
const TRUSTED_FOR: Duration = Duration::from_secs(1);
/// Entries of a few kilobytes each, but for applications with many ways in: some tens of megabytes.
const CAPACITY: u64 = 10_000;

/// How often the use of a key or of a credential is written down.
const USE_NOTED_EVERY: Duration = Duration::from_mins(1);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Environment(EnvironmentId),
    Application(ApplicationName),
    Organization(OrganizationName),
    OrganizationOn(Host),
    Connection(ConnectionName),
    WayIn(ConnectionName, Host),
    WaysIn(ApplicationName, Host),
    Grant(ConnectionName, ApplicationName),
    Secret([u8; 32]),
    SigningKeys(EnvironmentId),
}

#[derive(Debug, Clone)]
enum Entry {
    Environment(Option<Arc<Environment>>),
    Application(Option<Arc<Application>>),
    Organization(Option<Arc<Organization>>),
    Connection(Option<Arc<Connection>>),
    WayIn(Option<Arc<WayIn>>),
    WaysIn(Arc<Vec<WayIn>>),
    Grant(Option<GrantRights>),
    ApiKey(Option<Arc<ApiKey>>),
    SigningKeys(Arc<Vec<SealedSigningKey>>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Noted {
    Use,
    Refusal,
}

/// A list weighs as much as what is in it.
fn weight(entry: &Entry) -> u32 {
    match entry {
        Entry::WaysIn(listed) => u32::try_from(listed.len()).unwrap_or(u32::MAX).max(1),
        _ => 1,
    }
}

/// Reads through to the store. An entry belongs to the version that was current when its reading
/// began; once the version is another, it is read anew.
#[derive(Debug, Clone)]
pub struct ConfigCache {
    store: Store,
    entries: Cache<(i64, Key), Entry>,
    start: Instant,
    /// When the version was last read, in microseconds after `start`.
    checked_at: Arc<AtomicI64>,
    /// What was used or refused within the last minute, so that this is noted once in that time.
    noted: Cache<Uuid, Noted>,
}

macro_rules! cached {
    ($self:ident, $variant:ident, $key:expr, $read:expr) => {{
        match $self.through($key, async { Ok(Entry::$variant($read)) }).await? {
            Entry::$variant(value) => Ok(value),
            _ => Err(Error::corrupt("cache", "an entry of another kind")),
        }
    }};
}

impl ConfigCache {
    /// An empty cache. It serves nothing from memory until [`Self::follow`] runs.
    pub fn new(store: Store) -> Self {
        let entries = Cache::builder().max_capacity(CAPACITY).weigher(|_, entry| weight(entry));
        let noted = Cache::builder().max_capacity(CAPACITY).time_to_live(USE_NOTED_EVERY).build();
        let checked_at = Arc::new(AtomicI64::new(i64::MIN));
        Self { store, entries: entries.build(), start: Instant::now(), checked_at, noted }
    }

    /// Reads the version four times a second until told to stop.
    pub async fn follow(self, stop: CancellationToken) {
        loop {
            if let Err(error) = self.check().await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the configuration's version cannot be read");
            }
            if stop.run_until_cancelled(tokio::time::sleep(POLL)).await.is_none() {
                return;
            }
        }
    }

    async fn check(&self) -> Result<()> {
        // What is read now may be old by the time that it is here: count from before.
        let asked_at = self.elapsed();
        let row = config_version::Entity::find_by_id(true).one(self.store.aside()).await?;
        let version = row.ok_or(Error::corrupt("config_version", "its row is gone"))?.version;
        self.store.config_version.send_if_modified(|newest| {
            let newer = version > *newest;
            if newer {
                *newest = version;
            }
            newer
        });
        self.checked_at.store(asked_at, Ordering::Relaxed);
        Ok(())
    }

    fn elapsed(&self) -> i64 {
        i64::try_from(self.start.elapsed().as_micros()).unwrap_or(i64::MAX)
    }

    fn is_trusted(&self) -> bool {
        let checked = self.checked_at.load(Ordering::Relaxed);
        let trusted = i64::try_from(TRUSTED_FOR.as_micros()).unwrap_or(i64::MAX);
        checked != i64::MIN && self.elapsed() - checked <= trusted
    }

    async fn through(&self, key: Key, read: impl Future<Output = Result<Entry>>) -> Result<Entry> {
        if !self.is_trusted() {
            return read.await;
        }
        let key = (*self.store.config_version.borrow(), key);
        if let Some(entry) = self.entries.get(&key).await {
            return Ok(entry);
        }
        let entry = read.await?;
        self.entries.insert(key, entry.clone()).await;
        Ok(entry)
    }

    /// An environment by its id.
    pub async fn environment(&self, id: &EnvironmentId) -> Result<Option<Arc<Environment>>> {
        let key = Key::Environment(id.clone());
        cached!(self, Environment, key, self.store.environment(id).await?.map(Arc::new))
    }

    /// An application by its name.
    pub async fn application(&self, name: &ApplicationName) -> Result<Option<Arc<Application>>> {
        let key = Key::Application(name.clone());
        cached!(self, Application, key, self.store.application(name).await?.map(Arc::new))
    }

    /// An organization by its name.
    pub async fn organization(&self, name: &OrganizationName) -> Result<Option<Arc<Organization>>> {
        let key = Key::Organization(name.clone());
        cached!(self, Organization, key, self.store.organization(name).await?.map(Arc::new))
    }

    /// The organization whose verified custom domain a host is, whichever environment it is in.
    pub async fn organization_on(&self, host: &Host) -> Result<Option<Arc<Organization>>> {
        let key = Key::OrganizationOn(host.clone());
        cached!(self, Organization, key, self.store.organization_on(host).await?.map(Arc::new))
    }

    /// A connection by its name.
    pub async fn connection(&self, name: &ConnectionName) -> Result<Option<Arc<Connection>>> {
        let key = Key::Connection(name.clone());
        cached!(self, Connection, key, self.store.connection(name).await?.map(Arc::new))
    }

    /// A connection with what serves a host, by its name.
    pub async fn way_in(&self, name: &ConnectionName, host: &Host) -> Result<Option<Arc<WayIn>>> {
        let key = Key::WayIn(name.clone(), host.clone());
        cached!(self, WayIn, key, self.store.way_in(name, host).await?.map(Arc::new))
    }

    /// The ways into an application on a host, oldest first: at most a page of them.
    pub async fn ways_in(
        &self,
        application: &ApplicationName,
        host: &Host,
    ) -> Result<Arc<Vec<WayIn>>> {
        let key = Key::WaysIn(application.clone(), host.clone());
        cached!(self, WaysIn, key, Arc::new(self.store.ways_in(application, host).await?))
    }

    /// What an application's people may do through a connection; `None` if it is not granted.
    pub async fn grant(
        &self,
        connection: &ConnectionName,
        application: &ApplicationName,
    ) -> Result<Option<GrantRights>> {
        let key = Key::Grant(connection.clone(), application.clone());
        cached!(self, Grant, key, self.store.grant(connection, application).await?)
    }

    /// The key that is proven by what has this hash.
    pub async fn api_key(&self, hash: [u8; 32]) -> Result<Option<Arc<ApiKey>>> {
        let key = Key::Secret(hash);
        cached!(self, ApiKey, key, self.store.api_key_by_secret(&hash).await?.map(Arc::new))
    }

    /// The keys that sign an environment's tokens, oldest first, as they are sealed.
    pub async fn signing_keys(&self, id: &EnvironmentId) -> Result<Arc<Vec<SealedSigningKey>>> {
        let key = Key::SigningKeys(id.clone());
        cached!(self, SigningKeys, key, Arc::new(self.store.signing_keys(id).await?))
    }

    /// Whether this process notes the use of something for the first time in a minute, or since it
    /// was refused.
    pub async fn first_use_in_a_while(&self, id: Uuid) -> bool {
        self.is_news(id, Noted::Use).await
    }

    /// Whether this process notes the refusal of something for the first time in a minute, or since
    /// its last use.
    pub async fn first_refusal_in_a_while(&self, id: Uuid) -> bool {
        self.is_news(id, Noted::Refusal).await
    }

    async fn is_news(&self, id: Uuid, what: Noted) -> bool {
        let entry = self.noted.entry(id);
        entry.or_insert_with_if(async { what }, |before| *before != what).await.is_fresh()
    }
}
