//! Events without a broker: everything is in the feed.

use std::{collections::BTreeSet, time::Duration};

use latchkey_domain::{
    access::Principal, caller::Caller, environment::EnvironmentKind, host::Host,
    policy::EnvironmentPolicies,
};
use latchkey_identity::NewEnvironment;
use latchkey_proto::v1::{
    ApiKeyKind, DeleteApiKeyRequest, FeedEvent, ListEventsRequest,
    event_feed_client::EventFeedClient, watch_events_request::Start,
};
use latchkey_test_database::TestDatabase;
use secrecy::SecretString;
use tonic::{Code, service::interceptor::InterceptedService, transport::Endpoint};

use crate::{
    api_keys::in_seconds,
    both,
    harness::{
        Key, TestApp,
        admin::{new_key, refusal},
        reason, seed,
        watch::Watching,
        with_app,
    },
};

/// How long a server may take to stop: its drain, 10 s, and a little.
const STOPS_WITHIN: Duration = Duration::from_secs(12);

fn ids(events: &[FeedEvent]) -> Vec<&str> {
    events.iter().map(|event| event.id.as_str()).collect()
}

fn in_order(events: &[FeedEvent]) -> bool {
    events.is_sorted_by(|before, after| before.position < after.position)
}

/// A consumer's key of another environment.
async fn foreign_consumer(app: &TestApp) -> SecretString {
    let new = NewEnvironment {
        id: Some("elsewhere".parse().unwrap()),
        display_name: seed::name("Elsewhere"),
        kind: EnvironmentKind::NonProduction,
        default_domain: Host::parse("login.elsewhere.example").unwrap(),
        policies: EnvironmentPolicies::default(),
        request: None,
    };
    let environment =
        app.latchkey.create_environment(&Caller::of_the_database(), &new).await.unwrap().id;
    seed::key(&app.latchkey, Principal::Consumer(environment)).await
}

/// A consumer's key that can be deleted or expires, and its name.
async fn consumers_key(app: &TestApp, expires_in: Option<i64>) -> (SecretString, String) {
    let mut new = new_key(ApiKeyKind::Consumer);
    new.api_key.as_mut().unwrap().expire_time = expires_in.map(|seconds| in_seconds(app, seconds));
    let (made, key) = app.create_key(new).await.unwrap();
    (key.into(), made.name)
}

/// Its key is why the stream ends.
async fn assert_sent_away(mut watching: Watching) {
    let (_, end) = watching.end().await;
    let end = end.expect("an end that says why");
    assert_eq!(refusal(&end), (Code::Unauthenticated, "CREDENTIALS_INVALID".to_owned()));
}

both! {
    async fn a_watcher_from_the_beginning_sees_what_was_and_what_comes(app) {
        app.sign_in("alice").await;
        let before = app.all_events().await;
        let mut watching = app.watch_after(0).await;

        let mut seen = watching.take(before.len()).await;
        app.sign_in("bob").await;
        seen.extend(watching.take(2).await);

        assert!(watching.is_quiet().await);
        assert_eq!(seen, app.all_events().await);
    }

    async fn a_watcher_from_now_sees_only_what_comes(app) {
        app.sign_in("alice").await;
        let before = app.all_events().await;
        let mut watching = app.watch_from_now().await;

        app.sign_in("alice").await;

        let seen = watching.take(1).await;
        assert_eq!(seen[0].r#type, "latchkey.user.signed_in.v1");
        assert!(seen[0].position > before.last().unwrap().position);
        assert!(watching.is_quiet().await);
    }

    async fn a_watcher_that_comes_back_misses_nothing_and_sees_nothing_twice(app) {
        app.sign_in("alice").await;
        app.sign_in("bob").await;
        app.all_events().await;
        let mut watching = app.watch_after(0).await;
        let mut seen = watching.take(3).await;
        drop(watching);
        app.sign_in("carol").await;

        let mut watching = app.watch_after(seen.last().unwrap().position).await;
        let all = app.all_events().await;
        seen.extend(watching.take(all.len() - 3).await);

        assert_eq!(seen, all);
        assert!(watching.is_quiet().await);
    }

    async fn a_list_is_read_page_by_page_without_gap_or_repeat(app) {
        for person in ["alice", "bob", "carol"] {
            app.sign_in(person).await;
        }
        let all = app.all_events().await;
        let mut paged = Vec::new();
        let mut after_position = 0;
        loop {
            let parent = "environments/dev".to_owned();
            let request = ListEventsRequest { parent, after_position, page_size: 2 };
            let page = app.feed().list_events(request).await.unwrap().into_inner();
            assert!(page.events.len() <= 2);
            if page.events.is_empty() {
                assert_eq!(page.next_position, after_position);
                break;
            }
            after_position = page.next_position;
            paged.extend(page.events);
        }
        assert_eq!(paged, all);
        assert!(in_order(&all));
    }

    async fn an_event_whose_data_cannot_be_read_is_told_without_it(app) {
        app.sign_in("alice").await;
        let all = app.all_events().await;
        let spoiled = &all[all.len() - 2];
        let position = spoiled.position;
        let nonsense = if app.database.is_postgres() { "'\\xff'" } else { "x'ff'" };
        let spoil = format!("UPDATE outbox SET data = {nonsense} WHERE position = {position}");
        app.database.execute(&spoil).await;

        let mut expected = all.clone();
        expected[all.len() - 2].data = None;
        assert_eq!(app.all_events().await, expected);
        assert_eq!(app.watch_after(0).await.take(all.len()).await, expected);
    }

    async fn a_watcher_sees_every_event_of_sixteen_writers_once_and_in_order(app) {
        const SIGN_INS: usize = 4;
        let mut watching = app.watch_from_now().await;
        let app = std::sync::Arc::new(app);
        let writers: Vec<_> = (1..=16)
            .map(|writer| {
                let app = app.clone();
                tokio::spawn(async move {
                    for _ in 0..SIGN_INS {
                        app.sign_in(&format!("person-{writer}")).await;
                    }
                })
            })
            .collect();

        let seen = watching.take(16 * (SIGN_INS + 1)).await;

        for writer in writers {
            writer.await.unwrap();
        }
        assert!(watching.is_quiet().await);
        assert!(in_order(&seen), "by position");
        assert_eq!(ids(&seen).into_iter().collect::<BTreeSet<_>>().len(), seen.len(), "once");
        assert_eq!(ids(&seen), ids(&app.events().await), "every one");
        let mut last = std::collections::BTreeMap::new();
        for event in &seen {
            let last = last.entry(event.subject.as_str()).or_insert(0);
            assert_eq!(event.sequence, *last + 1, "without gaps for each user");
            *last = event.sequence;
        }
    }

    async fn a_stream_ends_with_unavailable_when_the_server_stops(app) {
        let mut watching = app.watch_from_now().await;

        app.stop.cancel();

        let (count, end) = watching.end().await;
        assert_eq!(count, 0);
        let end = end.expect("an end that tells to come back");
        assert_eq!((end.code(), reason(&end).as_str()), (Code::Unavailable, "SERVER_STOPPING"));
    }

    async fn a_watcher_whose_key_is_deleted_is_sent_away(app) {
        let (key, name) = consumers_key(&app, None).await;
        let watching = app.watch_with(EventFeedClient::new(app.keyed(&key)), Start::FromNow(true));
        let watching = watching.await.unwrap();

        let delete = DeleteApiKeyRequest { name };
        app.own_tenant().delete_api_key(delete).await.unwrap();

        assert_sent_away(watching).await;
    }

    async fn a_watcher_whose_key_expires_is_sent_away(app) {
        let (key, _) = consumers_key(&app, Some(60)).await;
        let watching = app.watch_with(EventFeedClient::new(app.keyed(&key)), Start::FromNow(true));
        let watching = watching.await.unwrap();

        app.clock.advance(Duration::from_mins(2));

        assert_sent_away(watching).await;
    }

    async fn another_tenants_consumer_sees_nothing(app) {
        app.sign_in("alice").await;
        let key = foreign_consumer(&app).await;
        let mut theirs = EventFeedClient::new(app.keyed(&key));
        let request = |parent: &str| ListEventsRequest {
            parent: parent.to_owned(),
            ..ListEventsRequest::default()
        };

        let listed = theirs.list_events(request("environments/dev")).await.unwrap_err();
        let watched = app.watch_with(theirs.clone(), Start::AfterPosition(0)).await;
        let own = theirs.list_events(request("environments/elsewhere")).await.unwrap();

        assert_eq!((listed.code(), reason(&listed)), not_found());
        let watched = watched.err().expect("refused");
        assert_eq!((watched.code(), reason(&watched)), not_found());
        assert_eq!(own.into_inner().events, []);
    }
}

// It waits for the end of the drain, whatever the database: once is enough.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watcher_that_takes_nothing_does_not_hold_the_stop() {
    let database = TestDatabase::sqlite().await;
    database.run(|database| with_app(database, takes_nothing)).await;
}

async fn takes_nothing(app: TestApp) {
    // More than every buffer on the way holds: the client's window is 64 KiB.
    let fill = "INSERT INTO outbox (id, position, environment, type, subject, sequence, time, \
         content_type, data, test, attempts) \
         SELECT randomblob(16), position + 1000 * n.n, environment, type, subject, sequence, time, \
         content_type, data, test, attempts FROM outbox, \
         (WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 200) SELECT n FROM n) n";
    app.database.execute(fill).await;
    let endpoint = Endpoint::from_shared(app.address.clone()).unwrap();
    let narrow = endpoint.initial_stream_window_size(65_535).connect().await.unwrap();
    let keyed = InterceptedService::new(narrow, Key(app.keys.consumer.clone()));
    let client = EventFeedClient::new(keyed);
    let sleeping = app.watch_with(client, Start::AfterPosition(0)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;

    app.stop.cancel();
    app.tasks.close();

    tokio::time::timeout(STOPS_WITHIN, app.tasks.wait()).await.expect("the server stops");
    drop(sleeping);
}

fn not_found() -> (Code, String) {
    (Code::NotFound, "RESOURCE_NOT_FOUND".to_owned())
}
