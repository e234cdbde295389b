//! Login codes: given to a sign-in, and redeemed once.

use latchkey_domain::{id::AttemptId, name::ApplicationName, pkce::CodeChallenge, time::Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, UpdateMany, sea_query::Expr};

use crate::{
    Result, SignIn, Store, Tx,
    entity::sign_in::{Column, Entity},
    sign_ins::read,
};

impl Store {
    /// Redeems a login code, once: right code, right application, right challenge, in time. Not that of
    /// a sign-in that gets its end only then: [`Tx::redeem_waiting`].
    pub async fn redeem(
        &self,
        attempt: AttemptId,
        application: &ApplicationName,
        proof: (&[u8; 32], &CodeChallenge),
        now: Timestamp,
    ) -> Result<Option<SignIn>> {
        let redeem = redemption(attempt, application, proof, now);
        let ended = redeem.filter(Column::Result.is_not_null());
        let redeemed = ended.exec_with_returning(&self.writer).await?;
        redeemed.into_iter().next().map(read).transpose()
    }
}

impl Tx {
    /// Gives a sign-in its login code before its end: it gets that when the code is redeemed. `false` if
    /// it has one already.
    pub async fn give_login_code(
        &self,
        attempt: AttemptId,
        login_code_hash: [u8; 32],
        expires_at: Timestamp,
    ) -> Result<bool> {
        let updated = Entity::update_many()
            .col_expr(Column::LoginCodeHash, Expr::val(login_code_hash.to_vec()))
            .col_expr(Column::LoginCodeExpiresAt, Expr::val(expires_at.0))
            .filter(Column::Id.eq(attempt.0))
            .filter(Column::Result.is_null())
            .exec(&self.tx)
            .await?;
        Ok(updated.rows_affected == 1)
    }

    /// [`Store::redeem`], of a sign-in that has no end yet: it is to get one in this transaction.
    pub async fn redeem_waiting(
        &self,
        attempt: AttemptId,
        application: &ApplicationName,
        proof: (&[u8; 32], &CodeChallenge),
        now: Timestamp,
    ) -> Result<Option<SignIn>> {
        let redeem = redemption(attempt, application, proof, now);
        let waiting = redeem.filter(Column::Result.is_null());
        let redeemed = waiting.exec_with_returning(&self.tx).await?;
        redeemed.into_iter().next().map(read).transpose()
    }
}

fn redemption(
    attempt: AttemptId,
    application: &ApplicationName,
    (login_code_hash, code_challenge): (&[u8; 32], &CodeChallenge),
    now: Timestamp,
) -> UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::RedeemedAt, Expr::val(now.0))
        .filter(Column::Id.eq(attempt.0))
        .filter(Column::LoginCodeHash.eq(login_code_hash.to_vec()))
        .filter(Column::Environment.eq(application.environment.as_str()))
        .filter(Column::Application.eq(application.application.as_str()))
        .filter(Column::CodeChallenge.eq(code_challenge.0.to_vec()))
        .filter(Column::LoginCodeExpiresAt.gt(now.0))
        .filter(Column::RedeemedAt.is_null())
}
