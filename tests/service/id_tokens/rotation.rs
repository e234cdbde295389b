//! One key follows another, and every token can be verified all the while.

use std::time::Duration;

use latchkey_domain::signing_key::{PUBLISHED_AFTER, PUBLISHED_AHEAD, SIGNS_FOR};

use super::signer;
use crate::{
    both,
    harness::{TestApp, admin::NOTES},
};

const MINUTE: Duration = Duration::from_mins(1);

async fn rotate(app: &TestApp) -> usize {
    app.latchkey.rotate_due_keys().await.unwrap()
}

both! {
    async fn a_key_follows_another_and_no_token_is_lost(app) {
        let first = signer(&app.sign_in("alice").await.id_token);
        assert_eq!(rotate(&app).await, 0, "it has just begun");

        app.clock.advance(SIGNS_FOR.saturating_sub(PUBLISHED_AHEAD));
        assert_eq!(rotate(&app).await, 1);
        let both = app.key_names().await;
        assert_eq!((both.len(), &both[0]), (2, &first), "the next one is published");
        assert_eq!(signer(&app.sign_in("alice").await.id_token), first, "and does not sign yet");

        app.clock.advance(PUBLISHED_AHEAD.saturating_sub(MINUTE));
        assert_eq!(rotate(&app).await, 0);
        let last = app.sign_in("alice").await.id_token;
        assert_eq!(signer(&last), first);

        app.clock.advance(MINUTE);
        assert_eq!(signer(&app.sign_in("alice").await.id_token), both[1]);
        assert_eq!(app.key_names().await, both, "the old one is still published");
        let notes = NOTES.parse().unwrap();
        app.latchkey.verify_id_token(&notes, &last.into()).await.unwrap().unwrap();

        app.clock.advance(PUBLISHED_AFTER);
        assert_eq!(rotate(&app).await, 1);
        assert_eq!(app.key_names().await, both[1..]);
        assert_eq!(app.rows("signing_keys").await, 1);
    }

    async fn of_any_number_of_processes_one_makes_the_next_key(app) {
        app.sign_in("alice").await;
        let replicas = [app.replica(&app.key_file).await, app.replica(&app.key_file).await];
        app.clock.advance(SIGNS_FOR);
        let [one, two] = &replicas;
        let made = futures_util::future::join_all([
            app.latchkey.rotate_due_keys(),
            one.latchkey.rotate_due_keys(),
            two.latchkey.rotate_due_keys(),
        ]);
        let made: usize = made.await.into_iter().map(Result::unwrap).sum();
        assert_eq!((made, app.rows("signing_keys").await), (1, 2));
    }

    async fn a_key_that_nobody_followed_in_time_goes_on(app) {
        let first = signer(&app.sign_in("alice").await.id_token);
        app.clock.advance(SIGNS_FOR * 3);
        assert_eq!(signer(&app.sign_in("alice").await.id_token), first);
        rotate(&app).await;
        assert_eq!(signer(&app.sign_in("alice").await.id_token), first, "the next is not known yet");
        app.clock.advance(PUBLISHED_AHEAD);
        assert_ne!(signer(&app.sign_in("alice").await.id_token), first);
    }
}
