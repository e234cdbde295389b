//! A credential goes; if sign-ins began with it, another one follows.

use backon::Retryable;
use latchkey_domain::{
    audit::Change,
    caller::Caller,
    connection::{Credential, CredentialRole},
    event::EventBody,
    name::CredentialName,
};

use super::{credentials::locked_with_the_others, promote::role_of};
use crate::{
    Error, Latchkey, Result, credential_etag,
    request::{after_conflict, expect_this_etag},
};

impl Latchkey {
    /// Deletes a credential. If it was the active one of its host, a standby follows it: the oldest one
    /// that the provider has not refused, or the oldest.
    #[tracing::instrument(skip_all, fields(credential = %name), err(level = "debug"))]
    pub async fn delete_credential(
        &self,
        caller: &Caller,
        name: &CredentialName,
        etag: Option<&str>,
    ) -> Result<()> {
        Self::see(caller, &name.environment)?;
        let delete = || self.try_delete_credential(caller, name, etag);
        delete.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_delete_credential(
        &self,
        caller: &Caller,
        name: &CredentialName,
        etag: Option<&str>,
    ) -> Result<()> {
        let connection = name.parent();
        let tx = self.store.begin().await?;
        let (there, found) = locked_with_the_others(&tx, name).await?;
        expect_this_etag(etag, || Some(credential_etag(&found)))?;
        let heir = heir(&there, &found);
        let now = self.clock.now();
        tx.remove_credential(found.id, now).await?;
        tx.emit_about(&connection, EventBody::CredentialDeleted(name.clone()), now).await?;
        if let Some(heir) = heir {
            tx.set_credential_role(heir.id, CredentialRole::Active).await?;
            let (credential, replaced) = (heir.name(&connection), Some(name.clone()));
            let promoted = EventBody::CredentialPromoted { credential, replaced };
            tx.emit_about(&connection, promoted, now).await?;
        }
        let fields = heir.map(|heir| role_of(heir, CredentialRole::Active)).into_iter().collect();
        let change = Change::of(&name.environment, "credential.deleted", name, fields);
        tx.audit(caller, &change, now).await?;
        Ok(tx.commit().await?)
    }
}

/// Who follows an active credential that goes.
fn heir<'a>(there: &'a [Credential], gone: &Credential) -> Option<&'a Credential> {
    let standbys = there.iter().filter(|credential| {
        gone.role == CredentialRole::Active
            && credential.id != gone.id
            && credential.host == gone.host
    });
    // The first of those that are equal is the oldest.
    standbys.min_by_key(|standby| standby.is_refused())
}
