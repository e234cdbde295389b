//! The numbers of events about a connection.

use futures_util::future::join_all;
use latchkey_domain::event::EventBody;

use crate::made;

crate::both! {
    async fn events_about_a_connection_are_numbered_without_gaps(db) {
        const WRITERS: i64 = 16;
        let store = db.store().await;
        made::added(&store, async |tx| tx.add_connection(&made::connection("bitbucket")).await)
            .await;
        let writers = (0..WRITERS).map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                let tx = store.begin().await.unwrap();
                let body = EventBody::ConnectionDeleted(made::bitbucket());
                tx.emit_about(&made::bitbucket(), body, made::NOW).await.unwrap();
                // Half of them change their mind: their numbers are used by others.
                if n % 2 == 0 {
                    tx.commit().await.unwrap();
                }
            })
        });
        for written in join_all(writers).await {
            written.unwrap();
        }
        let mut numbers: Vec<_> = store
            .lease_all()
            .await
            .into_iter()
            .map(|event| (event.subject.unwrap(), event.sequence))
            .collect();
        numbers.sort();
        let name = made::bitbucket().to_string();
        let expected: Vec<_> = (1..=WRITERS / 2).map(|n| (name.clone(), n)).collect();
        assert_eq!(numbers, expected);
    }

    async fn an_event_about_an_unknown_connection_is_refused(db) {
        let store = db.store().await;
        let body = EventBody::ConnectionDeleted(made::bitbucket());
        let emit = async |tx: &latchkey_store::Tx| {
            tx.emit_about(&made::bitbucket(), body, made::NOW).await
        };
        assert!(made::refused(&store, emit).await.is_some());
        assert_eq!(store.outbox_depth().await.unwrap(), (0, None));
    }
}

trait LeaseAll {
    /// Takes every event, as a relay does: leased and marked, round by round.
    async fn lease_all(&self) -> Vec<latchkey_events::Recorded>;
}

impl LeaseAll for latchkey_store::Store {
    async fn lease_all(&self) -> Vec<latchkey_events::Recorded> {
        let lease = latchkey_domain::id::uuid_at(made::NOW);
        let mut all = Vec::new();
        loop {
            let minute = std::time::Duration::from_mins(1);
            let leased = self.lease_events(lease, minute, 100).await.unwrap();
            if leased.is_empty() {
                return all;
            }
            let ids: Vec<_> = leased.iter().map(|event| event.id).collect();
            assert_eq!(self.mark_sent(lease, &ids).await.unwrap(), leased.len() as u64);
            all.extend(leased);
        }
    }
}
