//! Which credentials are asked about.

use bitbucket_stand_in::StandIn;
use latchkey_proto::v1::{
    CheckConnectionRequest, ConnectionCheckKind as Kind, ConnectionState, DeleteCredentialRequest,
    Environment, UpdateEnvironmentRequest,
};
use tonic::Code;

use super::{faults, line};
use crate::{
    both,
    harness::admin::{BITBUCKET, new_connection, new_credential, refusal, wrong_fields},
};

both! {
    async fn what_is_not_the_connections_is_refused(app) {
        let other = app.create(new_connection("other")).await.unwrap();
        let theirs = app.try_add_credential(new_credential(&other.name, "a-secret")).await.unwrap();
        let ask = |host: &str, credential: &str| CheckConnectionRequest {
            name: BITBUCKET.to_owned(),
            host: host.to_owned(),
            credential: credential.to_owned(),
        };
        for (request, field) in [
            (ask("elsewhere.example", ""), "host"),
            (ask("", &theirs.name), "credential"),
        ] {
            assert_eq!(wrong_fields(&app.try_check(request).await.unwrap_err()), [field]);
        }
        let not_found = (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned());
        let absent = format!("{BITBUCKET}/credentials/cred_01h455vb4pex5vsknk084sn02q");
        assert_eq!(refusal(&app.try_check(ask("", &absent)).await.unwrap_err()), not_found);
        let mine = app.active(BITBUCKET).await;
        app.delete_the_oldest_credential().await;
        assert_eq!(refusal(&app.try_check(ask("", &mine)).await.unwrap_err()), not_found);
        app.delete_the_connection().await;
        assert_eq!(refusal(&app.try_check(ask("", "")).await.unwrap_err()), not_found);
        assert_eq!((app.bitbucket.requests().len(), app.audited_checks().await), (0, 0));
    }

    async fn a_credential_of_one_host_is_not_asked_about_for_another(app) {
        let mut request = new_credential(BITBUCKET, StandIn::CONSUMER_SECRET);
        let credential = request.credential.as_mut().unwrap();
        credential.client_id = StandIn::CONSUMER_KEY.to_owned();
        credential.host = "login.example.com".to_owned();
        let own = app.try_add_credential(request).await.unwrap().name;
        let moved = UpdateEnvironmentRequest {
            environment: Some(Environment {
                name: "environments/dev".to_owned(),
                default_domain: "login.moved.example".to_owned(),
                ..Default::default()
            }),
            update_mask: None,
        };
        app.tenants().update_environment(moved).await.unwrap();
        let ask = |host: &str, credential: &str| CheckConnectionRequest {
            name: BITBUCKET.to_owned(),
            host: host.to_owned(),
            credential: credential.to_owned(),
        };

        let refused = app.try_check(ask("login.moved.example", &own)).await.unwrap_err();
        assert_eq!(wrong_fields(&refused), ["credential"]);
        let of_host = app.try_check(ask("login.moved.example", "")).await.unwrap();
        assert!(of_host.iter().all(|check| check.credential != own), "{of_host:?}");
        let all = app.try_check(ask("", "")).await.unwrap();
        let hosts: Vec<_> = all.iter().filter(|it| it.kind() == Kind::Callback)
            .map(|it| (it.host.as_str(), line(it))).collect();
        assert_eq!(hosts, [
            ("login.moved.example", "CALLBACK FAILED CALLBACK_NOT_REGISTERED".to_owned()),
            ("login.example.com", "CALLBACK PASSED".to_owned()),
        ]);
    }

    async fn every_credential_that_is_not_deleted_is_asked_about_and_named(app) {
        app.add_credential(BITBUCKET, StandIn::CONSUMER_KEY, "a-wrong-secret").await;
        app.add_credential(BITBUCKET, "unknown-consumer", "a-secret").await;
        app.add_credential(BITBUCKET, StandIn::CONSUMER_KEY, "another-secret").await;
        let all = app.credentials(BITBUCKET).await;
        let delete = DeleteCredentialRequest { name: all[3].name.clone(), etag: String::new() };
        app.connections().delete_credential(delete).await.unwrap();
        app.bitbucket.clear_requests();

        let checks = app.check(BITBUCKET).await;

        let proofs: Vec<_> = checks.iter().filter(|check| check.kind() == Kind::Credentials).collect();
        let told: Vec<_> = proofs.iter().map(|it| (it.credential.as_str(), line(it))).collect();
        let rejected = "CREDENTIALS FAILED CREDENTIALS_REJECTED".to_owned();
        assert_eq!(told, [
            (all[0].name.as_str(), "CREDENTIALS PASSED".to_owned()),
            (all[1].name.as_str(), rejected.clone()),
            (all[2].name.as_str(), rejected),
        ]);
        // One without a secret, one of each with it, and the scopes of the one that is right.
        assert_eq!(app.token_requests(), 5);
        assert_eq!(app.state_of(BITBUCKET).await, ConnectionState::Ready);
        let refused: Vec<_> = app.credentials(BITBUCKET).await.iter()
            .map(|it| it.last_refuse_time.is_some()).collect();
        assert_eq!(refused, [false, true, true]);

        let one = CheckConnectionRequest {
            name: BITBUCKET.to_owned(),
            credential: all[1].name.clone(),
            host: "login.example.com".to_owned(),
        };
        let checks = app.try_check(one).await.unwrap();
        assert!(checks[4..].iter().all(|check| check.credential == all[1].name), "{checks:?}");
        assert_eq!(checks.len(), 8);
    }

    async fn not_more_than_sixteen_credentials_are_asked_about(app) {
        for _ in 0..16 {
            app.add_credential(BITBUCKET, StandIn::CONSUMER_KEY, StandIn::CONSUMER_SECRET).await;
        }
        let checks = app.check(BITBUCKET).await;
        let left = ["CREDENTIALS", "SCOPES", "CALLBACK", "CALLBACK_EXACT"]
            .map(|kind| format!("{kind} UNKNOWN NOT_ASKED"));
        assert_eq!(faults(&checks), left);
        assert_eq!(checks.len(), 4 + 17 * 4);
        assert_eq!(app.token_requests(), 1 + 2 * 16);
    }

    async fn a_connection_without_credentials_is_told_what_it_lacks(app) {
        let made = app.create(new_connection("fresh")).await.unwrap();
        let checks = app.check(&made.name).await;
        assert_eq!(faults(&checks), ["CREDENTIALS FAILED CREDENTIALS_MISSING"]);
        assert!(checks[4].description.contains("Add consumer"), "{checks:?}");
        assert_eq!((checks.len(), checks[4].host.as_str()), (5, "login.example.com"));
        assert_eq!(app.token_requests(), 1);
    }
}
