//! What an environment, an organization and a connection ask of whoever signs in.

use std::{collections::BTreeSet, fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{Invalid, email::EmailAddress, workspace::AllowedWorkspaces};

/// What an environment asks of whoever signs in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnvironmentPolicies {
    /// Who may sign up, where an organization does not say otherwise.
    pub sign_up: SignUpPolicy,
    /// Whether nobody new comes in without an address that is proven.
    pub email_required: bool,
    /// How long a one-time code works.
    pub email_code_lifetime: CodeLifetime,
}

/// What a connection asks of whoever comes through it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectionPolicies {
    /// Whether an address that the provider's word does not prove is proven by a one-time code.
    pub verify_by_code: bool,
    /// Whose members may come through it.
    pub allowed_workspaces: AllowedWorkspaces,
    /// When a person's name and picture follow what the provider tells.
    pub profile_sync: ProfileSync,
}

/// Who may sign up. Written down as the API writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", content = "email_domains", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SignUpPolicy {
    /// Whoever comes.
    #[default]
    Open,
    /// Nobody.
    Closed,
    /// Whoever proves an address of one of these domains.
    EmailDomains(Vec<EmailDomain>),
}

impl SignUpPolicy {
    /// More are a list that nobody looks through.
    const MOST_DOMAINS: usize = 100;

    /// Lets those in who prove an address of one of 1 to 100 domains.
    pub fn of_domains(domains: Vec<EmailDomain>) -> Result<Self, Invalid> {
        if domains.is_empty() || domains.len() > Self::MOST_DOMAINS {
            return Err(Invalid::new("must hold 1 to 100 domains"));
        }
        let once = domains.iter().collect::<BTreeSet<_>>();
        if once.len() < domains.len() {
            return Err(Invalid::new("must name each domain once"));
        }
        Ok(Self::EmailDomains(domains))
    }

    /// Whether it takes a proven address to sign up.
    pub const fn needs_proof(&self) -> bool {
        matches!(self, Self::EmailDomains(_))
    }
}

/// The domain of e-mail addresses, in the form that it has in an [`EmailAddress`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EmailDomain(String);

impl EmailDomain {
    /// Accepts a domain as people write it; a subdomain is another domain.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const REFUSED: Invalid = Invalid::new("must be the domain of e-mail addresses");
        let address = EmailAddress::parse(&format!("a@{text}")).map_err(|_| REFUSED)?;
        let domain = address.domain();
        if text.contains('@') || text.trim() != text {
            return Err(REFUSED);
        }
        Ok(Self(domain.to_owned()))
    }

    /// Whether an address is one of this domain: the very same, and no subdomain of it.
    pub fn holds(&self, address: &EmailAddress) -> bool {
        address.domain() == self.0
    }

    /// The domain as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EmailDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// When a person's name and picture follow what their provider tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProfileSync {
    /// At every sign-in.
    #[default]
    Always,
    /// When they sign up, and not again.
    AtSignUp,
    /// Never.
    Never,
}

impl ProfileSync {
    /// Whether somebody who signs up is called what their provider says.
    pub const fn is_at_sign_up(self) -> bool {
        matches!(self, Self::Always | Self::AtSignUp)
    }

    /// Whether somebody who is known is called what their provider says today.
    pub const fn is_at_every_sign_in(self) -> bool {
        matches!(self, Self::Always)
    }
}

/// How long a one-time code works: 1 to 120 minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct CodeLifetime(u16);

impl CodeLifetime {
    const LONGEST: u16 = 120;

    /// Accepts a number of minutes.
    pub const fn from_minutes(minutes: u16) -> Result<Self, Invalid> {
        if minutes == 0 || minutes > Self::LONGEST {
            return Err(Invalid::new("must be 1 to 120 minutes"));
        }
        Ok(Self(minutes))
    }

    /// The minutes.
    pub const fn minutes(self) -> u16 {
        self.0
    }

    /// As a duration.
    pub const fn duration(self) -> Duration {
        Duration::from_mins(self.0 as u64)
    }
}

/// Long enough for a slow mail server, short enough for a guesser.
impl Default for CodeLifetime {
    fn default() -> Self {
        Self(10)
    }
}

impl TryFrom<u16> for CodeLifetime {
    type Error = Invalid;

    fn try_from(minutes: u16) -> Result<Self, Invalid> {
        Self::from_minutes(minutes)
    }
}

impl From<CodeLifetime> for u16 {
    fn from(lifetime: CodeLifetime) -> Self {
        lifetime.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_holds_its_own_addresses_and_no_others() {
        let domain = EmailDomain::parse("Mail.Example").unwrap();
        let holds = |address| domain.holds(&EmailAddress::parse(address).unwrap());
        assert!(holds("rowan@mail.example") && holds("rowan@MAIL.example"));
        for other in ["rowan@eu.mail.example", "rowan@xmail.example", "rowan@mail.example.org"] {
            assert!(!holds(other), "{other}");
        }
    }

    #[test]
    fn what_is_no_domain_is_refused() {
        for bad in ["", "example", "a@mail.example", " mail.example", "mail..example", "*.example"]
        {
            assert!(EmailDomain::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sign_up_is_limited_to_one_to_a_hundred_domains() {
        let domains = |count: usize| {
            let domain = |n| EmailDomain::parse(&format!("d{n}.example")).unwrap();
            SignUpPolicy::of_domains((0..count).map(domain).collect())
        };
        assert!(domains(1).is_ok() && domains(100).is_ok());
        assert!(domains(0).is_err() && domains(101).is_err());
        let twice = ["mail.example", "MAIL.example"].map(|text| EmailDomain::parse(text).unwrap());
        assert!(SignUpPolicy::of_domains(twice.into()).is_err());
    }

    #[test]
    fn a_policy_is_written_as_the_api_writes_it() {
        let domain = EmailDomain::parse("mail.example").unwrap();
        for (policy, json) in [
            (SignUpPolicy::Open, r#"{"mode":"OPEN"}"#),
            (SignUpPolicy::Closed, r#"{"mode":"CLOSED"}"#),
            (
                SignUpPolicy::EmailDomains(vec![domain]),
                r#"{"mode":"EMAIL_DOMAINS","email_domains":["mail.example"]}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&policy).unwrap(), json);
            assert_eq!(serde_json::from_str::<SignUpPolicy>(json).unwrap(), policy);
        }
    }

    #[test]
    fn a_code_lives_for_one_to_a_hundred_and_twenty_minutes() {
        assert!(CodeLifetime::from_minutes(0).is_err() && CodeLifetime::from_minutes(121).is_err());
        assert_eq!(CodeLifetime::default().duration(), Duration::from_mins(10));
    }
}
