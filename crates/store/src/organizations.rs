//! Organizations, with what proves their custom domains.

use latchkey_domain::{
    host::Host,
    id::EnvironmentId,
    name::OrganizationName,
    organization::{
        CustomDomain, DomainProblem, Organization, Token, Verification, VerificationState,
    },
    page::{Listed, Page},
    text::DisplayName,
    time::Timestamp,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::{
    Cursor, Error, Result, Store, TimeCursor, Tx,
    entity::organization::{ActiveModel, Column, Entity, Model},
    listing::list,
    policies,
    tx::set,
};

const fn state_name(state: VerificationState) -> &'static str {
    match state {
        VerificationState::InProgress => "IN_PROGRESS",
        VerificationState::Verified => "VERIFIED",
        VerificationState::Failed => "FAILED",
    }
}

fn state_of(name: &str) -> Option<VerificationState> {
    use VerificationState::{Failed, InProgress, Verified};
    [InProgress, Verified, Failed].into_iter().find(|state| state_name(*state) == name)
}

fn read(row: Model) -> Result<Organization> {
    let corrupt = |what| Error::corrupt("organizations", what);
    let domain = match &row.custom_domain {
        Some(host) => Some(CustomDomain {
            host: Host::parse(host).map_err(|_| corrupt("custom_domain"))?,
            verification: verification(&row)?,
        }),
        None => None,
    };
    let sign_up = row.sign_up_policy.as_deref();
    let sign_up = sign_up.map(|text| policies::read_sign_up("organizations", text));
    Ok(Organization {
        environment: row.environment.parse().map_err(|_| corrupt("environment"))?,
        id: row.id.parse().map_err(|_| corrupt("id"))?,
        display_name: DisplayName::parse(&row.display_name).map_err(|_| corrupt("display_name"))?,
        domain,
        sign_up_policy: sign_up.transpose()?,
        version: row.version,
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
    })
}

fn verification(row: &Model) -> Result<Option<Verification>> {
    let corrupt = |what| Error::corrupt("organizations", what);
    let Some(token) = &row.token else { return Ok(None) };
    let problem = row.problem.as_deref();
    let problem = problem.map(|name| DomainProblem::from_name(name).ok_or(corrupt("problem")));
    Ok(Some(Verification {
        token: Token::parse(token).map_err(|_| corrupt("token"))?,
        state: row.state.as_deref().and_then(state_of).ok_or(corrupt("state"))?,
        problem: problem.transpose()?,
        started_at: Timestamp(row.started_at.ok_or(corrupt("started_at"))?),
        checked_at: row.checked_at.map(Timestamp),
        verified_at: row.verified_at.map(Timestamp),
        missing_since: row.missing_since.map(Timestamp),
        next_check_at: row.next_check_at.map(Timestamp),
    }))
}

fn write(organization: &Organization) -> ActiveModel {
    let domain = organization.domain.as_ref();
    let verification = domain.and_then(|domain| domain.verification.as_ref());
    let host = domain.map(|domain| domain.host.to_string());
    let micros = |time: Option<Timestamp>| time.map(|time| time.0);
    ActiveModel {
        environment: set(organization.environment.as_str()),
        id: set(organization.id.as_str()),
        display_name: set(organization.display_name.as_str()),
        verified_domain: set(host.clone().filter(|_| organization.is_served())),
        custom_domain: set(host),
        token: set(verification.map(|found| found.token.as_str().to_owned())),
        state: set(verification.map(|found| state_name(found.state).to_owned())),
        problem: set(verification
            .and_then(|found| found.problem)
            .map(|problem| problem.as_str().to_owned())),
        started_at: set(verification.map(|found| found.started_at.0)),
        checked_at: set(micros(verification.and_then(|found| found.checked_at))),
        verified_at: set(micros(verification.and_then(|found| found.verified_at))),
        missing_since: set(micros(verification.and_then(|found| found.missing_since))),
        next_check_at: set(micros(verification.and_then(|found| found.next_check_at))),
        sign_up_policy: set(organization.sign_up_policy.as_ref().map(policies::write_sign_up)),
        version: set(organization.version),
        created_at: set(organization.created_at.0),
        updated_at: set(organization.updated_at.0),
    }
}

fn name_of(environment: &str, id: &str) -> Result<OrganizationName> {
    let corrupt = |what| Error::corrupt("organizations", what);
    Ok(OrganizationName {
        environment: environment.parse().map_err(|_| corrupt("environment"))?,
        organization: id.parse().map_err(|_| corrupt("id"))?,
    })
}

fn key(name: &OrganizationName) -> (String, String) {
    (name.environment.to_string(), name.organization.to_string())
}

async fn find(db: &impl ConnectionTrait, name: &OrganizationName) -> Result<Option<Organization>> {
    Entity::find_by_id(key(name)).one(db).await?.map(read).transpose()
}

fn listed(row: Model) -> Result<(TimeCursor, Organization)> {
    Ok((Cursor { created_at: row.created_at, id: row.id.clone() }, read(row)?))
}

impl Store {
    /// An organization by its name.
    pub async fn organization(&self, name: &OrganizationName) -> Result<Option<Organization>> {
        find(&self.reader, name).await
    }

    /// The organization whose verified custom domain a host is, whichever environment it is in.
    pub async fn organization_on(&self, host: &Host) -> Result<Option<Organization>> {
        let found = Entity::find().filter(Column::VerifiedDomain.eq(host.as_str()));
        found.one(&self.reader).await?.map(read).transpose()
    }

    /// The organizations of an environment, oldest first; with a host, those whose custom domain it
    /// is to be.
    pub async fn list_organizations(
        &self,
        environment: &EnvironmentId,
        custom_domain: Option<&Host>,
        page: &Page<TimeCursor>,
    ) -> Result<Listed<Organization, TimeCursor>> {
        let mut select = Entity::find().filter(Column::Environment.eq(environment.as_str()));
        if let Some(host) = custom_domain {
            select = select.filter(Column::CustomDomain.eq(host.as_str()));
        }
        list(&self.reader, select, (Column::CreatedAt, Column::Id), page, listed).await
    }

    /// The organizations of an environment whose custom domain is verified, oldest first.
    pub async fn list_served_organizations(
        &self,
        environment: &EnvironmentId,
        page: &Page<TimeCursor>,
    ) -> Result<Listed<Organization, TimeCursor>> {
        let select = Entity::find()
            .filter(Column::Environment.eq(environment.as_str()))
            .filter(Column::VerifiedDomain.is_not_null());
        list(&self.reader, select, (Column::CreatedAt, Column::Id), page, listed).await
    }

    /// Whose records are to be looked for, those that wait longest first.
    pub async fn due_domains(&self, now: Timestamp, most: u64) -> Result<Vec<OrganizationName>> {
        let due = Entity::find()
            .filter(Column::NextCheckAt.is_not_null())
            .filter(Column::NextCheckAt.lte(now.0))
            .order_by_asc(Column::NextCheckAt)
            .limit(most);
        let rows = due.all(self.aside()).await?.into_iter();
        // One that cannot be read holds up no other: it is told of when it is looked at.
        rows.map(|row| name_of(&row.environment, &row.id)).collect()
    }
}

impl Tx {
    /// An organization by its name, as this transaction sees it.
    pub async fn organization(&self, name: &OrganizationName) -> Result<Option<Organization>> {
        find(&self.tx, name).await
    }

    /// An organization that nobody changes until this transaction ends.
    pub async fn lock_organization(&self, name: &OrganizationName) -> Result<Option<Organization>> {
        let select = Entity::find_by_id(key(name)).lock_exclusive();
        select.one(&self.tx).await?.map(read).transpose()
    }

    /// Adds an organization; `Conflict` if its id is taken.
    pub async fn add_organization(&self, organization: &Organization) -> Result<()> {
        self.config_changed();
        write(organization).insert(&self.tx).await?;
        Ok(())
    }

    /// Writes an organization that [`Self::lock_organization`] holds; `Conflict` if its domain is
    /// verified and another's meanwhile.
    pub async fn update_organization(&self, organization: &Organization) -> Result<()> {
        self.config_changed();
        self.note_look(organization).await
    }

    /// Writes what a look at the domain of an organization found, where nobody signs in differently
    /// for it; [`Self::lock_organization`] holds it.
    pub async fn note_look(&self, organization: &Organization) -> Result<()> {
        Entity::update_many()
            .set(write(organization))
            .filter(Column::Environment.eq(organization.environment.as_str()))
            .filter(Column::Id.eq(organization.id.as_str()))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// Removes an organization that [`Self::lock_organization`] holds.
    pub async fn remove_organization(&self, name: &OrganizationName) -> Result<()> {
        self.config_changed();
        Entity::delete_by_id(key(name)).exec(&self.tx).await?;
        Ok(())
    }
}
