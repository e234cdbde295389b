//! What is kept sealed, found by the key that sealed it.

use latchkey_domain::{id::uuid_at, time::Timestamp};
use latchkey_store::{AnsweredRequest, Request, SealedKind, SealedPlace, SealedValue, Store};

use crate::made;

const KIND: SealedKind = SealedKind::RequestFingerprint;
const OLD: [u8; 5] = [1, 0, 0, 0, 1];
const NEW: [u8; 5] = [1, 0, 0, 0, 2];

/// Requests of two scopes, each with a mark and its number as their sealed fingerprint.
async fn with_requests(store: &Store, marks: &[[u8; 5]]) {
    made::added(store, async |tx| {
        for (n, mark) in (0_u8..).zip(marks) {
            let scope = if n % 2 == 0 { String::new() } else { "dev".to_owned() };
            let id = uuid_at(Timestamp(made::NOW.0 + i64::from(n) * 1000));
            let fingerprint = [&mark[..], &[n]].concat();
            let answered = AnsweredRequest { fingerprint, resource: "thing".to_owned() };
            tx.add_request(&Request { scope, id }, &answered, made::NOW).await?;
        }
        Ok(())
    })
    .await;
}

async fn all(store: &Store, mark: [u8; 5], size: u32) -> Vec<SealedValue> {
    let (mut found, mut after) = (Vec::new(), SealedPlace::FIRST);
    loop {
        let page = store.sealed_with(KIND, mark, (&after, size)).await.unwrap();
        assert!(page.len() <= size as usize);
        let Some(last) = page.last() else { return found };
        after = last.place.clone();
        found.extend(page);
    }
}

crate::both! {
    async fn each_key_is_found_once_and_with_all_that_it_sealed(db) {
        let store = db.store().await;
        assert!(store.seal_marks(KIND).await.unwrap().is_empty());
        with_requests(&store, &[OLD, OLD, NEW, OLD, NEW]).await;
        assert_eq!(store.seal_marks(KIND).await.unwrap(), [OLD, NEW]);
        assert!(store.seal_marks(SealedKind::CredentialSecret).await.unwrap().is_empty());
        for (mark, numbers) in [(OLD, vec![0, 1, 3]), (NEW, vec![2, 4])] {
            let count = store.count_sealed(KIND, mark).await.unwrap();
            assert_eq!(count, numbers.len() as u64);
            for size in [1, 2, 9] {
                let found = all(&store, mark, size).await.into_iter().map(|value| value.sealed[5]);
                let mut found: Vec<_> = found.collect();
                found.sort_unstable();
                assert_eq!(found, numbers, "{size} at once");
            }
        }
    }

    async fn a_value_is_written_over_the_one_that_was_read_alone(db) {
        let store = db.store().await;
        with_requests(&store, &[OLD]).await;
        let read = all(&store, OLD, 9).await.remove(0);
        let sealed = |n: u8| [&NEW[..], &[n]].concat();
        let write = async |n| made::added(&store, async |tx| tx.reseal(KIND, &read, sealed(n)).await).await;
        assert!(write(1).await);
        assert!(!write(2).await, "another was faster");
        assert_eq!(all(&store, NEW, 9).await[0].sealed, sealed(1));
        assert!(all(&store, OLD, 9).await.is_empty());
    }

    async fn the_last_seal_is_the_latest_that_was_noted(db) {
        let store = db.store().await;
        assert_eq!(store.last_sealed("00000001").await.unwrap(), None);
        for at in [5, 9, 7] {
            store.note_sealing("00000001", Timestamp(at)).await.unwrap();
        }
        store.note_sealing("00000002", Timestamp(20)).await.unwrap();
        assert_eq!(store.last_sealed("00000001").await.unwrap(), Some(Timestamp(9)));
        made::added(&store, async |tx| tx.forget_sealing("00000001").await).await;
        assert_eq!(store.last_sealed("00000001").await.unwrap(), None);
        assert_eq!(store.last_sealed("00000002").await.unwrap(), Some(Timestamp(20)));
    }
}
