//! The settings.

use latchkey_gateway::Config;

const GOOD: &str = r#"
listen = "127.0.0.1:8080"
base_url = "https://login.example.com"
environment = "environments/production"
endpoint = "http://127.0.0.1:50051"
key = "lkg_0123456789"
"#;

fn with(field: &str, value: &str) -> Vec<String> {
    let lines = GOOD.lines().map(|line| {
        if line.starts_with(field) {
            format!("{field} = \"{value}\"\n")
        } else {
            format!("{line}\n")
        }
    });
    toml::from_str::<Config>(&lines.collect::<String>()).unwrap().problems()
}

#[test]
fn good_settings_have_no_problem() {
    assert_eq!(toml::from_str::<Config>(GOOD).unwrap().problems(), [""; 0]);
    for url in ["http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080"] {
        assert_eq!(with("base_url", url), [""; 0], "{url}");
    }
    for url in ["http://latchkey:50051", "https://latchkey.example", "https://127.0.0.1:50051"] {
        assert_eq!(with("endpoint", url), [""; 0], "{url}");
    }
}

#[test]
fn a_key_is_exposed_that_goes_to_another_machine_without_tls() {
    let exposed = |endpoint: &str| {
        let endpoint = endpoint.parse().unwrap();
        Config { endpoint, ..Config::default() }.key_is_exposed()
    };
    for url in ["http://latchkey.example:50051", "http://10.0.0.1", "http://localhost.example"] {
        assert!(exposed(url), "{url}");
    }
    for url in ["https://latchkey.example", "http://127.0.0.1:50051", "http://localhost:50051"] {
        assert!(!exposed(url), "{url}");
    }
}

#[test]
fn every_problem_is_told_by_its_field() {
    for (field, value) in [
        ("base_url", "http://login.example.com"),
        ("base_url", "ftp://login.example.com"),
        ("base_url", "https://login.example.com/path"),
        ("base_url", "https://login.example.com/?x"),
        ("base_url", "https://login.example.com/#x"),
        ("base_url", "https://ann@login.example.com"),
        ("base_url", "http://localhost.example.com"),
        ("environment", ""),
        ("environment", "production"),
        ("environment", "environments/"),
        ("environment", "environments/a/b"),
        ("endpoint", "grpc://127.0.0.1:50051"),
        ("endpoint", "http://127.0.0.1:50051/x"),
        ("key", ""),
        ("key", "two words"),
    ] {
        let problems = with(field, value);
        assert_eq!(problems.len(), 1, "{field} = {value}: {problems:?}");
        assert!(problems[0].starts_with(&format!("{field}: ")), "{problems:?}");
    }
    let nothing = Config::default().problems();
    assert_eq!(nothing, ["environment: must be environments/{environment}", "key: is missing"]);
}

#[test]
fn proxies_are_listed_by_their_networks_or_addresses() {
    let listed = |value: &str| {
        let config: Config = toml::from_str(&format!("trusted_proxies = {value}")).unwrap();
        config.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(Config::default().trusted_proxies, []);
    assert_eq!(listed("[]"), [""; 0]);
    assert_eq!(listed(r#"["10.0.0.0/8", "::1"]"#), ["10.0.0.0/8", "::1/128"]);
    // As a variable holds it.
    assert_eq!(listed(r#""10.0.0.0/8, 192.0.2.1""#), ["10.0.0.0/8", "192.0.2.1/32"]);
    assert_eq!(listed(r#""""#), [""; 0]);
}

#[test]
fn a_network_that_is_none_is_told_by_its_name() {
    for network in ["10.0.0.0/33", "10.0.0/8", "proxy.example", "*", "::1/x"] {
        for value in [format!(r#"["10.0.0.0/8", "{network}"]"#), format!(r#""{network}""#)] {
            let read = toml::from_str::<Config>(&format!("trusted_proxies = {value}"));

            let problem = read.unwrap_err().to_string();
            assert!(problem.contains("trusted_proxies"), "{problem}");
            assert!(problem.contains(&format!("\"{network}\" is no network")), "{problem}");
        }
    }
    assert!(toml::from_str::<Config>("trusted_proxies = [8]").is_err());
}

#[test]
fn a_setting_that_does_not_exist_is_an_error() {
    assert!(toml::from_str::<Config>("trusted = true").is_err());
}

#[test]
fn settings_can_be_shown_without_the_key() {
    let shown = format!("{:?}", toml::from_str::<Config>(GOOD).unwrap());
    assert!(shown.contains("login.example.com") && !shown.contains("lkg_"), "{shown}");
}
