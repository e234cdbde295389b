//! The table of what is decided.

#[path = "plan_tests/domains.rs"]
mod domains;
#[path = "plan_tests/pruned.rs"]
mod pruned;

use super::*;
use crate::apply::there::{Granted, Rights};

const FILE: &str = "
applications:
  demo: { display_name: Demo, redirect_uris: ['https://demo.example/back'] }
organizations:
  acme: { display_name: Acme, custom_domain: login.acme.example }
connections:
  bitbucket:
    display_name: Bitbucket
    provider: bitbucket
    upstream_params: { prompt: { value: login } }
    grants: [{ application: demo }]
    credentials:
      - { client_id: new, client_secret: { variable: X }, secret_fingerprint: f-new }
      - { client_id: old, client_secret: { variable: Y }, secret_fingerprint: f-old }
";

fn credential(client_id: &str, fingerprint: &str, role: v1::CredentialRole) -> v1::Credential {
    v1::Credential {
        name: format!("environments/dev/connections/bitbucket/credentials/cred_{client_id}"),
        client_id: client_id.to_owned(),
        secret_fingerprint: fingerprint.to_owned(),
        role: role.into(),
        ..v1::Credential::default()
    }
}

/// An environment that holds just what the file says.
fn there() -> There {
    let application = v1::Application {
        name: "environments/dev/applications/demo".to_owned(),
        display_name: "Demo".to_owned(),
        redirect_uris: vec!["https://demo.example/back".to_owned()],
        ..v1::Application::default()
    };
    let organization = v1::Organization {
        name: "environments/dev/organizations/acme".to_owned(),
        display_name: "Acme".to_owned(),
        custom_domain: "login.acme.example".to_owned(),
        domain_state: v1::DomainState::Verified.into(),
        ..v1::Organization::default()
    };
    let login = v1::upstream_param::Source::Value("login".to_owned());
    let param = v1::UpstreamParam { source: Some(login) };
    let connection = v1::Connection {
        name: "environments/dev/connections/bitbucket".to_owned(),
        display_name: "Bitbucket".to_owned(),
        provider: "bitbucket".to_owned(),
        profile_sync: v1::ProfileSync::Always.into(),
        upstream_params: [("prompt".to_owned(), param)].into(),
        ..v1::Connection::default()
    };
    let credentials = vec![
        credential("old", "f-old", v1::CredentialRole::Standby),
        credential("new", "f-new", v1::CredentialRole::Active),
    ];
    let grants = [("demo".to_owned(), granted(ALL))].into();
    let connection = ConnectionThere { connection, credentials, grants };
    There {
        environment: Some(v1::Environment::default()),
        applications: [("demo".to_owned(), application)].into(),
        organizations: [("acme".to_owned(), organization)].into(),
        connections: [("bitbucket".to_owned(), connection)].into(),
    }
}

/// The first line of each step, and what is kept.
fn decided(there: &There, prune: bool) -> (Vec<String>, Vec<String>) {
    let wanted = Wanted::read(FILE).unwrap();
    let plan = plan(&wanted, there, prune);
    let line = |step: &Step<'_>| step.told().lines().next().unwrap().to_owned();
    (plan.steps.iter().map(line).collect(), plan.kept)
}

fn granted(rights: Rights) -> Granted {
    Granted { rights, etag: "\"seen\"".to_owned() }
}

const ALL: Rights = Rights { may_sign_up: true, may_sign_in: true, may_link: true };

type Change = fn(&mut There);

fn acme(there: &mut There) -> &mut v1::Organization {
    there.organizations.get_mut("acme").unwrap()
}

fn bitbucket(there: &mut There) -> &mut ConnectionThere {
    there.connections.get_mut("bitbucket").unwrap()
}

#[test]
fn what_is_there_as_the_file_says_is_left_alone() {
    assert_eq!(decided(&there(), true), (vec![], vec![]));
}

#[test]
fn an_empty_environment_gets_everything_in_an_order_that_works() {
    let empty = There { environment: Some(v1::Environment::default()), ..There::default() };
    let expected = [
        "+ create application demo",
        "+ create organization acme",
        "+ create connection bitbucket",
        "+ create active credential of bitbucket: new for every host",
        "+ create standby credential of bitbucket: old for every host",
        "+ grant connection bitbucket to application demo: sign up, sign in, link",
    ];
    assert_eq!(decided(&empty, true).0, expected);
}

/// Each change of what is there is undone by one step.
fn each_is_one_step(table: &[(Change, &str)]) {
    for (change, step) in table {
        let mut there = there();
        change(&mut there);
        assert_eq!(decided(&there, true), (vec![(*step).to_owned()], vec![]), "{step}");
    }
}

#[test]
fn each_difference_is_one_step() {
    let table: [(Change, &str); 8] = [
        (
            |there| there.applications.get_mut("demo").unwrap().redirect_uris.clear(),
            "~ update application demo",
        ),
        (|there| acme(there).custom_domain.clear(), "~ update organization acme"),
        (
            |there| bitbucket(there).connection.trusted_provider = true,
            "~ update connection bitbucket",
        ),
        (
            |there| bitbucket(there).connection.upstream_params.clear(),
            "~ update connection bitbucket",
        ),
        (
            |there| bitbucket(there).connection.state = v1::ConnectionState::Deleted.into(),
            "+ undelete connection bitbucket",
        ),
        (
            |there| drop(bitbucket(there).credentials.pop()),
            "+ create active credential of bitbucket: new for every host",
        ),
        (
            |there| drop(bitbucket(there).credentials.remove(0)),
            "+ create standby credential of bitbucket: old for every host",
        ),
        (
            |there| bitbucket(there).credentials[1].role = v1::CredentialRole::Standby.into(),
            "~ promote credential cred_new of bitbucket: new",
        ),
    ];
    each_is_one_step(&table);
}

#[test]
fn each_policy_that_differs_is_one_step() {
    let table: [(Change, &str); 4] = [
        (
            |there| acme(there).sign_up_policy = Some(v1::SignUpPolicy::default()),
            "~ update organization acme",
        ),
        (
            |there| bitbucket(there).connection.allowed_workspaces.push("acme".to_owned()),
            "~ update connection bitbucket",
        ),
        (
            |there| bitbucket(there).connection.profile_sync = v1::ProfileSync::Never.into(),
            "~ update connection bitbucket",
        ),
        (
            |there| bitbucket(there).connection.verify_by_code = true,
            "~ update connection bitbucket",
        ),
    ];
    each_is_one_step(&table);
}

#[test]
fn a_grant_that_is_missing_or_is_for_something_else_is_made_again() {
    const STEP: &str = "+ grant connection bitbucket to application demo: sign up, sign in, link";
    let table: [(Change, &str); 2] = [
        (|there| bitbucket(there).grants.clear(), STEP),
        (
            |there| {
                let fewer = Rights { may_sign_up: false, ..ALL };
                bitbucket(there).grants.insert("demo".to_owned(), granted(fewer));
            },
            STEP,
        ),
    ];
    each_is_one_step(&table);
}

#[test]
fn a_grant_is_changed_or_revoked_with_the_etag_that_was_seen() {
    let mut there = there();
    let fewer = Rights { may_sign_up: false, ..ALL };
    let more = [("demo".to_owned(), granted(fewer)), ("other".to_owned(), granted(ALL))];
    bitbucket(&mut there).grants.extend(more);
    let wanted = Wanted::read(FILE).unwrap();
    let plan = plan(&wanted, &there, true);
    let etags = plan.steps.iter().map(|step| match step {
        Step::Grant { etag, .. } | Step::Revoke { etag, .. } => etag.as_str(),
        other => panic!("{other:?}"),
    });
    assert_eq!(etags.collect::<Vec<_>>(), ["\"seen\""; 2]);
}

#[test]
fn an_update_tells_the_fields_that_change() {
    let mut there = there();
    bitbucket(&mut there).connection.display_name = "Old".to_owned();
    bitbucket(&mut there).connection.disabled = true;
    let wanted = Wanted::read(FILE).unwrap();
    let plan = plan(&wanted, &there, false);
    let told = "~ update connection bitbucket\n    display_name: \"Old\" -> \"Bitbucket\"\n    \
                disabled: true -> nothing";
    assert_eq!(plan.steps[0].told(), told);
}
