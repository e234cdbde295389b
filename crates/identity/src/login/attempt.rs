//! A sign-in under way: sealed into `state`, and nowhere else.

use std::fmt;

use latchkey_domain::{
    application::Application,
    host::Host,
    id::{ApplicationId, OrganizationId, UserId},
    mail::Language,
    name::{ApplicationName, OrganizationName},
    pkce::CodeChallenge,
    redirect_uri::RedirectUri,
    sign_in::Intent,
};
use latchkey_keyring::{KeyId, sha256};
use serde::{Deserialize, Serialize};

use super::flow::{Flow, first_bytes};

/// All that is known of a sign-in before its callback.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Attempt<F = Flow> {
    pub(super) flow: F,
    pub(super) application: ApplicationId,
    pub(super) organization: Option<OrganizationId>,
    pub(super) on_custom_domain: bool,
    pub(super) redirect_uri: RedirectUriId,
    pub(super) intent: Intent,
    pub(super) code_challenge: CodeChallenge,
    pub(super) application_state: String,
    /// To whom the account is to be added, if it is not to sign somebody in: whose link ticket it began
    /// with.
    pub(super) adds_to: Option<UserId>,
}

/// An attempt out of its seal, with the key that it was sealed with.
#[derive(Debug, Clone)]
pub(super) struct Opened {
    pub(super) attempt: Attempt,
    pub(super) key: KeyId,
    /// The language of the page that brought it, for mail.
    pub(super) language: Language,
}

/// Stands for a redirect URI, which is long, in a state, which is to be short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RedirectUriId(pub(super) [u8; 16]);

/// Without the application's own state, which may say anything.
impl<F: fmt::Debug> fmt::Debug for Attempt<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt")
            .field("flow", &self.flow)
            .field("application", &self.application)
            .finish_non_exhaustive()
    }
}

impl RedirectUriId {
    pub(super) fn of(uri: &RedirectUri) -> Self {
        Self(first_bytes(sha256(uri.as_str().as_bytes())))
    }

    /// Finds the URI, if the application still has it.
    pub(super) fn find(self, application: &Application) -> Option<&RedirectUri> {
        application.redirect_uris.iter().find(|uri| Self::of(uri) == self)
    }
}

impl<F> Attempt<F> {
    /// The same, with its way in another shape.
    pub(super) fn with_flow<G>(self, change: impl FnOnce(F) -> G) -> Attempt<G> {
        Attempt {
            flow: change(self.flow),
            application: self.application,
            organization: self.organization,
            on_custom_domain: self.on_custom_domain,
            redirect_uri: self.redirect_uri,
            intent: self.intent,
            code_challenge: self.code_challenge,
            application_state: self.application_state,
            adds_to: self.adds_to,
        }
    }
}

impl Attempt {
    pub(super) fn organization_name(&self) -> Option<OrganizationName> {
        let organization = self.organization.clone()?;
        Some(OrganizationName { environment: self.flow.environment.clone(), organization })
    }

    /// The host, if it is an organization's.
    pub(super) fn custom_domain(&self) -> Option<&Host> {
        self.on_custom_domain.then_some(&self.flow.host)
    }

    pub(super) fn application_name(&self) -> ApplicationName {
        ApplicationName {
            environment: self.flow.environment.clone(),
            application: self.application.clone(),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use latchkey_domain::{environment::EnvironmentKind, text::DisplayName, time::Timestamp};

    use super::*;
    use crate::login::flow::tests::flow;

    /// With the longest of everything.
    pub(in crate::login) fn attempt() -> Attempt {
        Attempt {
            flow: flow(),
            application: format!("a{}", "b".repeat(62)).parse().unwrap(),
            organization: Some(format!("a{}", "b".repeat(62)).parse().unwrap()),
            on_custom_domain: true,
            redirect_uri: RedirectUriId([9; 16]),
            intent: Intent::SignInOrUp,
            code_challenge: CodeChallenge([3; 32]),
            application_state: "s".repeat(512),
            adds_to: Some(UserId::new(Timestamp(1))),
        }
    }

    #[test]
    fn an_attempt_can_be_shown_without_the_state_of_the_application() {
        let shown = format!("{:?}", attempt());
        assert!(shown.contains("ref_") && !shown.contains("ssss"), "{shown}");
    }

    #[test]
    fn a_redirect_uri_is_found_by_what_stands_for_it_while_the_application_has_it() {
        let uris = ["https://shop.example/back", "https://shop.example/other"]
            .map(|uri| RedirectUri::parse(uri, EnvironmentKind::Production).unwrap());
        let mut shop = Application {
            environment: "dev".parse().unwrap(),
            id: "shop".parse().unwrap(),
            display_name: DisplayName::parse("Shop").unwrap(),
            redirect_uris: uris.to_vec(),
            logo: None,
            version: 1,
            created_at: Timestamp(1),
            updated_at: Timestamp(1),
        };
        for uri in &uris {
            assert_eq!(RedirectUriId::of(uri).find(&shop), Some(uri));
        }
        shop.redirect_uris.remove(0);
        assert_eq!(RedirectUriId::of(&uris[0]).find(&shop), None);
    }

    #[test]
    fn an_attempt_names_what_it_is_for() {
        let attempt = Attempt {
            flow: Flow { environment: "dev".parse().unwrap(), ..flow() },
            application: "shop".parse().unwrap(),
            organization: Some("acme".parse().unwrap()),
            ..attempt()
        };
        assert_eq!(attempt.application_name().to_string(), "environments/dev/applications/shop");
        let organization = attempt.organization_name().map(|name| name.to_string());
        assert_eq!(organization.as_deref(), Some("environments/dev/organizations/acme"));
        assert_eq!(attempt.custom_domain(), Some(&attempt.flow.host));
        let plain = Attempt { organization: None, on_custom_domain: false, ..attempt };
        assert_eq!((plain.organization_name(), plain.custom_domain()), (None, None));
    }
}
