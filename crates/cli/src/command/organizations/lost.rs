//! Who and what depends on a custom domain that goes, as people read it.

use latchkey_proto::v1::DomainDependents;

use crate::client::printable;

/// A sentence, and a line for each credential that serves nobody any more.
pub(crate) fn lost(removed: &DomainDependents) -> String {
    let people = match removed.dependent_users {
        0 => "nobody loses a way in".to_owned(),
        1 => "1 person loses this way in, and is known on the default domain as before".to_owned(),
        more => {
            let least = if removed.dependent_users_incomplete { "at least " } else { "" };
            format!(
                "{least}{more} people lose this way in, and are known on the default domain as \
                 before"
            )
        }
    };
    let served = if removed.served { "" } else { ", on which nobody could sign in" };
    let told = format!("without {}{served}: {people}", removed.domain);
    let credentials = removed.credentials.iter();
    let credentials = credentials.map(|name| format!("serves nobody without it: {name}"));
    let lines = std::iter::once(told).chain(credentials).map(|line| printable(&line));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_and_credentials_that_depend_on_a_domain_are_told() {
        let mut removed = DomainDependents {
            domain: "login.acme.example".to_owned(),
            served: true,
            dependent_users: 12,
            credentials: vec!["environments/a/connections/b/credentials/c".to_owned()],
            dependent_users_incomplete: false,
        };
        let expected = "without login.acme.example: 12 people lose this way in, and are known on \
                        the default domain as before\n\
                        serves nobody without it: environments/a/connections/b/credentials/c";
        assert_eq!(lost(&removed), expected);

        removed.dependent_users_incomplete = true;
        assert!(lost(&removed).contains(": at least 12 people lose"));
        removed.dependent_users = 1;
        assert!(lost(&removed).contains(": 1 person loses this way in"));
        removed = DomainDependents { domain: removed.domain, ..DomainDependents::default() };
        let expected =
            "without login.acme.example, on which nobody could sign in: nobody loses a way in";
        assert_eq!(lost(&removed), expected);
    }
}
