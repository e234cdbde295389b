//! What is there and not in the file.

use super::*;

fn connection(id: &str) -> ConnectionThere {
    let name = format!("environments/dev/connections/{id}");
    let connection = v1::Connection { name, ..v1::Connection::default() };
    ConnectionThere { connection, ..ConnectionThere::default() }
}

fn application(id: &str) -> v1::Application {
    let name = format!("environments/dev/applications/{id}");
    v1::Application { name, ..v1::Application::default() }
}

#[test]
fn what_the_file_does_not_have_goes_with_prune_only() {
    let table: [(Change, &str); 5] = [
        (
            |there| bitbucket(there).grants.extend([("other".to_owned(), granted(ALL))]),
            "revoke connection bitbucket from application other",
        ),
        (
            |there| {
                let more = credential("more", "f-more", v1::CredentialRole::Standby);
                bitbucket(there).credentials.push(more);
            },
            "delete credential cred_more of bitbucket: more",
        ),
        (
            |there| {
                there.connections.insert("more".to_owned(), connection("more"));
            },
            "delete connection more",
        ),
        (
            |there| {
                there.applications.insert("more".to_owned(), application("more"));
            },
            "delete application more",
        ),
        (
            |there| {
                let name = "environments/dev/organizations/more".to_owned();
                let more = v1::Organization { name, ..v1::Organization::default() };
                there.organizations.insert("more".to_owned(), more);
            },
            "delete organization more",
        ),
    ];
    for (change, told) in table {
        let mut there = there();
        change(&mut there);
        assert_eq!(decided(&there, false), (vec![], vec![told.to_owned()]));
        assert_eq!(decided(&there, true), (vec![format!("- {told}")], vec![]));
    }
}
