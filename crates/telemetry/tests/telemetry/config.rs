//! The settings and what is wrong with them.

use latchkey_telemetry::Config;

#[test]
fn the_defaults_have_no_problem() {
    assert_eq!(Config::default().problems(), Vec::<String>::new());
}

#[test]
fn every_problem_is_listed_under_its_fields_name() {
    let wrong = Config {
        log_filter: "latchkey=loud".into(),
        otlp_endpoint: Some("collector:4317".into()),
        sample_ratio: f64::NAN,
        service_name: " ".into(),
        ..Config::default()
    };

    let problems = wrong.problems();

    let fields: Vec<_> = problems
        .iter()
        .filter_map(|problem| problem.split_once(": "))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(fields, ["log_filter", "otlp_endpoint", "sample_ratio", "service_name"]);
}

#[test]
fn a_password_in_a_refused_endpoint_is_not_repeated() {
    let wrong = Config { otlp_endpoint: Some("ftp://me:hunter2@host".into()), ..Config::default() };

    assert!(!wrong.problems().is_empty());
    assert!(!wrong.problems().concat().contains("hunter2"));
}

#[test]
fn a_setting_that_does_not_exist_is_refused() {
    let error = toml::from_str::<Config>("log_colour = true").unwrap_err();

    assert!(error.message().contains("log_colour"), "{error}");
}

#[test]
fn a_section_with_one_setting_keeps_the_other_defaults() {
    let config: Config = toml::from_str("sample_ratio = 0.25").unwrap();

    assert_eq!(config, Config { sample_ratio: 0.25, ..Config::default() });
}
