//! Purging what is due, beside everything else.

use std::time::Duration;

use latchkey_domain::{
    connection::{CredentialRole, Deletion},
    email::EmailAddress,
    email_code::CountedFor,
    id::uuid_at,
    time::{Clock, Timestamp},
};
use latchkey_store::{AnsweredRequest, Request, Store};
use latchkey_test_database::TestDatabase;
use sea_orm::ConnectionTrait;
use tokio_util::sync::CancellationToken;

use crate::made;

/// The one of `sweep.rs`.
const SWEEPERS_LOCK: i64 = 52_824_541;

/// Connections with a credential each, deleted at these moments.
async fn deleted_at(db: &TestDatabase, moments: &[Timestamp]) -> Store {
    let store = db.store().await;
    for (n, at) in moments.iter().enumerate() {
        let connection = made::connection(&format!("conn-{n}"));
        let name = connection.name();
        let credential = made::credential(None, CredentialRole::Active);
        made::added(&store, async |tx| {
            tx.add_connection(&connection).await?;
            tx.add_credential(&name, &credential).await?;
            tx.remove_connection(&name, Deletion::at(*at)).await
        })
        .await;
    }
    store
}

async fn credentials(db: &TestDatabase) -> i64 {
    db.number("SELECT COUNT(*) FROM credentials").await
}

crate::both! {
    async fn the_sweep_purges_what_is_due_and_nothing_else(db) {
        let later = |seconds| made::NOW.plus(Duration::from_secs(seconds));
        let store = deleted_at(&db, &[later(9), later(0), later(20), later(5)]).await;
        made::added(&store, async |tx| tx.add_connection(&made::connection("bitbucket")).await)
            .await;
        let month = |at: Timestamp| at.plus(Deletion::UNDOABLE);
        let config = "SELECT version FROM config_version";
        let before = db.number(config).await;
        assert_eq!(store.purge_due(Timestamp(month(later(0)).0 - 1)).await.unwrap(), 0);
        assert_eq!(store.purge_due(month(later(9))).await.unwrap(), 3);
        assert_eq!(store.purge_due(month(later(9))).await.unwrap(), 0);

        assert_eq!(credentials(&db).await, 1);
        let told = "SELECT COUNT(*) FROM outbox WHERE type = 'latchkey.connection.purged.v1'";
        assert_eq!(db.number(told).await, 3);
        let left = store.connection_ever(&made::connection("conn-2").name()).await.unwrap();
        assert!(left.unwrap().deletion.unwrap().can_be_undone(month(later(9))));
        assert!(store.connection(&made::bitbucket()).await.unwrap().is_some());
        assert_eq!(db.number(config).await, before, "nobody reads the configuration anew");
    }

    async fn one_that_cannot_be_purged_holds_up_no_other(db) {
        let store = deleted_at(&db, &[made::NOW, Timestamp(0), made::NOW, made::NOW]).await;
        db.execute("DELETE FROM credentials WHERE connection = 'conn-1'").await;
        db.execute("UPDATE connections SET id = 'No Id' WHERE id = 'conn-1'").await;
        let month = made::NOW.plus(Deletion::UNDOABLE);
        assert_eq!(store.purge_due(month).await.unwrap(), 3);
        assert_eq!(credentials(&db).await, 0);
        assert_eq!(store.purge_due(month).await.unwrap(), 0);
    }

    async fn what_is_due_is_purged_as_soon_as_the_sweep_begins(db) {
        let store = deleted_at(&db, &[Timestamp(0)]).await;
        let later = store.clock().now();
        made::added(&store, async |tx| {
            let (late, name) = (made::connection("late"), made::connection("late").name());
            tx.add_connection(&late).await?;
            let deleted = made::credential(None, CredentialRole::Active);
            tx.add_credential(&name, &deleted).await?;
            tx.remove_credential(deleted.credential.id, Timestamp(0)).await?;
            let request = Request { scope: String::new(), id: uuid_at(made::NOW) };
            let answered = AnsweredRequest { fingerprint: vec![1], resource: String::new() };
            tx.add_request(&request, &answered, Timestamp(0)).await?;
            tx.remove_connection(&name, Deletion::at(later)).await
        })
        .await;
        let stop = CancellationToken::new();
        let sweep = tokio::spawn(store.clone().sweep(stop.clone()));
        let gone = async {
            let requests = async || db.number("SELECT COUNT(*) FROM requests").await;
            while credentials(&db).await + requests().await > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), gone).await.unwrap();
        stop.cancel();
        sweep.await.unwrap();
        assert_eq!(db.number("SELECT COUNT(*) FROM connections WHERE purge_at > 0").await, 1);
    }
}

crate::both! {
    async fn a_count_that_is_over_and_counted_up_meanwhile_is_not_swept(db) {
        let (store, sweeper) = (db.store().await, db.store().await);
        let (environment, address) = (made::dev(), EmailAddress::parse("rowan@mail.example").unwrap());
        let counted_for = CountedFor::Address(&address);
        let count = async |now| {
            let tx = store.begin().await.unwrap();
            let counted = tx.hold_allowance(&environment, counted_for, now).await.unwrap();
            let counted = counted.send(now).unwrap();
            tx.count_code(&environment, counted_for, &counted).await.unwrap();
            (tx, counted)
        };
        let (tx, first) = count(made::NOW).await;
        tx.commit().await.unwrap();
        let over = first.over_at();

        // It was found to be over before the new count is committed, and waits to remove it.
        let (tx, second) = count(over).await;
        let sweep = tokio::spawn({
            let sweeper = sweeper.clone();
            async move { sweeper.forget_email_allowances(over).await.unwrap() }
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!sweep.is_finished());
        tx.commit().await.unwrap();

        assert_eq!(sweep.await.unwrap(), 0);
        let tx = store.begin().await.unwrap();
        assert_eq!(tx.hold_allowance(&environment, counted_for, over).await.unwrap(), second);
        drop(tx);
        assert_eq!(sweeper.forget_email_allowances(second.over_at()).await.unwrap(), 1);
    }
}

crate::postgres_only! {
    async fn one_process_sweeps_at_a_time(db) {
        let store = deleted_at(&db, &[Timestamp(0), Timestamp(1)]).await;
        let other = db.raw().await;
        let lock = format!("SELECT pg_advisory_lock({SWEEPERS_LOCK})");
        other.execute_unprepared(&lock).await.unwrap();
        assert_eq!(store.purge_due(made::NOW).await.unwrap(), 0);
        let unlock = format!("SELECT pg_advisory_unlock({SWEEPERS_LOCK})");
        other.execute_unprepared(&unlock).await.unwrap();
        assert_eq!(store.purge_due(made::NOW).await.unwrap(), 2);
    }

    async fn many_sweepers_purge_each_connection_once(db) {
        let moments: Vec<_> = (0..12).map(Timestamp).collect();
        let store = deleted_at(&db, &moments).await;
        let sweepers = (0..4).map(|_| store.purge_due(made::NOW));
        let purged = futures_util::future::join_all(sweepers).await;
        let purged: u64 = purged.into_iter().map(Result::unwrap).sum();
        let rest = store.purge_due(made::NOW).await.unwrap();
        assert_eq!(purged + rest, 12);
        let told = "SELECT COUNT(DISTINCT subject) FROM outbox";
        assert_eq!(db.number(told).await, 12);
        assert_eq!(store.outbox_depth().await.unwrap().0, 12);
    }
}
