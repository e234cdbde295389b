//! What is too large is refused, and others do not notice.

use latchkey_proto::v1::{GetConnectionRequest, connection_admin_client::ConnectionAdminClient};
use secrecy::ExposeSecret;
use tonic::{Code, Request, transport::Endpoint};

use crate::{
    both,
    harness::{TestApp, admin::BITBUCKET},
};

const PATH: &str = "/latchkey.v1.ConnectionAdmin/GetConnection";

fn bearer(app: &TestApp) -> String {
    format!("Bearer {}", app.keys.environment.expose_secret())
}

/// A message of this many bytes: one text, which is too long to be a name.
fn message(bytes: usize) -> Vec<u8> {
    use prost::Message;
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
        let others = futures_util::future::join_all((0..8).map(|_| app.connection(BITBUCKET)));
        let (refused, others) = tokio::join!(refused, others);

        assert!(refused.is_err());
        assert!(others.iter().all(Result::is_ok), "{others:?}");
        let mut small = request();
        small.metadata_mut().insert("x-small", "x".repeat(8 * 1024).parse().unwrap());
        ConnectionAdminClient::new(own).get_connection(small).await.unwrap();
        app.connection(BITBUCKET).await.unwrap();
    }

    async fn the_largest_pages_fit_into_an_answer(app) {
        use latchkey_proto::v1::{self, upstream_param::Source};
        let value = v1::UpstreamParam { source: Some(Source::Value("🔑".repeat(256))) };
        let params = (0..16).map(|n| (format!("{n:0>64}"), value.clone()));
        let mut request = crate::harness::admin::new_connection("");
        let connection = request.connection.as_mut().unwrap();
        connection.display_name = "🔑".repeat(80);
        connection.upstream_params = params.collect();
        for _connection in 0..100 {
            app.create(request.clone()).await.unwrap();
        }
        let all = v1::ListConnectionsRequest {
            parent: "environments/dev".to_owned(),
            page_size: 100,
            ..Default::default()
        };
        let listed = app.connections().list_connections(all).await.unwrap().into_inner();
        assert_eq!(listed.connections.len(), 100);

        let uris: Vec<_> = (0..32).map(|n| format!("https://a.example/{n:0>494}")).collect();
        for n in 0..100 {
            let request = v1::CreateApplicationRequest {
                parent: "environments/dev".to_owned(),
                application_id: format!("large-{n}"),
                application: Some(v1::Application {
                    display_name: "Large".to_owned(),
                    redirect_uris: uris.clone(),
                    ..Default::default()
                }),
                request_id: String::new(),
            };
            app.tenants().create_application(request).await.unwrap();
        }
        let all = v1::ListApplicationsRequest {
            parent: "environments/dev".to_owned(),
            page_size: 100,
            ..Default::default()
        };
        let listed = app.tenants().list_applications(all).await.unwrap().into_inner();
        assert_eq!(listed.applications.len(), 100);
    }
}
