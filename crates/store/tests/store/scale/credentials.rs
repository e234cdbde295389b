//! A connection with ten thousand credentials, each for the domain of one organization: what is read is
//! for the hosts that are asked about.

use latchkey_domain::host::Host;

use super::{
    PageSize, Place, Plan, Size, Statements, Store, TestDatabase, dev, heard, named_application,
    named_connection, sqlite_plan,
};

/// As many that the database takes one credential for what a connection has.
const SIZE: Size = Size { connections: 20_000, applications: 10 };
/// A page of callback URLs.
const HOSTS: u32 = PageSize::DEFAULT;
/// Ways down through an index of that size, and the row: a few pages.
const A_FEW: u64 = 12;

const NUMBERS: &str = "WITH RECURSIVE numbers (n) AS \
    (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000)";
const CREDENTIALS: &str = "INSERT INTO credentials (id, environment, connection, client_id, \
    sealed_secret, fingerprint, host, role, created_at) SELECT UUID, 'dev', 'conn-000001', \
    'key-' || n, '', '', 'login-' || n || '.example', 'ACTIVE', n FROM numbers";
const ORGANIZATIONS: &str = "INSERT INTO organizations (environment, id, display_name, \
    custom_domain, verified_domain, version, created_at, updated_at) \
    SELECT 'dev', 'org-' || n, 'A customer', 'login-' || n || '.example', \
    'login-' || n || '.example', 1, n, n FROM numbers";

fn host(number: u32) -> Host {
    Host::parse(&format!("login-{number}.example")).unwrap()
}

async fn fill(db: &TestDatabase, size: Size) {
    super::fill::fill(db, size).await;
    let uuid = if db.is_postgres() { "gen_random_uuid()" } else { "randomblob(16)" };
    for rows in [CREDENTIALS, ORGANIZATIONS] {
        db.execute(&format!("{NUMBERS} {}", rows.replace("UUID", uuid))).await;
    }
    if db.is_postgres() {
        db.execute("VACUUM (ANALYZE)").await;
    }
}

/// What is asked, by what needs it.
#[derive(Debug, Clone, Copy)]
enum Question {
    /// The start of a sign-in.
    WayIn,
    /// A sign-in page.
    WaysIn,
    /// The state of a listed connection.
    State,
    /// A page of callback URLs.
    CallbackUrls,
    /// Its warnings.
    Shared,
}

/// Each with how many rows it is about.
const QUESTIONS: [(Question, u32); 5] = [
    (Question::WayIn, 2),
    (Question::WaysIn, 2),
    (Question::State, 2),
    (Question::CallbackUrls, HOSTS + 1),
    (Question::Shared, HOSTS),
];

async fn ask(store: &Store, question: Question, statements: &Statements) {
    let connection = named_connection(SIZE, Place::First);
    let hosts: Vec<_> = (5_000..5_000 + HOSTS).map(host).collect();
    let hosts: Vec<_> = hosts.iter().collect();
    match question {
        Question::WayIn => {
            let found = store.way_in(&connection, hosts[0]).await.unwrap().unwrap();
            assert_eq!(found.credentials.len(), 2, "its own, and the one for all hosts");
        }
        Question::WaysIn => {
            let found = store.ways_in(&named_application("the-oldest"), hosts[0]).await.unwrap();
            assert_eq!(found[0].credentials.len(), 2);
        }
        Question::State => {
            let ids = std::iter::once(&connection.connection);
            let found = store.credentials_of(&dev(), ids, hosts[0]).await.unwrap();
            assert_eq!(found[&connection.connection].len(), 2);
        }
        Question::CallbackUrls => {
            let found = store.credentials_for(&connection, &hosts).await.unwrap();
            assert_eq!(found.len(), hosts.len() + 1);
        }
        Question::Shared => {
            let found = store.credentials_for(&connection, &hosts).await.unwrap();
            let ids: Vec<_> = found.iter().filter(|it| it.host.is_some()).map(|it| it.id).collect();
            statements.forget();
            assert_eq!(store.shared_credentials(&ids).await.unwrap(), []);
        }
    }
}

fn buffers(plans: &[Plan]) -> u64 {
    for plan in plans {
        let scanned = plan.scanned_tables();
        // The organizations of an environment, which may be all there are, are looked at one by one.
        assert!(scanned.iter().all(|table| *table == "organizations"), "{plan:#?}");
    }
    plans.iter().map(Plan::buffers).sum()
}

/// Asks everything, each once.
async fn ask_all(store: &Store) {
    let statements = Statements::heard();
    for (question, of) in QUESTIONS {
        statements.forget();
        ask(store, question, &statements).await;
        let (plans, most) = (statements.plans().await, A_FEW * u64::from(of));
        assert!(buffers(&plans) <= most, "{question:?}, {most}: {plans:#?}");
    }
    // Where every host has its own, each is looked at, once; where none has, two are enough.
    for (place, hosts, found) in [(Place::First, 10_000, 0), (Place::Last, 2, 2)] {
        statements.forget();
        let without = store.served_hosts_without(&named_connection(SIZE, place)).await.unwrap();
        assert_eq!(without.len(), found);
        let plans = statements.plans().await;
        assert!(buffers(&plans) <= A_FEW * hosts, "{plans:#?}");
    }
}

async fn explained(db: TestDatabase) {
    fill(&db, SIZE).await;
    // The second is a plan that fits all values: it does not know which connection has so many.
    for mode in ["force_custom_plan", "force_generic_plan"] {
        for setting in heard::EXPLAINED {
            heard::set(&db, setting).await;
        }
        heard::set(&db, &format!("plan_cache_mode = {mode}")).await;
        let store = db.store().await;
        ask_all(&store).await;
        store.close().await.unwrap();
    }
}

#[tokio::test]
async fn one_of_ten_thousand_credentials_is_found_without_the_others() {
    TestDatabase::postgres().await.run(explained).await;
}

async fn planned(db: TestDatabase) {
    fill(&db, Size { connections: 50, applications: 30 }).await;
    let store = db.store().await;
    let statements = Statements::heard();
    for (question, _) in QUESTIONS {
        ask(&store, question, &statements).await;
    }
    store.served_hosts_without(&named_connection(SIZE, Place::First)).await.unwrap();
    for text in statements.texts() {
        for step in sqlite_plan(&db, &text).await {
            let dear = step.starts_with("SCAN") || step.contains("TEMP B-TREE");
            assert!(!dear, "{step} in {text}");
            let by_connection = step.contains("credentials_by_connection");
            assert!(!by_connection, "{step} in {text}");
        }
    }
    store.close().await.unwrap();
}

#[tokio::test]
async fn sqlite_finds_one_of_ten_thousand_credentials_by_index() {
    TestDatabase::sqlite().await.run(planned).await;
}
