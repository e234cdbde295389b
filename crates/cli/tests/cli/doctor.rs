//! `latchkey doctor`.

use std::{fs, path::Path};

use crate::{
    database::migrated,
    developing::start,
    process::{Ended, run},
};

/// Settings of a service whose provider is a stand-in, and what is added to them.
fn configure(folder: &Path, stand_in: &str, more: &str) {
    let file = format!(
        "[store]\nurl = 'sqlite:latchkey.db'\n\
         [keyring]\nfile = 'ring.toml'\n\
         [providers.bitbucket]\nkind = 'bitbucket'\nstand_in = true\nissuer = '{stand_in}'\n\
         authorize_url = '{stand_in}/authorize'\ntoken_url = '{stand_in}/token'\n\
         api_url = '{stand_in}/2.0'\n{more}"
    );
    fs::write(folder.join("latchkey.toml"), file).unwrap();
}

/// What a check found.
fn outcome<'a>(ended: &'a Ended, check: &str) -> &'a str {
    let begin = format!("{{\"check\":\"{check}\",\"outcome\":\"");
    let line = ended.stdout.lines().find_map(|line| line.strip_prefix(&begin));
    line.unwrap_or_else(|| panic!("no {check} in {ended:?}")).split('"').next().unwrap()
}

#[test]
fn what_is_well_is_told_as_well() {
    let folder = migrated();
    let dev = start(folder.path(), "");
    configure(folder.path(), dev.row("Stand-in").split_whitespace().next().unwrap(), "");
    run(folder.path(), "keyring add").ok();

    let told = run(folder.path(), "doctor").ok();
    for check in ["configuration", "database", "schema", "key ring", "sealed keys", "clock"] {
        let is_fine = |line: &str| line.starts_with("OK") && line.contains(check);
        assert!(told.lines().any(is_fine), "{check} in {told}");
    }
    assert!(told.contains("provider") && told.contains("none is configured"), "{told}");
}

#[test]
fn everything_is_looked_at_even_if_something_failed() {
    let folder = tempfile::tempdir().unwrap();
    configure(
        folder.path(),
        "http://127.0.0.1:9",
        "[relay]\nurl = 'amqp://somebody:hunter2@127.0.0.1:9'\n",
    );
    let ended = run(folder.path(), "doctor --json");

    assert_eq!(ended.code, Some(1), "{ended:?}");
    for check in ["schema", "key ring", "broker", "provider"] {
        assert_eq!(outcome(&ended, check), "failed", "{check}");
    }
    assert_eq!(outcome(&ended, "database"), "ok");
    assert_eq!(outcome(&ended, "sealed keys"), "skipped");
    assert!(!format!("{ended:?}").contains("hunter2"), "{ended:?}");
    assert!(ended.stdout.contains("latchkey migrate"), "{ended:?}");
}

#[test]
fn a_key_that_sealed_something_and_is_gone_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let dev = start(folder.path(), "");
    let stand_in = dev.row("Stand-in").split_whitespace().next().unwrap().to_owned();
    configure(folder.path(), &stand_in, "");
    let file = fs::read_to_string(folder.path().join("latchkey.toml")).unwrap();
    let file = file.replace("sqlite:latchkey.db", "sqlite:.latchkey/latchkey.db");
    fs::write(folder.path().join("latchkey.toml"), file).unwrap();
    // Another ring than the one that `dev` seals with.
    run(folder.path(), "keyring add").ok();

    let ended = run(folder.path(), "doctor --json");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(outcome(&ended, "sealed keys"), "failed");
    assert!(ended.stdout.contains("not in the ring: "), "{ended:?}");
}

#[test]
fn settings_that_cannot_be_read_are_told_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("latchkey.toml"), "[store]\ncolour = 'blue'\n").unwrap();
    let ended = run(folder.path(), "doctor --json");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(outcome(&ended, "configuration"), "failed");
    assert_eq!(ended.stdout.lines().count(), 1);
}
