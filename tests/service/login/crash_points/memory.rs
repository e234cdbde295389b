//! C1 to C4: the sign-in is claimed, the code was sent, the token or the profile is in memory, and nothing is
//! written yet.

use std::time::Duration;

use bitbucket_stand_in::Endpoint;
use latchkey_domain::sign_in::ABANDONED_AFTER;

use super::{ABANDONED, asked, at_the_callback, bring, is_abandoned};
use crate::{both, harness::held::Held};

/// Longer than the test.
const LONG: Duration = Duration::from_mins(1);

both! {
    async fn a_process_that_dies_between_two_steps_leaves_nothing_behind(app) {
        for (nth, (held, codes_sent)) in [
            (Held::BeforeTheCode, 0),
            (Held::WithTheToken, 1),
            (Held::WithTheAddresses, 1),
        ]
        .into_iter()
        .enumerate()
        {
            let (process, provider) = app.held_process(held).await;
            let at = at_the_callback(&app, "alice").await;
            let mut call = bring(&app, &process, &at.0, &at.1);
            tokio::select! {
                () = provider.holds() => {}
                told = &mut call => panic!("{held:?} is not reached: {told:?}"),
            }
            process.kill();

            assert!(call.await.unwrap().is_err(), "{held:?}");
            assert_eq!(app.token_requests(), codes_sent, "{held:?}");
            app.clock.advance(ABANDONED_AFTER);
            let ended = app.complete(&at.0, &at.1).await.unwrap();
            app.ended_without_anybody(&ended, ABANDONED).await;
            assert_eq!(app.complete(&at.0, &at.1).await.unwrap(), ended);
            assert_eq!(app.token_requests(), codes_sent, "{held:?}");
            let ends = format!("sign_ins WHERE reason = '{}'", ABANDONED.0);
            assert_eq!(app.rows(&ends).await, i64::try_from(nth).unwrap() + 1);
        }
        app.sign_in("alice").await;
        assert_eq!(app.event_names().await, ["user.signed_up", "user.signed_in"]);
    }

    async fn a_process_that_dies_when_the_code_was_sent_leaves_nothing_behind(app) {
        let process = app.doomed_process().await;
        let at = at_the_callback(&app, "alice").await;
        app.bitbucket.delay(Endpoint::Token, LONG);

        let call = bring(&app, &process, &at.0, &at.1);
        asked(&app, "/site/oauth2/access_token").await;
        process.kill();

        assert!(call.await.unwrap().is_err());
        is_abandoned(&app, &at, 1).await;
    }

    async fn a_process_that_dies_with_the_token_in_memory_leaves_nothing_behind(app) {
        let process = app.doomed_process().await;
        let at = at_the_callback(&app, "alice").await;
        app.bitbucket.delay(Endpoint::User, LONG);

        let call = bring(&app, &process, &at.0, &at.1);
        asked(&app, "/2.0/user").await;
        process.kill();

        assert!(call.await.unwrap().is_err());
        is_abandoned(&app, &at, 1).await;
    }

    async fn a_process_that_dies_after_its_answer_takes_nothing_with_it(app) {
        let process = app.doomed_process().await;
        let at = at_the_callback(&app, "alice").await;
        let told = bring(&app, &process, &at.0, &at.1).await.unwrap().unwrap();
        process.kill();

        assert_eq!(super::is_signed_up(&app, &at).await, told);
    }
}
