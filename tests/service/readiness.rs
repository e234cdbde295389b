//! The checklist before going live.

mod domains;

use std::time::Duration;

use bitbucket_stand_in::StandIn;
use latchkey_domain::time::Clock;
use latchkey_proto::{
    v1::{
        self, ApiKeyKind, EnvironmentKind, GetReadinessRequest, GetReadinessResponse,
        ListEventsRequest, ReadinessItem, ReadinessState,
    },
    well_known::Timestamp,
};

use crate::{
    both,
    harness::{
        TestApp,
        admin::{BITBUCKET, DEV, NOTES, new_connection, new_key},
        person::login_code,
    },
};

const DAY: Duration = Duration::from_hours(24);
/// What is not ready of the environment that every test starts with.
const AT_FIRST: [&str; 6] = [
    "PRODUCTION ATTENTION NOT_PRODUCTION",
    "APPLICATION_KEY ATTENTION APPLICATION_KEY_UNUSED",
    "PROVIDER ATTENTION PROVIDER_IS_STAND_IN",
    "ACCEPTED_CREDENTIALS ATTENTION CREDENTIALS_UNPROVEN",
    "GATEWAY_KEY ATTENTION GATEWAY_KEY_UNUSED",
    "EVENT_READER ATTENTION CONSUMER_KEY_UNUSED",
];

impl TestApp {
    async fn readiness(&self, environment: &str) -> GetReadinessResponse {
        let request = GetReadinessRequest { name: environment.to_owned() };
        self.tenants().get_readiness(request).await.unwrap().into_inner()
    }

    /// The one line that was ready, or not there, at first: in words, and what it is about.
    async fn news(&self) -> Option<(String, String)> {
        let items = self.readiness(DEV).await.items;
        let news = items.iter().map(|item| (line(item), item.resource.clone()));
        let mut news =
            news.filter(|(line, _)| !is_ready(line) && !AT_FIRST.contains(&line.as_str()));
        let found = news.next();
        assert_eq!(news.next(), None);
        found
    }
}

fn is_ready(line: &str) -> bool {
    line.ends_with(" READY")
}

fn line(item: &ReadinessItem) -> String {
    let short = |name: &str, prefix: &str| name.strip_prefix(prefix).unwrap().to_owned();
    let requirement = short(item.requirement().as_str_name(), "READINESS_REQUIREMENT_");
    let state = short(item.state().as_str_name(), "READINESS_STATE_");
    let reason = short(item.reason().as_str_name(), "READINESS_REASON_");
    let ready = state == "READY";
    assert_eq!(ready, reason == "UNSPECIFIED", "{item:?}");
    assert_eq!(ready, item.description.is_empty(), "{item:?}");
    assert!(ready || item.description.ends_with('.'), "{item:?}");
    if ready { format!("{requirement} READY") } else { format!("{requirement} {state} {reason}") }
}

fn open(found: &GetReadinessResponse) -> Vec<String> {
    found.items.iter().map(line).filter(|line| !is_ready(line)).collect()
}

fn about(line: &str, resource: &str) -> (String, String) {
    (line.to_owned(), resource.to_owned())
}

async fn new_environment(app: &TestApp, id: &str) {
    let request = v1::CreateEnvironmentRequest {
        environment_id: id.to_owned(),
        environment: Some(v1::Environment {
            display_name: "Live".to_owned(),
            kind: EnvironmentKind::Production.into(),
            default_domain: "login.live.example".to_owned(),
            ..Default::default()
        }),
        request_id: String::new(),
    };
    app.tenants().create_environment(request).await.unwrap();
}

async fn key_for(app: &TestApp, lifetime: Duration) -> String {
    let (seconds, nanos) = app.clock.now().plus(lifetime).seconds_and_nanos();
    let mut request = new_key(ApiKeyKind::Consumer);
    request.api_key.as_mut().unwrap().expire_time = Some(Timestamp { seconds, nanos });
    app.create_key(request).await.unwrap().0.name
}

both! {
    async fn an_environment_lacks_everything_to_begin_with(app) {
        new_environment(&app, "live").await;
        let found = app.readiness("environments/live").await;
        assert_eq!(open(&found), [
            "APPLICATION MISSING NO_APPLICATION",
            "APPLICATION_KEY MISSING NO_APPLICATION_KEY",
            "CONNECTION MISSING NO_CONNECTION",
            "CREDENTIALS MISSING NO_CREDENTIALS",
            "GATEWAY_KEY MISSING NO_GATEWAY_KEY",
            "EVENT_READER ATTENTION NO_EVENT_READER",
        ]);
        assert_eq!((found.state(), found.items.len()), (ReadinessState::Missing, 13));
        assert!(found.items.iter().all(|item| item.resource == "environments/live"));
    }

    async fn what_was_made_is_ready_and_what_was_used_counts(app) {
        let found = app.readiness(DEV).await;
        assert_eq!(open(&found), AT_FIRST);
        assert_eq!(found.state(), ReadinessState::Attention);
        let named: Vec<_> = found.items.iter().map(|item| item.resource.as_str())
            .filter(|resource| *resource != DEV).collect();
        let active = app.active(BITBUCKET).await;
        assert_eq!(named, [NOTES, BITBUCKET, BITBUCKET, active.as_str()]);

        let completed = app.come_back("alice").await;
        app.redeem(&login_code(&completed)).await.unwrap();
        let request = ListEventsRequest { parent: DEV.to_owned(), ..Default::default() };
        app.feed().list_events(request).await.unwrap();
        let rest = [AT_FIRST[0], AT_FIRST[2]];
        for _moment in 0..200 {
            // The use of a key is noted a moment after it.
            if open(&app.readiness(DEV).await) == rest {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("never ready: {:?}", open(&app.readiness(DEV).await));
    }

    async fn no_provider_is_asked(app) {
        app.readiness(DEV).await;
        assert_eq!(app.bitbucket.requests().len(), 0);
    }

    async fn a_trusted_provider_calls_for_attention(app) {
        assert_eq!(app.news().await, None);
        app.trust_the_provider().await;
        let told = Some(about("PROVIDER_TRUST ATTENTION TRUSTED_PROVIDER", BITBUCKET));
        assert_eq!(app.news().await, told);
    }

    async fn a_refused_credential_calls_for_attention_until_it_is_accepted(app) {
        app.bitbucket.rotate_secret(StandIn::CONSUMER_KEY, "another-secret", false);
        app.check(BITBUCKET).await;
        let told = "ACCEPTED_CREDENTIALS ATTENTION CREDENTIALS_REJECTED";
        assert_eq!(app.news().await, Some(about(told, &app.active(BITBUCKET).await)));
        let secret = StandIn::CONSUMER_SECRET;
        app.bitbucket.rotate_secret(StandIn::CONSUMER_KEY, secret, false);
        app.check(BITBUCKET).await;
        assert_eq!(app.news().await, None);
    }

    async fn a_credential_that_nobody_used_calls_for_attention_until_it_was_checked_or_tried(app) {
        let unproven = "ACCEPTED_CREDENTIALS ATTENTION CREDENTIALS_UNPROVEN".to_owned();
        let is_open = async || open(&app.readiness(DEV).await).contains(&unproven);
        app.delete_the_oldest_credential().await;
        app.add_credential(BITBUCKET, "made-up", "made-up").await;
        assert!(is_open().await);
        app.check(BITBUCKET).await;
        let told = about("ACCEPTED_CREDENTIALS ATTENTION CREDENTIALS_REJECTED", &app.active(BITBUCKET).await);
        assert_eq!(app.news().await, Some(told));

        app.delete_the_oldest_credential().await;
        app.add_credential(BITBUCKET, StandIn::CONSUMER_KEY, StandIn::CONSUMER_SECRET).await;
        assert!(is_open().await);
        app.try_out("alice").await;
        for _moment in 0..200 {
            // The use of a credential is noted a moment after it.
            if !is_open().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("never proven");
    }

    async fn a_connection_that_is_switched_off_is_none(app) {
        app.disable_the_connection().await;
        let open = open(&app.readiness(DEV).await);
        for told in ["CONNECTION MISSING NO_CONNECTION", "CREDENTIALS MISSING NO_CREDENTIALS"] {
            assert!(open.contains(&told.to_owned()), "{open:?}");
        }
        assert!(!open.contains(&AT_FIRST[2].to_owned()), "{open:?}");
    }

    async fn a_connection_that_nobody_may_use_is_told(app) {
        app.revoke_the_application().await;
        let told = Some(about("CONNECTION MISSING NO_APPLICATION_GRANTED", BITBUCKET));
        assert_eq!(app.news().await, told);
    }

    async fn a_connection_without_credentials_is_told(app) {
        let made = app.create(new_connection("fresh")).await.unwrap().name;
        let told = Some(about("CREDENTIALS ATTENTION CREDENTIALS_MISSING", &made));
        assert_eq!(app.news().await, told);
        app.delete(&made, "").await.unwrap();
        assert_eq!(app.news().await, None);
        app.delete_the_oldest_credential().await;
        assert_eq!(app.news().await, Some(about("CREDENTIALS MISSING NO_CREDENTIALS", BITBUCKET)));
    }

    async fn a_provider_that_left_the_configuration_is_told(app) {
        app.create(new_connection("other")).await.unwrap();
        app.add_credential("environments/dev/connections/other", "a-key", "a-secret").await;
        let lost = "UPDATE connections SET provider = 'gone' WHERE id = 'other'";
        app.database.execute(lost).await;
        let told = "PROVIDER MISSING PROVIDER_NOT_CONFIGURED";
        assert_eq!(app.news().await, Some(about(told, "environments/dev/connections/other")));
        app.database.execute("UPDATE environments SET kind = 'PRODUCTION'").await;
        app.database.execute("UPDATE connections SET provider = 'stand-in'").await;
        let told = "PROVIDER MISSING PROVIDER_IS_STAND_IN";
        assert_eq!(app.news().await, Some(about(told, BITBUCKET)));
    }

    async fn an_application_goes_live_over_https_alone(app) {
        let loopback = "http://localhost:3000/callback";
        app.redirect_to(&["https://notes.example/callback", loopback]).await;
        let told = Some(about("APPLICATION ATTENTION REDIRECT_URI_WITHOUT_TLS", NOTES));
        assert_eq!(app.news().await, told);
        app.redirect_to(&["https://notes.example/?next=http://notes.example/"]).await;
        assert_eq!(app.news().await, None);
    }

    async fn a_loopback_domain_is_reached_by_nobody(app) {
        let request = v1::UpdateEnvironmentRequest {
            environment: Some(v1::Environment {
                name: DEV.to_owned(),
                default_domain: "localhost:8080".to_owned(),
                ..Default::default()
            }),
            update_mask: None,
        };
        app.tenants().update_environment(request).await.unwrap();
        assert_eq!(app.news().await, Some(about("DEFAULT_DOMAIN MISSING LOOPBACK_DOMAIN", DEV)));
    }

    async fn a_key_that_stops_working_within_two_weeks_is_told(app) {
        let key = key_for(&app, 15 * DAY).await;
        assert_eq!(app.news().await, None);
        app.clock.advance(2 * DAY);
        let told = Some(about("KEY_EXPIRY ATTENTION KEY_EXPIRES_SOON", &key));
        assert_eq!(app.news().await, told);
        app.clock.advance(14 * DAY);
        assert_eq!(app.news().await, None);
    }

    async fn a_key_that_stopped_working_is_none(app) {
        new_environment(&app, "live").await;
        let mut request = new_key(ApiKeyKind::Gateway);
        let (seconds, nanos) = app.clock.now().plus(DAY).seconds_and_nanos();
        request.parent = "environments/live".to_owned();
        request.api_key.as_mut().unwrap().expire_time = Some(Timestamp { seconds, nanos });
        app.create_key(request).await.unwrap();
        let told = |told: &str| told.to_owned();
        let now = open(&app.readiness("environments/live").await);
        assert!(now.contains(&told("GATEWAY_KEY ATTENTION GATEWAY_KEY_UNUSED")), "{now:?}");
        app.clock.advance(2 * DAY);
        let later = open(&app.readiness("environments/live").await);
        assert!(later.contains(&told("GATEWAY_KEY MISSING NO_GATEWAY_KEY")), "{later:?}");
    }

    async fn a_relay_that_sends_is_a_reader(app) {
        let corner = app.corner();
        let queue = corner.bind("dev.#").await;
        let relay = app.relay_to(&corner);
        app.until_all_sent().await;
        relay.stop().await;
        queue.close().await;
        let open = open(&app.readiness(DEV).await);
        assert_eq!(open, AT_FIRST[..5]);
    }
}
