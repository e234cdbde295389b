//! What a file says that an environment should hold.

use std::{collections::BTreeMap, path::PathBuf};

use latchkey_proto::{v1, well_known::Duration};
use secrecy::SecretString;

use super::{
    decode,
    node::Node,
    reader::{FileProblems, Reader},
    there::Rights,
};

/// The whole file.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// The environment and its settings, of which those are left alone that are not given.
    pub(super) environment: Option<WantedEnvironment>,
    pub(super) applications: BTreeMap<String, WantedApplication>,
    pub(super) organizations: BTreeMap<String, WantedOrganization>,
    pub(super) connections: BTreeMap<String, WantedConnection>,
}

#[derive(Debug)]
pub(super) struct WantedEnvironment {
    pub(super) id: String,
    pub(super) display_name: Option<String>,
    pub(super) kind: Option<v1::EnvironmentKind>,
    pub(super) default_domain: Option<String>,
    pub(super) sign_up_policy: Option<v1::SignUpPolicy>,
    pub(super) email_required: Option<bool>,
    pub(super) email_code_lifetime: Option<Duration>,
}

#[derive(Debug, Default)]
pub(super) struct WantedApplication {
    pub(super) display_name: String,
    pub(super) redirect_uris: Vec<String>,
}

#[derive(Debug, Default)]
pub(super) struct WantedOrganization {
    pub(super) display_name: String,
    /// Empty if it has none.
    pub(super) custom_domain: String,
    /// `None` is its environment's.
    pub(super) sign_up_policy: Option<v1::SignUpPolicy>,
}

#[derive(Debug, Default)]
pub(super) struct WantedConnection {
    pub(super) display_name: String,
    pub(super) provider: String,
    pub(super) trusted_provider: bool,
    pub(super) disabled: bool,
    pub(super) verify_by_code: bool,
    pub(super) allowed_workspaces: Vec<String>,
    pub(super) profile_sync: v1::ProfileSync,
    pub(super) upstream_params: BTreeMap<String, v1::UpstreamParam>,
    /// The applications that may use it, by their ids.
    pub(super) grants: BTreeMap<String, Rights>,
    /// The first one of each host is to be its active one.
    pub(super) credentials: Vec<WantedCredential>,
}

#[derive(Debug, Default)]
pub(super) struct WantedCredential {
    pub(super) client_id: String,
    /// Empty: for every host that has none of its own.
    pub(super) host: String,
    pub(super) secret: Reference,
    /// The secret, once it is read.
    pub(super) found: Option<SecretString>,
    /// What `export` saw of the secret; enough where the secret itself is not at hand.
    pub(super) fingerprint: Option<String>,
    /// Where it stands.
    pub(super) line: u64,
    pub(super) path: String,
}

/// Where a secret is.
#[derive(Debug)]
pub(super) enum Reference {
    File(PathBuf),
    Variable(String),
}

impl Default for Reference {
    fn default() -> Self {
        Self::Variable(String::new())
    }
}

impl Wanted {
    /// Reads a file, or says everything that is wrong with it.
    pub(super) fn read(text: &str) -> Result<Self, FileProblems> {
        let node = Node::read(text).map_err(|problem| FileProblems(vec![problem]))?;
        let mut reader = Reader::default();
        let wanted = decode::whole(&mut reader, &node);
        if reader.problems.is_empty() { Ok(wanted) } else { Err(FileProblems(reader.problems)) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_example_is_one_that_can_be_applied() {
        let example = include_str!("../../../../config/environment.yaml");
        let wanted = Wanted::read(example).unwrap();
        assert_eq!(wanted.environment.unwrap().id, "shop");
        assert_eq!(wanted.organizations["acme"].custom_domain, "");
        let connection = &wanted.connections["bitbucket"];
        assert_eq!(connection.upstream_params.len(), 2);
        assert!(connection.grants.contains_key("web"));
        assert!(matches!(connection.credentials[0].secret, Reference::Variable(_)));
    }

    proptest! {
        #[test]
        fn whatever_stands_in_a_file_is_answered(text in "[-a-c{}\\[\\]:,'\"#&*!|> \n]{0,120}") {
            if let Err(FileProblems(problems)) = Wanted::read(&text) {
                prop_assert!(problems.iter().all(|problem| problem.starts_with("line ")));
            }
        }

        #[test]
        fn a_secret_in_a_file_is_refused_and_never_repeated(
            before in "[a-z_]{1,12}: ?\n?",
            secret in "canary[-A-Za-z0-9:{}\\[\\]'\"&*!, ]{8,40}",
        ) {
            let credential = format!("client_id: key, client_secret: {secret}");
            let file = format!(
                "{before}\nconnections:\n  acme:\n    display_name: A\n    provider: bitbucket\n    \
                 credentials:\n      - {{ {credential} }}\n      - client_secret: {secret}\n"
            );
            let problems = Wanted::read(&file).unwrap_err().to_string();
            prop_assert!(!problems.contains(&secret), "{}", problems);
        }
    }
}
