//! `apply` and `export`, against a real service.

use std::{fs, path::Path};

use crate::{
    developing::{Dev, start},
    process::{Ended, ended, latchkey},
};

const FILE: &str = "\
environment:
  { id: shop, display_name: Shop, kind: non-production, default_domain: 'localhost:8081',
    sign_up_policy: [acme.example], email_required: true, email_code_lifetime: 20m }
applications:
  web:
    display_name: Web shop
    redirect_uris: ['http://localhost:3000/back']
connections:
  bitbucket:
    display_name: Bitbucket
    provider: bitbucket
    verify_by_code: true
    allowed_workspaces: ['{2c4a1bd0-5d86-4b52-9a23-6a3f4b5c6d7e}', acme]
    profile_sync: at-sign-up
    upstream_params: { prompt: { value: select_account }, username: { alias: login_hint } }
    grants: [{ application: web, may_link: false }]
    credentials:
      - client_id: the-key
        client_secret: { file: secrets/bitbucket }
      - client_id: the-key
        client_secret: { variable: OLD_SECRET }
";

/// Runs a command with the variable that the file names, and without an environment of its own.
fn ask(dev: &Dev, folder: &Path, line: &str) -> Ended {
    let mut command = dev.command(folder, line);
    ended(command.env_remove("LATCHKEY_ENVIRONMENT").env("OLD_SECRET", "an-old-secret"))
}

fn write(folder: &Path, text: &str) {
    fs::create_dir_all(folder.join("secrets")).unwrap();
    fs::write(folder.join("secrets/bitbucket"), "a-new-secret\n").unwrap();
    fs::write(folder.join("shop.yaml"), text).unwrap();
}

fn events(dev: &Dev, folder: &Path) -> String {
    ask(dev, folder, "events list --environment shop --json").ok()
}

#[test]
fn applying_twice_is_applying_once() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, dev) = (folder.path(), start(folder.path(), ""));
    write(folder, FILE);

    let dry = ask(&dev, folder, "apply shop.yaml --dry-run").ok();
    assert!(dry.contains("+ create environment shop"), "{dry}");
    assert_eq!(ask(&dev, folder, "environments get shop").code, Some(4));

    let applied = ask(&dev, folder, "apply shop.yaml").ok();
    let told = |text: &str, sign: char| text.lines().filter(|line| line.starts_with(sign)).count();
    assert_eq!(told(&applied, '+'), 6, "{applied}");
    assert_eq!(dry.replace("nothing was changed: this was a dry run", "done"), applied);
    let credentials = "connections credentials list bitbucket --environment shop";
    let listed = ask(&dev, folder, credentials).ok();
    assert!(listed.contains("active") && listed.contains("standby"), "{listed}");

    let (before, connection) =
        (events(&dev, folder), "connections get bitbucket --environment shop --json");
    let version = ask(&dev, folder, connection).ok();
    assert_eq!(ask(&dev, folder, "apply shop.yaml --prune").ok(), "nothing to change\n");
    assert_eq!(events(&dev, folder), before);
    assert_eq!(ask(&dev, folder, connection).ok(), version);

    let key = ask(&dev, folder, "api-keys create --environment shop").ok();
    let mut own = dev.command(folder, "apply shop.yaml --environment shop");
    let own = ended(own.env("LATCHKEY_KEY", key.trim()).env("OLD_SECRET", "an-old-secret"));
    assert_eq!(own.ok(), "nothing to change\n");
}

#[test]
fn an_unchanged_file_plans_nothing_after_the_key_ring_is_rotated() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, dev) = (folder.path(), start(folder.path(), ""));
    write(folder, FILE);
    ask(&dev, folder, "apply shop.yaml").ok();
    drop(dev);

    let keyring = |line: &str| {
        let mut command = latchkey(folder, &format!("keyring {line}"));
        command.env("LATCHKEY__KEYRING__FILE", ".latchkey/keyring.toml");
        ended(command.env("LATCHKEY__STORE__URL", "sqlite:.latchkey/latchkey.db")).ok()
    };
    let added = keyring("add");
    keyring(&format!("promote {}", added.split_whitespace().next().unwrap()));
    let dev = start(folder, "");
    assert_eq!(ask(&dev, folder, "apply shop.yaml --prune").ok(), "nothing to change\n");
    drop(dev);
    keyring("re-encrypt");
    let dev = start(folder, "");
    assert_eq!(ask(&dev, folder, "apply shop.yaml --prune").ok(), "nothing to change\n");
}

#[test]
fn an_export_applies_without_a_difference_and_holds_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, dev) = (folder.path(), start(folder.path(), ""));
    write(folder, FILE);
    ask(&dev, folder, "apply shop.yaml").ok();

    for environment in ["shop", "dev"] {
        let exported = ask(&dev, folder, &format!("export --environment {environment}")).ok();
        assert!(!exported.contains("secret: a-") && !exported.contains("an-old"), "{exported}");
        fs::write(folder.join("exported.yaml"), &exported).unwrap();
        let dry = ask(&dev, folder, "apply exported.yaml --dry-run --prune").ok();
        assert_eq!(dry, "nothing to change\n", "{exported}");
    }
}

#[test]
fn a_change_shows_as_a_difference_and_only_prune_deletes() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, dev) = (folder.path(), start(folder.path(), ""));
    write(folder, FILE);
    ask(&dev, folder, "apply shop.yaml").ok();
    let other = "applications create other --environment shop --display-name Other \
                 --redirect-uri http://localhost/";
    ask(&dev, folder, other).ok();
    let without_old =
        FILE.split("      - client_id: the-key\n        client_secret: { variable").next().unwrap();
    let changed = without_old.replace("Web shop", "Shop").replace("select_account", "login");
    write(folder, &changed);

    let applied = ask(&dev, folder, "apply shop.yaml").ok();
    for told in [
        "~ update application web\n    display_name: \"Web shop\" -> \"Shop\"",
        "~ update connection bitbucket\n    upstream_params: ",
        "left alone; with --prune it is:",
        "    delete application other",
    ] {
        assert!(applied.contains(told), "no {told} in {applied}");
    }
    ask(&dev, folder, "applications get other --environment shop").ok();

    let pruned = ask(&dev, folder, "apply shop.yaml --prune").ok();
    assert!(pruned.contains("- delete credential cred_"), "{pruned}");
    assert!(pruned.contains("- delete application other"), "{pruned}");
    assert_eq!(ask(&dev, folder, "applications get other --environment shop").code, Some(4));
    let credentials = "connections credentials list bitbucket --environment shop --json";
    assert_eq!(ask(&dev, folder, credentials).ok().lines().count(), 1);
}

#[test]
fn a_new_secret_becomes_the_active_one_and_a_pruned_connection_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, dev) = (folder.path(), start(folder.path(), ""));
    write(folder, FILE);
    ask(&dev, folder, "apply shop.yaml").ok();
    fs::write(folder.join("secrets/bitbucket"), "a-newer-secret").unwrap();

    let applied = ask(&dev, folder, "apply shop.yaml").ok();
    assert!(applied.contains("+ create active credential of bitbucket: the-key"), "{applied}");
    let list = "connections credentials list bitbucket --environment shop --json";
    let listed = ask(&dev, folder, list).ok();
    let newest = listed.lines().last().unwrap();
    assert!(newest.contains("CREDENTIAL_ROLE_ACTIVE"), "{listed}");
    assert_eq!(listed.matches("CREDENTIAL_ROLE_ACTIVE").count(), 1, "{listed}");

    let whole = fs::read_to_string(folder.join("shop.yaml")).unwrap();
    fs::write(folder.join("shop.yaml"), whole.split("connections:").next().unwrap()).unwrap();
    ask(&dev, folder, "apply shop.yaml --prune").ok();
    fs::write(folder.join("shop.yaml"), whole).unwrap();
    let back = ask(&dev, folder, "apply shop.yaml").ok();
    assert!(back.contains("+ undelete connection bitbucket"), "{back}");
    assert_eq!(ask(&dev, folder, "apply shop.yaml").ok().lines().last(), Some("nothing to change"));
}

#[test]
fn a_credential_that_gives_way_to_a_new_one_is_pruned() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, dev) = (folder.path(), start(folder.path(), ""));
    write(folder, FILE);
    ask(&dev, folder, "apply shop.yaml").ok();
    let new = FILE.replace("client_id: the-key", "client_id: the-new-key");
    write(folder, &new);

    let pruned = ask(&dev, folder, "apply shop.yaml --prune").ok();

    assert_eq!(pruned.matches("- delete credential cred_").count(), 2, "{pruned}");
    let list = "connections credentials list bitbucket --environment shop --json";
    let listed = ask(&dev, folder, list).ok();
    assert_eq!(listed.matches("the-new-key").count(), 2, "{listed}");
    assert_eq!(listed.lines().count(), 2, "{listed}");
}

#[test]
fn every_mistake_is_told_at_once_with_its_line_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let dev = start(folder.path(), "");
    let file = "\
applications:
  web: { display_name: Web, redirect_uri: ['http://localhost/'] }
connections:
  bitbucket:
    display_name: Bitbucket
    provider: bitbucket
    upstream_params: { state: { value: x } }
    credentials:
      - client_id: 0123
        client_secret: a-literal-canary
";
    write(folder.path(), file);
    let ended = ask(&dev, folder.path(), "apply shop.yaml --environment dev");
    assert_eq!(ended.code, Some(2), "{ended:?}");
    for told in [
        "the file has 5 problems",
        "line 2: applications.web.redirect_uri: is not known here",
        "line 2: applications.web: redirect_uris: must hold",
        "line 7: connections.bitbucket.upstream_params.state: is a parameter of OAuth",
        "line 9: connections.bitbucket.credentials[0].client_id: must be text",
        "line 10: connections.bitbucket.credentials[0].client_secret: must be { file: PATH }",
    ] {
        assert!(ended.stderr.contains(told), "no {told} in {}", ended.stderr);
    }
    assert!(!ended.stderr.contains("canary"), "{ended:?}");

    for (file, told) in
        [("a: [\n", "it is no YAML"), ("connections:\n  a: {}\n  a: {}\n", "line 3")]
    {
        write(folder.path(), file);
        let ended = ask(&dev, folder.path(), "apply shop.yaml --environment dev");
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.contains(told), "no {told} in {}", ended.stderr);
    }
}

#[test]
fn a_failure_tells_what_is_made_and_what_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, dev) = (folder.path(), start(folder.path(), ""));
    let bad = FILE.replace("provider: bitbucket", "provider: nobody");
    write(folder, &bad);
    let failed = ask(&dev, folder, "apply shop.yaml");
    assert_eq!(failed.code, Some(2), "{failed:?}");
    assert!(failed.stdout.contains("+ create application web"), "{failed:?}");
    assert!(failed.stderr.contains("2 of 6 changes are made"), "{failed:?}");
    assert!(failed.stderr.contains("+ create connection bitbucket"), "{failed:?}");
    assert!(failed.stderr.contains("connection.provider: "), "{failed:?}");

    write(folder, FILE);
    let rest = ask(&dev, folder, "apply shop.yaml").ok();
    assert!(!rest.contains("create application") && rest.contains("create connection"), "{rest}");
}
