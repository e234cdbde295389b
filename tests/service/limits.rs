//! What is too large is refused, and others do not notice.

use std::time::Duration;

use futures_util::future::join_all;
use latchkey_proto::v1::{
    self, GetConnectionRequest, connection_admin_client::ConnectionAdminClient,
    upstream_param::Source, watch_events_request::Start,
};
use latchkey_test_database::TestDatabase;
use prost::Message;
use secrecy::ExposeSecret;
use tonic::{Code, Request, transport::Endpoint};

use crate::{
    both,
    harness::{
        TestApp,
        admin::{BITBUCKET, DEV, new_connection, refusal},
        with_app,
    },
};

const PATH: &str = "/latchkey.v1.ConnectionAdmin/GetConnection";

fn bearer(app: &TestApp) -> String {
    format!("Bearer {}", app.keys.environment.expose_secret())
}

/// A message of this many bytes: one text, which is too long to be a name.
fn message(bytes: usize) -> Vec<u8> {
    let name = "x".repeat(bytes - 4);
    let encoded = GetConnectionRequest { name }.encode_to_vec();
    assert_eq!(encoded.len(), bytes);
    encoded
}

both! {
    async fn a_message_has_at_most_64_kib(app) {
        let key = bearer(&app);
        let fits = app.raw(PATH, Some(&key), message(64 * 1024)).await.unwrap_err();
        assert_eq!(fits.code(), Code::InvalidArgument);
        for size in [64 * 1024 + 1, 65 * 1024, 1024 * 1024] {
            let refused = app.raw(PATH, Some(&key), message(size)).await.unwrap_err();
            assert_eq!(refused.code(), Code::OutOfRange, "{size}: {refused:?}");
        }
        app.connection(BITBUCKET).await.unwrap();
    }

    async fn metadata_of_64_kib_is_refused_while_another_connection_works_on(app) {
        let own = Endpoint::from_shared(app.address.clone()).unwrap().connect().await.unwrap();
        let request = || {
            let mut request = Request::new(GetConnectionRequest { name: BITBUCKET.to_owned() });
            let key = bearer(&app).parse().unwrap();
            request.metadata_mut().insert("authorization", key);
            request
        };
        let mut large = request();
        large.metadata_mut().insert("x-large", "x".repeat(64 * 1024).parse().unwrap());
        let mut overloaded = ConnectionAdminClient::new(own.clone());
        let refused = overloaded.get_connection(large);
        let others = join_all((0..8).map(|_| app.connection(BITBUCKET)));
        let (refused, others) = tokio::join!(refused, others);

        assert!(refused.is_err());
        assert!(others.iter().all(Result::is_ok), "{others:?}");
        let mut small = request();
        small.metadata_mut().insert("x-small", "x".repeat(6 * 1024).parse().unwrap());
        ConnectionAdminClient::new(own).get_connection(small).await.unwrap();
        app.connection(BITBUCKET).await.unwrap();
    }

    async fn the_largest_pages_fit_into_an_answer(app) {
        app.create(largest_connection()).await.unwrap();
        app.tenants().create_application(largest_application()).await.unwrap();
        app.database.execute(&ninety_nine_more(
            "connections",
            "display_name, provider, trusted_provider, upstream_params, disabled, version, \
             sequence, created_at, updated_at",
        )).await;
        app.database.execute(&ninety_nine_more(
            "applications",
            "display_name, redirect_uris, version, created_at, updated_at",
        )).await;

        let (parent, page_size) = (DEV.to_owned(), 100);
        let all = v1::ListConnectionsRequest { parent: parent.clone(), page_size, ..Default::default() };
        let listed = app.connections().list_connections(all).await.unwrap().into_inner();
        assert_eq!(listed.connections.len(), 100);
        assert!(listed.encoded_len() > 1_500_000, "{}", listed.encoded_len());
        let all = v1::ListApplicationsRequest { parent, page_size, ..Default::default() };
        let listed = app.tenants().list_applications(all).await.unwrap().into_inner();
        assert_eq!(listed.applications.len(), 100);
        assert!(listed.encoded_len() > 1_500_000, "{}", listed.encoded_len());
    }
}

fn largest_connection() -> v1::CreateConnectionRequest {
    let value = v1::UpstreamParam { source: Some(Source::Value("🔑".repeat(256))) };
    let mut request = new_connection("large");
    let connection = request.connection.as_mut().unwrap();
    connection.display_name = "🔑".repeat(80);
    connection.upstream_params = (0..16).map(|n| (format!("{n:0>64}"), value.clone())).collect();
    request
}

fn largest_application() -> v1::CreateApplicationRequest {
    let uris = (0..32).map(|n| format!("https://a.example/{n:0>494}"));
    v1::CreateApplicationRequest {
        parent: DEV.to_owned(),
        application_id: "large".to_owned(),
        application: Some(v1::Application {
            display_name: "🔑".repeat(80),
            redirect_uris: uris.collect(),
            ..Default::default()
        }),
        request_id: String::new(),
    }
}

/// Copies the row called `large`: through the service it would take many seconds.
fn ninety_nine_more(table: &str, columns: &str) -> String {
    format!(
        "INSERT INTO {table} (environment, id, {columns}) \
         WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < 99) \
         SELECT environment, id || '-' || CAST(n AS TEXT), {columns} FROM {table}, copies \
         WHERE id = 'large'"
    )
}

// What it counts is this process's, whatever the database: once is enough.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_watcher_too_many_is_told_to_come_back() {
    let database = TestDatabase::sqlite().await;
    database.run(|database| with_app(database, watched_by_many)).await;
}

async fn watched_by_many(app: TestApp) {
    let mut watching = join_all((0..512).map(|_| app.watch_from_now())).await;

    let refused = app.watch_with(app.feed(), Start::FromNow(true)).await.err().unwrap();
    assert_eq!(refusal(&refused), (Code::ResourceExhausted, "OVERLOADED".to_owned()));
    app.connection(BITBUCKET).await.unwrap();

    watching.pop();
    let place = async {
        while app.watch_with(app.feed(), Start::FromNow(true)).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), place).await.expect("its place is free");
}
