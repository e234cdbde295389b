//! Saying which record proves a custom domain, and beginning to look for it.

use backon::Retryable;
use latchkey_domain::{
    audit::{Change, FieldChange},
    caller::Caller,
    event::EventBody,
    name::OrganizationName,
    organization::{Organization, Token, Verification, VerificationState},
};
use latchkey_keyring::random_token;
use secrecy::ExposeSecret;

use super::look::state_name;
use crate::{Error, Latchkey, Result, request::after_conflict};

impl Latchkey {
    /// Says which record proves the custom domain, and begins to look for it.
    #[tracing::instrument(skip_all, fields(organization = %name), err(level = "debug"))]
    pub async fn start_domain_verification(
        &self,
        caller: &Caller,
        name: &OrganizationName,
    ) -> Result<Organization> {
        Self::see(caller, &name.environment)?;
        let start = || self.try_start_domain_verification(caller, name);
        start.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_start_domain_verification(
        &self,
        caller: &Caller,
        name: &OrganizationName,
    ) -> Result<Organization> {
        let tx = self.store.begin().await?;
        let mut organization = tx.lock_organization(name).await?.ok_or(Error::NotFound)?;
        let now = self.clock.now();
        let domain = organization.domain.as_mut().ok_or(Error::DomainMissing)?;
        let verification = match &domain.verification {
            None => Verification::begin(token()?, now),
            Some(before) if before.state == VerificationState::Failed => before.again(now),
            // It goes on as it is.
            Some(_) => return Ok(organization),
        };
        let fields = told(domain.verification.as_ref(), &verification);
        domain.verification = Some(verification);
        organization.version += 1;
        organization.updated_at = now;
        tx.update_organization(&organization).await?;
        let changed_fields = vec!["domain_verification".to_owned()];
        let updated = EventBody::OrganizationUpdated { organization: name.clone(), changed_fields };
        tx.emit_about_organization(name, updated, now).await?;
        let action = "organization.domain_verification_started";
        tx.audit(caller, &Change::of(&name.environment, action, name, fields), now).await?;
        tx.commit().await?;
        Ok(organization)
    }
}

/// What the audit tells. Who begins again looks for the record that was there before.
fn told(before: Option<&Verification>, after: &Verification) -> Vec<FieldChange> {
    let was = before.map_or("UNVERIFIED", |before| state_name(before.state));
    let state = FieldChange::replaced("domain_state", &was, &state_name(after.state));
    let value = before.is_none().then(|| after.record_value());
    let record = FieldChange::set("domain_verification.record_value", &value);
    [state].into_iter().chain(record).collect()
}

fn token() -> Result<Token> {
    Token::parse(random_token()?.expose_secret())
        .map_err(|_| Error::Internal("a random token has another shape"))
}
