//! Organizations in the file of `apply` and `export`, against a real service.

use std::{fs, path::Path};

use crate::{
    developing::{Dev, start},
    process::{Ended, ended},
};

const FILE: &str = "\
environment: { id: shop, display_name: Shop, kind: non-production, default_domain: 'localhost:8081' }
organizations:
  acme:
    display_name: Acme
    custom_domain: login.acme.example
  other:
    display_name: Other
connections:
  bitbucket:
    display_name: Bitbucket
    provider: bitbucket
    credentials:
      - client_id: the-key
        client_secret: { variable: SECRET }
      - client_id: acmes-key
        client_secret: { variable: SECRET }
        host: login.acme.example
";
const HINT: &str =
    "latchkey organizations start-domain-verification environments/shop/organizations/acme";

/// Applies a file, with the variable that it names.
fn apply(dev: &Dev, folder: &Path, text: &str, flags: &str) -> Ended {
    fs::write(folder.join("shop.yaml"), text).unwrap();
    let mut command = dev.command(folder, &format!("apply shop.yaml {flags}"));
    ended(command.env_remove("LATCHKEY_ENVIRONMENT").env("SECRET", "a-secret"))
}

/// The file without what is between two of its lines.
fn without(from: &str, to: &str) -> String {
    let (before, rest) = FILE.split_once(from).unwrap();
    let (_, after) = rest.split_once(to).unwrap();
    format!("{before}{to}{after}")
}

#[test]
fn organizations_are_made_before_the_credentials_for_their_domains() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, dev) = (folder.path(), start(folder.path(), ""));
    let dry = apply(&dev, folder, FILE, "--dry-run").ok();
    assert!(!dry.contains(HINT), "{dry}");
    let applied = apply(&dev, folder, FILE, "").ok();
    let made = applied.lines().filter(|line| line.starts_with('+')).collect::<Vec<_>>();
    let expected = [
        "+ create environment shop",
        "+ create organization acme",
        "+ create organization other",
        "+ create connection bitbucket",
        "+ create active credential of bitbucket: the-key for every host",
        "+ create active credential of bitbucket: acmes-key for login.acme.example",
    ];
    assert_eq!(made, expected);
    assert_eq!(applied.matches("start-domain-verification").count(), 1, "{applied}");
    assert!(applied.ends_with(&format!("{HINT}\n")), "{applied}");
    assert!(applied.starts_with(&dry.replace("nothing was changed: this was a dry run\n", "done")));

    let again = apply(&dev, folder, FILE, "--prune").ok();
    assert!(again.starts_with("nothing to change\n") && again.contains(HINT), "{again}");
    assert_eq!(apply(&dev, folder, FILE, "--prune --json").ok(), "");
    let exported = dev.ask(folder, "export --environment shop").ok();
    let dry = apply(&dev, folder, &exported, "--dry-run --prune").ok();
    assert_eq!(dry, "nothing to change\n", "{exported}");
}

#[test]
fn a_domain_and_a_credential_for_it_come_to_a_connection_that_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, dev) = (folder.path(), start(folder.path(), ""));
    let first = without("organizations:", "connections:");
    let first = first.split("      - client_id: acmes").next().unwrap();
    apply(&dev, folder, first, "").ok();

    for flags in ["--dry-run", ""] {
        let applied = apply(&dev, folder, FILE, flags).ok();
        let credential =
            "+ create active credential of bitbucket: acmes-key for login.acme.example";
        assert!(applied.contains(credential), "{applied}");
        assert!(!applied.contains("bitbucket: the-key"), "{applied}");
    }
    let nobodys = FILE.replace("host: login.acme.example", "host: login.nobodys.example");
    let refused = apply(&dev, folder, &nobodys, "--dry-run");
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(
        refused.stderr.contains("there will be no domain login.nobodys.example"),
        "{refused:?}"
    );
}

#[test]
fn who_loses_their_way_in_is_told_before_and_after() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, dev) = (folder.path(), start(folder.path(), ""));
    apply(&dev, folder, FILE, "").ok();
    let lost = "    without login.acme.example, on which nobody could sign in: nobody loses a way in\n    \
                serves nobody without it: environments/shop/connections/bitbucket/credentials/cred_";

    let pruned = without("  acme:", "  other:");
    let kept = apply(&dev, folder, &pruned, "").ok();
    assert!(kept.contains("with --prune it is:\n    delete organization acme\n"), "{kept}");
    // The credential for its host stays where the file has it.
    let dry = apply(&dev, folder, &pruned, "--prune --dry-run").ok();
    assert!(dry.contains(&format!("- delete organization acme\n{lost}")), "{dry}");

    let changed = FILE.replace("    custom_domain: login.acme.example\n", "");
    let told = format!(
        "~ update organization acme\n    custom_domain: \"login.acme.example\" -> nothing\n{lost}"
    );
    for flags in ["--dry-run", "--dry-run --json", ""] {
        let text = apply(&dev, folder, &changed, flags).ok();
        let is_json = flags.contains("json");
        let expected = if is_json { "\"removedDomain\":{" } else { &told };
        assert!(text.contains(expected), "{text}");
        assert!(!text.contains(HINT), "{text}");
    }
    let gone = without("organizations:", "connections:");
    let gone = gone.split("      - client_id: acmes").next().unwrap();
    let pruned = apply(&dev, folder, gone, "--prune").ok();
    let deleted = pruned.lines().filter(|line| line.starts_with("- delete")).collect::<Vec<_>>();
    assert!(deleted[0].starts_with("- delete credential cred_"), "{pruned}");
    assert_eq!(deleted[1..], ["- delete organization acme", "- delete organization other"]);
    assert_eq!(dev.ask(folder, "organizations list --environment shop --json").ok(), "");
}

#[test]
fn a_verified_domain_goes_from_an_organization_to_its_environment() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, dev) = (folder.path(), start(folder.path(), ""));
    let file = FILE.split("connections:").next().unwrap();
    // A name of this machine itself needs no record.
    let file = file.replace("login.acme.example", "acme.localhost:8081");
    apply(&dev, folder, &file, "").ok();
    for step in ["start", "check"] {
        let verify = format!("organizations {step}-domain-verification acme --environment shop");
        dev.ask(folder, &verify).ok();
    }
    let moved = file
        .replace("    custom_domain: acme.localhost:8081\n", "")
        .replace("default_domain: 'localhost:8081'", "default_domain: 'acme.localhost:8081'");
    let applied = apply(&dev, folder, &moved, "").ok();
    assert!(applied.starts_with("~ update organization acme\n"), "{applied}");
    assert!(applied.contains("~ update environment shop\n"), "{applied}");
    assert_eq!(apply(&dev, folder, &moved, "--prune").ok(), "nothing to change\n");
}
