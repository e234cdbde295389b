//! A process of its own: from start to stop, with a panic in between.

use std::{
    io::{Read, Write},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use latchkey_telemetry::{Config, Error, LogFormat};
use serde_json::Value;

use crate::fixture::FIXTURE;

/// Runs [`child`] with these settings, and returns what it wrote on standard error.
fn run_child(config: &Config) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "process::child", "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let settings = toml::to_string(config).unwrap();
    child.stdin.take().unwrap().write_all(settings.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// Not a test: what [`run_child`] runs.
#[test]
#[ignore = "run by other tests, in a process of its own"]
fn child() {
    let mut settings = String::new();
    std::io::stdin().read_to_string(&mut settings).unwrap();
    let config: Config = toml::from_str(&settings).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();

    runtime.block_on(async {
        let telemetry = latchkey_telemetry::start(&config).unwrap();
        assert!(matches!(latchkey_telemetry::start(&config), Err(Error::AlreadyStarted)));
        tracing::info_span!("last").in_scope(|| {
            tracing::info!(from = "\u{9b}31m", "at work\n{}forged", "\u{1b}[31m");
            tracing::warn!("worried");
        });
        std::thread::spawn(|| panic!("first\nsecond")).join().unwrap_err();
        if let Err(error) = telemetry.stop().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "spans were lost");
        }
    });
}

#[test]
fn a_process_delivers_its_last_span_and_logs_its_panic_as_json() {
    let config = Config {
        log_format: LogFormat::Json,
        otlp_endpoint: Some(format!("http://{}", FIXTURE.collector)),
        ..Config::default()
    };

    let log = run_child(&config);

    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3, "{log}");
    assert_eq!(lines[2]["message"], "panicked");
    assert_eq!(lines[2]["fields"]["panic.message"], "first\nsecond");
    let last = FIXTURE.runtime.block_on(FIXTURE.span_of(lines[0]["trace_id"].as_str().unwrap()));
    assert_eq!(last.name, "last");
}

#[test]
fn a_line_keeps_its_trace_where_its_span_is_not_logged() {
    let config = Config {
        log_format: LogFormat::Json,
        log_filter: "warn".into(),
        sample_ratio: 0.0,
        ..Config::default()
    };

    let log = run_child(&config);

    let worried: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    assert_eq!(worried["message"], "worried");
    assert_eq!(worried["trace_id"].as_str().map(str::len), Some(32), "{log}");
    assert_eq!(worried.get("spans"), None);
}

#[test]
fn a_line_of_text_cannot_be_forged() {
    let log = run_child(&Config::default());

    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines.len(), 3, "{log}");
    assert!(lines[0].contains(r"at work\n\x1b[31mforged") && !log.contains('\u{1b}'), "{log}");
    assert!(lines[2].contains("panicked"), "{log}");
}

#[test]
fn a_collector_that_never_answers_delays_the_end_by_seconds_only() {
    // Connections to it are made by the kernel, and nobody ever reads from them.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let config = Config { otlp_endpoint: Some(format!("http://{address}")), ..Config::default() };
    let begun = Instant::now();

    let log = run_child(&config);

    assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
    assert!(log.contains("spans were lost"), "{log}");
}
