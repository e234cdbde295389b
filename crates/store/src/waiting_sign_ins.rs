//! Sign-ins that wait for a proven address: who came, sealed, and the code that was sent last.

use latchkey_domain::{
    email::EmailAddress,
    email_code::SentCode,
    id::{AttemptId, EnvironmentId},
    time::Timestamp,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::Expr,
};

use crate::{
    Error, Result, Store, Tx,
    entity::waiting_sign_in::{ActiveModel, Column, Entity, Model},
    tx::set,
};

/// A sign-in that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingSignIn {
    /// The sign-in.
    pub attempt: AttemptId,
    /// Whose it is.
    pub environment: EnvironmentId,
    /// Who came, as sealed by us; `None` once the sign-in has an end.
    pub sealed_profile: Option<Vec<u8>>,
    /// The address that is to be proven; `None` until the person has given one, and once the sign-in
    /// has an end.
    pub address: Option<EmailAddress>,
    /// The code that was sent last, or would have been, had the address not had too many.
    pub code: Option<SentCode>,
    /// When the address was proven.
    pub proven_at: Option<Timestamp>,
    /// When the person was asked whether they want to be linked to whoever holds it.
    pub link_asked_at: Option<Timestamp>,
    /// Until when it waits.
    pub expires_at: Timestamp,
}

fn read(row: Model) -> Result<WaitingSignIn> {
    let corrupt = |what| Error::corrupt("waiting_sign_ins", what);
    let number = |number: i64| u32::try_from(number).map_err(|_| corrupt("code"));
    let address = row.address.as_deref().map(EmailAddress::parse).transpose();
    let code = match row.code_number {
        0 => None,
        sent => Some(SentCode {
            number: number(sent)?,
            was_sent: row.code_was_sent,
            sent_at: Timestamp(row.code_sent_at),
            expires_at: Timestamp(row.code_expires_at),
            tries: number(row.code_tries)?,
        }),
    };
    Ok(WaitingSignIn {
        attempt: AttemptId(row.id),
        environment: row.environment.parse().map_err(|_| corrupt("environment"))?,
        sealed_profile: row.sealed_profile,
        address: address.map_err(|_| corrupt("address"))?,
        code,
        proven_at: row.proven_at.map(Timestamp),
        link_asked_at: row.link_asked_at.map(Timestamp),
        expires_at: Timestamp(row.expires_at),
    })
}

fn write(waiting: &WaitingSignIn) -> ActiveModel {
    let code = waiting.code;
    let number = |number: u32| i64::from(number);
    ActiveModel {
        id: set(waiting.attempt.0),
        environment: set(waiting.environment.as_str()),
        sealed_profile: set(waiting.sealed_profile.clone()),
        address: set(waiting.address.as_ref().map(ToString::to_string)),
        code_number: set(code.map_or(0, |code| number(code.number))),
        code_was_sent: set(code.is_some_and(|code| code.was_sent)),
        code_sent_at: set(code.map_or(0, |code| code.sent_at.0)),
        code_expires_at: set(code.map_or(0, |code| code.expires_at.0)),
        code_tries: set(code.map_or(0, |code| number(code.tries))),
        proven_at: set(waiting.proven_at.map(|at| at.0)),
        link_asked_at: set(waiting.link_asked_at.map(|at| at.0)),
        expires_at: set(waiting.expires_at.0),
    }
}

impl Store {
    /// A sign-in that waits, or waited until a short while ago.
    pub async fn waiting(&self, attempt: AttemptId) -> Result<Option<WaitingSignIn>> {
        Entity::find_by_id(attempt.0).one(&self.reader).await?.map(read).transpose()
    }

    /// [`Tx::stop_waiting`], after the sign-in got its end in a statement of its own.
    pub async fn stop_waiting(&self, attempt: AttemptId) -> Result<()> {
        stop(&self.writer, attempt).await
    }

    /// Removes those that waited in vain, a batch at a time, and says how many.
    pub async fn forget_waiting(&self, now: Timestamp) -> Result<u64> {
        self.forget::<Entity>(&[Column::Id], (Column::ExpiresAt, now)).await
    }
}

impl Tx {
    /// Has a sign-in wait; `false` if it has an end already.
    pub async fn add_waiting(&self, waiting: &WaitingSignIn) -> Result<bool> {
        if !self.have_sign_in_wait(waiting.attempt, waiting.expires_at).await? {
            return Ok(false);
        }
        write(waiting).insert(&self.tx).await?;
        Ok(true)
    }

    /// A sign-in that waits; nobody else changes it until the end of this transaction.
    pub async fn hold_waiting(&self, attempt: AttemptId) -> Result<Option<WaitingSignIn>> {
        let held = Entity::find_by_id(attempt.0).lock_exclusive();
        held.one(&self.tx).await?.map(read).transpose()
    }

    /// Writes a sign-in that is held.
    pub async fn update_waiting(&self, waiting: &WaitingSignIn) -> Result<()> {
        write(waiting).update(&self.tx).await?;
        Ok(())
    }

    /// Keeps no more of the person than the sign-in itself does: it has its end.
    pub async fn stop_waiting(&self, attempt: AttemptId) -> Result<()> {
        stop(&self.tx, attempt).await
    }

    /// Forgets who waits in an environment.
    pub(crate) async fn forget_waiting_of(&self, environment: &EnvironmentId) -> Result<()> {
        let of = Entity::delete_many().filter(Column::Environment.eq(environment.as_str()));
        of.exec(&self.tx).await?;
        Ok(())
    }
}

async fn stop(db: &impl ConnectionTrait, attempt: AttemptId) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::SealedProfile, Expr::val(None::<Vec<u8>>))
        .col_expr(Column::Address, Expr::val(None::<String>))
        .filter(Column::Id.eq(attempt.0))
        .exec(db)
        .await?;
    Ok(())
}
