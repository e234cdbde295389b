//! Requests that may be repeated.

use latchkey_domain::id::uuid_at;
use latchkey_store::{Request, RequestSeen};

use crate::made;

crate::both! {
    async fn a_repeated_request_gets_the_first_ones_resource(db) {
        let store = db.store().await;
        let first = Request { scope: "dev".to_owned(), id: uuid_at(made::NOW), fingerprint: [1; 32] };
        let seen = async |request: &Request| {
            made::added(&store, async |tx| tx.request_seen(request).await).await
        };
        assert_eq!(seen(&first).await, RequestSeen::New);
        made::added(&store, async |tx| tx.add_request(&first, "apiKeys/1", made::NOW).await).await;
        assert_eq!(seen(&first).await, RequestSeen::Before("apiKeys/1".to_owned()));
        let other_body = Request { fingerprint: [2; 32], ..first.clone() };
        assert_eq!(seen(&other_body).await, RequestSeen::WithAnotherBody);
        let other_scope = Request { scope: String::new(), ..first };
        assert_eq!(seen(&other_scope).await, RequestSeen::New);
    }

    async fn the_slower_of_two_twins_meets_a_conflict(db) {
        let store = db.store().await;
        let request = Request { scope: String::new(), id: uuid_at(made::NOW), fingerprint: [1; 32] };
        made::added(&store, async |tx| tx.add_request(&request, "a", made::NOW).await).await;
        let twin = async |tx: &latchkey_store::Tx| tx.add_request(&request, "b", made::NOW).await;
        assert!(made::refused(&store, twin).await.unwrap().is_conflict());
    }
}
