//! Requests that may be repeated.

use latchkey_domain::{id::uuid_at, time::Timestamp};
use latchkey_store::{AnsweredRequest, REQUESTS_KEPT_FOR, Request};

use crate::made;

fn answered(resource: &str) -> AnsweredRequest {
    AnsweredRequest { fingerprint: vec![0, 255, 1], resource: resource.to_owned() }
}

crate::both! {
    async fn what_came_of_a_request_is_kept_in_its_scope(db) {
        let store = db.store().await;
        let first = Request { scope: "dev".to_owned(), id: uuid_at(made::NOW) };
        let kept = async |request: &Request| {
            made::added(&store, async |tx| tx.answered_request(request).await).await
        };
        assert_eq!(kept(&first).await, None);
        let key = answered("apiKeys/1");
        made::added(&store, async |tx| tx.add_request(&first, &key, made::NOW).await).await;
        assert_eq!(kept(&first).await, Some(key));
        assert_eq!(kept(&Request { scope: String::new(), ..first }).await, None);
    }

    async fn what_came_of_a_request_is_forgotten_after_a_day(db) {
        let store = db.store().await;
        let scopes = ["", "dev"].map(ToOwned::to_owned);
        for (scope, at) in scopes.iter().cycle().zip((0..503).map(|n| Timestamp(made::NOW.0 - n))) {
            let request = Request { scope: scope.clone(), id: uuid_at(at) };
            let key = answered("apiKeys/1");
            made::added(&store, async |tx| tx.add_request(&request, &key, at).await).await;
        }
        let day_later = made::NOW.plus(REQUESTS_KEPT_FOR);
        assert_eq!(store.forget_requests(Timestamp(day_later.0 - 1)).await.unwrap(), 502);
        assert_eq!(db.number("SELECT COUNT(*) FROM requests").await, 1);
        assert_eq!(store.forget_requests(day_later).await.unwrap(), 1);
    }

    async fn the_slower_of_two_twins_meets_a_conflict(db) {
        let store = db.store().await;
        let request = Request { scope: String::new(), id: uuid_at(made::NOW) };
        let add = async |tx: &latchkey_store::Tx, resource: &str| {
            tx.add_request(&request, &answered(resource), made::NOW).await
        };
        made::added(&store, async |tx| add(tx, "a").await).await;
        let twin = made::refused(&store, async |tx| add(tx, "b").await).await;
        assert!(twin.unwrap().is_conflict());
    }
}
