//! A standby credential becomes the active one.

use backon::Retryable;
use latchkey_domain::{
    audit::{Change, FieldChange},
    caller::Caller,
    connection::{Credential, CredentialRole},
    event::EventBody,
    name::CredentialName,
};

use super::credentials::locked_with_the_others;
use crate::{
    Error, Latchkey, Result, credential_etag,
    request::{after_conflict, expect_this_etag},
};

impl Latchkey {
    /// Makes a credential the active one of its host; the one that was active stands by. Nothing
    /// happens if it is active already.
    #[tracing::instrument(skip_all, fields(credential = %name), err(level = "debug"))]
    pub async fn promote_credential(
        &self,
        caller: &Caller,
        name: &CredentialName,
        etag: Option<&str>,
    ) -> Result<Credential> {
        Self::see(caller, &name.environment)?;
        let promote = || self.try_promote_credential(caller, name, etag);
        promote.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_promote_credential(
        &self,
        caller: &Caller,
        name: &CredentialName,
        etag: Option<&str>,
    ) -> Result<Credential> {
        let connection = name.parent();
        let tx = self.store.begin().await?;
        let (there, found) = locked_with_the_others(&tx, name).await?;
        expect_this_etag(etag, || Some(credential_etag(&found)))?;
        if found.role == CredentialRole::Active {
            return Ok(found);
        }
        let replaced = active_beside(&there, &found);
        // A host has one active credential at every moment, also between these two statements.
        if let Some(replaced) = replaced {
            tx.set_credential_role(replaced.id, CredentialRole::Standby).await?;
        }
        tx.set_credential_role(found.id, CredentialRole::Active).await?;
        let promoted = EventBody::CredentialPromoted {
            credential: name.clone(),
            replaced: replaced.map(|replaced| replaced.name(&connection)),
        };
        let now = self.clock.now();
        tx.emit_about(&connection, promoted, now).await?;
        let role = FieldChange::replaced("role", &found.role, &CredentialRole::Active);
        let other = replaced.map(|replaced| role_of(replaced, CredentialRole::Standby));
        let fields = [Some(role), other].into_iter().flatten().collect();
        let change = Change::of(&name.environment, "credential.promoted", name, fields);
        tx.audit(caller, &change, now).await?;
        tx.commit().await?;
        Ok(Credential { role: CredentialRole::Active, ..found })
    }
}

/// What the audit tells of a credential whose role changes with another one's.
pub(super) fn role_of(other: &Credential, role: CredentialRole) -> FieldChange {
    FieldChange::replaced(&format!("credentials/{}.role", other.id), &other.role, &role)
}

/// The active credential of the same host.
fn active_beside<'a>(there: &'a [Credential], standby: &Credential) -> Option<&'a Credential> {
    there.iter().find(|credential| {
        credential.role == CredentialRole::Active && credential.host == standby.host
    })
}
