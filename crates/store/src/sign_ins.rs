//! Sign-ins: the claim, the end, and the login code, in one row each.

use latchkey_domain::{
    event::Event,
    host::Host,
    id::{AttemptId, IdentityId, OrganizationId, UserId},
    name::{ApplicationName, ConnectionName, OrganizationName},
    pkce::CodeChallenge,
    sign_in::{ABANDONED_AFTER, Failure, SignInResult, Unsuccessful},
    time::Timestamp,
    user::{Identity, User},
};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, TryInsertResult, sea_query::Expr};

use crate::{
    Backend, Error, Result, SignInEnd, Store, Tx,
    entity::sign_in::{ActiveModel, Column, Entity, Model},
    sign_in_end::{outcome, result_name, unsuccessful_name},
    tx::set,
};

/// What is written before the provider is asked anything, so that it is asked once.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The sign-in.
    pub attempt: AttemptId,
    /// Through what.
    pub connection: ConnectionName,
    /// To what.
    pub application: ApplicationName,
    /// For which organization, if for one.
    pub organization: Option<OrganizationId>,
    /// On which custom domain, if on one.
    pub custom_domain: Option<Host>,
    /// A hash of what the browser brought.
    pub answer_hash: [u8; 32],
    /// What the application will prove itself with.
    pub code_challenge: CodeChallenge,
    /// When.
    pub now: Timestamp,
}

/// What became of a claim.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one a claim, looked at and dropped")]
pub enum Claimed {
    /// It is ours to do.
    Now,
    /// Somebody claimed it before.
    Before(SignIn),
}

/// A sign-in that was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Its id.
    pub id: AttemptId,
    /// Through what.
    pub connection: ConnectionName,
    /// To what.
    pub application: ApplicationName,
    /// For which organization, if for one.
    pub organization: Option<OrganizationName>,
    /// A hash of what the browser brought.
    pub answer_hash: [u8; 32],
    /// When it was claimed.
    pub claimed_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Whom it signed in, or refused, if that is known.
    pub user: Option<UserId>,
    /// How it ended; `None` while it is at work, or waits.
    pub end: Option<SignInEnd>,
    /// Until when it waits for the person, if it does.
    pub waits_until: Option<Timestamp>,
    /// Until when its login code can be redeemed.
    pub login_code_expires_at: Option<Timestamp>,
    /// When its login code was redeemed.
    pub redeemed_at: Option<Timestamp>,
}

/// The end of a sign-in that signs somebody in.
#[derive(Debug, Clone)]
pub struct Finish {
    /// The sign-in.
    pub attempt: AttemptId,
    /// What it did.
    pub result: SignInResult,
    /// Who.
    pub user: UserId,
    /// By which identity.
    pub identity: IdentityId,
    /// SHA-256 of the login code.
    pub login_code_hash: [u8; 32],
    /// Until when it can be redeemed.
    pub login_code_expires_at: Timestamp,
    /// When.
    pub now: Timestamp,
}

/// Who is known by an account.
#[derive(Debug, Clone)]
pub struct Known {
    /// The person.
    pub user: User,
    /// The account.
    pub identity: Identity,
}

/// All that a repeat sign-in writes, in one guarded statement.
#[derive(Debug)]
pub struct RepeatSignIn<'a> {
    /// Its end.
    pub finish: &'a Finish,
    /// The user as they are to be: their version is one more than was read.
    pub user: &'a User,
    /// The identity as it is to be.
    pub identity: &'a Identity,
    /// What to tell of it.
    pub events: &'a [Event],
}

fn end(row: &Model, result: &str) -> Option<SignInEnd> {
    match outcome(result, row.reason.as_deref())? {
        Err(end) => Some(SignInEnd::Unsuccessful(end)),
        Ok(result) => Some(SignInEnd::Completed {
            result,
            user: UserId(row.user_id?),
            identity: IdentityId(row.identity_id?),
        }),
    }
}

pub(crate) fn read(row: Model) -> Result<SignIn> {
    let corrupt = |what| Error::corrupt("sign_ins", what);
    // NULL while it is at work.
    let end = row.result.as_deref().map(|result| end(&row, result).ok_or(corrupt("result")));
    let environment = || row.environment.parse().map_err(|_| corrupt("environment"));
    Ok(SignIn {
        id: AttemptId(row.id),
        connection: ConnectionName {
            environment: environment()?,
            connection: row.connection.parse().map_err(|_| corrupt("connection"))?,
        },
        application: ApplicationName {
            environment: environment()?,
            application: row.application.parse().map_err(|_| corrupt("application"))?,
        },
        organization: match &row.organization {
            Some(id) => Some(OrganizationName {
                environment: environment()?,
                organization: id.parse().map_err(|_| corrupt("organization"))?,
            }),
            None => None,
        },
        answer_hash: row.answer_hash.try_into().map_err(|_| corrupt("answer_hash"))?,
        claimed_at: Timestamp(row.claimed_at),
        finished_at: row.finished_at.map(Timestamp),
        user: row.user_id.map(UserId),
        end: end.transpose()?,
        waits_until: row.waits_until.map(Timestamp),
        login_code_expires_at: row.login_code_expires_at.map(Timestamp),
        redeemed_at: row.redeemed_at.map(Timestamp),
    })
}

impl Store {
    /// Claims a sign-in, durably: of any number of callers one gets [`Claimed::Now`].
    pub async fn claim(&self, claim: &Claim) -> Result<Claimed> {
        let row = ActiveModel {
            id: set(claim.attempt.0),
            environment: set(claim.connection.environment.as_str()),
            connection: set(claim.connection.connection.as_str()),
            application: set(claim.application.application.as_str()),
            organization: set(claim.organization.as_ref().map(ToString::to_string)),
            custom_domain: set(claim.custom_domain.as_ref().map(ToString::to_string)),
            answer_hash: set(claim.answer_hash.to_vec()),
            code_challenge: set(claim.code_challenge.0.to_vec()),
            claimed_at: set(claim.now.0),
            ..Default::default()
        };
        let inserted = Entity::insert(row)
            .on_conflict_do_nothing_on([Column::Id])
            .exec_without_returning(&self.writer)
            .await?;
        if matches!(inserted, TryInsertResult::Inserted(1)) {
            return Ok(Claimed::Now);
        }
        let before = self.sign_in(claim.attempt).await?;
        before.map(Claimed::Before).ok_or(Error::corrupt("sign_ins", "a claimed row is gone"))
    }

    /// A sign-in that was claimed.
    pub async fn sign_in(&self, attempt: AttemptId) -> Result<Option<SignIn>> {
        Entity::find_by_id(attempt.0).one(&self.reader).await?.map(read).transpose()
    }

    /// Ends a sign-in that nobody will finish any more; `false` if it has an end, is still young, or
    /// waits for the person.
    pub async fn abandon_sign_in(&self, attempt: AttemptId, now: Timestamp) -> Result<bool> {
        let updated = Entity::update_many()
            .col_expr(Column::Result, Expr::val("FAILED"))
            .col_expr(Column::Reason, Expr::val(Failure::AttemptAbandoned.as_str()))
            .col_expr(Column::FinishedAt, Expr::val(now.0))
            .filter(Column::Id.eq(attempt.0))
            .filter(Column::Result.is_null())
            .filter(Column::ClaimedAt.lte(now.minus(ABANDONED_AFTER).0))
            .filter(Column::WaitsUntil.is_null().or(Column::WaitsUntil.lte(now.0)))
            .exec(&self.writer)
            .await?;
        Ok(updated.rows_affected == 1)
    }

    /// Writes a repeat sign-in, whole or not at all; `false` if its user changed since it was read,
    /// or the sign-in has an end already.
    pub async fn finish_repeat(&self, repeat: &RepeatSignIn<'_>) -> Result<bool> {
        match self.backend {
            Backend::Postgres => self.finish_repeat_postgres(repeat).await,
            Backend::Sqlite => self.finish_repeat_sqlite(repeat).await,
        }
    }
}

impl Tx {
    /// Has a sign-in wait for the person until then; `false` if it has an end already.
    pub(crate) async fn have_sign_in_wait(
        &self,
        attempt: AttemptId,
        until: Timestamp,
    ) -> Result<bool> {
        let updated = Entity::update_many()
            .col_expr(Column::WaitsUntil, Expr::val(until.0))
            .filter(Column::Id.eq(attempt.0))
            .filter(Column::Result.is_null())
            .exec(&self.tx)
            .await?;
        Ok(updated.rows_affected == 1)
    }

    /// Ends a sign-in with somebody signed in; `false` if it has an end already.
    pub async fn finish_sign_in(&self, finish: &Finish) -> Result<bool> {
        let updated = Entity::update_many()
            .col_expr(Column::Result, Expr::val(result_name(finish.result)))
            .col_expr(Column::UserId, Expr::val(finish.user.0))
            .col_expr(Column::IdentityId, Expr::val(finish.identity.0))
            .col_expr(Column::FinishedAt, Expr::val(finish.now.0))
            .col_expr(Column::LoginCodeHash, Expr::val(finish.login_code_hash.to_vec()))
            .col_expr(Column::LoginCodeExpiresAt, Expr::val(finish.login_code_expires_at.0))
            .filter(Column::Id.eq(finish.attempt.0))
            .filter(Column::Result.is_null())
            .exec(&self.tx)
            .await?;
        Ok(updated.rows_affected == 1)
    }

    /// Ends a sign-in with nobody signed in; `false` if it has an end already.
    pub async fn end_sign_in(
        &self,
        attempt: AttemptId,
        end: Unsuccessful,
        now: Timestamp,
    ) -> Result<bool> {
        self.end_sign_in_of(attempt, None, end, now).await
    }

    /// The same of somebody who is known, if they are.
    pub async fn end_sign_in_of(
        &self,
        attempt: AttemptId,
        user: Option<UserId>,
        end: Unsuccessful,
        now: Timestamp,
    ) -> Result<bool> {
        let updated = Entity::update_many()
            .col_expr(Column::UserId, Expr::val(user.map(|user| user.0)))
            .col_expr(Column::Result, Expr::val(unsuccessful_name(end)))
            .col_expr(Column::Reason, Expr::val(end.as_str()))
            .col_expr(Column::FinishedAt, Expr::val(now.0))
            .filter(Column::Id.eq(attempt.0))
            .filter(Column::Result.is_null())
            .exec(&self.tx)
            .await?;
        Ok(updated.rows_affected == 1)
    }
}
