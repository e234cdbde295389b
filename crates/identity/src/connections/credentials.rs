//! The consumers' keys and secrets of a connection.

use backon::Retryable;
use latchkey_domain::{
    Invalid,
    audit::{Change, FieldChange},
    caller::Caller,
    connection::{Credential, CredentialRole},
    environment::Environment,
    event::EventBody,
    host::Host,
    id::CredentialId,
    name::{ConnectionName, CredentialName},
    page::{Listed, Page},
    time::Timestamp,
};
use latchkey_keyring::{Purpose, is_same_secret};
use latchkey_store::{Cursor, SealedCredential, Tx};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use crate::{
    Error, Latchkey, RequestId, Result,
    login::sealed_place,
    request::{after_conflict, hex},
};

/// How much of a secret's keyed hash is shown: enough to tell two secrets apart.
const FINGERPRINT_BYTES: usize = 8;

/// A credential to be created.
#[derive(Debug)]
pub struct NewCredential {
    /// Whose it will be.
    pub connection: ConnectionName,
    /// The consumer's key.
    pub client_id: String,
    /// The consumer's secret.
    pub client_secret: SecretString,
    /// The one host that it will be for.
    pub host: Option<Host>,
    /// Makes a repeat return the first one's credential.
    pub request: Option<RequestId>,
    /// Whether only to check it.
    pub validate_only: bool,
}

impl Latchkey {
    /// Adds a credential: the active one of its host if there is none, else a standby.
    #[tracing::instrument(skip_all, fields(connection = %new.connection), err(level = "debug"))]
    pub async fn create_credential(
        &self,
        caller: &Caller,
        new: &NewCredential,
    ) -> Result<Credential> {
        Self::see(caller, &new.connection.environment)?;
        let create = || self.try_create_credential(caller, new);
        create.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_create_credential(
        &self,
        caller: &Caller,
        new: &NewCredential,
    ) -> Result<Credential> {
        let tx = self.store.begin().await?;
        let environment = tx.environment(&new.connection.environment).await?;
        let environment = environment.ok_or(Error::NotFound)?;
        // Which role a credential has follows from those that are there: nobody changes them now.
        tx.lock_connection(&new.connection).await?.ok_or(Error::NotFound)?;
        let scope = Some(&new.connection.environment);
        if let Some(before) = self.answered_before(&tx, scope, new.request.as_ref()).await? {
            return credential_made_before(&tx, &before).await;
        }
        may_be_for(&tx, &environment, new.host.as_ref()).await?;
        let there = tx.credentials_for(&new.connection, new.host.as_ref()).await?;
        let role = role_among(&there, new.host.as_ref());
        let of_its_key = tx.sealed_credentials_of(&new.connection, &new.client_id).await?;
        let now = self.clock.now();
        let sealed = self.seal_credential(new, role, &of_its_key, now)?;
        tx.add_credential(&new.connection, &sealed).await?;
        let name = sealed.credential.name(&new.connection);
        let created = EventBody::CredentialCreated {
            credential: name.clone(),
            client_id: new.client_id.clone(),
            host: new.host.as_ref().map(ToString::to_string),
        };
        tx.emit_about(&new.connection, created, now).await?;
        let fields = told(&sealed.credential);
        let change = Change::of(&name.environment, "credential.created", &name, fields);
        tx.audit(caller, &change, now).await?;
        self.remember(&tx, scope, new.request.as_ref(), (&name.to_string(), now)).await?;
        if !new.validate_only {
            tx.commit().await?;
        }
        Ok(sealed.credential)
    }

    fn seal_credential(
        &self,
        new: &NewCredential,
        role: CredentialRole,
        of_its_key: &[SealedCredential],
        now: Timestamp,
    ) -> Result<SealedCredential> {
        let id = CredentialId::new(now);
        let secret = new.client_secret.expose_secret().as_bytes();
        let credential = Credential {
            id,
            client_id: new.client_id.clone(),
            host: new.host.clone(),
            role,
            fingerprint: match self.fingerprint_among(of_its_key, new) {
                Some(known) => known,
                None => self.fingerprint(secret)?,
            },
            created_at: now,
            last_used_at: None,
            refused_at: None,
            deleted_at: None,
        };
        let place = sealed_place(id);
        let sealed_secret = self.keyring.seal(Purpose::CredentialSecret, &place, secret)?;
        Ok(SealedCredential { credential, sealed_secret })
    }

    /// The fingerprint of a secret that one of these has already. It stays that one, whichever key
    /// seals by then; a credential whose key is missing here is not compared.
    fn fingerprint_among(
        &self,
        of_its_key: &[SealedCredential],
        new: &NewCredential,
    ) -> Option<String> {
        let secret = new.client_secret.expose_secret().as_bytes();
        let has_it = |found: &&SealedCredential| {
            let place = sealed_place(found.credential.id);
            let opened = self.keyring.open(Purpose::CredentialSecret, &place, &found.sealed_secret);
            opened.is_ok_and(|opened| is_same_secret(&opened.text, secret))
        };
        of_its_key.iter().find(has_it).map(|found| found.credential.fingerprint.clone())
    }

    /// Tells two secrets apart; without our key nothing can be tried against it. It is of the key
    /// that seals now.
    fn fingerprint(&self, secret: &[u8]) -> Result<String> {
        let key = self.keyring.primary();
        let hash = self.keyring.derive(key, Purpose::SecretFingerprint, secret)?;
        Ok(hex(&hash[..FINGERPRINT_BYTES]))
    }

    /// Lists the credentials of a connection.
    pub async fn list_credentials(
        &self,
        caller: &Caller,
        connection: &ConnectionName,
        page: &Page<Cursor<Uuid>>,
    ) -> Result<Listed<Credential, Cursor<Uuid>>> {
        Self::see(caller, &connection.environment)?;
        self.store.connection(connection).await?.ok_or(Error::NotFound)?;
        Ok(self.store.list_credentials(connection, page).await?)
    }
}

/// Lets a host through that is the environment's: its default domain, or a custom domain, be it
/// verified or not, so that the consumer is there when people come.
async fn may_be_for(tx: &Tx, environment: &Environment, host: Option<&Host>) -> Result<()> {
    let Some(host) = host.filter(|host| **host != environment.default_domain) else {
        return Ok(());
    };
    if tx.is_custom_domain(&environment.id, host).await? {
        return Ok(());
    }
    let refused = "must be the environment's default domain, or a custom domain in it";
    Err(Error::field("credential.host", Invalid::new(refused)))
}

/// The credential that is named, and those for its host and for all hosts, which nobody changes until
/// the transaction ends.
pub(super) async fn locked_with_the_others(
    tx: &Tx,
    name: &CredentialName,
) -> Result<(Vec<Credential>, Credential)> {
    tx.lock_connection(&name.parent()).await?.ok_or(Error::NotFound)?;
    let found = tx.credential(name).await?.ok_or(Error::NotFound)?;
    Ok((tx.credentials_for(&name.parent(), found.host.as_ref()).await?, found))
}

async fn credential_made_before(tx: &Tx, name: &str) -> Result<Credential> {
    let name: CredentialName =
        name.parse().map_err(|_| Error::Internal("a remembered name is none"))?;
    tx.credential(&name).await?.ok_or(Error::NotFound)
}

/// What the audit tells of a new credential.
fn told(credential: &Credential) -> Vec<FieldChange> {
    let fields = [
        FieldChange::set("client_id", &credential.client_id),
        Some(FieldChange::secret("client_secret")),
        FieldChange::set("host", &credential.host),
        FieldChange::set("role", &credential.role),
    ];
    fields.into_iter().flatten().collect()
}

fn role_among(there: &[Credential], host: Option<&Host>) -> CredentialRole {
    let mut of_host = there.iter().filter(|credential| credential.host.as_ref() == host);
    if of_host.any(|credential| credential.role == CredentialRole::Active) {
        CredentialRole::Standby
    } else {
        CredentialRole::Active
    }
}
