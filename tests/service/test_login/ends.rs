//! How test logins fail, and what is told of it.

use bitbucket_stand_in::{Endpoint, Fault};
use latchkey_proto::v1::{
    Connection, FailureReason, RefusalReason, TestLogin, TestLoginState,
    complete_login_response::Outcome, test_login, tested,
};

use crate::{
    both,
    harness::{TestApp, trying::steps},
};

/// The last step, the one that failed.
fn failed_at(test_login: &TestLogin) -> Vec<(String, String)> {
    steps(test_login).into_iter().filter(|(_, reason)| !reason.is_empty()).collect()
}

async fn nothing_is_left(app: &TestApp) {
    for table in ["users", "identities", "sign_ins"] {
        assert_eq!(app.rows(table).await, 0, "{table}");
    }
    assert_eq!(app.event_names().await, [""; 0]);
}

both! {
    async fn every_step_at_the_provider_can_fail_and_says_so(app) {
        let down = Fault::ServerError { status: 503 };
        for (endpoint, fault, step, reason, is_read) in [
            (Endpoint::Token, down, "TOKEN", "PROVIDER_UNAVAILABLE", false),
            (Endpoint::Token, Fault::HtmlOk, "TOKEN", "PROVIDER_MALFORMED", false),
            (Endpoint::User, Fault::HtmlOk, "ACCOUNT", "PROVIDER_MALFORMED", false),
            (Endpoint::Emails, Fault::HtmlOk, "EMAILS", "PROVIDER_MALFORMED", true),
        ] {
            app.bitbucket.fail_always(endpoint, fault);
            let (over, completed) = app.try_out("alice").await;
            app.bitbucket.heal();

            assert_eq!(over.state(), TestLoginState::Failed);
            let mut expected = vec![(step.to_owned(), reason.to_owned())];
            if is_read {
                expected.push(("DECISION".to_owned(), reason.to_owned()));
            }
            assert_eq!(failed_at(&over), expected);
            let failed = FailureReason::from_str_name(&format!("FAILURE_REASON_{reason}")).unwrap();
            assert_eq!(over.failure, Some(test_login::Failure::Failed(failed.into())));
            assert_eq!(over.profile.is_some(), is_read, "{step}");
            assert_eq!(over.event, "");
            let Some(Outcome::Tested(tested)) = completed.outcome else { panic!("{completed:?}") };
            assert_eq!(tested.failure, Some(tested::Failure::Failed(failed.into())));
        }
        nothing_is_left(&app).await;
    }

    async fn an_outsider_sees_which_step_they_would_fail_at(app) {
        let allowed_workspaces = vec!["acme".to_owned()];
        let to = Connection { allowed_workspaces, ..Connection::default() };
        app.change_connection("allowed_workspaces", to).await;

        let (over, _) = app.try_out("bob").await;

        let reason = RefusalReason::WorkspaceNotAllowed;
        assert_eq!(over.failure, Some(test_login::Failure::Refused(reason.into())));
        let expected = ("WORKSPACES".to_owned(), "WORKSPACE_NOT_ALLOWED".to_owned());
        assert_eq!(failed_at(&over), [expected]);
        assert_eq!(over.profile.unwrap().username, "bob");
        app.bitbucket.fail_always(Endpoint::Workspaces, Fault::HtmlOk);
        let (over, _) = app.try_out("alice").await;
        let expected = ("WORKSPACES".to_owned(), "PROVIDER_MALFORMED".to_owned());
        assert_eq!(failed_at(&over), [expected]);
        nothing_is_left(&app).await;
        app.bitbucket.heal();
        let (over, _) = app.try_out("alice").await;
        assert_eq!(over.state(), TestLoginState::Passed);
        assert!(steps(&over).contains(&("WORKSPACES".to_owned(), String::new())));
    }

    async fn somebody_who_says_no_at_the_provider_fails_the_test(app) {
        let asked = app.ask_for_test().await;
        let begun = app.redeem_ticket(&asked.ticket).await.unwrap();
        let denied = app.deny(&begun).await;

        let completed = app.complete(&begun, &denied).await.unwrap();

        let Some(Outcome::Tested(tested)) = completed.outcome else { panic!("{completed:?}") };
        let denied = RefusalReason::DeniedByUser;
        assert_eq!(tested.failure, Some(tested::Failure::Refused(denied.into())));
        let over = app.test_login(&asked.name).await;
        let expected = ("PROVIDER_ANSWERED".to_owned(), "DENIED_BY_USER".to_owned());
        assert_eq!(failed_at(&over), [expected]);
        assert_eq!(app.token_requests(), 0);
        nothing_is_left(&app).await;
    }

    async fn a_connection_that_changed_on_the_way_gets_no_code(app) {
        let asked = app.ask_for_test().await;
        let begun = app.redeem_ticket(&asked.ticket).await.unwrap();
        let callback = app.consent(&begun, "alice").await;
        app.delete_the_connection().await;

        app.complete(&begun, &callback).await.unwrap();

        let over = app.test_login(&asked.name).await;
        let gone = RefusalReason::ConnectionDisabled;
        assert_eq!(over.failure, Some(test_login::Failure::Refused(gone.into())));
        assert_eq!(app.requests_of_ours(), 0);
    }
}
