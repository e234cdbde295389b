//! `latchkey doctor`.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use latchkey_test_database::TestDatabase;
use serde_json::Value;

use crate::{
    broker::{self, Listener},
    database::{migrated, on_database},
    developing::start,
    process::{Ended, Running, ended, latchkey, run},
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
pub(crate) fn outcome<'a>(ended: &'a Ended, check: &str) -> &'a str {
    let begin = format!("{{\"check\":\"{check}\",\"outcome\":\"");
    let line = ended.stdout.lines().find_map(|line| line.strip_prefix(&begin));
    line.unwrap_or_else(|| panic!("no {check} in {ended:?}")).split('"').next().unwrap()
}

/// What to do about it.
fn hint_of(ended: &Ended, check: &str) -> String {
    let findings = ended.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut found = findings.filter(|finding| finding["check"] == check);
    found.next().unwrap()["hint"].as_str().unwrap_or_default().to_owned()
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
    for (check, hint) in [
        ("database", "check store.url; `latchkey migrate` makes"),
        ("key ring", "`latchkey keyring add`"),
        ("broker", "check relay.url"),
        ("provider", "check the way there"),
    ] {
        assert_eq!(outcome(&ended, check), "failed", "{check}");
        assert!(hint_of(&ended, check).contains(hint), "{ended:?}");
    }
    for check in ["schema", "sealed keys", "clock"] {
        assert_eq!(outcome(&ended, check), "skipped", "{check}");
    }
    assert!(!format!("{ended:?}").contains("hunter2"), "{ended:?}");
}

#[test]
fn nothing_is_made_where_something_is_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut doctor = latchkey(folder.path(), "doctor --json");
    let found = ended(doctor.env("LATCHKEY__STORE__URL", "sqlite:nowhere/typo.db"));
    assert_eq!(outcome(&found, "database"), "failed", "{found:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_file_without_a_schema_is_told_to_be_migrated() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("latchkey.db"), "").unwrap();
    let found = on_database(folder.path(), "doctor --json");
    assert_eq!((outcome(&found, "database"), outcome(&found, "schema")), ("ok", "failed"));
    assert_eq!(hint_of(&found, "schema"), "run `latchkey migrate`");
}

#[test]
fn a_server_that_is_away_is_told_and_the_rest_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let away = "postgres://somebody:hunter2@127.0.0.1:9/latchkey";
    let found = ended(latchkey(folder.path(), "doctor --json").env("LATCHKEY__STORE__URL", away));
    assert_eq!(outcome(&found, "database"), "failed", "{found:?}");
    assert!(hint_of(&found, "database").contains("that the database runs"), "{found:?}");
    for (check, expected) in [
        ("schema", "skipped"),
        ("sealed keys", "skipped"),
        ("clock", "skipped"),
        ("key ring", "failed"),
        ("broker", "skipped"),
    ] {
        assert_eq!(outcome(&found, check), expected, "{check}");
    }
    assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
}

/// Looks again and again until this is well.
fn until_well(check: &str, look: impl Fn() -> Ended) -> Ended {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let found = look();
        if outcome(&found, check) == "ok" {
            return found;
        }
        assert!(Instant::now() < deadline, "{check} is never well: {found:?}");
    }
}

/// A database is well, and then its list of steps cannot be read.
async fn well_and_then_unreadable(db: TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let mut add = latchkey(folder.path(), "keyring add");
    ended(add.env("LATCHKEY__KEYRING__FILE", "ring.toml")).ok();
    let look = || {
        let mut doctor = latchkey(folder.path(), "doctor --json");
        doctor.env("LATCHKEY__STORE__URL", &db.url).env("LATCHKEY__KEYRING__FILE", "ring.toml");
        ended(&mut doctor)
    };
    // A machine that is busy with other tests may not let it in at once.
    let found = until_well("database", look);
    for check in ["database", "schema", "key ring", "sealed keys", "clock"] {
        assert_eq!(outcome(&found, check), "ok", "{check}: {found:?}");
    }

    db.execute("ALTER TABLE seaql_migrations RENAME COLUMN version TO of_another").await;
    let found = until_well("database", look);
    assert_eq!(outcome(&found, "schema"), "failed", "{found:?}");
    assert!(hint_of(&found, "schema").starts_with("see the database's log"), "{found:?}");
    assert_eq!(outcome(&found, "sealed keys"), "skipped", "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_cannot_be_read_is_not_taken_for_an_old_one_on_postgres() {
    TestDatabase::postgres().await.run(well_and_then_unreadable).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_cannot_be_read_is_not_taken_for_an_old_one_on_sqlite() {
    TestDatabase::sqlite().await.run(well_and_then_unreadable).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_is_well_once_the_relay_has_declared_what_it_needs() {
    let folder = migrated();
    let own = folder.path().file_name().unwrap().to_str().unwrap();
    let (exchange, unrouted) = (format!("latchkey.test{own}"), format!("latchkey.test{own}.rest"));
    let command = |line| {
        let mut command = latchkey(folder.path(), line);
        command.env("LATCHKEY__STORE__URL", "sqlite:latchkey.db");
        command.env("LATCHKEY__RELAY__URL", broker::url());
        command.env("LATCHKEY__RELAY__EXCHANGE", &exchange);
        command.env("LATCHKEY__RELAY__UNROUTED", &unrouted);
        command
    };
    let before = ended(&mut command("doctor --json"));
    assert_eq!(outcome(&before, "broker"), "failed", "{before:?}");
    assert!(hint_of(&before, "broker").contains("declare what is missing"), "{before:?}");

    let events = Listener::on(&exchange, &unrouted).await;
    let mut relay = Running::start(&mut command("relay"));
    until_well("broker", || ended(&mut command("doctor --json")));
    assert_eq!(relay.terminate().code(), Some(0));
    events.clear(&exchange, &unrouted).await;
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
