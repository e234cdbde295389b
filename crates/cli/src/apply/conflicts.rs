//! What a file asks for that no step can bring about.

use super::{there::There, wanted::Wanted};

/// Each a sentence, with the path of what is wrong.
pub(super) fn conflicts(wanted: &Wanted, there: &There, prune: bool) -> Vec<String> {
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
}
