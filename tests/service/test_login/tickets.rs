//! A ticket works once, in time, on its host, for its tenant's gateway.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use latchkey_proto::v1::{
    RedeemTestTicketRequest, StartTestLoginRequest, TestLoginState,
    social_login_client::SocialLoginClient,
};
use tonic::{Code, Status};

use crate::{
    both,
    harness::{
        TestApp,
        admin::{refusal, wrong_fields},
        app::HOST,
        configuring::CONNECTION,
    },
};

fn is_refused(status: &Status) {
    let expected = (Code::InvalidArgument, "TEST_TICKET_INVALID".to_owned());
    assert_eq!(refusal(status), expected);
}

async fn is_waiting(app: &TestApp, name: &str) -> bool {
    app.test_login(name).await.state() == TestLoginState::Waiting
}

both! {
    async fn of_32_who_use_a_ticket_at_once_one_begins(app) {
        let asked = app.ask_for_test().await;

        let answers = join_all((0..32).map(|_| app.redeem_ticket(&asked.ticket))).await;

        let (begun, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!(begun.len(), 1);
        for answer in refused {
            is_refused(&answer.unwrap_err());
        }
        is_refused(&app.redeem_ticket(&asked.ticket).await.unwrap_err());
    }

    async fn many_who_ask_for_made_up_hosts_at_once_hold_up_nobody(app) {
        let ask = |number: u8| {
            let request = StartTestLoginRequest {
                connection: CONNECTION.to_owned(),
                host: format!("login.nobody-{number}.example"),
                ..StartTestLoginRequest::default()
            };
            let mut client = app.connections();
            async move { client.start_test_login(request).await }
        };
        let begun = Instant::now();
        let (answers, signed_in) = tokio::join!(join_all((0..64).map(ask)), app.sign_in("alice"));
        for answer in answers {
            assert_eq!(wrong_fields(&answer.unwrap_err()), ["host"]);
        }
        assert!(signed_in.user.is_some());
        // Whoever waits for a connection to the database in vain waits longer.
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }

    async fn a_ticket_works_for_ten_minutes(app) {
        let (first, second) = (app.ask_for_test().await, app.ask_for_test().await);
        app.clock.advance(Duration::from_secs(590));
        app.redeem_ticket(&first.ticket).await.unwrap();
        app.clock.advance(Duration::from_secs(11));
        is_refused(&app.redeem_ticket(&second.ticket).await.unwrap_err());
        assert_eq!(app.test_login(&second.name).await.state(), TestLoginState::Expired);
    }

    async fn who_does_not_come_back_lets_the_test_expire(app) {
        let asked = app.ask_for_test().await;
        app.redeem_ticket(&asked.ticket).await.unwrap();
        app.clock.advance(Duration::from_secs(616));
        assert_eq!(app.test_login(&asked.name).await.state(), TestLoginState::Expired);
    }

    async fn a_ticket_is_for_one_host_and_the_gateway_of_its_tenant(app) {
        let asked = app.ask_for_test().await;
        let request = |host: &str| RedeemTestTicketRequest {
            ticket: asked.ticket.clone(),
            host: host.to_owned(),
        };
        let elsewhere = app.login().redeem_test_ticket(request("login.other.example")).await;
        is_refused(&elsewhere.unwrap_err());
        let other = app.other_tenant().await;
        let mut foreign = SocialLoginClient::new(app.keyed(&other.gateway));
        is_refused(&foreign.redeem_test_ticket(request(HOST)).await.unwrap_err());
        assert!(is_waiting(&app, &asked.name).await, "nobody used it up");
        app.redeem_ticket(&asked.ticket).await.unwrap();
    }

    async fn what_is_no_ticket_is_refused(app) {
        let asked = app.ask_for_test().await;
        let (start, end) = asked.ticket.split_at(20);
        let changed = format!("{start}{}{}", if end.starts_with('A') { 'B' } else { 'A' }, &end[1..]);
        for bad in ["", "lk_test_", start, &changed, &asked.ticket["lk_test_".len()..], &asked.name] {
            is_refused(&app.redeem_ticket(bad).await.unwrap_err());
        }
        assert!(is_waiting(&app, &asked.name).await);
    }

    async fn a_ticket_is_not_used_up_by_what_goes_wrong_before(app) {
        let asked = app.ask_for_test().await;
        app.delete_the_oldest_credential().await;
        let missing = app.redeem_ticket(&asked.ticket).await.unwrap_err();
        assert_eq!(refusal(&missing).1, "CREDENTIALS_MISSING");
        assert!(is_waiting(&app, &asked.name).await);
    }
}
