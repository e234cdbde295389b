//! Starting a sign-in: a seal and a URL, and nothing written.

use std::sync::Arc;

use latchkey_domain::{
    application::Application,
    caller::Caller,
    connection::{Connection, serving},
    environment::Environment,
    host::Host,
    id::{AttemptId, OrganizationId},
    name::{ApplicationName, ConnectionName, OrganizationName},
    pkce::CodeChallenge,
    provider::Provider,
    sign_in::Intent,
};
use latchkey_store::WayIn;
use secrecy::{ExposeSecret, SecretString};

use super::{
    attempt::{Attempt, RedirectUriId},
    flow::Departure,
    state::State,
};
use crate::{Error, Latchkey, Result};

/// What a sign-in is started with.
#[derive(Debug, Clone)]
pub struct StartLogin {
    /// Through what.
    pub connection: ConnectionName,
    /// To what.
    pub application: ApplicationName,
    /// Where the browser goes afterwards.
    pub redirect_uri: String,
    /// The application's own state.
    pub application_state: SecretString,
    /// What the application will prove itself with.
    pub code_challenge: CodeChallenge,
    /// The host that the browser is on.
    pub host: Host,
    /// For which organization, if one is named.
    pub organization: Option<OrganizationName>,
    /// Whom it is for.
    pub intent: Intent,
    /// What the person is known by.
    pub login_hint: SecretString,
    /// OpenID Connect's `prompt`.
    pub prompt: String,
    /// The ticket of whoever adds the account to themselves, if it is not to sign somebody in.
    pub link_ticket: Option<SecretString>,
}

/// A sign-in that can begin.
#[derive(Debug)]
pub struct Started {
    /// Where to send the browser; holds the sealed state.
    pub authorization_url: SecretString,
    /// What the browser keeps.
    pub browser_secret: SecretString,
    /// Under which name.
    pub cookie_name: String,
}

/// What a sign-in is through and to, and where.
struct Start {
    application: Arc<Application>,
    way_in: Arc<WayIn>,
    organization: Option<OrganizationId>,
    on_custom_domain: bool,
}

impl Latchkey {
    /// Starts a sign-in. A link ticket is used up, once nothing else can go wrong.
    #[tracing::instrument(skip_all, fields(connection = %start.connection), err(level = "debug"))]
    pub async fn start_login(&self, caller: &Caller, start: StartLogin) -> Result<Started> {
        Self::see(caller, &start.connection.environment)?;
        let Start { application, way_in, organization, on_custom_domain } =
            self.may_start(&start).await?;
        let uri = application.redirect_uri(&start.redirect_uri);
        let redirect_uri = RedirectUriId::of(uri.ok_or(Error::RedirectUriNotRegistered)?);
        let credentials = way_in.plain_credentials();
        let credential = serving(&credentials, &start.host).ok_or(Error::CredentialsMissing)?;
        // Before the person goes to the provider, and comes back for nothing.
        self.has_key_of(&way_in, credential.id)?;
        let provider = self.provider_of(&way_in)?;

        let departure =
            Departure { way_in: &way_in, provider: &*provider, credential, host: &start.host };
        let now = self.clock.now();
        let (flow, browser_secret) = departure.begin(AttemptId::new(now), now)?;
        let adds_to = match &start.link_ticket {
            Some(ticket) => Some(self.use_link_ticket(&start, ticket, now).await?),
            None => None,
        };
        let attempt = Attempt {
            flow,
            application: start.application.application.clone(),
            organization,
            on_custom_domain,
            redirect_uri,
            intent: start.intent,
            code_challenge: start.code_challenge,
            application_state: start.application_state.expose_secret().to_owned(),
            adds_to,
        };
        let state = State::SignIn(attempt).seal(&self.keyring)?;
        let hints = (start.login_hint.expose_secret(), start.prompt.as_str());
        Ok(departure.send(&state, browser_secret, hints))
    }

    /// Finds what the sign-in is through and to, and whether the two may meet on this host.
    async fn may_start(&self, start: &StartLogin) -> Result<Start> {
        let application = self.cache.application(&start.application).await?;
        let environment = self.cache.environment(&start.connection.environment).await?;
        let (Some(application), Some(environment)) = (application, environment) else {
            return Err(Error::NotFound);
        };
        let named = start.organization.as_ref();
        let organization = self.organization_for(named, &start.host, &environment).await?;
        let on_custom_domain = start.host != environment.default_domain;
        // Not before it is known whose host it is: what is read is cached for each.
        let way_in = self.cache.way_in(&start.connection, &start.host).await?;
        let way_in = way_in.ok_or(Error::NotFound)?;
        if !self.is_open(&way_in.connection, &environment) {
            return Err(Error::ConnectionDisabled);
        }
        let rights = self.cache.grant(&start.connection, &start.application).await?;
        let adds = start.link_ticket.is_some();
        if !rights.is_some_and(|all| all.is_offered() && (all.may_link || !adds)) {
            return Err(Error::ApplicationNotGranted);
        }
        Ok(Start { application, way_in, organization, on_custom_domain })
    }

    /// Whether anybody may come through a connection: it is not switched off, and the provider that
    /// the configuration names now is one that the environment admits.
    pub(super) fn is_open(&self, connection: &Connection, environment: &Environment) -> bool {
        self.is_admitted(connection, environment) && !connection.disabled
    }

    /// Whether the environment admits the provider that the configuration names for a connection.
    pub(super) fn is_admitted(&self, connection: &Connection, environment: &Environment) -> bool {
        let problem = self.admitted(&connection.provider, environment).err();
        if let Some(problem) = problem {
            let connection = connection.name();
            tracing::warn!(%connection, ?problem, "the connection's provider vouches for nobody");
        }
        problem.is_none()
    }

    /// The provider of a connection.
    pub(super) fn provider_of(&self, way_in: &WayIn) -> Result<Arc<dyn Provider>> {
        let found = self.providers.get(&way_in.connection.provider).cloned();
        found.ok_or(Error::Internal("the connection's provider is not configured any more"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_can_be_shown_without_whom_it_is_for_and_what_it_carries() {
        let start = StartLogin {
            connection: "environments/dev/connections/bitbucket".parse().unwrap(),
            application: "environments/dev/applications/notes".parse().unwrap(),
            redirect_uri: "https://notes.example/callback".to_owned(),
            application_state: "state-secret".into(),
            code_challenge: CodeChallenge([3; 32]),
            host: Host::parse("login.example.com").unwrap(),
            organization: None,
            intent: Intent::SignInOrUp,
            login_hint: "alice-secret@mail.example".into(),
            prompt: String::new(),
            link_ticket: Some("link-secret".into()),
        };
        let started = Started {
            authorization_url: "https://bitbucket.example/?state=sealed-secret".into(),
            browser_secret: "browser-secret".into(),
            cookie_name: "latchkey-name".to_owned(),
        };
        let shown = format!("{start:?} {started:?}");
        assert!(shown.contains("notes.example") && shown.contains("latchkey-name"), "{shown}");
        assert!(!shown.contains("-secret"), "{shown}");
    }
}
