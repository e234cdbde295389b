//! C2 and C3: the code was sent, or the token is in memory, and nothing is written yet.

use std::time::Duration;

use bitbucket_stand_in::Endpoint;

use super::{asked, at_the_callback, bring, is_abandoned};
use crate::both;

/// Longer than the test.
const LONG: Duration = Duration::from_mins(1);

both! {
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
