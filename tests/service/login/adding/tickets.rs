//! Link tickets: from an id token that is fresh, used once, soon, and for what they were made for.

use std::time::Duration;

use futures_util::future::join_all;
use latchkey_domain::sign_in::{LINK_TICKET_LIFETIME, LINKS_AFTER_SIGN_IN};
use latchkey_proto::v1::GrantApplicationRequest;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::{
    both,
    harness::{
        TestApp,
        adding::challenge,
        admin::refusal,
        configuring::{CONNECTION, Right},
        reason,
    },
    login::redeeming::another_applications_key,
};

const SECOND: Duration = Duration::from_secs(1);

/// Holds that a ticket does not work, and that its field is named.
fn does_not_work(refused: &Status) {
    assert_eq!(refusal(refused), (Code::InvalidArgument, "LINK_TICKET_INVALID".to_owned()));
    let fields = refused.get_details_bad_request().unwrap().field_violations;
    assert_eq!(fields[0].field, "link_ticket");
}

async fn ticket(app: &TestApp) -> String {
    let alice = app.sign_in("alice").await;
    app.link_ticket(&alice.id_token).await.unwrap()
}

both! {
    async fn a_ticket_works_once(app) {
        let ticket = ticket(&app).await;
        assert!(ticket.starts_with("lk_link_") && ticket.len() == 51, "{ticket}");
        let begin = || app.begin_with(app.adding_request(&ticket));

        let answers = join_all((0..32).map(|_| begin())).await;

        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        answers.iter().filter_map(|answer| answer.as_ref().err()).for_each(does_not_work);
        does_not_work(&begin().await.unwrap_err());
        assert_eq!(app.rows("link_tickets").await, 0);
    }

    async fn a_ticket_works_for_a_minute(app) {
        let in_time = ticket(&app).await;
        app.clock.advance(LINK_TICKET_LIFETIME.saturating_sub(SECOND));
        app.begin_with(app.adding_request(&in_time)).await.unwrap();
        let too_late = ticket(&app).await;
        app.clock.advance(LINK_TICKET_LIFETIME + SECOND);

        does_not_work(&app.begin_with(app.adding_request(&too_late)).await.unwrap_err());

        let now = latchkey_domain::time::Clock::now(&app.clock);
        assert_eq!(app.store.forget_link_tickets(now).await.unwrap(), 1);
    }

    async fn a_ticket_is_for_its_application_and_its_challenge(app) {
        another_applications_key(&app).await;
        let application = "environments/dev/applications/other".to_owned();
        let grant = GrantApplicationRequest {
            connection: CONNECTION.to_owned(),
            application: application.clone(),
            ..GrantApplicationRequest::default()
        };
        app.connections().grant_application(grant).await.unwrap();
        let ticket = ticket(&app).await;
        let mut elsewhere = app.adding_request(&ticket);
        elsewhere.application = application;
        elsewhere.redirect_uri = "https://other.example/callback".to_owned();
        let mut otherwise = app.adding_request(&ticket);
        otherwise.code_challenge = challenge("another-verifier-of-43-characters-or-more-than-that");

        for request in [elsewhere, otherwise] {
            does_not_work(&app.begin_with(request).await.unwrap_err());
        }
        // None of that used it up, and neither does what goes wrong before.
        app.grant_only(&[Right::SignUp, Right::SignIn]).await;
        let refused = app.begin_with(app.adding_request(&ticket)).await.unwrap_err();
        assert_eq!(reason(&refused), "APPLICATION_NOT_GRANTED");
        app.grant_only(&[Right::SignIn, Right::Link]).await;
        app.begin_with(app.adding_request(&ticket)).await.unwrap();
    }

    async fn a_ticket_goes_with_its_application(app) {
        ticket(&app).await;
        app.delete_the_application().await;
        assert_eq!(app.rows("link_tickets").await, 0);
    }

    async fn a_ticket_is_made_from_an_id_token_of_ten_minutes_at_most(app) {
        let token = app.sign_in("alice").await.id_token;
        app.clock.advance(LINKS_AFTER_SIGN_IN.saturating_sub(SECOND));
        app.link_ticket(&token).await.unwrap();
        app.clock.advance(SECOND * 2);

        let refused = app.link_ticket(&token).await.unwrap_err();

        assert_eq!(refusal(&refused), (Code::InvalidArgument, "ID_TOKEN_INVALID".to_owned()));
        let fields = refused.get_details_bad_request().unwrap().field_violations;
        assert_eq!(fields[0].field, "id_token");
    }

    async fn every_way_that_an_id_token_is_wrong_reads_the_same(app) {
        let other = another_applications_key(&app).await;
        let tenant = app.other_tenant().await.application;
        let own = &app.keys.application;
        let [alice, bob, carol] =
            [app.sign_in("alice").await, app.sign_in("bob").await, app.sign_in("carol").await];
        app.suspend(&bob.user.unwrap().name).await;
        app.delete_user(&carol.user.unwrap().name).await.unwrap();
        let cut = &alice.id_token[..alice.id_token.len() - 2];
        let mut texts = Vec::new();
        for (what, key, token) in [
            ("of another application", &other, alice.id_token.as_str()),
            ("of another environment", &tenant, &alice.id_token),
            ("of a suspended user", own, &bob.id_token),
            ("of a deleted user", own, &carol.id_token),
            ("cut", own, cut),
            ("none", own, "a.b.c"),
        ] {
            let refused = app.link_ticket_with(key, token).await.unwrap_err();
            assert_eq!(reason(&refused), "ID_TOKEN_INVALID", "{what}");
            texts.push(refused.message().to_owned());
        }
        texts.dedup();
        assert_eq!(texts.len(), 1, "{texts:?}");
        assert_eq!(app.rows("link_tickets").await, 0);
        app.link_ticket(&alice.id_token).await.unwrap();
    }

    async fn a_ticket_is_kept_as_a_hash(app) {
        let ticket = ticket(&app).await;
        let mut canaries = crate::harness::leaks::Canaries::default();
        canaries.add("a ticket", ticket);
        assert_eq!(canaries.count_in_database(&app.database).await, 0);
    }
}
