//! A look at the record of a custom domain, and what follows from it.

use backon::Retryable;
use latchkey_domain::{
    audit::{Change, FieldChange},
    caller::Caller,
    dns::{self, LOOKUP_LIMIT},
    event::EventBody,
    name::OrganizationName,
    organization::{
        CustomDomain, DomainProblem, Look, Organization, Verification, VerificationState,
    },
    time::Timestamp,
};
use latchkey_store::Tx;

use crate::{Error, Latchkey, Result, request::after_conflict};

impl Latchkey {
    /// Looks for the record now.
    #[tracing::instrument(skip_all, fields(organization = %name), err(level = "debug"))]
    pub async fn check_domain_verification(
        &self,
        caller: &Caller,
        name: &OrganizationName,
    ) -> Result<Organization> {
        Self::see(caller, &name.environment)?;
        let organization = self.store.organization(name).await?.ok_or(Error::NotFound)?;
        let domain = organization.domain.as_ref().ok_or(Error::DomainMissing)?;
        let verification = domain.verification.as_ref().ok_or(Error::VerificationNotStarted)?;
        if verification.was_looked_at(self.clock.now()) {
            return Ok(organization);
        }
        self.look_and_note(caller, name, domain).await
    }

    /// Asks the name servers with no transaction open, then writes what follows.
    pub(super) async fn look_and_note(
        &self,
        caller: &Caller,
        name: &OrganizationName,
        domain: &CustomDomain,
    ) -> Result<Organization> {
        let texts = self.texts_of(domain).await;
        let note = || self.note(caller, name, domain, texts.as_deref());
        note.retry(after_conflict()).when(Error::is_conflict).await
    }

    /// The texts of the record's name; `None` if no name server told. A name of this machine itself
    /// has no records (RFC 6761, section 6.3) and is nobody's to lose, so it needs no proof.
    async fn texts_of(&self, domain: &CustomDomain) -> Option<Vec<String>> {
        if domain.host.is_loopback() {
            return Some(domain.verification.iter().map(Verification::record_value).collect());
        }
        let name = domain.record_name();
        match tokio::time::timeout(LOOKUP_LIMIT, self.resolver.texts(&name)).await {
            Ok(Ok(texts)) => Some(texts),
            Ok(Err(dns::Error::Unavailable(error))) => {
                tracing::info!(error = &*error as &dyn std::error::Error, "a record is not told");
                None
            }
            Err(_) => None,
        }
    }

    async fn note(
        &self,
        caller: &Caller,
        name: &OrganizationName,
        looked_at: &CustomDomain,
        texts: Option<&[String]>,
    ) -> Result<Organization> {
        let tx = self.store.begin().await?;
        let mut organization = tx.lock_organization(name).await?.ok_or(Error::NotFound)?;
        let domain = organization.domain.as_mut().filter(|domain| is_same(domain, looked_at));
        let Some(verification) = domain.and_then(|domain| domain.verification.as_mut()) else {
            // It was exchanged meanwhile: nothing was looked for of what is there now.
            return Ok(organization);
        };
        let now = self.clock.now();
        let look = saw(&tx, name, (looked_at, verification), texts).await?;
        let (before, after) = (verification.clone(), verification.after(look, now));
        verification.clone_from(&after);
        if before.state == after.state {
            tx.note_look(&organization).await?;
        } else {
            organization.version += 1;
            organization.updated_at = now;
            tx.update_organization(&organization).await?;
            tell(&tx, caller, (name, looked_at), (&before, &after), now).await?;
        }
        tx.commit().await?;
        Ok(organization)
    }
}

/// Whether it is the domain, and the record, that was looked at.
fn is_same(domain: &CustomDomain, looked_at: &CustomDomain) -> bool {
    let token = |domain: &CustomDomain| {
        domain.verification.as_ref().map(|verification| verification.token.clone())
    };
    domain.host == looked_at.host && token(domain) == token(looked_at)
}

/// What was seen. Who proves a domain that is somebody else's has to wait until it is free.
async fn saw(
    tx: &Tx,
    name: &OrganizationName,
    (domain, verification): (&CustomDomain, &Verification),
    texts: Option<&[String]>,
) -> Result<Look> {
    let Some(texts) = texts else { return Ok(Look::Problem(DomainProblem::DnsUnavailable)) };
    let look = Look::at(texts, verification);
    if look == Look::Found && tx.is_anothers_domain(&domain.host, name).await? {
        return Ok(Look::Problem(DomainProblem::DomainTaken));
    }
    Ok(look)
}

/// Tells that people sign in on the domain from now on, or not any more.
async fn tell(
    tx: &Tx,
    caller: &Caller,
    (name, domain): (&OrganizationName, &CustomDomain),
    (before, after): (&Verification, &Verification),
    now: Timestamp,
) -> Result<()> {
    let (name, host) = (name.clone(), domain.host.clone());
    let (action, event) = match after.problem {
        None => (
            "organization.domain_verified",
            EventBody::OrganizationDomainVerified(name.clone(), host),
        ),
        Some(problem) => (
            "organization.domain_failed",
            EventBody::OrganizationDomainFailed(name.clone(), host, problem),
        ),
    };
    let (was, is) = (state_name(before.state), state_name(after.state));
    let fields = vec![FieldChange::replaced("domain_state", &was, &is)];
    tx.emit_about_organization(&name, event, now).await?;
    Ok(tx.audit(caller, &Change::of(&name.environment, action, &name, fields), now).await?)
}

/// The state's name in the API.
pub(super) const fn state_name(state: VerificationState) -> &'static str {
    match state {
        VerificationState::InProgress => "VERIFICATION_IN_PROGRESS",
        VerificationState::Verified => "VERIFIED",
        VerificationState::Failed => "FAILED",
    }
}
