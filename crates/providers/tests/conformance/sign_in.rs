//! A sign-in that goes well, and what it leaves in the provider's log.

use bitbucket_stand_in::{Endpoint, Fault, StandIn};
use latchkey_domain::{profile::usable, provider::AuthorizationRequest};
use secrecy::ExposeSecret as _;

use crate::stage::{STATE, field, on_every_stage, redirect_uri};

#[tokio::test]
async fn a_person_signs_in() {
    on_every_stage(async |stage| {
        let grant = stage.grant("alice").await;

        let account = stage.provider.account(&grant).await.unwrap();
        assert_eq!(account.subject.as_str(), "{11111111-1111-4111-8111-111111111111}");
        let id = "712020:11111111-1111-4111-8111-111111111111";
        assert_eq!(account.account_id.as_deref(), Some(id));
        assert_eq!(account.username.as_deref(), Some("alice"));
        assert_eq!(account.display_name.as_deref(), Some("Alice Example"));
        assert_eq!(account.picture_url.as_deref(), Some("https://avatars.example/alice.png"));

        let emails = stage.provider.emails(&grant).await.unwrap();
        assert_eq!(usable(&emails).unwrap().as_str(), "alice@mail.example");
    })
    .await;
}

#[tokio::test]
async fn the_code_and_the_secret_and_the_token_go_where_they_belong_and_once() {
    on_every_stage(async |stage| {
        let grant = stage.grant("alice").await;
        stage.provider.account(&grant).await.unwrap();
        stage.provider.emails(&grant).await.unwrap();

        let requests = stage.control.requests();
        let paths: Vec<_> = requests.iter().map(|it| it.path.as_str()).collect();
        let expected = [
            "/site/oauth2/authorize",
            "/site/oauth2/access_token",
            "/2.0/user",
            "/2.0/user/emails",
        ];
        assert_eq!(paths, expected);

        let token = &requests[1];
        assert_eq!(token.method, "POST");
        assert_eq!(token.header("authorization"), Some("Basic"));
        assert_eq!(token.header("content-type"), Some("application/x-www-form-urlencoded"));
        assert_eq!(token.form("grant_type"), Some("authorization_code"));
        assert_eq!(token.form("redirect_uri"), Some(redirect_uri().as_str()));
        assert_eq!((token.form("client_secret"), token.form("code_verifier")), (None, None));

        for read in &requests[2..] {
            assert_eq!(read.method, "GET");
            assert_eq!(read.header("authorization"), Some("Bearer"));
            assert!(read.form.is_empty());
        }
        for request in &requests[1..] {
            assert!(request.query.is_empty(), "{request:?}");
            assert_eq!(request.header("traceparent"), None);
            assert!(request.header("user-agent").unwrap().starts_with("latchkey/"));
        }
    })
    .await;
}

#[tokio::test]
async fn an_authorization_url_asks_for_two_scopes_and_nothing_replaces_what_is_ours() {
    on_every_stage(async |stage| {
        let upstream = [
            ("prompt", "login"),
            ("state", "theirs"),
            ("Scope", "admin"),
            ("redirect_uri", "https://attacker.example"),
            ("client_id", "theirs"),
            ("response_type", "token"),
            ("team", "a b&c=d"),
        ];
        let upstream: Vec<_> =
            upstream.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let url = stage.provider.authorization_url(&AuthorizationRequest {
            client_id: StandIn::CONSUMER_KEY,
            redirect_uri: &redirect_uri(),
            state: STATE,
            upstream_params: &upstream,
        });

        let mut fields: Vec<_> =
            url.query_pairs().map(|(name, value)| format!("{name}={value}")).collect();
        fields.sort();
        assert_eq!(
            fields,
            [
                format!("client_id={}", StandIn::CONSUMER_KEY),
                "prompt=login".to_owned(),
                format!("redirect_uri={}", redirect_uri()),
                "response_type=code".to_owned(),
                "scope=account email".to_owned(),
                format!("state={STATE}"),
                "team=a b&c=d".to_owned(),
            ]
        );
        assert!(url.as_str().starts_with(&stage.stand_in.authorize_url()));
    })
    .await;
}

#[tokio::test]
async fn a_provider_says_who_it_is_and_where_secrets_go() {
    on_every_stage(async |stage| {
        assert!(stage.provider.is_stand_in());
        assert_eq!(stage.provider.issuer().0, "https://bitbucket.org");
        let endpoints: Vec<_> =
            stage.provider.endpoints().into_iter().map(ToString::to_string).collect();
        assert_eq!(endpoints, [stage.stand_in.token_url(), stage.stand_in.api_url()]);
        assert_eq!(field(&stage.authorization_url(), "state").as_deref(), Some(STATE));
    })
    .await;
}

#[tokio::test]
async fn a_token_answer_may_be_odd_as_long_as_there_is_a_token() {
    on_every_stage(async |stage| {
        for odd in [
            Fault::ExpiresInString,
            Fault::ExpiresInAbsent,
            Fault::TokenTypeBearer,
            Fault::LongToken,
        ] {
            stage.control.fail_next(Endpoint::Token, odd);
            assert!(stage.account("alice").await.is_ok(), "{odd:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_is_as_long_as_the_provider_likes() {
    on_every_stage(async |stage| {
        stage.control.fail_next(Endpoint::Token, Fault::LongToken);
        let grant = stage.grant("alice").await;
        assert!(grant.access_token.expose_secret().len() > 2_500);
        assert!(usable(&stage.provider.emails(&grant).await.unwrap()).is_some());
    })
    .await;
}
