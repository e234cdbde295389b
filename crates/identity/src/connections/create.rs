//! Creating a connection.

use backon::Retryable;
use latchkey_domain::{
    Invalid,
    audit::{Change, FieldChange},
    caller::Caller,
    connection::Connection,
    environment::{Environment, ProviderProblem},
    event::EventBody,
    id::{ConnectionId, EnvironmentId},
    name::ConnectionName,
    policy::ConnectionPolicies,
    provider::ProviderName,
    text::DisplayName,
    upstream::UpstreamParams,
};
use latchkey_store::Tx;

use super::{ConnectionView, policies};
use crate::{Error, Latchkey, RequestId, Result, request::after_conflict};

/// A connection to be created.
#[derive(Debug, Clone)]
pub struct NewConnection {
    /// Whose it will be.
    pub environment: EnvironmentId,
    /// Its id, if the caller chose one.
    pub id: Option<ConnectionId>,
    /// What people will read on the button.
    pub display_name: DisplayName,
    /// Who will vouch for those who come through it.
    pub provider: ProviderName,
    /// Whether the provider's word will prove an address.
    pub trusted_provider: bool,
    /// What will be added to the provider's authorization URL.
    pub upstream_params: UpstreamParams,
    /// What it will ask of whoever comes through it.
    pub policies: ConnectionPolicies,
    /// Whether it will be switched off.
    pub disabled: bool,
    /// Makes a repeat return the first one's connection.
    pub request: Option<RequestId>,
    /// Only check, and create nothing.
    pub validate_only: bool,
}

impl Latchkey {
    /// Creates a connection, without credentials.
    #[tracing::instrument(skip_all, fields(environment = %new.environment), err(level = "debug"))]
    pub async fn create_connection(
        &self,
        caller: &Caller,
        new: NewConnection,
    ) -> Result<ConnectionView> {
        Self::see(caller, &new.environment)?;
        let create = || self.try_create_connection(caller, &new);
        create.retry(after_conflict()).when(Error::is_conflict).await
    }

    async fn try_create_connection(
        &self,
        caller: &Caller,
        new: &NewConnection,
    ) -> Result<ConnectionView> {
        let tx = self.store.begin().await?;
        let environment = tx.hold_environment(&new.environment).await?.ok_or(Error::NotFound)?;
        let scope = Some(&new.environment);
        if let Some(before) = self.answered_before(&tx, scope, new.request.as_ref()).await? {
            return self.connection_made_before(&tx, &environment, &before).await;
        }
        self.provider_fits(&new.provider, &environment)?;
        let connection = self.connection_from(new);
        let name = connection.name();
        if new.id.is_some() && tx.connection_id_is_taken(&name).await? {
            return Err(Error::Exists);
        }
        let now = connection.created_at;
        tx.add_connection(&connection).await?;
        let created = EventBody::ConnectionCreated {
            connection: name.clone(),
            provider: connection.provider.clone(),
            display_name: connection.display_name.to_string(),
        };
        tx.emit_about(&name, created, now).await?;
        let fields = told(&connection);
        let change = Change::of(&name.environment, "connection.created", &name, fields);
        tx.audit(caller, &change, now).await?;
        self.remember(&tx, scope, new.request.as_ref(), (&name.to_string(), now)).await?;
        if !new.validate_only {
            tx.commit().await?;
        }
        Ok(self.view(connection, &[], &environment))
    }

    fn connection_from(&self, new: &NewConnection) -> Connection {
        let now = self.clock.now();
        Connection {
            environment: new.environment.clone(),
            id: new.id.clone().unwrap_or_else(|| ConnectionId::new(now)),
            display_name: new.display_name.clone(),
            provider: new.provider.clone(),
            trusted_provider: new.trusted_provider,
            upstream_params: new.upstream_params.clone(),
            policies: new.policies.clone(),
            disabled: new.disabled,
            version: 1,
            created_at: now,
            updated_at: now,
            deletion: None,
        }
    }

    async fn connection_made_before(
        &self,
        tx: &Tx,
        environment: &Environment,
        name: &str,
    ) -> Result<ConnectionView> {
        let name: ConnectionName =
            name.parse().map_err(|_| Error::Internal("a remembered name is none"))?;
        let connection = tx.connection(&name).await?.ok_or(Error::NotFound)?;
        let credentials = tx.credentials_for(&name, Some(&environment.default_domain)).await?;
        Ok(self.view(connection, &credentials, environment))
    }

    /// Asked again at every sign-in, as the configuration can change.
    fn provider_fits(&self, name: &ProviderName, environment: &Environment) -> Result<()> {
        let sentence = match self.admitted(name, environment) {
            Ok(_) => return Ok(()),
            Err(ProviderProblem::NotConfigured) => {
                "must be a provider of the service's configuration"
            }
            Err(ProviderProblem::StandIn) => "must not be a stand-in in a production environment",
        };
        Err(Error::field("connection.provider", Invalid::new(sentence)))
    }
}

/// What the audit tells of a new connection.
fn told(connection: &Connection) -> Vec<FieldChange> {
    let fields = [
        FieldChange::set("display_name", &connection.display_name),
        FieldChange::set("provider", &connection.provider),
        FieldChange::set("trusted_provider", &connection.trusted_provider),
        FieldChange::set("upstream_params", &connection.upstream_params),
        FieldChange::set("disabled", &connection.disabled),
    ];
    let policies = policies::told(&connection.policies);
    fields.into_iter().chain(policies).flatten().collect()
}
