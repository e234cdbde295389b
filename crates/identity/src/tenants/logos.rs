//! Logos of applications: set, taken away, and shown where people sign in.

use backon::Retryable;
use latchkey_domain::{
    application::Application,
    audit::{Change, FieldChange},
    caller::Caller,
    event::EventBody,
    logo::{Logo, LogoDigest, LogoType},
    name::ApplicationName,
};
use latchkey_keyring::sha256;

use crate::{
    Error, Latchkey, Result,
    request::{after_conflict, expect_etag},
};

/// The field of a logo's bytes in requests, and that of the logo in audit and events.
const FIELD: &str = "logo";

/// A logo with its bytes.
#[derive(Debug, Clone)]
pub struct ShownLogo {
    /// What it is.
    pub media_type: LogoType,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Latchkey {
    /// Gives an application this logo, or none, if there are no bytes.
    #[tracing::instrument(skip_all, fields(application = %name), err(level = "debug"))]
    pub async fn set_logo(
        &self,
        caller: &Caller,
        name: &ApplicationName,
        bytes: &[u8],
        etag: Option<&str>,
    ) -> Result<Application> {
        Self::see(caller, &name.environment)?;
        let logo = (!bytes.is_empty()).then(|| read(bytes)).transpose()?;
        let set = || self.try_set_logo(caller, name, logo.map(|logo| (logo, bytes)), etag);
        set.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_set_logo(
        &self,
        caller: &Caller,
        name: &ApplicationName,
        logo: Option<(Logo, &[u8])>,
        etag: Option<&str>,
    ) -> Result<Application> {
        let tx = self.store.begin().await?;
        let mut application = tx.application(name).await?.ok_or(Error::NotFound)?;
        expect_etag(etag, application.version)?;
        let before = application.logo;
        application.logo = logo.map(|(logo, _)| logo);
        if application.logo == before {
            return Ok(application);
        }
        let now = self.clock.now();
        application.version += 1;
        application.updated_at = now;
        if !tx.update_application(&application).await? {
            return Err(Error::Contention(latchkey_store::Error::changed_meanwhile()));
        }
        match logo {
            Some((_, bytes)) => tx.put_logo(name, bytes).await?,
            None => tx.remove_logo(name).await?,
        }
        let changed_fields = vec![FIELD.to_owned()];
        let updated = EventBody::ApplicationUpdated { application: name.clone(), changed_fields };
        tx.emit_about_application(name, updated, now).await?;
        let told = |logo: Option<Logo>| logo.map(|logo| logo.to_string());
        let field = FieldChange::replaced(FIELD, &told(before), &told(application.logo));
        let change = Change::of(&name.environment, "application.updated", name, vec![field]);
        tx.audit(caller, &change, now).await?;
        tx.commit().await?;
        Ok(application)
    }

    /// The logo of an application, if it is this one.
    pub async fn logo(
        &self,
        caller: &Caller,
        name: &ApplicationName,
        digest: LogoDigest,
    ) -> Result<ShownLogo> {
        Self::see(caller, &name.environment)?;
        // Not from memory: another replica may tell of one that this one has not heard of.
        let found = self.store.logo(name, digest).await?;
        let (media_type, bytes) = found.ok_or(Error::NotFound)?;
        Ok(ShownLogo { media_type, bytes })
    }
}

fn read(bytes: &[u8]) -> Result<Logo> {
    let media_type = LogoType::of(bytes).map_err(|invalid| Error::field(FIELD, invalid))?;
    let size =
        u32::try_from(bytes.len()).map_err(|_| Error::Internal("a logo has no such size"))?;
    Ok(Logo { media_type, digest: LogoDigest(sha256(bytes)), size })
}
