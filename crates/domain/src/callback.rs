//! What may go wrong with a callback URL at a provider.

use crate::{
    connection::{Credential, serving, serving_the_rest},
    described::described,
    host::Host,
    id::CredentialId,
};

/// How a provider compares a callback URL with the one that is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallbackRule {
    /// Whether it takes every URL that begins with the registered one.
    pub by_prefix: bool,
    /// Whether a consumer has one callback URL, and no more.
    pub one_per_consumer: bool,
}

described! {
    /// What may go wrong with a callback URL.
    CallbackWarning {
        /// Registered with scheme and host alone, it lets in too much.
        BareOrigin =>
            "The provider sends people to every address that begins with the registered one. \
             Register this URL whole: with scheme and host alone, codes would go to any page of \
             the host, and to hosts whose names begin with its name.",
        /// The consumer that serves this host serves another.
        SharedConsumer =>
            "The provider takes one callback URL for a consumer, and the consumer that serves this \
             host serves others too, so people come back to one of them alone. Register a consumer \
             for this host, and add its key and secret with CreateCredential for this host.",
    }
}

/// What serves the hosts at hand, of all that a connection has.
#[derive(Debug, Clone, Copy)]
pub struct Served<'a> {
    /// The credentials for these hosts, and those for all hosts.
    pub credentials: &'a [Credential],
    /// Those of them whose consumer has an active credential for another host too.
    pub shared: &'a [CredentialId],
    /// Hosts that people sign in on without a credential of their own: two of them are enough.
    pub without: &'a [Host],
}

/// What to look out for when the callback URL of a host is registered.
pub fn warnings(rule: CallbackRule, served: Served<'_>, host: &Host) -> Vec<CallbackWarning> {
    let bare = rule.by_prefix.then_some(CallbackWarning::BareOrigin);
    let shared = rule.one_per_consumer && served.is_shared(host);
    bare.into_iter().chain(shared.then_some(CallbackWarning::SharedConsumer)).collect()
}

impl Served<'_> {
    /// Whether the consumer that serves a host serves another one too.
    fn is_shared(&self, host: &Host) -> bool {
        let Some(here) = serving(self.credentials, host) else { return false };
        let same = |other: &Credential| other.client_id == here.client_id;
        let elsewhere = || self.without.iter().any(|other| other != host);
        self.shared.contains(&here.id)
            || (serving_the_rest(self.credentials).is_some_and(same) && elsewhere())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{connection::CredentialRole, time::Timestamp};

    const BITBUCKET: CallbackRule = CallbackRule { by_prefix: true, one_per_consumer: true };

    fn host(name: &str) -> Host {
        Host::parse(name).unwrap()
    }

    fn active(key: &str, of: Option<&str>) -> Credential {
        Credential {
            id: CredentialId::new(Timestamp(1_000)),
            client_id: key.to_owned(),
            host: of.map(host),
            role: CredentialRole::Active,
            fingerprint: String::new(),
            created_at: Timestamp(1),
            last_used_at: None,
            refused_at: None,
            deleted_at: None,
        }
    }

    /// Those whose consumer has one for another host.
    fn shared_among(credentials: &[Credential]) -> Vec<CredentialId> {
        let is_shared = |one: &&Credential| {
            let another = |other: &Credential| other.host.is_some() && other.host != one.host;
            credentials.iter().any(|other| other.client_id == one.client_id && another(other))
        };
        credentials.iter().filter(is_shared).map(|credential| credential.id).collect()
    }

    #[test]
    fn a_provider_that_compares_whole_urls_and_takes_several_needs_no_warning() {
        let rule = CallbackRule { by_prefix: false, one_per_consumer: false };
        let (hosts, for_all) = ([host("a.example"), host("b.example")], active("key", None));
        let served = Served {
            credentials: std::slice::from_ref(&for_all),
            shared: &[for_all.id],
            without: &hosts,
        };
        assert_eq!(warnings(rule, served, &hosts[0]), []);
    }

    #[test]
    fn one_consumer_for_two_hosts_is_told_on_both() {
        use CallbackWarning::SharedConsumer;
        let (a, b) = (host("a.example"), host("b.example"));
        let all = || active("key", None);
        for (credentials, without, on_each) in [
            (vec![all()], vec![&a], vec![(&a, false)]),
            (vec![all()], vec![&a, &b], vec![(&a, true), (&b, true)]),
            (
                vec![all(), active("other", Some("b.example"))],
                vec![&a],
                vec![(&a, false), (&b, false)],
            ),
            (vec![all(), active("key", Some("b.example"))], vec![&a], vec![(&a, true), (&b, true)]),
            (vec![], vec![&a, &b], vec![(&a, false), (&b, false)]),
            (
                vec![active("key", Some("a.example")), active("key", Some("b.example"))],
                vec![],
                vec![(&a, true), (&b, true)],
            ),
        ] {
            let without: Vec<_> = without.into_iter().cloned().collect();
            let ids = shared_among(&credentials);
            let served = Served { credentials: &credentials, shared: &ids, without: &without };
            for (host, is_shared) in on_each {
                let told = warnings(BITBUCKET, served, host).contains(&SharedConsumer);
                assert_eq!(told, is_shared, "{host}: {credentials:?}");
            }
        }
    }
}
