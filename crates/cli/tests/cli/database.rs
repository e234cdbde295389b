//! Commands on the database itself.

use std::path::Path;

use tempfile::TempDir;

use crate::process::{Ended, ended, latchkey, run};

/// A folder with a database that was migrated.
pub(crate) fn migrated() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    on_database(folder.path(), "migrate").ok();
    folder
}

/// Runs a command on the folder's database.
pub(crate) fn on_database(folder: &Path, line: &str) -> Ended {
    ended(latchkey(folder, line).env("LATCHKEY__STORE__URL", "sqlite:latchkey.db"))
}

#[test]
fn migrating_twice_is_migrating_once() {
    let folder = migrated();
    assert_eq!(on_database(folder.path(), "migrate").ok(), "the schema is current\n");
}

#[test]
fn an_old_schema_is_told_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    for line in ["api-keys list", "serve"] {
        let ended = on_database(folder.path(), line);
        assert_eq!(ended.code, Some(1));
        assert!(ended.stderr.contains("run `latchkey migrate` first"), "{ended:?}");
    }
}

#[test]
fn the_first_operator_key_is_made_on_an_empty_database() {
    let folder = migrated();
    let made = on_database(folder.path(), "api-keys create --operator --expires-in 90d");
    assert_eq!(made.code, Some(0), "{made:?}");
    let key = made.stdout.trim();
    assert!(key.starts_with("lk_operator_") && !key.contains(char::is_whitespace), "{made:?}");
    assert!(!made.stderr.contains(key), "{made:?}");

    let listed = on_database(folder.path(), "api-keys list").ok();
    assert!(!listed.contains(key), "{listed}");
    let row = listed.lines().nth(1).unwrap();
    let name = row.split_whitespace().next().unwrap();
    on_database(folder.path(), &format!("api-keys delete {name}")).ok();
    assert_eq!(on_database(folder.path(), "api-keys list --json").ok(), "");
}

#[test]
fn a_key_of_an_environment_needs_the_environment() {
    let folder = migrated();
    let create = "api-keys create --gateway live --json";
    let ended = on_database(folder.path(), create);
    assert_eq!(ended.code, Some(4));
    assert!(ended.stderr.contains("no such environment"), "{ended:?}");

    let environment = "environments create live --default-domain login.example.com --production";
    on_database(folder.path(), environment).ok();
    let made = on_database(folder.path(), create).ok();
    assert!(made.contains("\"key\":\"lk_gateway_"), "{made}");
    assert!(made.contains("\"name\":\"environments/live/apiKeys/key_"), "{made}");
}

#[test]
fn a_key_is_for_exactly_one_holder() {
    let folder = tempfile::tempdir().unwrap();
    for line in ["api-keys create", "api-keys create --operator --gateway dev"] {
        assert_eq!(run(folder.path(), line).code, Some(2), "{line}");
    }
}
