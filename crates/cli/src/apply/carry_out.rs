//! Carries out a step, with the etag of what was compared: whoever changed it meanwhile is not overruled.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use latchkey_proto::{v1, well_known::FieldMask};
use tokio::sync::Mutex;

use super::{
    step::{APPLICATION, CONNECTION, Difference, ENVIRONMENT, Step, differences},
    there::{Rights, credentials},
    wanted::WantedCredential,
};
use crate::client::{Client, Refusal, answer, ask, held};

/// Where steps are carried out.
pub(super) struct Hand<'a> {
    pub(super) client: &'a Client,
    /// The environment's resource name.
    pub(super) parent: &'a str,
    /// The etags of credentials that gave way to one that was promoted here.
    replaced: Mutex<BTreeMap<String, String>>,
}

impl<'a> Hand<'a> {
    pub(super) fn of(client: &'a Client, parent: &'a str) -> Self {
        Self { client, parent, replaced: Mutex::default() }
    }
}

impl Hand<'_> {
    /// Carries out one step; tells who loses their way in by it.
    pub(super) async fn carry_out(&self, step: &Step<'_>) -> Result<Option<v1::DomainDependents>> {
        match step {
            Step::CreateEnvironment { id, new } => self.create_environment(id, new).await?,
            Step::UpdateEnvironment { before, after } => {
                self.update_environment(before, after).await?;
            }
            Step::CreateApplication { id, new } => self.create_application(id, new).await?,
            Step::UpdateApplication { before, after } => {
                self.update_application(before, after).await?;
            }
            Step::CreateOrganization { id, new } => self.create_organization(id, new).await?,
            Step::UpdateOrganization { .. } | Step::DeleteOrganization { .. } => {
                return Ok(self.change_organization(step, false).await?);
            }
            Step::UndeleteConnection { there } => self.undelete_connection(there).await?,
            Step::CreateConnection { id, new } => self.create_connection(id, new).await?,
            Step::UpdateConnection { before, after } => {
                self.update_connection(before, after).await?;
            }
            Step::AddCredential { connection, new, active } => {
                self.add_credential(connection, new, *active).await?;
            }
            Step::PromoteCredential { there } => self.promote(there).await?,
            Step::Grant { connection, application, rights, etag } => {
                self.grant((connection, application), *rights, etag).await?;
            }
            Step::Revoke { connection, application, etag } => {
                self.revoke((connection, application), etag).await?;
            }
            Step::DeleteCredential { there } => self.delete_credential(there).await?,
            Step::DeleteConnection { there } => self.delete_connection(there).await?,
            Step::DeleteApplication { there } => self.delete_application(there).await?,
        }
        Ok(None)
    }

    async fn create_environment(&self, id: &str, new: &v1::Environment) -> Result<(), Refusal> {
        let request = ask(v1::CreateEnvironmentRequest {
            environment_id: id.to_owned(),
            environment: Some(new.clone()),
            request_id: String::new(),
        });
        answer(self.client.tenants().create_environment(request)).await.map(drop)
    }

    async fn update_environment(
        &self,
        before: &v1::Environment,
        after: &v1::Environment,
    ) -> Result<(), Refusal> {
        let request = ask(v1::UpdateEnvironmentRequest {
            environment: Some(after.clone()),
            update_mask: Some(mask(differences(before, after, ENVIRONMENT))),
        });
        answer(self.client.tenants().update_environment(request)).await.map(drop)
    }

    async fn create_application(&self, id: &str, new: &v1::Application) -> Result<(), Refusal> {
        let request = ask(v1::CreateApplicationRequest {
            parent: self.parent.to_owned(),
            application_id: id.to_owned(),
            application: Some(new.clone()),
            request_id: String::new(),
        });
        answer(self.client.tenants().create_application(request)).await.map(drop)
    }

    async fn update_application(
        &self,
        before: &v1::Application,
        after: &v1::Application,
    ) -> Result<(), Refusal> {
        let request = ask(v1::UpdateApplicationRequest {
            application: Some(after.clone()),
            update_mask: Some(mask(differences(before, after, APPLICATION))),
        });
        answer(self.client.tenants().update_application(request)).await.map(drop)
    }

    async fn delete_application(&self, there: &v1::Application) -> Result<(), Refusal> {
        let (name, etag) = (there.name.clone(), there.etag.clone());
        let request = ask(v1::DeleteApplicationRequest { name, etag });
        answer(self.client.tenants().delete_application(request)).await.map(drop)
    }

    async fn create_connection(&self, id: &str, new: &v1::Connection) -> Result<(), Refusal> {
        let request = ask(v1::CreateConnectionRequest {
            parent: self.parent.to_owned(),
            connection_id: id.to_owned(),
            connection: Some(new.clone()),
            ..v1::CreateConnectionRequest::default()
        });
        answer(self.client.connections().create_connection(request)).await.map(drop)
    }

    async fn update_connection(
        &self,
        before: &v1::Connection,
        after: &v1::Connection,
    ) -> Result<(), Refusal> {
        let request = ask(v1::UpdateConnectionRequest {
            connection: Some(after.clone()),
            update_mask: Some(mask(differences(before, after, CONNECTION))),
            ..v1::UpdateConnectionRequest::default()
        });
        answer(self.client.connections().update_connection(request)).await.map(drop)
    }

    async fn delete_connection(&self, there: &v1::Connection) -> Result<(), Refusal> {
        let (name, etag) = (there.name.clone(), there.etag.clone());
        let request = ask(v1::DeleteConnectionRequest { name, etag, validate_only: false });
        answer(self.client.connections().delete_connection(request)).await.map(drop)
    }

    async fn undelete_connection(&self, there: &v1::Connection) -> Result<(), Refusal> {
        let (name, etag) = (there.name.clone(), there.etag.clone());
        let request = ask(v1::UndeleteConnectionRequest { name, etag });
        answer(self.client.connections().undelete_connection(request)).await.map(drop)
    }

    async fn grant(&self, pair: (&str, &str), rights: Rights, etag: &str) -> Result<(), Refusal> {
        let (connection, application) = self.pair(pair);
        let request = ask(v1::GrantApplicationRequest {
            connection,
            application,
            may_sign_up: Some(rights.may_sign_up),
            may_sign_in: Some(rights.may_sign_in),
            may_link: Some(rights.may_link),
            etag: etag.to_owned(),
        });
        answer(self.client.connections().grant_application(request)).await.map(drop)
    }

    async fn revoke(&self, pair: (&str, &str), etag: &str) -> Result<(), Refusal> {
        let (connection, application) = self.pair(pair);
        let etag = etag.to_owned();
        let request = ask(v1::RevokeApplicationRequest { connection, application, etag });
        answer(self.client.connections().revoke_application(request)).await.map(drop)
    }

    async fn add_credential(
        &self,
        connection: &str,
        new: &WantedCredential,
        active: bool,
    ) -> Result<()> {
        let parent = format!("{}/connections/{connection}", self.parent);
        let request = ask(new.request(&parent).context("its secret is not at hand")?);
        let made = answer(self.client.connections().create_credential(request)).await?;
        let made = held(made.credential, "the credential")?;
        if active && made.role() != v1::CredentialRole::Active {
            self.promote(&made).await?;
        }
        Ok(())
    }

    async fn delete_credential(&self, there: &v1::Credential) -> Result<(), Refusal> {
        let replaced = self.replaced.lock().await.remove(&there.name);
        let (name, etag) = (there.name.clone(), replaced.unwrap_or_else(|| there.etag.clone()));
        let request = ask(v1::DeleteCredentialRequest { name, etag });
        answer(self.client.connections().delete_credential(request)).await.map(drop)
    }

    async fn promote(&self, there: &v1::Credential) -> Result<()> {
        let (name, etag) = (there.name.clone(), there.etag.clone());
        let request = ask(v1::PromoteCredentialRequest { name, etag });
        answer(self.client.connections().promote_credential(request)).await?;
        self.note_replaced(there).await
    }

    /// Learns the etags of those that stand by now: that one of them was active before is what was
    /// asked for here.
    async fn note_replaced(&self, promoted: &v1::Credential) -> Result<()> {
        let connection = promoted.name.split("/credentials/").next().unwrap_or_default();
        let standby = credentials(self.client, connection.to_owned())
            .await?
            .into_iter()
            .filter(|it| it.host == promoted.host && it.role() == v1::CredentialRole::Standby);
        self.replaced.lock().await.extend(standby.map(|it| (it.name, it.etag)));
        Ok(())
    }

    fn pair(&self, (connection, application): (&str, &str)) -> (String, String) {
        let parent = self.parent;
        (
            format!("{parent}/connections/{connection}"),
            format!("{parent}/applications/{application}"),
        )
    }
}

pub(super) fn mask(differences: Vec<Difference>) -> FieldMask {
    FieldMask { paths: differences.iter().map(|it| it.field.to_owned()).collect() }
}
