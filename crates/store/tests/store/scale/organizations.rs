//! Organizations, and whose a host is, among ten thousand.

use latchkey_domain::{host::Host, page::PageSize};

use super::{
    EnvironmentId, Page, Statements, Store, TestDatabase, TimeCursor, dev, heard, sqlite_plan,
};

/// Every second one has proven its domain.
const FILL: &str = "WITH RECURSIVE numbers (n) AS \
    (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000) \
    INSERT INTO organizations (environment, id, display_name, custom_domain, verified_domain, \
    version, created_at, updated_at) \
    SELECT 'dev', 'org-' || n, 'A customer', 'login-' || n || '.example', \
    CASE WHEN n % 2 = 0 THEN 'login-' || n || '.example' END, 1, n, n FROM numbers";

fn host(number: u32) -> Host {
    Host::parse(&format!("login-{number}.example")).unwrap()
}

fn page(after: Option<u32>) -> Page<TimeCursor> {
    let cursor = |n| TimeCursor { created_at: i64::from(n), id: format!("org-{n}") };
    Page { size: PageSize(PageSize::DEFAULT), after: after.map(cursor) }
}

/// Reads what is read of organizations, at either end and in the middle.
async fn read(store: &Store) {
    let dev: EnvironmentId = dev();
    for after in [None, Some(5_000), Some(9_000)] {
        let listed = store.list_organizations(&dev, None, &page(after)).await.unwrap();
        assert_eq!(listed.items.len(), PageSize::DEFAULT as usize);
        let served = store.list_served_organizations(&dev, &page(after)).await.unwrap();
        assert_eq!(served.items.len(), PageSize::DEFAULT as usize);
    }
    for number in [2, 5_000, 10_000] {
        let listed =
            store.list_organizations(&dev, Some(&host(number)), &page(None)).await.unwrap();
        assert_eq!(listed.items.len(), 1);
        assert!(store.organization_on(&host(number)).await.unwrap().is_some());
    }
    assert!(store.organization_on(&host(3)).await.unwrap().is_none(), "it is not proven");
}

async fn explained(db: TestDatabase) {
    for setting in heard::EXPLAINED {
        heard::set(&db, setting).await;
    }
    db.execute(FILL).await;
    db.execute("VACUUM (ANALYZE)").await;
    let store = db.store().await;
    let statements = Statements::heard();
    read(&store).await;
    for plan in statements.plans().await {
        assert_eq!(plan.scanned_tables(), [""; 0], "{plan:#?}");
    }
    store.close().await.unwrap();
}

#[tokio::test]
async fn organizations_are_found_by_index_among_ten_thousand() {
    TestDatabase::postgres().await.run(explained).await;
}

async fn planned(db: TestDatabase) {
    db.execute(FILL).await;
    let store = db.store().await;
    let statements = Statements::heard();
    read(&store).await;
    for text in statements.texts() {
        for step in sqlite_plan(&db, &text).await {
            let dear = step.starts_with("SCAN") || step.contains("TEMP B-TREE");
            assert!(!dear, "{step} in {text}");
        }
    }
    store.close().await.unwrap();
}

#[tokio::test]
async fn sqlite_finds_organizations_by_index() {
    TestDatabase::sqlite().await.run(planned).await;
}
