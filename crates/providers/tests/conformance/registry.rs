//! The configuration of providers.

use std::collections::BTreeMap;

use latchkey_domain::provider::ProviderName;
use latchkey_providers::{ProviderConfig, Registry};
use serde::Deserialize;

use crate::stage::redirect_uri;

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    providers: BTreeMap<ProviderName, ProviderConfig>,
}

fn open(config: &str) -> Result<Registry, Vec<String>> {
    Registry::open(&toml::from_str::<Config>(config).unwrap().providers)
}

fn name(text: &str) -> ProviderName {
    ProviderName::parse(text).unwrap()
}

#[test]
fn without_configuration_there_is_the_real_bitbucket() {
    let registry = open("").unwrap();
    let bitbucket = registry.provider(&name("bitbucket")).unwrap();

    assert_eq!(registry.names().collect::<Vec<_>>(), [&name("bitbucket")]);
    assert!(!bitbucket.is_stand_in());
    assert_eq!(bitbucket.issuer().0, "https://bitbucket.org");
    let endpoints: Vec<_> = bitbucket.endpoints().into_iter().map(url::Url::as_str).collect();
    let real = ["https://bitbucket.org/site/oauth2/access_token", "https://api.bitbucket.org/2.0"];
    assert_eq!(endpoints, real);
    let url = bitbucket.authorization_url(&latchkey_domain::provider::AuthorizationRequest {
        client_id: "key",
        redirect_uri: &redirect_uri(),
        state: "state",
        upstream_params: &[],
    });
    assert!(url.as_str().starts_with("https://bitbucket.org/site/oauth2/authorize?"));
    assert!(registry.provider(&name("github")).is_none());
}

#[test]
fn a_table_configures_a_provider_beside_the_real_one() {
    let registry = open(
        r#"
        [providers.rehearsal]
        kind = "bitbucket"
        issuer = "http://127.0.0.1:7990"
        token_url = "http://127.0.0.1:7990/site/oauth2/access_token"
        api_url = "http://127.0.0.1:7990/2.0"
        stand_in = true
        "#,
    )
    .unwrap();
    assert_eq!(registry.names().collect::<Vec<_>>(), [&name("bitbucket"), &name("rehearsal")]);
    let rehearsal = registry.provider(&name("rehearsal")).unwrap();
    assert!(rehearsal.is_stand_in());
    assert_eq!(rehearsal.issuer().0, "http://127.0.0.1:7990");
    assert!(!registry.provider(&name("bitbucket")).unwrap().is_stand_in());
}

#[test]
fn every_problem_of_every_provider_is_told_with_its_field() {
    let problems = open(
        r#"
        [providers.bitbucket]
        kind = "bitbucket"
        token_url = "http://bitbucket.org/token"
        api_url = "https://10.0.0.1/2.0"
        [providers.other]
        kind = "gitlab"
        [providers.third]
        kind = "bitbucket"
        client_secret = "misplaced"
        "#,
    )
    .unwrap_err();
    assert_eq!(problems.len(), 4, "{problems:?}");
    for (problem, field) in problems.iter().zip([
        "providers.bitbucket.token_url: ",
        "providers.bitbucket.api_url: ",
        "providers.other.kind: ",
        "providers.third.client_secret: ",
    ]) {
        assert!(problem.starts_with(field), "{problem}");
        assert!(!problem.contains("misplaced"), "{problem}");
    }
}
