//! What the use cases themselves read costs the same among a hundred thousand connections as among a
//! thousand: a read that somebody adds to one of them is counted.

#[expect(dead_code, reason = "the store's tests need all of it")]
#[path = "../../crates/store/tests/store/scale/fill.rs"]
mod fill;
#[expect(dead_code, reason = "the store's tests need all of it")]
#[path = "../../crates/store/tests/store/scale/heard.rs"]
mod heard;

use std::sync::{Arc, Mutex};

use latchkey_domain::{
    caller::Caller,
    name::{ApplicationName, ConnectionName},
    page::{Page, PageSize},
};
use latchkey_identity::{Latchkey, Parts, Providers, TimeCursor, WhichConnections};
use latchkey_keyring::{KeyFile, KeyRing};
use latchkey_store::ConfigCache;
use latchkey_test_database::TestDatabase;
use latchkey_test_dns::TestDns;

use crate::harness::app::resolver;
use fill::{Size, connection};
use heard::{Cost, Statements};

const FEW: Size = Size { connections: 1_000, applications: 1_000 };
const MANY: Size = Size { connections: 100_000, applications: 10_000 };
/// Often enough for one of them to be on a connection that has read the indexes before.
const ROUNDS: usize = 7;
const CALLER: &Caller = &Caller::of_the_database();
const ENVIRONMENT: &str = "INSERT INTO environments (id, display_name, kind, default_domain, version, \
    created_at, updated_at) \
    VALUES ('dev', 'Dev', 'NON_PRODUCTION', 'login.example.com', 1, 0, 0)";
/// A table of a few pages is rightly read whole; what is compared is the way by the indexes.
const BY_INDEX: [&str; 4] = [
    "enable_seqscan = off",
    "enable_bitmapscan = off",
    "enable_hashjoin = off",
    "enable_mergejoin = off",
];

/// What is asked for, by the RPC that asks.
#[derive(Debug, Clone, Copy)]
enum Call {
    GetConnection,
    ListConnections { of: Option<&'static str>, deleted: bool, middle: bool },
    ListLoginOptions { of: &'static str },
}

fn calls() -> Vec<Call> {
    let mut calls = vec![Call::GetConnection];
    for of in [None, Some("everything"), Some("the-newest")] {
        for (deleted, middle) in [(false, false), (false, true), (true, false), (true, true)] {
            calls.push(Call::ListConnections { of, deleted, middle });
        }
    }
    calls.extend(["everything", "the-newest"].map(|of| Call::ListLoginOptions { of }));
    calls
}

fn application(id: &str) -> ApplicationName {
    format!("environments/dev/applications/{id}").parse().unwrap()
}

async fn make(latchkey: &Latchkey, call: Call, size: Size) {
    let middle = size.connections / 2;
    match call {
        Call::GetConnection => {
            let name = format!("environments/dev/connections/{}", connection(middle));
            let name: ConnectionName = name.parse().unwrap();
            latchkey.connection(CALLER, &name).await.unwrap();
        }
        Call::ListConnections { of, deleted, middle: from_there } => {
            let which = WhichConnections {
                environment: "dev".parse().unwrap(),
                application: of.map(application),
                show_deleted: deleted,
            };
            let cursor = TimeCursor { created_at: middle.into(), id: connection(middle) };
            let page =
                Page { size: PageSize(PageSize::DEFAULT), after: from_there.then_some(cursor) };
            let listed = latchkey.list_connections(CALLER, &which, &page).await.unwrap();
            assert!(!listed.items.is_empty());
        }
        Call::ListLoginOptions { of } => {
            latchkey.login_options(CALLER, &application(of), None, None).await.unwrap();
        }
    }
}

/// The use cases, in this thread alone: what they ask is heard, and nobody else's statements are.
async fn use_cases(db: &TestDatabase, dns: &TestDns) -> Latchkey {
    let store = db.store().await;
    let keyring = Arc::new(KeyRing::load(&KeyFile::generate().unwrap()).unwrap());
    Latchkey::new(Parts {
        cache: ConfigCache::new(store.clone()),
        clock: Arc::new(store.clock()),
        store,
        keyring,
        providers: Providers::new(),
        resolver: resolver(dns),
        mailer: None,
    })
}

async fn measured(size: Size, settings: &[&str]) -> Vec<Cost> {
    let costs = Mutex::new(Vec::new());
    let measure = async |db: TestDatabase| {
        for setting in heard::EXPLAINED.iter().chain(settings) {
            heard::set(&db, setting).await;
        }
        fill::fill(&db, size).await;
        db.execute(ENVIRONMENT).await;
        let dns = TestDns::start().await;
        let latchkey = use_cases(&db, &dns).await;
        let statements = Statements::heard();
        for call in calls() {
            let mut cost = Cost::UNKNOWN;
            for _ in 0..ROUNDS {
                statements.forget();
                make(&latchkey, call, size).await;
                cost = cost.or(&statements.plans().await);
            }
            costs.lock().unwrap().push(cost);
        }
    };
    TestDatabase::postgres().await.run(measure).await;
    costs.into_inner().unwrap()
}

#[tokio::test]
async fn what_use_cases_read_costs_the_same_among_a_thousand_and_a_hundred_thousand() {
    let few = measured(FEW, &BY_INDEX).await;
    let many = measured(MANY, &[]).await;
    let mut dear = Vec::new();
    for ((call, few), many) in calls().into_iter().zip(few).zip(many) {
        eprintln!("{call:?}: {} buffers, then {}", few.buffers, many.buffers);
        if !many.is_like(few) {
            dear.push((call, few, many));
        }
    }
    assert!(dear.is_empty(), "{dear:#?}");
}
