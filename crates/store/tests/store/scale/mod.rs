//! What administrators and sign-ins read costs the same however much there is, told by the plans of
//! the very statements that the store sends.

mod credentials;
mod fill;
mod heard;
mod organizations;
mod sign_ins;

use std::{collections::BTreeMap, sync::Mutex};

use latchkey_domain::{
    id::EnvironmentId,
    name::{ApplicationName, ConnectionName},
    page::{Page, PageSize},
    time::Timestamp,
};
use latchkey_store::{ConnectionFilter, SealedKind, Store, TimeCursor};
use latchkey_test_database::TestDatabase;
use sea_orm::{ConnectionTrait, Statement};

use crate::made;
use fill::{Size, application, connection};
use heard::{Cost, Plan, Statements};

const FEW: Size = Size { connections: 1_000, applications: 1_000 };
const MANY: Size = Size { connections: 100_000, applications: 10_000 };
/// Often enough for one of them to be on a connection that has read the indexes before.
const ROUNDS: usize = 7;
const TABLES: [&str; 4] = ["connections", "credentials", "application_grants", "applications"];

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    First,
    Middle,
    Last,
}

const PLACES: [Place; 3] = [Place::First, Place::Middle, Place::Last];

/// What is asked for, by the RPC that asks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Call {
    GetConnection(Place),
    ListConnections {
        of: Option<&'static str>,
        deleted: bool,
        place: Place,
    },
    ListApplications {
        of: Option<Place>,
        place: Place,
    },
    ListLoginOptions {
        of: &'static str,
    },
    /// What readiness asks: which keys sealed what is kept.
    SealMarks(SealedKind),
}

/// Every call, each filter with what makes it hard: one among many, the oldest or the newest, or all.
fn calls() -> Vec<Call> {
    let mut calls = Vec::new();
    for place in PLACES {
        calls.push(Call::GetConnection(place));
        for of in [None, Some("everything"), Some("the-oldest"), Some("the-newest")] {
            for deleted in [false, true] {
                calls.push(Call::ListConnections { of, deleted, place });
            }
        }
        // The first connection is every application's, the last one is only a few's.
        for of in [None, Some(Place::First), Some(Place::Last)] {
            calls.push(Call::ListApplications { of, place });
        }
    }
    let applications = ["everything", "the-oldest", "the-newest"];
    calls.extend(applications.map(|of| Call::ListLoginOptions { of }));
    calls.extend(SealedKind::ALL.map(Call::SealMarks));
    calls
}

fn dev() -> EnvironmentId {
    made::dev()
}

fn named_application(id: &str) -> ApplicationName {
    ApplicationName { environment: dev(), application: id.parse().unwrap() }
}

fn named_connection(size: Size, place: Place) -> ConnectionName {
    let number = match place {
        Place::First => 1,
        Place::Middle => size.connections / 2,
        Place::Last => size.connections,
    };
    ConnectionName { environment: dev(), connection: connection(number).parse().unwrap() }
}

/// A page among as many, numbered from 1 in the order of their age.
fn page(count: u32, place: Place, id: impl Fn(u32) -> String) -> Page<TimeCursor> {
    let after = match place {
        Place::First => None,
        Place::Middle => Some(count / 2),
        Place::Last => Some(count - 20),
    };
    let cursor = |number| TimeCursor { created_at: i64::from(number), id: id(number) };
    Page { size: PageSize(PageSize::DEFAULT), after: after.map(cursor) }
}

/// Reads what the use case of the call reads of these tables.
async fn make(store: &Store, call: &Call, size: Size) {
    match call {
        Call::GetConnection(place) => {
            let name = named_connection(size, *place);
            assert!(store.connection_ever(&name).await.unwrap().is_some());
            let found = store.credentials_for(&name, &[&made::host()]).await.unwrap();
            assert_eq!(found.len(), 1);
        }
        Call::ListConnections { of, deleted, place } => {
            let (dev, application) = (dev(), of.map(named_application));
            let filter = application
                .as_ref()
                .map_or(ConnectionFilter::All(&dev), ConnectionFilter::OfApplication);
            let undoable_at = deleted.then_some(Timestamp(0));
            let page = page(size.connections, *place, connection);
            let found = store.list_connections(filter, undoable_at, &page).await.unwrap().items;
            let ids = found.iter().map(|connection| &connection.id);
            store.credentials_of(&dev, ids, &made::host()).await.unwrap();
        }
        Call::ListApplications { of, place } => {
            let of = of.map(|place| named_connection(size, place));
            let page = page(size.applications, *place, application);
            store.list_applications(&dev(), of.as_ref(), &page).await.unwrap();
        }
        Call::ListLoginOptions { of } => {
            let ways_in = store.ways_in(&named_application(of), &made::host()).await.unwrap();
            assert!(!ways_in.is_empty());
        }
        Call::SealMarks(kind) => {
            store.seal_marks(*kind).await.unwrap();
        }
    }
}

async fn costs(db: &TestDatabase, size: Size) -> BTreeMap<Call, Cost> {
    fill::fill(db, size).await;
    let store = db.store().await;
    let statements = Statements::heard();
    let mut costs = BTreeMap::new();
    for call in calls() {
        let mut cost = Cost::UNKNOWN;
        for _ in 0..ROUNDS {
            statements.forget();
            make(&store, &call, size).await;
            let plans = statements.plans().await;
            for plan in &plans {
                assert_reads_by_index(plan, &call);
            }
            cost = cost.or(&plans);
        }
        costs.insert(call, cost);
    }
    store.close().await.unwrap();
    costs
}

fn assert_reads_by_index(plan: &Plan, call: &Call) {
    assert!(!plan.text().contains(" OFFSET "), "{call:?}: {}", plan.text());
    for table in plan.scanned_tables() {
        assert!(!TABLES.contains(&table), "{call:?} reads all of {table}: {plan:#?}");
    }
}

/// What each call costs in a database of this size.
async fn measured(size: Size, settings: &[&str]) -> BTreeMap<Call, Cost> {
    let measured = Mutex::new(BTreeMap::new());
    let measure = async |db: TestDatabase| {
        for setting in heard::EXPLAINED.iter().chain(settings) {
            heard::set(&db, setting).await;
        }
        *measured.lock().unwrap() = costs(&db, size).await;
    };
    TestDatabase::postgres().await.run(measure).await;
    measured.into_inner().unwrap()
}

/// A table of a few pages is rightly read whole; what is compared is the way by the indexes.
const BY_INDEX: [&str; 4] = [
    "enable_seqscan = off",
    "enable_bitmapscan = off",
    "enable_hashjoin = off",
    "enable_mergejoin = off",
];

#[tokio::test]
async fn what_is_read_costs_the_same_among_a_thousand_and_a_hundred_thousand() {
    let few = measured(FEW, &BY_INDEX).await;
    let many = measured(MANY, &[]).await;
    let mut dear = Vec::new();
    for (call, before) in &few {
        let after = many[call];
        eprintln!("{call:?}: {} buffers, then {}", before.buffers, after.buffers);
        if !after.is_like(*before) {
            dear.push((call, before, after));
        }
    }
    assert!(dear.is_empty(), "{dear:#?}");
}

#[tokio::test]
async fn sqlite_reads_by_index_and_sorts_nothing() {
    TestDatabase::sqlite().await.run(planned).await;
}

async fn planned(db: TestDatabase) {
    let size = Size { connections: 50, applications: 30 };
    fill::fill(&db, size).await;
    let store = db.store().await;
    let statements = Statements::heard();
    for call in calls() {
        statements.forget();
        make(&store, &call, size).await;
        let texts = statements.texts();
        assert!(!texts.is_empty(), "no statement of {call:?}");
        for text in texts {
            assert!(!text.contains(" OFFSET "), "{call:?}: {text}");
            for step in sqlite_plan(&db, &text).await {
                let dear = step.starts_with("SCAN") || step.contains("TEMP B-TREE");
                assert!(!dear, "{call:?}: {step} in {text}");
            }
        }
    }
    store.close().await.unwrap();
}

/// What SQLite would do for a statement, step by step.
async fn sqlite_plan(db: &TestDatabase, text: &str) -> Vec<String> {
    let raw = db.raw().await;
    let sql = format!("EXPLAIN QUERY PLAN {text}");
    let statement = Statement::from_string(raw.get_database_backend(), sql);
    let steps = raw.query_all_raw(statement).await.unwrap();
    raw.close().await.unwrap();
    steps.iter().map(|step| step.try_get("", "detail").unwrap()).collect()
}
