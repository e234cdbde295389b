//! What an application's people may do through a connection: sign up, sign in, link an account.

use bitbucket_stand_in::{Account, Email, Endpoint, Fault};
use latchkey_proto::{
    events::event_data::Data,
    v1::{
        GrantApplicationRequest, ListApplicationGrantsRequest, ListLoginOptionsRequest,
        LoginIntent, SignInResult, complete_login_response::Outcome,
    },
};
use tonic::Code;

use crate::{
    both,
    harness::{
        TestApp,
        admin::{refusal, wrong_fields},
        configuring::{
            APPLICATION, CONNECTION,
            Right::{self, Link, SignIn, SignUp},
        },
        ends::{End, outcome},
        looking::data,
        person::login_code,
        reason,
    },
};

/// Everything that a grant can allow, but nothing.
const ALL: [&[Right]; 7] = [
    &[SignUp, SignIn, Link],
    &[SignUp, SignIn],
    &[SignUp, Link],
    &[SignIn, Link],
    &[SignUp],
    &[SignIn],
    &[Link],
];

/// How many ways in the page shows.
async fn buttons(app: &TestApp) -> usize {
    let application = APPLICATION.to_owned();
    let request = ListLoginOptionsRequest { application, ..Default::default() };
    app.login().list_login_options(request).await.unwrap().into_inner().options.len()
}

/// A second account that has Alice's address, and nothing else of hers.
fn twin() -> Account {
    Account::new("twin", "77777777-7777-4777-8777-777777777777", "Twin")
        .with_email(Email::primary("alice@mail.example"))
}

both! {
    async fn the_button_shows_where_people_may_sign_in_or_sign_up(app) {
        for rights in ALL {
            app.grant_only(rights).await;
            let offered = rights.contains(&SignIn) || rights.contains(&SignUp);
            assert_eq!(buttons(&app).await, usize::from(offered), "{rights:?}");
            match app.begin_with(app.start_request()).await {
                Ok(_) => assert!(offered, "{rights:?}"),
                Err(status) => {
                    let not_granted =
                        (Code::FailedPrecondition, "APPLICATION_NOT_GRANTED".to_owned());
                    assert_eq!(refusal(&status), not_granted, "{rights:?}");
                    assert!(!offered, "{rights:?}");
                }
            }
        }
        app.revoke_the_application().await;
        assert_eq!(buttons(&app).await, 0);
    }

    async fn a_stranger_needs_the_right_to_sign_up(app) {
        app.grant_only(&[SignIn, Link]).await;

        let completed = app.come_back("alice").await;

        app.ended_without_anybody(&completed, ("SIGN_UP_NOT_ALLOWED", "access_denied")).await;
        assert_eq!(app.event_names().await, ["sign_in.refused"]);
        app.grant_only(&[SignUp]).await;
        assert_eq!(app.sign_in("alice").await.result(), SignInResult::SignedUp);
    }

    async fn somebody_known_needs_the_right_to_sign_in(app) {
        let known = app.sign_in("alice").await.user.unwrap();
        app.grant_only(&[SignUp, Link]).await;

        let completed = app.come_back("alice").await;

        let end = End::of(&completed);
        assert_eq!(end.reason, "SIGN_IN_NOT_ALLOWED");
        assert!(end.redirect_url.contains("error=access_denied"), "{}", end.redirect_url);
        app.grant_only(&[SignIn]).await;
        assert_eq!(app.sign_in("alice").await.result(), SignInResult::SignedIn);
        // The refusal is one of this person's events, in their order.
        let events = app.events_about(&known.name).await;
        let numbers: Vec<_> = events.iter().map(|event| event.sequence).collect();
        assert_eq!(numbers, [1, 2, 3, 4]);
        let Data::SignInRefused(refused) = data(events[2].clone()) else { panic!("{events:?}") };
        assert_eq!((refused.reason.as_str(), &refused.user), ("SIGN_IN_NOT_ALLOWED", &known.name));
        assert_eq!(events[2].causation_id, end.reference_id);
    }

    async fn somebody_known_is_refused_though_their_address_cannot_be_read(app) {
        app.sign_in("alice").await;
        app.grant_only(&[SignUp]).await;
        app.bitbucket.fail_always(Endpoint::Emails, Fault::Forbidden);

        let completed = app.come_back("alice").await;

        assert_eq!(outcome(&completed), "SIGN_IN_NOT_ALLOWED");
    }

    async fn an_account_is_linked_with_the_right_to_link_alone(app) {
        app.trust_the_provider().await;
        app.bitbucket.add_account(twin());
        let first = app.sign_in("alice").await.user.unwrap();
        app.grant_only(&[SignUp, SignIn]).await;

        let completed = app.come_back("twin").await;

        let end = End::of(&completed);
        assert_eq!(end.reason, "LINK_NOT_ALLOWED");
        assert_eq!(app.rows("users").await, 1, "nobody beside the one who has the address");
        app.grant_only(&[SignIn, Link]).await;
        let linked = app.sign_in("twin").await;
        assert_eq!(linked.result(), SignInResult::Linked);
        assert_eq!(linked.user.unwrap().name, first.name);
    }

    async fn who_only_wants_to_sign_in_and_is_unknown_is_told_that(app) {
        app.grant_only(&[SignIn]).await;
        let mut request = app.start_request();
        request.set_intent(LoginIntent::SignIn);
        let begun = app.begin_with(request).await.unwrap();
        let callback = app.consent(&begun, "alice").await;
        let completed = app.complete(&begun, &callback).await.unwrap();
        assert_eq!(outcome(&completed), "ACCOUNT_NOT_FOUND");
        let Some(Outcome::Refused(end)) = completed.outcome else { panic!("it was no refusal") };
        assert_eq!(end.sign_up, None, "nobody is offered what they may not do");
    }

    async fn a_right_that_was_taken_meanwhile_is_asked_for_at_the_callback(app) {
        let begun = app.begin().await;
        let callback = app.consent(&begun, "alice").await;
        app.grant_only(&[SignIn]).await;
        let completed = app.complete(&begun, &callback).await.unwrap();
        app.ended_without_anybody(&completed, ("SIGN_UP_NOT_ALLOWED", "access_denied")).await;
    }

    async fn the_right_that_a_sign_in_needed_is_asked_for_at_its_redemption(app) {
        let signed_up = login_code(&app.come_back("alice").await);
        app.grant_only(&[SignIn, Link]).await;
        let refused = app.redeem(&signed_up).await.unwrap_err();
        assert_eq!(reason(&refused), "APPLICATION_NOT_GRANTED");
        let signed_in = login_code(&app.come_back("alice").await);
        app.grant_only(&[SignUp, Link]).await;
        let refused = app.redeem(&signed_in).await.unwrap_err();
        assert_eq!(reason(&refused), "APPLICATION_NOT_GRANTED");
        app.grant_only(&[SignIn]).await;
        let signed_in = login_code(&app.come_back("alice").await);
        assert_eq!(app.redeem(&signed_in).await.unwrap().result(), SignInResult::SignedIn);
    }

    async fn granting_again_replaces_the_rights_and_is_told_once(app) {
        let before = app.connection_events(CONNECTION).await.len();
        app.grant_only(&[SignIn]).await;
        app.grant_only(&[SignIn]).await;

        let request =
            ListApplicationGrantsRequest { parent: CONNECTION.to_owned(), ..Default::default() };
        let listed = app.connections().list_application_grants(request).await.unwrap();
        let grants = listed.into_inner().application_grants;
        assert_eq!(grants.len(), 1);
        let grant = &grants[0];
        let names = (grant.connection.as_str(), grant.application.as_str());
        assert_eq!(names, (CONNECTION, APPLICATION));
        assert_eq!((grant.may_sign_up, grant.may_sign_in, grant.may_link), (false, true, false));
        assert_eq!(app.connection_events(CONNECTION).await.len(), before + 1);
        let told = app.all_events().await.pop().unwrap();
        let Data::ConnectionApplicationGranted(told) = data(told) else { panic!("not granted") };
        assert_eq!((told.may_sign_up, told.may_sign_in, told.may_link), (false, true, false));
    }

    async fn a_grant_of_nothing_is_refused(app) {
        let request = GrantApplicationRequest {
            connection: CONNECTION.to_owned(),
            application: APPLICATION.to_owned(),
            may_sign_up: Some(false),
            may_sign_in: Some(false),
            may_link: Some(false),
            etag: String::new(),
        };
        let refused = app.connections().grant_application(request).await.unwrap_err();
        assert_eq!(wrong_fields(&refused), ["may_sign_up"]);
        assert_eq!(buttons(&app).await, 1);
    }
}
