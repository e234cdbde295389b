//! Events go out if, and only if, their transaction commits.

use latchkey_store::Error;

use crate::made;

crate::both! {
    async fn an_event_of_a_transaction_that_is_not_committed_never_was(db) {
        let store = db.store().await;
        let mut recorded = store.recorded();
        recorded.mark_unchanged();
        let tx = store.begin().await.unwrap();
        tx.add_user(&made::user()).await.unwrap();
        tx.emit(&made::told(None, made::NOW)).await.unwrap();
        assert!(!recorded.has_changed().unwrap());
        drop(tx);
        made::added(&store, async |tx| tx.add_user(&made::user()).await).await;
        assert!(!recorded.has_changed().unwrap(), "nothing was told");
        assert_eq!(store.outbox_depth().await.unwrap(), (0, None));
        assert_eq!(db.number("SELECT COUNT(*) FROM users").await, 1);
    }

    async fn whoever_waits_is_woken_once_the_event_can_be_read(db) {
        let store = db.store().await;
        let mut recorded = store.recorded();
        recorded.mark_unchanged();
        let tx = store.begin().await.unwrap();
        tx.emit(&made::told(None, made::NOW)).await.unwrap();
        assert!(!recorded.has_changed().unwrap());
        let (reader, mut woken) = (store.clone(), recorded.clone());
        let depth = tokio::spawn(async move {
            woken.changed().await.unwrap();
            reader.outbox_depth().await.unwrap()
        });
        tx.commit().await.unwrap();
        assert_eq!(depth.await.unwrap(), (1, Some(made::NOW)));
    }

    async fn an_event_goes_out_as_it_was_recorded(db) {
        let store = db.store().await;
        let user = made::user();
        let event = made::signed_in(&user, &made::social(&user, "{1}"), 1);
        made::emit(&store, std::slice::from_ref(&event)).await;
        let expected = latchkey_events::record(&event, None).unwrap();
        for _ in 0..2 {
            let leased = store.lease_events(event.id.0, std::time::Duration::ZERO, 9).await.unwrap();
            assert_eq!(leased, std::slice::from_ref(&expected));
        }
    }

    async fn the_depth_counts_what_waits_and_tells_since_when(db) {
        let store = db.store().await;
        let [first, second] = [0, 5].map(|n| {
            made::told(None, latchkey_domain::time::Timestamp(made::NOW.0 + n))
        });
        made::emit(&store, &[second.clone(), first.clone()]).await;
        assert_eq!(store.outbox_depth().await.unwrap(), (2, Some(first.time)));
        let lease = first.id.0;
        store.lease_events(lease, std::time::Duration::from_mins(1), 1).await.unwrap();
        assert_eq!(store.outbox_depth().await.unwrap().0, 2, "leased is not sent");
        assert_eq!(store.mark_sent(lease, &[first.id]).await.unwrap(), 1);
        assert_eq!(store.outbox_depth().await.unwrap(), (1, Some(second.time)));
        assert!(store.is_sent(first.id).await.unwrap());
        assert!(!store.is_sent(second.id).await.unwrap());
    }

    async fn what_was_emitted_before_a_failure_is_not_committed_unseen(db) {
        let store = db.store().await;
        let event = made::told(None, made::NOW);
        made::emit(&store, std::slice::from_ref(&event)).await;
        let tx = store.begin().await.unwrap();
        let before = made::told(None, made::NOW);
        tx.emit(&before).await.unwrap();
        tx.emit(&event).await.unwrap_err();
        let committed = tx.commit().await.is_ok();
        let depth = store.outbox_depth().await.unwrap().0;
        assert_eq!(depth, if committed { 2 } else { 1 }, "commit tells the truth");
    }

    async fn a_recorded_event_cannot_be_recorded_again(db) {
        let store = db.store().await;
        let event = made::told(None, made::NOW);
        made::emit(&store, std::slice::from_ref(&event)).await;
        let error = made::refused(&store, async |tx| tx.emit(&event).await).await;
        assert!(matches!(error, Some(Error::Conflict(_))));
    }
}
