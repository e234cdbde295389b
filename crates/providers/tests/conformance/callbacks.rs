//! What a provider tells of a redirect URI before anybody has signed in.

use bitbucket_stand_in::{Consumer, Endpoint as Place, Fault, Quirks, RetryAfter, StandIn};
use latchkey_domain::provider::{Callback, Error};

use crate::stage::{Stage, on_every_stage, redirect_uri};

impl Stage {
    /// Asks about the callback as a browser that is not signed in.
    pub(crate) async fn callback(&self) -> Result<Callback, Error> {
        self.provider.callback(StandIn::CONSUMER_KEY, &redirect_uri()).await
    }

    /// Registers the ready-made consumer with another callback URL, or with none.
    fn register(&self, callback_url: Option<&str>) {
        let mut consumer = Consumer::new(StandIn::CONSUMER_KEY, StandIn::CONSUMER_SECRET, "");
        consumer.callback_url = callback_url.map(str::to_owned);
        self.control.add_consumer(consumer);
    }
}

#[tokio::test]
async fn a_callback_is_registered_whole_too_wide_elsewhere_or_not_at_all() {
    on_every_stage(async |stage| {
        let whole = redirect_uri();
        for (registered, told) in [
            (Some(whole.as_str()), Callback::Registered),
            (Some("http://localhost:8080/login/callback"), Callback::Registered),
            (Some("http://localhost:8080/"), Callback::RegisteredTooWide),
            (Some("http://localhost:8080"), Callback::RegisteredTooWide),
            (Some("http://localhost:8080/login/callback/bitbucket/x"), Callback::NotRegistered),
            (Some("https://login.example.com/login/callback"), Callback::NotRegistered),
            (None, Callback::NoneRegistered),
        ] {
            stage.register(registered);
            assert_eq!(stage.callback().await.unwrap(), told, "{registered:?}");
        }
        assert!(stage.control.requests().iter().all(|it| it.header("authorization").is_none()));
    })
    .await;
}

#[tokio::test]
async fn who_signs_people_in_first_tells_nothing() {
    on_every_stage(async |stage| {
        stage.control.set_quirks(Quirks { sign_in_before_all: true, ..Quirks::default() });
        for registered in [Some(redirect_uri().to_string()), Some("https://a.example/".to_owned())]
        {
            stage.register(registered.as_deref());
            assert_eq!(stage.callback().await.unwrap(), Callback::NotTold);
        }
    })
    .await;
}

#[tokio::test]
async fn a_person_who_is_signed_in_and_agrees_changes_nothing() {
    on_every_stage(async |stage| {
        let always = bitbucket_stand_in::Decision::Approve { account: "alice".to_owned() };
        stage.control.decide_always(Some(always));
        assert_eq!(stage.callback().await.unwrap(), Callback::Registered);
        stage.register(Some("https://a.example/"));
        assert_eq!(stage.callback().await.unwrap(), Callback::NotRegistered);
    })
    .await;
}

#[tokio::test]
async fn a_page_that_is_about_something_else_tells_nothing() {
    on_every_stage(async |stage| {
        let unknown = stage.provider.callback("unknown", &redirect_uri()).await;
        assert_matches!(unknown, Err(Error::Malformed(_)));
        let limit = Fault::RateLimited { retry_after: RetryAfter::None };
        stage.control.fail_always(Place::Authorize, limit);
        assert_matches!(stage.callback().await, Err(Error::RateLimited { .. }));
        for fault in [Fault::ServerError { status: 503 }, Fault::ConnectionReset] {
            stage.control.fail_always(Place::Authorize, fault);
            assert_matches!(stage.callback().await, Err(Error::Unavailable(_)));
        }
        // The same page for every redirect URI is no answer to any.
        stage.control.fail_always(Place::Authorize, Fault::HtmlOk);
        assert_eq!(stage.callback().await.unwrap(), Callback::NotTold);
        stage.control.fail_always(Place::Authorize, Fault::EndlessBody);
        assert_matches!(stage.callback().await, Err(Error::Malformed(_)));
    })
    .await;
}
