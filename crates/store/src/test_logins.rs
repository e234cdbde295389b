//! Test logins: the link, the claim and the end, in one row each.

use latchkey_domain::{
    host::Host,
    id::{ConnectionId, CredentialId, EnvironmentId, EventId, TestLoginId},
    name::ConnectionName,
    sign_in::{ABANDONED_AFTER, Failure},
    test_login::{Ending, KEPT_FOR, Step, TICKET_LIFETIME, TestLogin, TurnedAway},
    time::Timestamp,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr,
};

use crate::{
    Error, Result, Store, Tx,
    entity::test_login::{ActiveModel, Column, Entity, Model},
    sign_in_end::{outcome, result_name, unsuccessful_name},
    tx::set,
};

/// A test login, and whom it met.
#[derive(Debug, Clone)]
pub struct SealedTestLogin {
    /// The test login.
    pub test_login: TestLogin,
    /// A hash of what the browser brought; `None` until it came back.
    pub answer_hash: Option<[u8; 32]>,
    /// The person, as sealed by us; `None` as long as nothing was read of them.
    pub sealed_profile: Option<Vec<u8>>,
}

fn read(row: Model) -> Result<SealedTestLogin> {
    let corrupt = |what| Error::corrupt("test_logins", what);
    let steps = read_steps(row.steps.as_deref())?;
    let (ending, turned_away) = match (&row.result, row.finished_at) {
        (Some(result), Some(at)) => {
            let end = outcome(result, row.reason.as_deref()).ok_or(corrupt("result"))?;
            let event = row.event_id.map(EventId);
            (Some(Ending { end, steps, event, at: Timestamp(at) }), Vec::new())
        }
        _ => (None, steps),
    };
    let answer_hash = row.answer_hash.map(TryInto::try_into).transpose();
    let connection = ConnectionName {
        environment: row.environment.parse().map_err(|_| corrupt("environment"))?,
        connection: row.connection.parse().map_err(|_| corrupt("connection"))?,
    };
    let test_login = TestLogin {
        id: TestLoginId(row.id),
        connection,
        host: Host::parse(&row.host).map_err(|_| corrupt("host"))?,
        credential: row.credential.map(CredentialId),
        created_at: Timestamp(row.created_at),
        begun_at: row.begun_at.map(Timestamp),
        turned_away,
        ending,
    };
    let answer_hash = answer_hash.map_err(|_| corrupt("answer_hash"))?;
    Ok(SealedTestLogin { test_login, answer_hash, sealed_profile: row.sealed_profile })
}

fn read_steps(json: Option<&str>) -> Result<Vec<Step>> {
    let steps = json.map(serde_json::from_str).transpose();
    Ok(steps.map_err(|_| Error::corrupt("test_logins", "steps"))?.unwrap_or_default())
}

fn write_steps(steps: &[Step]) -> String {
    serde_json::to_string(steps).expect("a list of texts is JSON")
}

impl Store {
    /// A test login by its id.
    pub async fn test_login(&self, id: TestLoginId) -> Result<Option<SealedTestLogin>> {
        Entity::find_by_id(id.0).one(&self.reader).await?.map(read).transpose()
    }

    /// A test login by the hash of its ticket, be that used or not.
    pub async fn test_login_of(&self, ticket_hash: &[u8; 32]) -> Result<Option<TestLogin>> {
        let found = Entity::find().filter(Column::TicketHash.eq(ticket_hash.to_vec()));
        let row = found.one(&self.reader).await?;
        Ok(row.map(read).transpose()?.map(|found| found.test_login))
    }

    /// Uses a ticket up, durably; `false` if it was used before, or is too old.
    pub async fn use_ticket(&self, id: TestLoginId, now: Timestamp) -> Result<bool> {
        let used = Entity::update_many()
            .col_expr(Column::BegunAt, Expr::val(now.0))
            .filter(Column::Id.eq(id.0))
            .filter(Column::BegunAt.is_null())
            .filter(Column::CreatedAt.gt(now.minus(TICKET_LIFETIME).0))
            .exec(&self.writer)
            .await?;
        Ok(used.rows_affected == 1)
    }

    /// Notes that somebody who came back was turned away, if nobody has come through and the note is
    /// not there: the last one is kept, and whoever comes again and again writes nothing.
    pub async fn note_turned_away(
        &self,
        id: TestLoginId,
        reason: TurnedAway,
        steps: &[Step],
    ) -> Result<()> {
        let another = Column::Steps.not_like(format!("%\"{}\"%", reason.as_str()));
        Entity::update_many()
            .col_expr(Column::Steps, Expr::val(write_steps(steps)))
            .filter(Column::Id.eq(id.0))
            .filter(Column::ClaimedAt.is_null())
            .filter(Column::Steps.is_null().or(another))
            .exec(&self.writer)
            .await?;
        Ok(())
    }

    /// Claims a test login, durably: of any number of callers one gets `true`. Whoever was turned
    /// away before does not matter any more.
    pub async fn claim_test_login(
        &self,
        id: TestLoginId,
        answer_hash: [u8; 32],
        now: Timestamp,
    ) -> Result<bool> {
        let claimed = Entity::update_many()
            .col_expr(Column::AnswerHash, Expr::val(answer_hash.to_vec()))
            .col_expr(Column::ClaimedAt, Expr::val(now.0))
            .col_expr(Column::Steps, Expr::val(None::<String>))
            .filter(Column::Id.eq(id.0))
            .filter(Column::ClaimedAt.is_null())
            .exec(&self.writer)
            .await?;
        Ok(claimed.rows_affected == 1)
    }

    /// Ends a test login that nobody will finish any more, unless it has an end or is still young.
    pub async fn abandon_test_login(&self, id: TestLoginId, now: Timestamp) -> Result<()> {
        Entity::update_many()
            .col_expr(Column::Result, Expr::val("FAILED"))
            .col_expr(Column::Reason, Expr::val(Failure::AttemptAbandoned.as_str()))
            .col_expr(Column::FinishedAt, Expr::val(now.0))
            .filter(Column::Id.eq(id.0))
            .filter(Column::Result.is_null())
            .filter(Column::ClaimedAt.lte(now.minus(ABANDONED_AFTER).0))
            .exec(&self.writer)
            .await?;
        Ok(())
    }

    /// Removes the test logins that are a day old, a batch at a time, and says how many.
    pub async fn forget_test_logins(&self, now: Timestamp) -> Result<u64> {
        self.forget::<Entity>(&[Column::Id], (Column::CreatedAt, now.minus(KEPT_FOR))).await
    }
}

impl Tx {
    /// Adds a test login that waits for whoever has this ticket.
    pub async fn add_test_login(&self, new: &TestLogin, ticket_hash: &[u8; 32]) -> Result<()> {
        let row = ActiveModel {
            id: set(new.id.0),
            environment: set(new.connection.environment.as_str()),
            connection: set(new.connection.connection.as_str()),
            host: set(new.host.as_str()),
            credential: set(new.credential.map(|credential| credential.0)),
            ticket_hash: set(ticket_hash.to_vec()),
            created_at: set(new.created_at.0),
            ..Default::default()
        };
        row.insert(&self.tx).await?;
        Ok(())
    }

    /// Removes the test logins of an environment, or of one of its connections.
    pub(crate) async fn forget_test_logins_of(
        &self,
        environment: &EnvironmentId,
        connection: Option<&ConnectionId>,
    ) -> Result<()> {
        let mut delete = Entity::delete_many().filter(Column::Environment.eq(environment.as_str()));
        if let Some(connection) = connection {
            delete = delete.filter(Column::Connection.eq(connection.as_str()));
        }
        delete.exec(&self.tx).await?;
        Ok(())
    }

    /// Ends a test login; `false` if it has an end already, or is gone.
    pub async fn finish_test_login(
        &self,
        id: TestLoginId,
        ending: &Ending,
        sealed_profile: Option<Vec<u8>>,
    ) -> Result<bool> {
        let (result, reason) = match ending.end {
            Ok(result) => (result_name(result), None),
            Err(end) => (unsuccessful_name(end), Some(end.as_str())),
        };
        let updated = Entity::update_many()
            .col_expr(Column::Result, Expr::val(result))
            .col_expr(Column::Reason, Expr::val(reason))
            .col_expr(Column::Steps, Expr::val(write_steps(&ending.steps)))
            .col_expr(Column::SealedProfile, Expr::val(sealed_profile))
            .col_expr(Column::EventId, Expr::val(ending.event.map(|event| event.0)))
            .col_expr(Column::FinishedAt, Expr::val(ending.at.0))
            .filter(Column::Id.eq(id.0))
            .filter(Column::Result.is_null())
            .exec(&self.tx)
            .await?;
        Ok(updated.rows_affected == 1)
    }
}
