//! People sign in on a verified custom domain, for its organization.

use latchkey_proto::{
    events::event_data::Data,
    v1::{
        FailureReason, ListLoginOptionsRequest, StartLoginRequest, complete_login_response::Outcome,
    },
};
use tonic::Code;

use crate::{
    both,
    harness::{
        TestApp,
        admin::{BITBUCKET, DEV, NOTES, refusal, wrong_fields},
        app::HOST,
        organizations::{ACME, ACME_HOST, new_organization},
    },
};

/// The ways in that are offered on a host.
async fn options(app: &TestApp, host: &str) -> Vec<String> {
    let request = ListLoginOptionsRequest {
        application: NOTES.to_owned(),
        redirect_uri: String::new(),
        host: host.to_owned(),
    };
    let listed = app.login().list_login_options(request).await.unwrap().into_inner();
    listed.options.into_iter().map(|option| option.connection).collect()
}

fn for_organization(app: &TestApp, host: &str, organization: &str) -> StartLoginRequest {
    StartLoginRequest {
        host: host.to_owned(),
        organization: organization.to_owned(),
        ..app.start_request()
    }
}

both! {
    async fn a_person_is_the_same_on_every_host_and_each_sign_in_says_for_whom(app) {
        let on_default = app.sign_in("alice").await;
        app.acme().await;
        let on_its_own = app.sign_in_on(ACME_HOST, "alice").await;
        assert_eq!(on_its_own.user.unwrap().name, on_default.user.unwrap().name);
        assert_eq!((&*on_default.organization, &*on_its_own.organization), ("", ACME));

        let events = app.events().await;
        let told = events.into_iter().filter_map(|event| match event.data?.data? {
            Data::UserSignedIn(told) => Some(told.context?.organization),
            _ => None,
        });
        assert_eq!(told.collect::<Vec<_>>(), ["", ACME]);
    }

    async fn the_provider_sends_people_back_to_the_host_that_they_came_from(app) {
        app.acme().await;
        let begun = app.begin_on(ACME_HOST).await.unwrap();
        let sent = begun.authorization_url.query_pairs().collect::<Vec<_>>();
        let expected = format!("https://{ACME_HOST}/login/callback/bitbucket");
        assert!(sent.contains(&("redirect_uri".into(), expected.into())), "{sent:?}");
        assert!(sent.contains(&("client_id".into(), format!("key-of-{ACME_HOST}").into())));

        // On the default domain it is not the sign-in that began there.
        let callback = app.consent(&begun, "alice").await;
        let mut elsewhere = app.complete_request(&begun, &callback);
        elsewhere.host = HOST.to_owned();
        let refused = app.login().complete_login(elsewhere).await.unwrap_err();
        assert_eq!(refusal(&refused), (Code::InvalidArgument, "STATE_INVALID".to_owned()));
    }

    async fn nobody_begins_on_a_host_that_is_not_proven(app) {
        app.add_organization(new_organization("acme", ACME_HOST)).await.unwrap();
        app.start_verification(ACME).await.unwrap();
        for host in [ACME_HOST, "login.nobody.example"] {
            assert_eq!(wrong_fields(&app.begin_on(host).await.unwrap_err()), ["host"]);
            let request = ListLoginOptionsRequest {
                application: NOTES.to_owned(),
                redirect_uri: String::new(),
                host: host.to_owned(),
            };
            let refused = app.login().list_login_options(request).await.unwrap_err();
            assert_eq!(wrong_fields(&refused), ["host"]);
        }
    }

    async fn another_tenants_domain_is_no_host_of_ours(app) {
        app.acme().await;
        let other = app.other_tenant().await;
        let mut client =
            latchkey_proto::v1::social_login_client::SocialLoginClient::new(app.keyed(&other.gateway));
        let request = ListLoginOptionsRequest {
            application: "environments/other/applications/notes".to_owned(),
            redirect_uri: String::new(),
            host: ACME_HOST.to_owned(),
        };
        let refused = client.list_login_options(request).await.unwrap_err();
        assert_eq!(wrong_fields(&refused), ["host"]);
    }

    async fn a_button_is_shown_where_a_credential_serves_the_host(app) {
        app.verified("acme", ACME_HOST).await;
        assert_eq!(options(&app, ACME_HOST).await, [BITBUCKET], "the one for every host");
        let active = app.active(BITBUCKET).await;
        app.delete_credential(&active).await.unwrap();
        app.add_consumer_for(ACME_HOST).await;
        assert_eq!(options(&app, ACME_HOST).await, [BITBUCKET]);
        assert!(options(&app, HOST).await.is_empty());
        assert!(options(&app, "").await.is_empty());
    }

    async fn on_the_default_domain_an_organization_can_be_named(app) {
        app.acme().await;
        let begun = app.begin_with(for_organization(&app, HOST, ACME)).await.unwrap();
        let callback = app.consent(&begun, "alice").await;
        let completed = app.complete(&begun, &callback).await.unwrap();
        let code = crate::harness::person::login_code(&completed);
        assert_eq!(app.redeem(&code).await.unwrap().organization, ACME);
        app.begin_with(for_organization(&app, ACME_HOST, ACME)).await.unwrap();

        app.add_organization(new_organization("second", "")).await.unwrap();
        let second = format!("{DEV}/organizations/second");
        let request = for_organization(&app, ACME_HOST, &second);
        assert_eq!(wrong_fields(&app.begin_with(request).await.unwrap_err()), ["organization"]);
        for absent in
            ["environments/dev/organizations/absent", "environments/other/organizations/acme"]
        {
            let request = for_organization(&app, HOST, absent);
            let refused = app.begin_with(request).await.unwrap_err();
            assert_eq!(refusal(&refused), (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned()));
        }
    }

    async fn a_sign_in_whose_host_is_taken_away_meanwhile_fails(app) {
        app.acme().await;
        let begun = app.begin_on(ACME_HOST).await.unwrap();
        let callback = app.consent(&begun, "alice").await;
        app.exchange_domain(ACME, "").await.unwrap();
        let completed = app.complete(&begun, &callback).await.unwrap();
        let Some(Outcome::Failed(failed)) = completed.outcome else { panic!("{completed:?}") };
        assert_eq!(failed.reason(), FailureReason::ConnectionChanged);
        assert_eq!(app.token_requests(), 0, "the code was not sent");
    }

    async fn a_sign_in_is_not_for_whoever_has_its_host_by_then(app) {
        app.acme().await;
        let begun = app.begin_on(ACME_HOST).await.unwrap();
        let callback = app.consent(&begun, "alice").await;
        app.exchange_domain(ACME, "").await.unwrap();
        app.verified("second", ACME_HOST).await;
        let completed = app.complete(&begun, &callback).await.unwrap();
        let Some(Outcome::Failed(failed)) = completed.outcome else { panic!("{completed:?}") };
        assert_eq!(failed.reason(), FailureReason::ConnectionChanged);
        assert_eq!(app.token_requests(), 0, "the code was not sent");
        let told = app.sign_in_on(ACME_HOST, "alice").await;
        assert_eq!(told.organization, format!("{DEV}/organizations/second"));
    }

    async fn a_credential_can_be_for_a_domain_that_is_not_proven_yet(app) {
        app.add_organization(new_organization("acme", ACME_HOST)).await.unwrap();
        let credential = app.add_consumer_for(ACME_HOST).await;
        assert_eq!(credential.host, ACME_HOST);
        let mut request = crate::harness::admin::new_credential(BITBUCKET, "s");
        request.credential.as_mut().unwrap().host = "login.nobody.example".to_owned();
        let refused = app.try_add_credential(request).await.unwrap_err();
        assert_eq!(wrong_fields(&refused), ["credential.host"]);
    }
}
