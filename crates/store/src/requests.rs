//! Requests that were answered: a repeat gets the first one's resource (AIP-155).

use latchkey_domain::{id::EnvironmentId, time::Timestamp};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, prelude::Uuid};

use crate::{
    Result, Tx,
    entity::request::{ActiveModel, Column, Entity},
    tx::set,
};

/// A request that its caller may repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The environment; empty for what operators create.
    pub scope: String,
    /// The caller's id for it.
    pub id: Uuid,
    /// A hash of what was asked for.
    pub fingerprint: [u8; 32],
}

/// Whether a request came before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestSeen {
    /// It did not.
    New,
    /// It did, and this resource came of it.
    Before(String),
    /// Its id did, with something else asked for.
    WithAnotherBody,
}

impl Tx {
    /// Whether this request was answered before.
    pub async fn request_seen(&self, request: &Request) -> Result<RequestSeen> {
        let key = (request.scope.clone(), request.id);
        let row = Entity::find_by_id(key).one(&self.tx).await?;
        Ok(match row {
            None => RequestSeen::New,
            Some(row) if row.fingerprint == request.fingerprint => {
                RequestSeen::Before(row.resource)
            }
            Some(_) => RequestSeen::WithAnotherBody,
        })
    }

    /// Remembers what came of a request; `Conflict` if its twin was faster.
    pub async fn add_request(
        &self,
        request: &Request,
        resource: &str,
        now: Timestamp,
    ) -> Result<()> {
        let row = ActiveModel {
            scope: set(request.scope.as_str()),
            request_id: set(request.id),
            fingerprint: set(request.fingerprint.to_vec()),
            resource: set(resource),
            created_at: set(now.0),
        };
        row.insert(&self.tx).await?;
        Ok(())
    }

    pub(crate) async fn forget_requests_of(&self, environment: &EnvironmentId) -> Result<()> {
        let of_it = Column::Scope.eq(environment.as_str());
        Entity::delete_many().filter(of_it).exec(&self.tx).await?;
        Ok(())
    }
}
