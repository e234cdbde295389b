//! The API as commands, against a real service.

use std::{fs, io::Write, process::Stdio};

use serde_json::Value;

use crate::{
    developing::start,
    process::{ended, latchkey},
};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_connection_is_set_up_from_its_callback_url_to_its_credentials() {
    let folder = tempfile::tempdir().unwrap();
    let dev = start(folder.path(), "");
    let ask = |line: &str| dev.ask(folder.path(), line);
    let params = r#"{"prompt":{"value":"select_account"},"username":{"alias":"login_hint"}}"#;

    let made =
        ended(dev.command(folder.path(), "connections create mine --json --display-name").args([
            "My Bitbucket",
            "--upstream-params",
            params,
        ]));
    let made = json(&made.ok());
    assert_eq!(made["connection"]["state"], "CONNECTION_STATE_CREDENTIALS_MISSING");
    assert_eq!(made["connection"]["upstreamParams"]["prompt"]["value"], "select_account");
    let alias = &made["connection"]["upstreamParams"]["username"]["alias"];
    assert_eq!(alias, "UPSTREAM_ALIAS_LOGIN_HINT");
    let urls = ask("connections callback-urls mine").ok();
    assert!(urls.starts_with("HOST"), "{urls}");
    assert!(urls.contains("/login/callback/mine"), "{urls}");

    fs::write(folder.path().join("secret"), "from-a-file\n").unwrap();
    let create = "connections credentials create mine --client-id key";
    let first = ask(&format!("{create} --secret-file secret --json")).ok();
    let variable = format!("{create} --secret-variable CONSUMER_SECRET --json");
    let second =
        ended(dev.command(folder.path(), &variable).env("CONSUMER_SECRET", "from-a-variable"));
    let (first, second) = (json(&first), json(&second.ok()));
    assert_eq!(first["credential"]["role"], "CREDENTIAL_ROLE_ACTIVE");
    assert_eq!(second["credential"]["role"], "CREDENTIAL_ROLE_STANDBY");
}

#[test]
fn a_standby_is_promoted_and_a_connection_granted_revoked_and_purged() {
    let folder = tempfile::tempdir().unwrap();
    let dev = start(folder.path(), "");
    let ask = |line: &str| dev.ask(folder.path(), line);
    ask("connections create mine --display-name Mine").ok();
    for secret in ["first", "second"] {
        let create = "connections credentials create mine --client-id key --secret-variable SECRET";
        ended(dev.command(folder.path(), create).env("SECRET", secret)).ok();
    }
    let listed = ask("connections credentials list mine --page-size 1 --json").ok();
    let second = json(listed.lines().nth(1).unwrap());
    let id = second["name"].as_str().unwrap().rsplit('/').next().unwrap();

    let promoted = ask(&format!("connections credentials promote mine/{id}")).ok();
    assert!(
        promoted.lines().any(|line| line.split_whitespace().eq(["role", "active"])),
        "{promoted}"
    );
    ask("connections grant mine demo --may-link false").ok();
    let grants = || json(&ask("connections grants mine --json").ok());
    let first = grants();
    assert_eq!((&first["maySignUp"], &first["mayLink"]), (&true.into(), &Value::Null));
    ask("connections grant mine demo").ok();
    assert_eq!(grants(), first, "what no flag names is kept");
    let guarded = format!(
        "connections grant mine demo --may-sign-up false --etag {}",
        first["etag"].as_str().unwrap()
    );
    let shown = ask(&guarded).ok();
    assert!(shown.contains(grants()["etag"].as_str().unwrap()), "{shown}");
    let slow = ask(&guarded);
    assert!(slow.code == Some(5) && slow.stderr.contains("ETAG_MISMATCH"), "{slow:?}");
    let listed = ended(
        dev.command(folder.path(), "connections list --json --page-size 1")
            .args(["--filter", "application = \"environments/dev/applications/demo\""]),
    );
    assert_eq!(listed.ok().lines().map(json).count(), 2);
    ask("connections revoke mine demo").ok();
    let deleted = ask("connections delete mine --json").ok();
    assert_eq!(json(&deleted)["connection"]["state"], "CONNECTION_STATE_DELETED");
    ask("connections purge mine").ok();
    assert_eq!(ask("connections get mine").code, Some(4));
}

#[test]
fn a_secret_comes_over_standard_input_and_is_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let dev = start(folder.path(), "");
    let line = "connections credentials create bitbucket --client-id key --secret-file -";
    let mut command = dev.command(folder.path(), line);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"a-canary-secret\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("secret fingerprint") && !shown.contains("canary"), "{shown}");

    // There is no flag for the secret itself.
    let refused = dev.ask(folder.path(), &format!("{line} --client-secret x"));
    assert_eq!(refused.code, Some(2));
}

#[test]
fn an_update_changes_what_its_flags_name_and_respects_the_etag() {
    let folder = tempfile::tempdir().unwrap();
    let dev = start(folder.path(), "");
    let ask = |line: &str| dev.ask(folder.path(), line);
    let before = json(&ask("connections get bitbucket --json").ok());

    let off = json(&ask("connections update bitbucket --disabled --json").ok());
    assert_eq!(off["connection"]["disabled"], true);
    assert_eq!(off["connection"]["displayName"], before["connection"]["displayName"]);
    assert_eq!(off["connection"]["trustedProvider"], true);
    let on = json(&ask("connections update bitbucket --disabled=false --json").ok());
    assert!(on["connection"]["disabled"].is_null());

    let etag = before["connection"]["etag"].as_str().unwrap();
    let mut late = dev.command(folder.path(), "connections update bitbucket --display-name Late");
    let late = ended(late.args(["--etag", etag]));
    assert_eq!(late.code, Some(5));
    assert!(late.stderr.contains("ETAG_MISMATCH"), "{late:?}");
    let nothing = ask("connections update bitbucket");
    assert_eq!(nothing.code, Some(2));
    assert!(nothing.stderr.contains("nothing to change"), "{nothing:?}");
}

#[test]
fn a_logo_comes_from_a_file_and_one_that_is_none_is_not_sent() {
    let folder = tempfile::tempdir().unwrap();
    let dev = start(folder.path(), "");
    let ask = |line: &str| dev.ask(folder.path(), line);
    for (name, bytes) in [
        ("logo.png", b"\x89PNG\r\n\x1a\nlogo".to_vec()),
        ("logo.svg", b"<svg/>".to_vec()),
        ("empty.png", Vec::new()),
        ("large.png", vec![0x89; 49_153]),
    ] {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }

    let set = json(&ask("applications set-logo demo logo.png --json").ok());
    assert_eq!(set["application"]["logo"]["mediaType"], "image/png");
    assert_eq!(set["application"]["logo"]["sizeBytes"], 12);
    for (file, told) in [
        ("logo.svg", "logo"),
        ("empty.png", "--none takes the logo away"),
        ("large.png", "49152 bytes"),
        ("absent.png", "cannot open absent.png"),
    ] {
        let refused = ask(&format!("applications set-logo demo {file}"));
        assert_ne!(refused.code, Some(0), "{file}");
        assert!(refused.stderr.contains(told), "{refused:?}");
    }
    assert_eq!(json(&ask("applications get demo --json").ok()), set);
    let taken = json(&ask("applications set-logo demo --none --json").ok());
    assert!(taken["application"]["logo"].is_null(), "{taken}");
}

#[test]
fn the_code_that_a_command_ends_with_tells_why() {
    let folder = tempfile::tempdir().unwrap();
    let dev = start(folder.path(), "");
    let ask = |line: &str| dev.ask(folder.path(), line);

    let bad_field = ask("applications create demo2 --display-name Demo --redirect-uri nonsense");
    assert_eq!(bad_field.code, Some(2), "{bad_field:?}");
    assert!(bad_field.stderr.contains("application.redirect_uris"), "{bad_field:?}");
    let not_there = ask("applications get nothing");
    assert_eq!(not_there.code, Some(4));
    assert!(not_there.stderr.contains("RESOURCE_NOT_FOUND"), "{not_there:?}");
    let taken =
        ask("applications create demo --display-name Demo --redirect-uri http://localhost/");
    assert_eq!(taken.code, Some(5), "{taken:?}");
    let in_use = ask("environments delete dev");
    assert_eq!(in_use.code, Some(5), "{in_use:?}");

    let gateway = ask("api-keys create --gateway dev").ok();
    let mut as_gateway = dev.command(folder.path(), "connections list");
    let refused = ended(as_gateway.env("LATCHKEY_KEY", gateway.trim()));
    assert_eq!(refused.code, Some(3), "{refused:?}");
    let nobody = latchkey(folder.path(), "users list --environment dev --key lk_operator_x")
        .args(["--server", "http://127.0.0.1:9"])
        .output()
        .unwrap();
    assert_eq!(nobody.status.code(), Some(6));
    let no_key = ended(&mut latchkey(folder.path(), "users list --environment dev"));
    assert_eq!(no_key.code, Some(2));
    assert!(no_key.stderr.contains("LATCHKEY_KEY"), "{no_key:?}");
}

#[test]
fn environments_and_keys_are_the_same_over_grpc_and_on_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let dev = start(folder.path(), "");
    let database = |line: &str| {
        let mut command = dev.command(folder.path(), &format!("{line} --database"));
        ended(command.env("LATCHKEY__STORE__URL", "sqlite:.latchkey/latchkey.db"))
    };
    let create = "environments create live --default-domain login.example.com --production";

    assert_eq!(dev.ask(folder.path(), create).ok(), "environments/live was made\n");
    let again = "it is there already, and was left as it is\n";
    assert_eq!(dev.ask(folder.path(), create).ok(), again);
    assert_eq!(database(create).ok(), again);
    let update = "environments update live --display-name Live --json";
    assert_eq!(json(&database(update).ok())["environment"]["displayName"], "Live");
    let list = "environments list";
    assert_eq!(dev.ask(folder.path(), list).ok(), database(list).ok());

    let made =
        dev.ask(folder.path(), "api-keys create --consumer live --expires-in 1d --json").ok();
    let name = json(&made)["apiKey"]["name"].as_str().unwrap().to_owned();
    let list = "api-keys list --environment live";
    let listed = database(list).ok();
    assert!(listed.contains(&name) && listed.contains("consumer"), "{listed}");
    assert_eq!(dev.ask(folder.path(), list).ok(), listed);
    let rotated = dev.ask(folder.path(), &format!("api-keys rotate {name} --overlap 0m --json"));
    let next = json(&rotated.ok())["apiKey"]["name"].as_str().unwrap().to_owned();
    for name in [&name, &next] {
        dev.ask(folder.path(), &format!("api-keys delete {name}")).ok();
    }
    assert_eq!(database("api-keys list --environment live --json").ok(), "");

    let keyless =
        ended(latchkey(folder.path(), "api-keys list").env("LATCHKEY_SERVER", &dev.endpoint));
    assert_eq!(keyless.code, Some(2), "{keyless:?}");
}

#[test]
fn the_audit_tells_who_changed_what() {
    let folder = tempfile::tempdir().unwrap();
    let dev = start(folder.path(), "");
    dev.ask(folder.path(), "connections update bitbucket --display-name Changed").ok();
    let listed = dev.ask(folder.path(), "audit list --since 2020-01-01T00:00:00Z").ok();
    let newest = listed.lines().nth(1).unwrap();
    for told in ["connection.updated", "connections/bitbucket", "display_name", "apiKeys/key_"] {
        assert!(newest.contains(told), "no {told} in {newest}");
    }
    let later = dev.ask(folder.path(), "audit list --since 2100-01-01T00:00:00Z --json").ok();
    assert_eq!(later, "");
    dev.ask(folder.path(), "audit list --installation").ok();
    assert_eq!(dev.ask(folder.path(), "audit list --since yesterday").code, Some(2));
}

#[tokio::test]
async fn people_and_events_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let dev = start(folder.path(), "");
    crate::browser::Browser::new().sign_in(&dev.base_url, "alice").await;

    let mut list = dev.command(folder.path(), "users list --json");
    let listed = ended(list.args(["--filter", "email = \"alice@mail.example\""])).ok();
    let name = json(listed.trim())["name"].as_str().unwrap().to_owned();
    let shown = dev.ask(folder.path(), &format!("users get {name}")).ok();
    assert!(shown.contains("identities.1.kind"), "{shown}");
    assert!(shown.contains("social") && shown.contains("Alice Example"), "{shown}");

    let events = dev.ask(folder.path(), "events list --page-size 2 --json").ok();
    let types: Vec<_> = events.lines().map(|line| json(line)["type"].clone()).collect();
    assert!(types.len() > 2 && types.contains(&"latchkey.user.signed_up.v1".into()), "{types:?}");
}

#[test]
fn what_is_wrong_at_the_provider_and_before_going_live_is_told_and_ends_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let dev = start(folder.path(), "");
    let ask = |line: &str| dev.ask(folder.path(), line);
    let right = ask("connections check bitbucket --json").ok();
    let checks = right.lines().map(json).collect::<Vec<_>>();
    assert!(checks.iter().all(|check| check["status"] != "CONNECTION_CHECK_STATUS_FAILED"));
    let accepted = |check: &&Value| check["credential"].is_string();
    assert!(checks.iter().any(|check| accepted(&check)), "{right}");

    ask("connections create mine --display-name Mine --provider bitbucket-stand-in").ok();
    let create = "connections credentials create mine --client-id nobodys --secret-variable SECRET";
    ended(dev.command(folder.path(), create).env("SECRET", "wrong")).ok();
    let wrong = ask("connections check mine");
    assert_eq!(wrong.code, Some(1));
    assert!(
        wrong.stdout.contains("credentials-rejected") && wrong.stdout.contains("failed"),
        "{wrong:?}"
    );
    assert!(wrong.stderr.contains("checks failed"), "{wrong:?}");

    let readiness = ask("environments readiness dev");
    assert_eq!(readiness.code, Some(1));
    assert!(readiness.stdout.starts_with("REQUIREMENT"), "{readiness:?}");
    assert!(readiness.stderr.contains("requirements are not met"), "{readiness:?}");
}
