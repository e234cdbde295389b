//! What a file asks for that no step can bring about.

use std::collections::BTreeSet;

use super::{
    there::{ConnectionThere, There},
    wanted::{Wanted, WantedCredential},
};

/// Each a sentence, with the path of what is wrong.
pub(super) fn conflicts(wanted: &Wanted, there: &There, prune: bool) -> Vec<String> {
    let mut problems = of_environment(wanted, there);
    for (id, connection) in &wanted.connections {
        let other = there.connections.get(id).map(|there| &there.connection.provider);
        if other.is_some_and(|other| *other != connection.provider) {
            let other = other.map(String::as_str).unwrap_or_default();
            let path = format!("connections.{id}.provider");
            problems.push(format!("{path}: cannot change, and is {other}"));
        }
        for application in connection.grants.keys() {
            let will_be = wanted.applications.contains_key(application)
                || (!prune && there.applications.contains_key(application));
            if !will_be {
                let path = format!("connections.{id}.grants");
                problems.push(format!("{path}: there will be no application {application}"));
            }
        }
    }
    problems
}

fn of_environment(wanted: &Wanted, there: &There) -> Vec<String> {
    let mut problems = Vec::new();
    match (&wanted.environment, &there.environment) {
        (Some(wanted), Some(there)) if wanted.kind.is_some_and(|kind| kind != there.kind()) => {
            problems.push("environment.kind: cannot change, and is another".to_owned());
        }
        (Some(wanted), None) => {
            let given = [
                ("display_name", wanted.display_name.is_some()),
                ("kind", wanted.kind.is_some()),
                ("default_domain", wanted.default_domain.is_some()),
            ];
            let missing = given.iter().filter(|(_, given)| !given);
            problems.extend(missing.map(|(field, _)| {
                format!("environment.{field}: is missing, and the environment is not there yet")
            }));
        }
        (None, None) => {
            let told = "environment: there is none with this id; describe it here, and it is made";
            problems.push(told.to_owned());
        }
        _ => {}
    }
    problems
}

/// The hosts that there will be.
fn hosts<'a>(wanted: &'a Wanted, there: &'a There, prune: bool) -> BTreeSet<&'a str> {
    let in_file = wanted.environment.as_ref().and_then(|it| it.default_domain.as_ref());
    let default = in_file.or(there.environment.as_ref().map(|it| &it.default_domain));
    let named = wanted.organizations.values().map(|it| &it.custom_domain);
    let kept = there.organizations.iter();
    let kept = kept.filter(|(id, _)| !prune && !wanted.organizations.contains_key(*id));
    let kept = kept.map(|(_, it)| &it.custom_domain);
    default.into_iter().chain(named).chain(kept).map(String::as_str).collect()
}

/// The credentials that would be made for a host of nobody's. One that is there outlives its host, so
/// this is asked once the fingerprints are known.
pub(super) fn strange_hosts(wanted: &Wanted, there: &There, prune: bool) -> Vec<String> {
    let hosts = hosts(wanted, there, prune);
    let mut problems = Vec::new();
    for (id, connection) in &wanted.connections {
        let there = there.connections.get(id);
        // What is in a deleted one is seen once it is back.
        if there.is_some_and(ConnectionThere::is_deleted) {
            continue;
        }
        let old = there.map_or(&[][..], |there| &there.credentials);
        let is_strange = |it: &&WantedCredential| {
            !it.host.is_empty()
                && !hosts.contains(it.host.as_str())
                && !old.iter().any(|found| it.is(found))
        };
        problems.extend(connection.credentials.iter().filter(is_strange).map(|it| {
            let (line, path, host) = (it.line, &it.path, &it.host);
            format!("line {line}: {path}.host: there will be no domain {host}")
        }));
    }
    problems
}

#[cfg(test)]
mod tests {
    use latchkey_proto::v1;

    use super::*;

    #[test]
    fn what_cannot_be_brought_about_is_told_before_anything_is_done() {
        let file = "
environment: { id: dev, kind: production }
connections:
  acme: { display_name: A, provider: bitbucket, grants: [{ application: demo }] }
";
        let wanted = Wanted::read(file).unwrap();
        let told = conflicts(&wanted, &There::default(), false);
        let told = told.iter().map(|problem| problem.split(": ").next().unwrap());
        let missing = ["environment.display_name", "environment.default_domain"];
        assert_eq!(told.collect::<Vec<_>>(), [missing[0], missing[1], "connections.acme.grants"]);

        let mut there = There { environment: Some(v1::Environment::default()), ..There::default() };
        let connection = v1::Connection { provider: "acme".to_owned(), ..Default::default() };
        let connection = crate::apply::there::ConnectionThere { connection, ..Default::default() };
        there.connections.insert("acme".to_owned(), connection);
        there.applications.insert("demo".to_owned(), v1::Application::default());
        let told = conflicts(&wanted, &there, false);
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(told[1], "connections.acme.provider: cannot change, and is acme");
        assert_eq!(conflicts(&wanted, &there, true).len(), 3);
    }

    #[test]
    fn a_credential_is_for_a_host_that_there_will_be() {
        let file = "
organizations: { acme: { display_name: A, custom_domain: a.example } }
connections:
  main:
    display_name: B
    provider: bitbucket
    credentials:
      - { client_id: k, client_secret: { variable: X } }
      - { client_id: k, client_secret: { variable: X }, host: a.example }
      - { client_id: k, client_secret: { variable: X }, host: default.example }
      - { client_id: k, client_secret: { variable: X }, host: other.example }
";
        let wanted = Wanted::read(file).unwrap();
        let environment =
            v1::Environment { default_domain: "default.example".to_owned(), ..Default::default() };
        let mut there = There { environment: Some(environment), ..There::default() };
        let expected = "line 11: connections.main.credentials[3].host: there will be no domain \
                        other.example";
        assert_eq!(strange_hosts(&wanted, &there, false), [expected]);

        let custom_domain = "other.example".to_owned();
        let other = v1::Organization { custom_domain, ..Default::default() };
        there.organizations.insert("other".to_owned(), other);
        assert!(strange_hosts(&wanted, &there, false).is_empty());
        assert_eq!(strange_hosts(&wanted, &there, true), [expected]);
    }

    #[test]
    fn only_a_credential_that_is_there_outlives_its_host() {
        let file = "
connections:
  main:
    display_name: B
    provider: bitbucket
    credentials:
      - { client_id: k, client_secret: { variable: X }, host: gone.example, secret_fingerprint: f }
";
        let wanted = Wanted::read(file).unwrap();
        let strange = |client_id: &str, secret_fingerprint: &str| {
            let credential = v1::Credential {
                client_id: client_id.to_owned(),
                secret_fingerprint: secret_fingerprint.to_owned(),
                host: "gone.example".to_owned(),
                ..Default::default()
            };
            let main = ConnectionThere { credentials: vec![credential], ..Default::default() };
            let connections = [("main".to_owned(), main)].into();
            strange_hosts(&wanted, &There { connections, ..There::default() }, true).len()
        };
        assert_eq!(strange("k", "f"), 0);
        assert_eq!(strange("k", "another"), 1);
        assert_eq!(strange("another", "f"), 1);
    }
}
