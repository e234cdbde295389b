//! Sign-ins, as they are looked up afterwards.

use bitbucket_stand_in::{Endpoint, Fault};
use latchkey_proto::v1::{
    FailureReason, ListSignInsRequest, RefusalReason, SignIn, SignInResult, sign_in::Outcome,
    user_directory_client::UserDirectoryClient,
};
use tonic::Code;

use crate::{
    both,
    harness::{
        admin::{DEV, refusal, wrong_fields},
        configuring::{APPLICATION, CONNECTION},
        ends::End,
        organizations::{ACME, new_organization},
    },
};

fn request(page_size: i32, page_token: &str, filter: &str) -> ListSignInsRequest {
    ListSignInsRequest {
        parent: DEV.to_owned(),
        page_size,
        page_token: page_token.to_owned(),
        filter: filter.to_owned(),
    }
}

fn did(result: SignInResult) -> Outcome {
    Outcome::Result(result.into())
}

fn outcomes(sign_ins: &[SignIn]) -> Vec<Outcome> {
    sign_ins.iter().map(|found| found.outcome.unwrap()).collect()
}

both! {
    async fn a_sign_in_is_listed_with_all_that_it_was(app) {
        let signed_in = app.sign_in("alice").await;

        let listed = app.sign_ins(None).await;

        assert_eq!(listed.len(), 1);
        let found = &listed[0];
        assert_eq!(found.reference_id, signed_in.reference_id);
        assert_eq!(found.outcome, Some(did(SignInResult::SignedUp)));
        assert_eq!(found.user, signed_in.user.unwrap().name);
        assert_eq!(found.identity, signed_in.identity.unwrap().name);
        let names = (found.connection.as_str(), found.application.as_str());
        assert_eq!(names, (CONNECTION, APPLICATION));
        assert_eq!(found.organization, "");
        let at = |time: Option<latchkey_proto::well_known::Timestamp>| {
            let time = time.unwrap();
            (time.seconds, time.nanos)
        };
        assert!(at(found.create_time) <= at(found.end_time));
        assert!(at(found.end_time) <= at(found.redeem_time));
    }

    async fn every_end_is_told_the_newest_first(app) {
        let alice = app.alice_and_her_twin().await.name;
        let unredeemed = End::of(&app.come_back("alice").await).reference_id;
        app.suspend(&alice).await;
        app.come_back("alice").await;
        let begun = app.begin().await;
        let denied = app.deny(&begun).await;
        app.complete(&begun, &denied).await.unwrap();
        app.bitbucket.fail_always(Endpoint::User, Fault::HtmlOk);
        app.come_back("bob").await;

        let all = app.sign_ins(None).await;

        assert_eq!(
            outcomes(&all),
            [
                Outcome::Failed(FailureReason::ProviderMalformed.into()),
                Outcome::Refused(RefusalReason::DeniedByUser.into()),
                Outcome::Refused(RefusalReason::UserSuspended.into()),
                did(SignInResult::SignedIn),
                did(SignInResult::Linked),
                did(SignInResult::SignedUp),
            ]
        );
        assert!(all.iter().all(|found| found.end_time.is_some()));
        assert!(all.iter().all(|found| found.identity.is_empty() || !found.user.is_empty()));
        assert_eq!(all[3].reference_id, unredeemed);
        let redeemed: Vec<_> = all.iter().map(|found| found.redeem_time.is_some()).collect();
        assert_eq!(redeemed, [false, false, false, false, true, true]);
        // Those where it was not found out who it is are nobody's.
        assert_eq!(app.sign_ins(Some(&alice)).await, all[2..]);
        assert!(all[..2].iter().all(|found| found.user.is_empty()));
        assert_eq!((all[2].user.as_str(), all[2].identity.as_str()), (alice.as_str(), ""));
    }

    async fn a_sign_in_tells_the_organization_that_it_was_for(app) {
        app.add_organization(new_organization("acme", "")).await.unwrap();
        let mut request = app.start_request();
        request.organization = ACME.to_owned();
        let begun = app.begin_with(request).await.unwrap();
        let callback = app.consent(&begun, "alice").await;
        app.complete(&begun, &callback).await.unwrap();
        assert_eq!(app.sign_ins(None).await[0].organization, ACME);
    }

    async fn sign_ins_come_page_by_page(app) {
        for account in ["alice", "bob", "alice", "alice", "bob"] {
            app.sign_in(account).await;
        }
        let all = app.sign_ins(None).await;
        assert_eq!(all.len(), 5);
        let bob = &all[0].user;
        let of_bob: Vec<_> = all.iter().filter(|found| found.user == *bob).cloned().collect();
        for (filter, expected) in [(String::new(), &all), (format!("user = \"{bob}\""), &of_bob)] {
            let (mut seen, mut token) = (Vec::new(), String::new());
            loop {
                let page = app.users().list_sign_ins(request(2, &token, &filter)).await.unwrap();
                let page = page.into_inner();
                assert!(page.sign_ins.len() <= 2);
                seen.extend(page.sign_ins);
                token = page.next_page_token;
                if token.is_empty() {
                    break;
                }
            }
            assert_eq!(&seen, expected, "{filter}");
        }
    }

    async fn a_user_of_another_environment_is_a_wrong_filter(app) {
        let alice = app.sign_in("alice").await.user.unwrap().name;
        let theirs = format!("user = \"{}\"", alice.replace("/dev/", "/other/"));
        let refused = app.users().list_sign_ins(request(0, "", &theirs)).await.unwrap_err();
        assert_eq!(wrong_fields(&refused), ["filter"]);
    }

    async fn another_tenants_sign_ins_are_not_there(app) {
        app.sign_in("alice").await;
        let other = app.other_tenant().await;
        let mut theirs = UserDirectoryClient::new(app.keyed(&other.environment));
        let refused = theirs.list_sign_ins(request(0, "", "")).await.unwrap_err();
        assert_eq!(refusal(&refused), (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned()));
        let own =
            ListSignInsRequest { parent: "environments/other".to_owned(), ..Default::default() };
        assert_eq!(theirs.list_sign_ins(own).await.unwrap().into_inner().sign_ins, []);
    }
}
