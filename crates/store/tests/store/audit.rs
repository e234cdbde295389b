//! The audit.

use latchkey_domain::{audit::Change, caller::Caller};
use sea_orm::ConnectionTrait;

use crate::made;

crate::both! {
    async fn what_the_audit_says_is_neither_changed_nor_removed(db) {
        let store = db.store().await;
        let change = Change {
            environment: Some(made::dev()),
            action: "connection.updated",
            resource: "environments/dev/connections/bitbucket".to_owned(),
            fields: Vec::new(),
        };
        let caller = Caller::of_the_database();
        made::added(&store, async |tx| tx.audit(&caller, &change, made::NOW).await).await;
        let raw = db.raw().await;
        for statement in [
            "UPDATE audit_entries SET action = 'nothing.happened'",
            "DELETE FROM audit_entries",
        ] {
            let refused = raw.execute_unprepared(statement).await.unwrap_err().to_string();
            assert!(refused.contains("the audit is written once"), "{refused}");
        }
        assert_eq!(db.number("SELECT COUNT(*) FROM audit_entries").await, 1);
    }
}
