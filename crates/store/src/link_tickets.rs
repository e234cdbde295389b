//! Link tickets: a row until it is used, or its time is over.

use latchkey_domain::{
    id::{ApplicationId, EnvironmentId, UserId},
    name::ApplicationName,
    pkce::CodeChallenge,
    time::Timestamp,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter};

use crate::{
    Result, Store, Tx,
    entity::link_ticket::{ActiveModel, Column, Entity},
    tx::set,
};

/// A ticket that a user is to add an account with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkTicket {
    /// SHA-256 of the ticket.
    pub ticket_hash: [u8; 32],
    /// Who asked for it.
    pub application: ApplicationName,
    /// To whom an account is added.
    pub user: UserId,
    /// What the sign-in has to bring, and the application to prove itself with.
    pub code_challenge: CodeChallenge,
    /// When it works no longer.
    pub expires_at: Timestamp,
}

impl Store {
    /// Adds a ticket.
    pub async fn add_link_ticket(&self, new: &LinkTicket) -> Result<()> {
        let row = ActiveModel {
            ticket_hash: set(new.ticket_hash.to_vec()),
            environment: set(new.application.environment.as_str()),
            application: set(new.application.application.as_str()),
            user_id: set(new.user.0),
            code_challenge: set(new.code_challenge.0.to_vec()),
            expires_at: set(new.expires_at.0),
        };
        row.insert(&self.writer).await?;
        Ok(())
    }

    /// Uses a ticket up, durably, if it is for this application and challenge and its time is not over,
    /// and says whose it was: of any number of callers one is told.
    pub async fn take_link_ticket(
        &self,
        ticket_hash: &[u8; 32],
        application: &ApplicationName,
        code_challenge: &CodeChallenge,
        now: Timestamp,
    ) -> Result<Option<UserId>> {
        let taken = Entity::delete_many()
            .filter(Column::TicketHash.eq(ticket_hash.to_vec()))
            .filter(Column::Environment.eq(application.environment.as_str()))
            .filter(Column::Application.eq(application.application.as_str()))
            .filter(Column::CodeChallenge.eq(code_challenge.0.to_vec()))
            .filter(Column::ExpiresAt.gt(now.0))
            .exec_with_returning(&self.writer)
            .await?;
        Ok(taken.into_iter().next().map(|row| UserId(row.user_id)))
    }

    /// Removes tickets that nobody used, a batch at a time, and says how many.
    pub async fn forget_link_tickets(&self, now: Timestamp) -> Result<u64> {
        self.forget::<Entity>(&[Column::TicketHash], (Column::ExpiresAt, now)).await
    }
}

impl Tx {
    /// Removes the tickets of an environment, or of one of its applications: another one may get its
    /// id.
    pub(crate) async fn forget_link_tickets_of(
        &self,
        environment: &EnvironmentId,
        application: Option<&ApplicationId>,
    ) -> Result<()> {
        let mut delete = Entity::delete_many().filter(Column::Environment.eq(environment.as_str()));
        if let Some(application) = application {
            delete = delete.filter(Column::Application.eq(application.as_str()));
        }
        delete.exec(&self.tx).await?;
        Ok(())
    }
}
