//! Asking the provider about a connection, without a person.

use latchkey_domain::{
    Invalid,
    audit::Change,
    caller::Caller,
    check::{Check, CheckKind, CheckReason, Verdict},
    connection::{CredentialRole, serving},
    host::Host,
    name::{ConnectionName, CredentialName},
    provider::Provider,
};
use latchkey_store::{SealedCredential, WayIn};

use super::checks::Asking;
use crate::{Error, Latchkey, Result};

/// What to ask about.
#[derive(Debug, Clone)]
pub struct WhatToCheck {
    /// The connection.
    pub connection: ConnectionName,
    /// The callback host; the environment's default domain if it is left out.
    pub host: Option<Host>,
    /// The one credential; all that serve the host, or all, if it is left out.
    pub credential: Option<CredentialName>,
}

/// A check, and what mends it.
#[derive(Debug)]
pub struct CheckedConnection {
    /// The check.
    pub check: Check,
    /// What mends it; empty if it passed.
    pub description: &'static str,
}

impl Latchkey {
    /// Asks the provider about a connection, in time and side by side, with no transaction open.
    #[tracing::instrument(skip_all, fields(connection = %what.connection), err(level = "debug"))]
    pub async fn check_connection(
        &self,
        caller: &Caller,
        what: &WhatToCheck,
    ) -> Result<Vec<CheckedConnection>> {
        let name = &what.connection;
        Self::see(caller, &name.environment)?;
        let environment = self.environment_of(&name.environment).await?;
        let way_in = self.to_check(what).await?.ok_or(Error::NotFound)?;
        if let Some(host) = &what.host {
            self.whose_host(host, &environment).await?;
        }
        let credentials = chosen(&way_in, what)?;
        let host = what.host.as_ref().unwrap_or(&environment.default_domain);
        let provider = match self.admitted(&way_in.connection.provider, &environment) {
            Ok(provider) => provider,
            // Nothing is asked: a secret is not for whoever only plays a provider.
            Err(problem) => {
                let check = Check::new(CheckKind::Provider, Verdict::of_problem(problem));
                return Ok(vec![told(check, None)]);
            }
        };
        self.note_the_check(caller, name).await?;
        let mut checks = vec![Check::new(CheckKind::Provider, Verdict::Passed)];
        let asking = Asking::of(self, &*provider, name);
        let (reached, of_credentials) =
            tokio::join!(asking.endpoints(), asking.credentials(&credentials, host));
        checks.extend(reached);
        checks.extend(nobody_serves(&way_in, what, host));
        checks.extend(of_credentials?);
        Ok(checks.into_iter().map(|check| told(check, Some(&*provider))).collect())
    }

    /// The connection, with all credentials unless only those that serve a host are asked about.
    async fn to_check(&self, what: &WhatToCheck) -> Result<Option<WayIn>> {
        Ok(match &what.host {
            Some(host) if what.credential.is_none() => {
                self.store.way_in(&what.connection, host).await?
            }
            _ => self.store.whole_way_in(&what.connection).await?,
        })
    }

    /// A key and secret are used in an administrator's name, so it is written down who it was.
    async fn note_the_check(&self, caller: &Caller, name: &ConnectionName) -> Result<()> {
        let change = Change::of(&name.environment, "connection.checked", name, Vec::new());
        let tx = self.store.begin().await?;
        tx.audit(caller, &change, self.clock.now()).await?;
        Ok(tx.commit().await?)
    }
}

/// Adds what mends a check, in the words of its provider where it has any.
fn told(check: Check, provider: Option<&dyn Provider>) -> CheckedConnection {
    let description = check.verdict.reason().map_or("", |reason| {
        let advice = provider.and_then(|provider| provider.advice(reason));
        advice.unwrap_or(reason.description())
    });
    CheckedConnection { check, description }
}

/// The credentials to ask about, those that sign-ins begin with first.
fn chosen<'a>(way_in: &'a WayIn, what: &WhatToCheck) -> Result<Vec<&'a SealedCredential>> {
    let live = way_in.credentials.iter().filter(|sealed| sealed.credential.deleted_at.is_none());
    let fits = |sealed: &&SealedCredential| {
        let (own, asked) = (sealed.credential.host.as_ref(), what.host.as_ref());
        own.is_none() || asked.is_none() || own == asked
    };
    let Some(name) = &what.credential else {
        let mut all: Vec<_> = live.filter(fits).collect();
        all.sort_by_key(|sealed| sealed.credential.role != CredentialRole::Active);
        return Ok(all);
    };
    let refuse = |sentence| Err(Error::field("credential", Invalid::new(sentence)));
    if name.parent() != what.connection {
        return refuse("must be a credential of the connection");
    }
    let mut found = live.filter(|sealed| sealed.credential.id == name.credential);
    let found = found.next().ok_or(Error::NotFound)?;
    if fits(&found) { Ok(vec![found]) } else { refuse("must not be for another host") }
}

/// Says that no sign-in can begin on the host, where that was not asked of one credential.
fn nobody_serves(way_in: &WayIn, what: &WhatToCheck, host: &Host) -> Option<Check> {
    let nobody = what.credential.is_none() && serving(&way_in.plain_credentials(), host).is_none();
    let missing = Verdict::Failed(CheckReason::CredentialsMissing);
    nobody.then(|| Check::new(CheckKind::Credentials, missing).on(host))
}
