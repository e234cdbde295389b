//! `latchkey users`, against a real service.

use serde_json::Value;

use crate::{browser::Browser, developing::start, process::ended};

fn json(text: &str) -> Value {
    serde_json::from_str(text.trim()).unwrap()
}

#[tokio::test]
async fn somebody_is_suspended_let_in_again_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let dev = start(folder.path(), "");
    let ask = |line: &str| dev.ask(folder.path(), line);
    Browser::new().sign_in(&dev.base_url, "alice").await;
    let name = json(&ask("users list --json").ok())["name"].as_str().unwrap().to_owned();
    let id = name.rsplit('/').next().unwrap();

    let mut suspend = dev.command(folder.path(), &format!("users suspend {id} --json --reason"));
    let suspended = json(&ended(suspend.arg("a chargeback")).ok());
    assert_eq!(suspended["user"]["state"], "USER_STATE_SUSPENDED");
    let listed = ask("users list").ok();
    assert!(listed.lines().nth(1).unwrap().contains("suspended"), "{listed}");
    let audit = ask("audit list --json").ok();
    assert!(audit.lines().next().unwrap().contains("a chargeback"), "{audit}");
    let stale = ask(&format!("users unsuspend {id} --etag stale"));
    assert_eq!(stale.code, Some(5), "{stale:?}");
    let active = ask(&format!("users unsuspend {name}")).ok();
    assert!(active.contains("active"), "{active}");

    let tried = ask(&format!("users delete {id} --validate-only")).ok();
    assert!(tried.contains("left as they are"), "{tried}");
    assert!(ask(&format!("users delete {id}")).ok().contains("sign up anew"));
    for gone in ["get", "suspend", "delete", "identities"] {
        let refused = ask(&format!("users {gone} {id}"));
        assert_eq!(refused.code, Some(4), "{gone}: {refused:?}");
    }
}

#[tokio::test]
async fn the_ways_in_and_the_sign_ins_of_somebody_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let dev = start(folder.path(), "");
    let ask = |line: &str| dev.ask(folder.path(), line);
    for account in ["alice", "bob"] {
        Browser::new().sign_in(&dev.base_url, account).await;
    }
    let people = ask("users list --json").ok();
    let alice = people.lines().map(json).find(|user| user["email"] == "alice@mail.example");
    let alice = alice.unwrap()["name"].as_str().unwrap().to_owned();
    let id = alice.rsplit('/').next().unwrap();

    let ways = ask(&format!("users identities {id} --json")).ok();
    let ways: Vec<_> = ways.lines().map(json).collect();
    assert!(ways.iter().any(|way| way["kind"] == "IDENTITY_KIND_SOCIAL"), "{ways:?}");
    for way in ways.iter().skip(1) {
        ask(&format!("users unlink {}", way["name"].as_str().unwrap())).ok();
    }
    let last = ways[0]["name"].as_str().unwrap();
    let refused = ask(&format!("users unlink {id}/{}", last.rsplit('/').next().unwrap()));
    assert_eq!(refused.code, Some(5), "{refused:?}");
    assert!(refused.stderr.contains("users delete"), "{refused:?}");

    ask(&format!("users suspend {id}")).ok();
    let all = ask("users sign-ins --page-size 1 --json").ok();
    assert_eq!(all.lines().count(), 2, "{all}");
    let hers = ask(&format!("users sign-ins --user {id}")).ok();
    assert_eq!(hers.lines().count(), 2, "{hers}");
    assert!(hers.lines().nth(1).unwrap().contains("signed-up"), "{hers}");
}
