//! Parameters that a connection passes on to the provider.

use latchkey_proto::v1::{Connection, UpstreamAlias, UpstreamParam, upstream_param::Source};
use tonic::Status;

use crate::{
    both,
    harness::{
        TestApp,
        admin::{BITBUCKET, new_connection, wrong_fields},
        person::parameter,
    },
};

fn value(text: &str) -> UpstreamParam {
    UpstreamParam { source: Some(Source::Value(text.to_owned())) }
}

fn alias(alias: UpstreamAlias) -> UpstreamParam {
    UpstreamParam { source: Some(Source::Alias(alias.into())) }
}

async fn set(
    app: &TestApp,
    params: impl IntoIterator<Item = (String, UpstreamParam)>,
) -> Result<Connection, Status> {
    let connection = Connection {
        name: BITBUCKET.to_owned(),
        upstream_params: params.into_iter().collect(),
        ..Connection::default()
    };
    app.update(connection, &["upstream_params"]).await
}

both! {
    async fn values_and_aliases_reach_the_provider(app) {
        set(&app, [
            ("team".to_owned(), value("acme & sons")),
            ("username".to_owned(), alias(UpstreamAlias::LoginHint)),
            ("prompt".to_owned(), alias(UpstreamAlias::Prompt)),
        ]).await.unwrap();
        let mut start = app.start_request();
        start.login_hint = "rowan@mail.example".to_owned();
        let url = app.begin_with(start).await.unwrap().authorization_url;

        assert_eq!(parameter(&url, "team"), "acme & sons");
        assert_eq!(parameter(&url, "username"), "rowan@mail.example");
        assert!(url.query_pairs().all(|(name, _)| name != "prompt" && name != "login_hint"));
    }

    async fn what_is_not_mapped_does_not_reach_the_provider(app) {
        let mut start = app.start_request();
        start.login_hint = "rowan@mail.example".to_owned();
        start.prompt = "login".to_owned();
        let url = app.begin_with(start).await.unwrap().authorization_url;

        assert!(!url.as_str().contains("rowan"), "{url}");
        assert_eq!(parameter(&url, "prompt"), "");
    }

    async fn the_names_of_oauth_are_refused_in_any_case(app) {
        let before = app.connection(BITBUCKET).await.unwrap();
        for name in [
            "client_id", "client_secret", "redirect_uri", "response_type", "response_mode",
            "scope", "state", "code", "code_challenge", "code_challenge_method", "code_verifier",
            "grant_type", "nonce", "request", "request_uri", "claims", "iss", "access_token",
            "id_token",
        ] {
            let mut mixed = name.to_owned();
            mixed[..1].make_ascii_uppercase();
            for name in [name.to_owned(), name.to_uppercase(), mixed] {
                let refused = set(&app, [(name.clone(), value("x"))]).await.unwrap_err();
                assert_eq!(
                    wrong_fields(&refused),
                    [format!("connection.upstream_params[{name:?}]")]
                );
            }
        }
        assert_eq!(app.connection(BITBUCKET).await.unwrap(), before);
    }

    async fn limits_are_kept_to_the_character(app) {
        let many = |count: usize| (0..count).map(|n| (format!("p{n}"), value("v")));
        let limits = [("n".repeat(64), value(&"é".repeat(256)))];
        assert_eq!(set(&app, limits).await.unwrap().upstream_params.len(), 1);
        assert_eq!(set(&app, many(16)).await.unwrap().upstream_params.len(), 16);

        let refused = set(&app, many(17)).await.unwrap_err();
        assert_eq!(wrong_fields(&refused), ["connection.upstream_params"]);
        for (name, param) in [
            ("n".to_owned(), value(&"v".repeat(257))),
            ("n".to_owned(), value("")),
            ("n".to_owned(), value("line\nbreak")),
            ("n".to_owned(), UpstreamParam { source: None }),
            ("n".to_owned(), alias(UpstreamAlias::Unspecified)),
            ("n".to_owned(), UpstreamParam { source: Some(Source::Alias(99)) }),
            ("a b".to_owned(), value("v")),
            (String::new(), value("v")),
        ] {
            let refused = set(&app, [(name.clone(), param)]).await.unwrap_err();
            assert_eq!(wrong_fields(&refused), [format!("connection.upstream_params[{name:?}]")]);
        }
        let refused = set(&app, [("n".repeat(65), value("v"))]).await.unwrap_err();
        let cut = format!("connection.upstream_params[\"{}…\"]", "n".repeat(64));
        assert_eq!(wrong_fields(&refused), [cut]);
    }

    async fn every_wrong_one_is_named(app) {
        let mut request = new_connection("second");
        let connection = request.connection.as_mut().unwrap();
        connection.display_name = String::new();
        connection.upstream_params = [
            ("good".to_owned(), value("v")),
            ("scope".to_owned(), value("admin")),
            ("state".to_owned(), value("x")),
            ("empty".to_owned(), value("")),
        ].into();
        let refused = app.create(request).await.unwrap_err();

        assert_eq!(
            wrong_fields(&refused),
            [
                "connection.display_name",
                "connection.upstream_params[\"empty\"]",
                "connection.upstream_params[\"scope\"]",
                "connection.upstream_params[\"state\"]",
            ]
        );
    }

    async fn a_refusal_stays_small_however_much_is_wrong(app) {
        let long = "é".repeat(20_000);
        let refused = set(&app, [(long, value("v"))]).await.unwrap_err();
        assert_eq!(wrong_fields(&refused).len(), 1);
        let many = (0..4_000).map(|n| (format!("é {n}"), value("v")));
        let refused = set(&app, many).await.unwrap_err();
        assert_eq!(wrong_fields(&refused).len(), 16);
        let paths = vec!["x"; 15_000];
        let connection = app.connection(BITBUCKET).await.unwrap();
        let refused = app.update(connection, &paths).await.unwrap_err();
        assert_eq!(wrong_fields(&refused), ["update_mask"]);
    }
}
