//! What is wrong with the record of a custom domain, and what mends it.

use crate::described::described;

described! {
    /// What is wrong with the record of a custom domain.
    DomainProblem {
        /// There is no TXT record of that name.
        RecordMissing =>
            "The domain has no TXT record of this name. Set one at whoever runs its DNS, with this \
             value. Until every name server has it, an hour may go by.",
        /// There are others, and not the one.
        RecordDifferent =>
            "The domain has TXT records of this name, and none of them holds this value. Set \
             another record beside them, or correct the one that was meant. An old one may be told \
             for as long as its TTL says.",
        /// The name servers did not answer.
        DnsUnavailable =>
            "The domain's name servers did not answer in time, or said that they cannot. Look \
             whether the domain is delegated rightly, and whether the service's machines may ask \
             name servers. It is tried again.",
        /// The domain is somebody else's.
        DomainTaken =>
            "The record is there, and people sign in on this domain elsewhere: it is the custom \
             domain of another organization, or the default domain of an environment. Take it \
             from there first.",
    }
}

impl DomainProblem {
    const NAMES: [(Self, &str); 4] = [
        (Self::RecordMissing, "RECORD_MISSING"),
        (Self::RecordDifferent, "RECORD_DIFFERENT"),
        (Self::DnsUnavailable, "DNS_UNAVAILABLE"),
        (Self::DomainTaken, "DOMAIN_TAKEN"),
    ];

    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(problem, _)| *problem == self).map_or("", |(_, name)| name)
    }

    /// The problem of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(problem, _)| *problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_has_a_name_that_reads_back() {
        for (problem, name) in DomainProblem::NAMES {
            assert_eq!((problem.as_str(), DomainProblem::from_name(name)), (name, Some(problem)));
        }
        assert_eq!(DomainProblem::from_name("OTHER"), None);
    }
}
