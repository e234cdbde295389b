//! Taking a way in from a user.

use backon::Retryable;
use latchkey_domain::{
    audit::{Change, FieldChange},
    caller::Caller,
    event::EventBody,
    name::{IdentityName, UserName},
    user::{Identity, User},
};
use latchkey_store::Tx;

use super::change::{Guarded, write};
use crate::{Error, Latchkey, Result, request::after_conflict};

impl Latchkey {
    /// Takes a way in from a user, but not the last one: its account, or its address, is nobody's
    /// then.
    #[tracing::instrument(skip_all, fields(identity = %name), err(level = "debug"))]
    pub async fn unlink_identity(
        &self,
        caller: &Caller,
        name: &IdentityName,
        guarded: &Guarded,
    ) -> Result<User> {
        Self::see(caller, &name.environment)?;
        let unlink = || self.try_unlink(caller, name, guarded);
        unlink.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_unlink(
        &self,
        caller: &Caller,
        name: &IdentityName,
        guarded: &Guarded,
    ) -> Result<User> {
        let tx = self.store.begin().await?;
        let of = UserName { environment: name.environment.clone(), user: name.user };
        let mut user = guarded.lock(&tx, &of).await?;
        let (gone, rest) = take_out(&tx, name).await?;
        tx.remove_identity(gone.id).await?;
        let mut bodies = vec![EventBody::UserUnlinked { identity: name.clone(), kind: gone.kind }];
        let mut fields = Vec::new();
        if user.email_verified && !user.is_proven_by(&rest) {
            user.email_verified = false;
            bodies.push(not_proven(&user));
            fields.push(FieldChange::replaced("email_verified", &true, &false));
        }
        let now = self.clock.now();
        write(&tx, &mut user, bodies, now).await?;
        let change = Change::of(&name.environment, "identity.unlinked", name, fields);
        tx.audit(caller, &change, now).await?;
        guarded.commit(tx).await?;
        Ok(user)
    }
}

/// The identity, and the others of its user, of whom there must be one.
async fn take_out(tx: &Tx, name: &IdentityName) -> Result<(Identity, Vec<Identity>)> {
    let mut identities = tx.identities(name.user).await?;
    let place = identities.iter().position(|identity| identity.id == name.identity);
    let gone = identities.swap_remove(place.ok_or(Error::NotFound)?);
    if identities.is_empty() {
        return Err(Error::UserLastIdentity);
    }
    Ok((gone, identities))
}

fn not_proven(user: &User) -> EventBody {
    EventBody::UserUpdated {
        user: user.name(),
        email: user.email.clone(),
        email_verified: false,
        display_name: user.display_name.clone(),
        picture_url: user.picture_url.clone(),
        changed_fields: vec!["email_verified"],
    }
}
