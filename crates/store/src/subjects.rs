//! Events about what is removed with its row: its numbers are counted apart, so that they go on
//! where its id is given again.

use latchkey_domain::{
    event::{Event, EventBody, EventSubject},
    id::EventId,
    name::{ApplicationName, OrganizationName},
    time::Timestamp,
};
use sea_orm::{
    EntityTrait, ExprTrait,
    sea_query::{Expr, OnConflict},
};

use crate::{
    Result, Tx,
    entity::subject_sequence::{ActiveModel, Column, Entity},
    tx::set,
};

impl Tx {
    /// Emits an event about an application, with the application's next number.
    pub async fn emit_about_application(
        &self,
        name: &ApplicationName,
        body: EventBody,
        now: Timestamp,
    ) -> Result<()> {
        self.emit_numbered(EventSubject::Application(name.clone()), body, now).await
    }

    /// Emits an event about an organization, with the organization's next number.
    pub async fn emit_about_organization(
        &self,
        name: &OrganizationName,
        body: EventBody,
        now: Timestamp,
    ) -> Result<()> {
        self.emit_numbered(EventSubject::Organization(name.clone()), body, now).await
    }

    async fn emit_numbered(
        &self,
        subject: EventSubject,
        body: EventBody,
        now: Timestamp,
    ) -> Result<()> {
        let sequence = self.next_number(&subject).await?;
        self.emit(&Event {
            id: EventId::new(now),
            environment: subject.environment().clone(),
            time: now,
            subject: Some((subject, sequence)),
            causation_id: None,
            body,
        })
        .await
    }

    /// The next number of a subject, which is nobody else's until this transaction ends.
    async fn next_number(&self, subject: &EventSubject) -> Result<i64> {
        let first = ActiveModel { subject: set(subject.to_string()), sequence: set(1) };
        let next = Expr::col((Entity, Column::Sequence)).add(1);
        let counted = OnConflict::column(Column::Subject).value(Column::Sequence, next).to_owned();
        let row = Entity::insert(first).on_conflict(counted).exec_with_returning(&self.tx).await?;
        Ok(row.sequence)
    }
}
