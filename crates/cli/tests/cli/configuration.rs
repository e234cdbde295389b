//! Settings, and the key ring's file.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::process::{ended, latchkey, run};

#[test]
fn check_config_tells_every_problem_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = "production = true\n\
        [relay]\nurl = 'amqp://guest:hunter2@broker.example'\n\
        [server]\nlisten = '0.0.0.0:50051'\n";
    fs::write(folder.path().join("latchkey.toml"), file).unwrap();
    let ended = run(folder.path(), "check-config");

    assert_eq!(ended.code, Some(1));
    for told in ["3 problems", "server.listen: ", "keyring.file: ", "relay.url: "] {
        assert!(ended.stderr.contains(told), "no {told} in {ended:?}");
    }
    assert!(!ended.stderr.contains("hunter2"), "{ended:?}");
}

#[test]
fn a_setting_that_is_not_known_is_named_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let ended = ended(latchkey(folder.path(), "serve").env("LATCHKEY__SERVER__COLOUR", "blue"));
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("LATCHKEY__SERVER__COLOUR: server.colour"), "{ended:?}");
    assert!(!folder.path().join(".latchkey").exists());
}

#[test]
fn without_settings_the_configuration_is_good() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), "check-config").ok(), "the configuration is good\n");
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), "check-config --config nowhere.toml");
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("there is no nowhere.toml"), "{ended:?}");
}

#[test]
fn a_key_is_added_listed_and_promoted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ring.toml");
    let keyring = |line: &str| {
        ended(latchkey(folder.path(), line).env("LATCHKEY__KEYRING__FILE", "ring.toml")).ok()
    };
    let id = |said: &str| said.split_whitespace().next().unwrap().to_owned();

    let first = id(&keyring("keyring add"));
    let second = id(&keyring("keyring add"));
    let seals = format!("{first}  seals and opens");
    assert!(keyring("keyring list").contains(&seals));

    keyring(&format!("keyring promote {second}"));

    let listed = keyring("keyring list");
    assert!(listed.contains(&format!("{second}  seals and opens")), "{listed}");
    assert!(listed.contains(&format!("{first}  opens")), "{listed}");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let secrets = fs::read_to_string(&path).unwrap();
    assert!(
        secrets
            .lines()
            .filter(|line| line.starts_with("secret"))
            .all(|line| { !listed.contains(line.split('"').nth(1).unwrap()) })
    );
}

#[test]
fn a_key_that_is_not_in_the_ring_cannot_be_promoted() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), "keyring add").ok();
    let ended = run(folder.path(), "keyring promote 00000000");
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("00000000"), "{ended:?}");
}
