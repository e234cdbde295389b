//! Link tickets: used once, in time, for one application and one challenge.

use latchkey_domain::{
    id::UserId, pkce::CodeChallenge, sign_in::LINK_TICKET_LIFETIME, time::Timestamp,
};
use latchkey_store::{LinkTicket, Store};

use crate::both;

const NOW: Timestamp = Timestamp(1_700_000_000_000_000);
const HASH: [u8; 32] = [1; 32];
const CHALLENGE: CodeChallenge = CodeChallenge([2; 32]);
const NOTES: &str = "environments/dev/applications/notes";

fn ticket() -> LinkTicket {
    LinkTicket {
        ticket_hash: HASH,
        application: NOTES.parse().unwrap(),
        user: UserId::new(NOW),
        code_challenge: CHALLENGE,
        expires_at: NOW.plus(LINK_TICKET_LIFETIME),
    }
}

async fn take(
    store: &Store,
    hash: [u8; 32],
    application: &str,
    with: (CodeChallenge, Timestamp),
) -> Option<UserId> {
    let application = application.parse().unwrap();
    store.take_link_ticket(&hash, &application, &with.0, with.1).await.unwrap()
}

both! {
    async fn a_ticket_is_taken_once_and_only_with_all_that_it_is_for(db) {
        let store = db.store().await;
        let ticket = ticket();
        store.add_link_ticket(&ticket).await.unwrap();
        let in_time = Timestamp(ticket.expires_at.0 - 1);
        for (hash, application, challenge, now) in [
            ([9; 32], NOTES, CHALLENGE, NOW),
            (HASH, "environments/live/applications/notes", CHALLENGE, NOW),
            (HASH, "environments/dev/applications/other", CHALLENGE, NOW),
            (HASH, NOTES, CodeChallenge([9; 32]), NOW),
            (HASH, NOTES, CHALLENGE, ticket.expires_at),
        ] {
            assert_eq!(take(&store, hash, application, (challenge, now)).await, None);
        }
        assert_eq!(take(&store, HASH, NOTES, (CHALLENGE, in_time)).await, Some(ticket.user));
        assert_eq!(take(&store, HASH, NOTES, (CHALLENGE, in_time)).await, None);
    }

    async fn a_ticket_that_nobody_used_is_forgotten_when_its_time_is_over(db) {
        let store = db.store().await;
        let ticket = ticket();
        store.add_link_ticket(&ticket).await.unwrap();
        let in_time = Timestamp(ticket.expires_at.0 - 1);
        assert_eq!(store.forget_link_tickets(in_time).await.unwrap(), 0);
        assert_eq!(store.forget_link_tickets(ticket.expires_at).await.unwrap(), 1);
    }
}
