//! The one address that counts: primary and confirmed.

use bitbucket_stand_in::{Account, Email, Endpoint, Fault, NextLink};
use latchkey_domain::provider::Error;
use tokio::net::TcpListener;

use crate::stage::{Stage, on_every_stage};

const EMAILS: &str = "/2.0/user/emails";

async fn of(stage: &Stage, emails: Vec<Email>) -> Option<String> {
    let mut rowan = Account::new("rowan", "77777777-7777-4777-8777-777777777777", "Rowan");
    rowan.emails = emails;
    stage.control.add_account(rowan);
    stage.email("rowan").await.unwrap()
}

#[tokio::test]
async fn only_an_address_that_is_primary_and_confirmed_counts() {
    on_every_stage(async |stage| {
        assert_eq!(stage.email("bob").await.unwrap().as_deref(), Some("bob@mail.example"));
        assert_eq!(stage.email("carol").await.unwrap(), None);
        assert_eq!(stage.email("dave").await.unwrap(), None);

        let no_primary =
            vec![Email::secondary("a@mail.example"), Email::secondary("b@mail.example")];
        assert_eq!(of(&stage, no_primary).await, None);
        let unusable = vec![Email::primary("not an address"), Email::secondary("b@mail.example")];
        assert_eq!(of(&stage, unusable).await, None);
    })
    .await;
}

#[tokio::test]
async fn of_two_primary_addresses_the_first_that_is_confirmed_counts() {
    on_every_stage(async |stage| {
        let both = vec![Email::primary("First@Mail.Example"), Email::primary("b@mail.example")];
        assert_eq!(of(&stage, both).await.as_deref(), Some("first@mail.example"));
        let second =
            vec![Email::primary("a@mail.example").unconfirmed(), Email::primary("b@mail.example")];
        assert_eq!(of(&stage, second).await.as_deref(), Some("b@mail.example"));
    })
    .await;
}

#[tokio::test]
async fn addresses_are_listed_with_what_the_provider_says_of_them() {
    on_every_stage(async |stage| {
        let mut rowan = Account::new("rowan", "77777777-7777-4777-8777-777777777777", "Rowan");
        rowan.emails = vec![
            Email::primary("a@mail.example").unconfirmed(),
            Email::primary("not an address").unconfirmed(),
            Email::secondary("b@mail.example"),
            Email::primary("c@mail.example"),
            Email::secondary("after@mail.example"),
        ];
        stage.control.add_account(rowan);

        let listed = stage.provider.emails(&stage.grant("rowan").await).await.unwrap();

        let told = listed.iter().map(|it| (it.address.as_str(), it.primary, it.confirmed));
        let expected = [
            ("a@mail.example", true, false),
            ("b@mail.example", false, true),
            ("c@mail.example", true, true),
        ];
        assert_eq!(told.collect::<Vec<_>>(), expected);
    })
    .await;
}

#[tokio::test]
async fn pages_are_turned_until_the_address_is_found() {
    on_every_stage(async |stage| {
        assert_eq!(stage.email("erin").await.unwrap().as_deref(), Some("erin@mail.example"));
        assert_eq!(stage.requests_to(EMAILS), 2);
        for request in stage.control.requests().iter().filter(|it| it.path == EMAILS) {
            assert_eq!(request.header("authorization"), Some("Bearer"));
            assert_eq!(request.query("access_token"), None);
        }

        stage.control.clear_requests();
        stage.email("alice").await.unwrap();
        assert_eq!(stage.requests_to(EMAILS), 1);
    })
    .await;
}

#[tokio::test]
async fn five_pages_are_read_and_a_sixth_is_not() {
    on_every_stage(async |stage| {
        let many = |count: usize| {
            let others = (1..count).map(|n| Email::secondary(&format!("other{n}@mail.example")));
            others.chain([Email::primary("last@mail.example")]).collect()
        };
        assert_eq!(of(&stage, many(50)).await.as_deref(), Some("last@mail.example"));
        stage.control.clear_requests();

        stage.control.alter_account("rowan", |rowan| rowan.emails = many(51));
        assert_matches!(stage.email("rowan").await, Err(Error::Malformed("pages without end")));
        assert_eq!(stage.requests_to(EMAILS), 5);
    })
    .await;
}

#[tokio::test]
async fn pages_without_end_are_left() {
    on_every_stage(async |stage| {
        stage.control.alter_account("carol", |carol| carol.next_link = NextLink::Endless);
        assert_matches!(stage.email("carol").await, Err(Error::Malformed("pages without end")));
        assert!(stage.requests_to(EMAILS) <= 5);
    })
    .await;
}

#[tokio::test]
async fn a_page_that_leads_to_itself_is_read_once() {
    on_every_stage(async |stage| {
        let own = format!("{}/user/emails", stage.stand_in.api_url());
        stage.control.alter_account("carol", |carol| carol.next_link = NextLink::Foreign(own));
        assert_matches!(stage.email("carol").await, Err(Error::Malformed("pages without end")));
        assert_eq!(stage.requests_to(EMAILS), 1);
    })
    .await;
}

#[tokio::test]
async fn the_token_does_not_follow_a_link_to_another_host() {
    on_every_stage(async |stage| {
        let attacker = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let link = format!("http://{}/2.0/user/emails?page=2", attacker.local_addr().unwrap());
        stage.control.alter_account("carol", |carol| carol.next_link = NextLink::Foreign(link));

        let answer = stage.email("carol").await;

        assert_matches!(answer, Err(Error::Malformed("a page link that leads elsewhere")));
        // A connection that was made would wait here to be accepted.
        let came = futures_util::FutureExt::now_or_never(attacker.accept());
        assert!(came.is_none(), "{came:?}");
    })
    .await;
}

#[tokio::test]
async fn a_second_page_that_fails_is_no_reason_to_take_another_address() {
    on_every_stage(async |stage| {
        let grant = stage.grant("erin").await;
        stage.control.fail_next(Endpoint::Emails, Fault::SlowBytes { interval_ms: 0 });
        stage.control.fail_always(Endpoint::Emails, Fault::HtmlOk);
        assert_matches!(stage.provider.emails(&grant).await, Err(Error::Malformed(_)));
        assert_eq!(stage.requests_to(EMAILS), 2);
    })
    .await;
}
