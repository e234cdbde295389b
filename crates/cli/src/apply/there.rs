//! What an environment holds.

use std::collections::BTreeMap;

use anyhow::Result;
use latchkey_proto::v1;
use tonic::Code;

use crate::client::{Client, PageSize, all_pages, answer, ask, pages};

/// An environment with what is in it.
#[derive(Debug, Default)]
pub(super) struct There {
    /// `None` if it is not there.
    pub(super) environment: Option<v1::Environment>,
    pub(super) applications: BTreeMap<String, v1::Application>,
    pub(super) organizations: BTreeMap<String, v1::Organization>,
    pub(super) connections: BTreeMap<String, ConnectionThere>,
}

/// A connection with what is in it.
#[derive(Debug, Default)]
pub(super) struct ConnectionThere {
    pub(super) connection: v1::Connection,
    pub(super) credentials: Vec<v1::Credential>,
    /// The applications that may use it, by their ids.
    pub(super) grants: BTreeMap<String, Granted>,
}

/// What is granted to an application.
#[derive(Debug, Clone)]
pub(super) struct Granted {
    pub(super) rights: Rights,
    pub(super) etag: String,
}

/// What an application's people may use a connection for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rights {
    pub(super) may_sign_up: bool,
    pub(super) may_sign_in: bool,
    pub(super) may_link: bool,
}

impl Rights {
    /// What they are called.
    pub(super) fn names(self) -> Vec<&'static str> {
        let all =
            [(self.may_sign_up, "sign up"), (self.may_sign_in, "sign in"), (self.may_link, "link")];
        all.into_iter().filter_map(|(may, name)| may.then_some(name)).collect()
    }
}

impl ConnectionThere {
    /// Whether it is deleted, and can be undeleted.
    pub(super) fn is_deleted(&self) -> bool {
        self.connection.state() == v1::ConnectionState::Deleted
    }
}

impl There {
    /// Reads an environment, by its resource name.
    pub(super) async fn read(client: &Client, name: &str) -> Result<Self> {
        let request = ask(v1::GetEnvironmentRequest { name: name.to_owned() });
        let environment = match answer(client.tenants().get_environment(request)).await {
            Ok(found) => found.environment,
            Err(refusal) if refusal.code() == Code::NotFound => return Ok(Self::default()),
            Err(refusal) => return Err(refusal.into()),
        };
        let applications = applications(client, name).await?;
        let organizations = organizations(client, name).await?;
        let admin = client.connections();
        let first = v1::ListConnectionsRequest {
            parent: name.to_owned(),
            page_size: PageSize::LARGEST,
            show_deleted: true,
            ..v1::ListConnectionsRequest::default()
        };
        let mut connections = BTreeMap::new();
        for connection in all_pages(pages!(admin.list_connections(first).connections)).await? {
            let id = id(&connection.name);
            connections.insert(id, ConnectionThere::read(client, connection).await?);
        }
        Ok(Self { environment, applications, organizations, connections })
    }
}

async fn applications(client: &Client, parent: &str) -> Result<BTreeMap<String, v1::Application>> {
    let tenants = client.tenants();
    let first = v1::ListApplicationsRequest {
        parent: parent.to_owned(),
        page_size: PageSize::LARGEST,
        ..v1::ListApplicationsRequest::default()
    };
    let found = all_pages(pages!(tenants.list_applications(first).applications)).await?;
    Ok(found.into_iter().map(|it| (id(&it.name), it)).collect())
}

async fn organizations(
    client: &Client,
    parent: &str,
) -> Result<BTreeMap<String, v1::Organization>> {
    let tenants = client.tenants();
    let first = v1::ListOrganizationsRequest {
        parent: parent.to_owned(),
        page_size: PageSize::LARGEST,
        ..v1::ListOrganizationsRequest::default()
    };
    let found = all_pages(pages!(tenants.list_organizations(first).organizations)).await?;
    Ok(found.into_iter().map(|it| (id(&it.name), it)).collect())
}

impl ConnectionThere {
    async fn read(client: &Client, connection: v1::Connection) -> Result<Self> {
        let name = connection.name.clone();
        let mut there = Self { connection, ..Self::default() };
        // What is in a deleted one is hidden until it is undeleted.
        if there.is_deleted() {
            return Ok(there);
        }
        let admin = client.connections();
        let first = v1::ListApplicationGrantsRequest {
            parent: name.clone(),
            page_size: PageSize::LARGEST,
            page_token: String::new(),
        };
        let granted = pages!(admin.list_application_grants(first).application_grants);
        there.grants = all_pages(granted).await?.iter().map(granted_to).collect();
        there.credentials = credentials(client, name).await?;
        Ok(there)
    }
}

/// Every credential of a connection, by the connection's resource name.
pub(super) async fn credentials(client: &Client, parent: String) -> Result<Vec<v1::Credential>> {
    let admin = client.connections();
    let first = v1::ListCredentialsRequest {
        parent,
        page_size: PageSize::LARGEST,
        page_token: String::new(),
    };
    all_pages(pages!(admin.list_credentials(first).credentials)).await
}

fn granted_to(grant: &v1::ApplicationGrant) -> (String, Granted) {
    let &v1::ApplicationGrant { may_sign_up, may_sign_in, may_link, .. } = grant;
    let rights = Rights { may_sign_up, may_sign_in, may_link };
    (id(&grant.application), Granted { rights, etag: grant.etag.clone() })
}

/// The last part of a resource name.
pub(super) fn id(name: &str) -> String {
    name.rsplit('/').next().unwrap_or(name).to_owned()
}
