//! Sign-ins as they are looked up: by the index that is for it. PostgreSQL's way is in `plans`.

use latchkey_domain::{
    id::UserId,
    page::{Page, PageSize},
};
use latchkey_store::Cursor;
use uuid::Uuid;

use super::{Statements, TestDatabase, dev, sqlite_plan};

async fn planned(db: TestDatabase) {
    let store = db.store().await;
    let statements = Statements::heard();
    let user = UserId(Uuid::from_u128(1));
    for (of, index) in [(None, "sign_ins_by_environment"), (Some(user), "sign_ins_by_user")] {
        for after in [None, Some(Cursor { created_at: 1, id: Uuid::from_u128(2) })] {
            statements.forget();
            let page = Page { size: PageSize(PageSize::DEFAULT), after };
            assert_eq!(store.list_sign_ins(&dev(), of, &page).await.unwrap().items, []);
            for text in statements.texts() {
                for step in sqlite_plan(&db, &text).await {
                    assert!(step.starts_with("SEARCH") && step.contains(index), "{step} in {text}");
                }
            }
        }
    }
    store.close().await.unwrap();
}

#[tokio::test]
async fn sqlite_finds_sign_ins_by_the_index_that_is_for_them() {
    TestDatabase::sqlite().await.run(planned).await;
}
