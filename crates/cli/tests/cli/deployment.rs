//! The image and the compose file, held against the binary: what they name is there.

use std::fs;

use crate::process::{ended, latchkey, run};

const COMPOSE: &str = include_str!("../../../../docker-compose.yml");
const DOCKERFILE: &str = include_str!("../../../../Dockerfile");

/// Every `latchkey …` that the compose file runs: scripts, commands and health checks.
fn command_lines() -> Vec<String> {
    let scripts = COMPOSE.lines().filter_map(|line| {
        let line = line.trim();
        let line = line.split_once("|| ").map_or(line, |(_, then)| then);
        line.strip_prefix("latchkey ").map(|line| line.split(" > ").next().unwrap().to_owned())
    });
    let lists = COMPOSE.lines().filter_map(|line| {
        let line = line.trim();
        let list =
            line.strip_prefix("command: [").or(line.strip_prefix("test: [CMD, latchkey, "))?;
        let words = list.trim_end_matches(']').split(", ").map(|word| word.trim_matches('"'));
        Some(words.collect::<Vec<_>>().join(" "))
    });
    scripts.chain(lists).collect()
}

/// The variables of the service, as the compose file sets them.
fn variables() -> Vec<(String, String)> {
    let lines = COMPOSE.lines().map(str::trim);
    let pairs = lines.filter(|line| line.starts_with("LATCHKEY__"));
    let pairs = pairs.map(|line| line.split_once(": ").unwrap());
    pairs.map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned())).collect()
}

#[test]
fn every_command_of_the_compose_file_exists_with_its_flags() {
    let folder = tempfile::tempdir().unwrap();
    let lines = command_lines();
    assert!(lines.len() >= 8, "{lines:?}");
    for line in lines {
        let words: Vec<_> = line.split(' ').collect();
        let is_command = |word: &&&str| word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        let commands: Vec<_> =
            words.iter().take_while(|word| !word.starts_with("--")).filter(is_command).collect();
        // A value such as an environment's id looks like a command: only two words can be one.
        let commands = &commands[..commands.len().min(if words[0].ends_with('s') { 2 } else { 1 })];
        let path = commands.iter().map(|word| **word).collect::<Vec<_>>().join(" ");
        let help = run(folder.path(), &format!("{path} --help")).ok();
        for flag in words.iter().filter(|word| word.starts_with("--")) {
            let flag = flag.split('=').next().unwrap();
            assert!(help.contains(flag), "{line}: no {flag} in {help}");
        }
    }
}

#[test]
fn every_variable_of_the_compose_file_is_a_setting_that_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let inside = |value: &str| value.replace("/var/lib/latchkey", folder.path().to_str().unwrap());
    fs::write(folder.path().join("gateway.key"), format!("lk_gateway_{}", "k".repeat(43))).unwrap();
    let with_variables = |line: &str| {
        let mut command = latchkey(folder.path(), line);
        command.envs(variables().into_iter().map(|(name, value)| (name, inside(&value))));
        ended(&mut command)
    };
    assert!(variables().len() >= 15);
    with_variables("keyring add").ok();
    assert_eq!(with_variables("check-config").ok(), "the configuration is good\n");
}

#[test]
fn every_port_that_is_published_is_one_that_somebody_listens_on() {
    let mut listened: Vec<_> = variables()
        .into_iter()
        .filter(|(name, _)| name.ends_with("LISTEN"))
        .map(|(_, value)| value.rsplit_once(':').unwrap().1.to_owned())
        .collect();
    listened.extend(command_lines().iter().filter_map(|line| {
        let listen = line.split(' ').find_map(|word| word.strip_prefix("--listen="))?;
        Some(listen.rsplit_once(':').unwrap().1.to_owned())
    }));
    // PostgreSQL, RabbitMQ and RabbitMQ's own pages.
    let theirs = ["5432", "5672", "15672"];
    let published = COMPOSE.lines().filter_map(|line| line.trim().strip_prefix("- 127.0.0.1:"));
    let published: Vec<_> = published.map(|ports| ports.rsplit_once(':').unwrap().1).collect();
    assert!(published.len() >= 7, "{published:?}");
    for port in &published {
        assert!(theirs.contains(port) || listened.iter().any(|own| own == port), "{port}");
    }
    for port in listened {
        assert!(published.contains(&port.as_str()), "nobody reaches {port}");
    }
}

#[test]
fn the_image_runs_the_binary_and_exposes_the_ports_of_the_compose_file() {
    let exposed = DOCKERFILE.lines().find_map(|line| line.strip_prefix("EXPOSE ")).unwrap();
    for port in exposed.split(' ') {
        assert!(COMPOSE.contains(&format!("127.0.0.1:{port}:{port}")), "{port}");
    }
    assert!(DOCKERFILE.contains("ENTRYPOINT [\"latchkey\"]"));
    assert!(DOCKERFILE.contains("--package latchkey-cli"));
    assert!(COMPOSE.contains("FOR DEVELOPMENT ONLY"));
}
