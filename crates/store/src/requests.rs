//! Requests that were answered: a repeat gets the first one's resource (AIP-155).

use std::time::Duration;

use latchkey_domain::{id::EnvironmentId, time::Timestamp};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, prelude::Uuid};

use crate::{
    Result, Store, Tx,
    entity::request::{ActiveModel, Column, Entity},
    tx::set,
};

/// How long it is kept what came of a request: whoever got no answer asks again within minutes, and a
/// job that failed runs again the next night. Requests hold secrets, so that it is no longer.
pub const REQUESTS_KEPT_FOR: Duration = Duration::from_hours(24);

/// A request that its caller may repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The environment; empty for what operators create.
    pub scope: String,
    /// The caller's id for it.
    pub id: Uuid,
}

/// What is kept of a request that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredRequest {
    /// What a repeat is compared with.
    pub fingerprint: Vec<u8>,
    /// What came of it.
    pub resource: String,
}

impl Store {
    /// Removes what is kept of requests that nobody repeats any more, and says of how many.
    pub async fn forget_requests(&self, now: Timestamp) -> Result<u64> {
        let over = now.minus(REQUESTS_KEPT_FOR);
        self.forget::<Entity>(&[Column::Scope, Column::RequestId], (Column::CreatedAt, over)).await
    }
}

impl Tx {
    /// What is kept of a request, if it was answered before.
    pub async fn answered_request(&self, request: &Request) -> Result<Option<AnsweredRequest>> {
        let key = (request.scope.clone(), request.id);
        let row = Entity::find_by_id(key).one(&self.tx).await?;
        Ok(row.map(|row| AnsweredRequest { fingerprint: row.fingerprint, resource: row.resource }))
    }

    /// Remembers what came of a request; `Conflict` if its twin was faster.
    pub async fn add_request(
        &self,
        request: &Request,
        answered: &AnsweredRequest,
        now: Timestamp,
    ) -> Result<()> {
        let row = ActiveModel {
            scope: set(request.scope.as_str()),
            request_id: set(request.id),
            fingerprint: set(answered.fingerprint.clone()),
            resource: set(answered.resource.as_str()),
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
