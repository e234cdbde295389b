//! What is asked of whoever signs in, as people write it: in a flag, and in a file.

use std::{fmt, str::FromStr};

use latchkey_domain::{
    Invalid,
    policy::{CodeLifetime, EmailDomain, SignUpPolicy as Rules},
    workspace::{AllowedWorkspaces, WorkspaceId},
};
use latchkey_proto::{
    v1::{ProfileSync, SignUpMode, SignUpPolicy},
    well_known::Duration,
};

/// Who may sign up: `open`, `closed`, or domains with commas between them.
#[derive(Debug, Clone)]
pub(crate) struct SignUp(pub(crate) SignUpPolicy);

impl SignUp {
    /// Whoever proves an address of one of these domains.
    pub(crate) fn of_domains<'a>(texts: impl Iterator<Item = &'a str>) -> Result<Self, Invalid> {
        let domains = texts.map(EmailDomain::parse).collect::<Result<Vec<_>, _>>()?;
        let email_domains = domains.iter().map(ToString::to_string).collect();
        Rules::of_domains(domains)?;
        Ok(Self(SignUpPolicy { mode: SignUpMode::EmailDomains.into(), email_domains }))
    }
}

impl FromStr for SignUp {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let of = |mode: SignUpMode| Self(SignUpPolicy { mode: mode.into(), ..Default::default() });
        match text {
            "open" => Ok(of(SignUpMode::Open)),
            "closed" => Ok(of(SignUpMode::Closed)),
            domains => Self::of_domains(domains.split(',').map(str::trim)),
        }
    }
}

/// How long a one-time code works, such as `10m`.
#[derive(Debug, Clone)]
pub(crate) struct Lifetime(pub(crate) Duration);

impl FromStr for Lifetime {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        const SHAPE: Invalid = Invalid::new("must be whole minutes, such as 10m");
        let minutes = text.strip_suffix('m').and_then(|text| text.parse().ok()).ok_or(SHAPE)?;
        let minutes = CodeLifetime::from_minutes(minutes)?.minutes();
        Ok(Self(Duration { seconds: i64::from(minutes) * 60, nanos: 0 }))
    }
}

impl fmt::Display for Lifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}m", self.0.seconds / 60)
    }
}

/// Workspaces, by their UUIDs in braces or their slugs, with commas between them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Workspaces(pub(crate) Vec<String>);

impl FromStr for Workspaces {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let texts = text.split(',').map(str::trim).filter(|text| !text.is_empty());
        let ids = texts.map(WorkspaceId::parse).collect::<Result<Vec<_>, _>>()?;
        let allowed = AllowedWorkspaces::parse(ids)?;
        Ok(Self(allowed.iter().map(ToString::to_string).collect()))
    }
}

const SYNCS: [(ProfileSync, &str); 3] = [
    (ProfileSync::Always, "always"),
    (ProfileSync::AtSignUp, "at-sign-up"),
    (ProfileSync::Never, "never"),
];

/// Reads when to synchronize.
pub(crate) fn profile_sync(text: &str) -> Result<ProfileSync, Invalid> {
    let found = SYNCS.into_iter().find(|(_, name)| *name == text);
    found.map(|(sync, _)| sync).ok_or(Invalid::new("must be always, at-sign-up or never"))
}

/// The same, written.
pub(crate) fn profile_sync_name(sync: ProfileSync) -> &'static str {
    SYNCS.into_iter().find(|(known, _)| *known == sync).map_or("always", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_sign_up_is_written_as_a_word_or_as_domains() {
        let read = |text: &str| text.parse::<SignUp>().map(|it| (it.0.mode(), it.0.email_domains));
        assert_eq!(read("open"), Ok((SignUpMode::Open, Vec::new())));
        assert_eq!(read("closed"), Ok((SignUpMode::Closed, Vec::new())));
        let domains = ["acme.example", "acme.org"].map(ToOwned::to_owned).to_vec();
        assert_eq!(read("ACME.example, acme.org"), Ok((SignUpMode::EmailDomains, domains)));
        for bad in ["", "shut", "acme.example,", "acme.example,acme.example"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_lifetime_is_written_in_minutes() {
        let read = |text: &str| text.parse::<Lifetime>().map(|it| it.to_string()).ok();
        assert_eq!(read("120m").as_deref(), Some("120m"));
        for bad in ["", "10", "0m", "121m", "1h", "1.5m"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn no_workspaces_are_everybody() {
        let read = |text: &str| text.parse::<Workspaces>().map(|it| it.0).ok();
        assert_eq!(read(""), Some(Vec::new()));
        assert_eq!(read("acme, b"), Some(vec!["acme".to_owned(), "b".to_owned()]));
        assert_eq!(read("a b"), None);
    }
}
