//! Mail that waits: queued in the transaction of what it tells of, leased, and removed once it is sent
//! or given up.

use std::sync::atomic::Ordering;

use latchkey_domain::{
    id::{EnvironmentId, MailId},
    time::Timestamp,
};
use latchkey_telemetry::metrics;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
    QueryResult, Statement, prelude::Uuid, sea_query::Expr,
};

use crate::{
    Backend, Error, Result, Store, Tx,
    entity::mail_outbox::{ActiveModel, Column, Entity, Model},
    tx::set,
};

/// Looked for once (`MATERIALIZED`): a plan that looked again for each row would lease more than the
/// limit.
const LEASABLE: &str = "\
SELECT id FROM mail_outbox WHERE due_at <= $1 AND expires_at > $1 ORDER BY due_at, id LIMIT $4";

/// A mail that waits. Whom it is to and what it says are sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedMail {
    /// Its id, which its message has as well.
    pub id: MailId,
    /// The environment that it belongs to.
    pub environment: EnvironmentId,
    /// Whom it is to and what it says, as sealed by us.
    pub sealed_letter: Vec<u8>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it is of no use any more.
    pub expires_at: Timestamp,
}

/// Who holds a mail: nobody else marks it meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailLease {
    /// The mail.
    pub mail: MailId,
    /// The lease's token.
    pub token: Uuid,
}

/// A mail that is held for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeasedMail {
    /// The mail.
    pub mail: QueuedMail,
    /// The hold.
    pub lease: MailLease,
    /// Which try this is, 1 for the first.
    pub attempt: u32,
}

impl Tx {
    /// Forgets the mail of an environment.
    pub(crate) async fn forget_mail_of(&self, environment: &EnvironmentId) -> Result<()> {
        let of = Entity::delete_many().filter(Column::Environment.eq(environment.as_str()));
        of.exec(&self.tx).await?;
        Ok(())
    }

    /// Queues a mail that goes out if, and only if, this transaction commits.
    pub async fn queue_mail(&self, mail: &QueuedMail) -> Result<()> {
        let row = ActiveModel {
            id: set(mail.id.0),
            environment: set(mail.environment.as_str()),
            sealed_letter: set(mail.sealed_letter.clone()),
            created_at: set(mail.created_at.0),
            expires_at: set(mail.expires_at.0),
            due_at: set(mail.created_at.0),
            lease: set(None::<Uuid>),
            attempts: set(0),
        };
        row.insert(&self.tx).await?;
        self.mail_queued.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

impl Store {
    /// Tells whoever sends mail that some was committed.
    pub(crate) fn wake_for_mail(&self, queued: u64) {
        if queued > 0 {
            metrics::mails_queued(queued);
            self.mail_queued.send_modify(|count| *count += queued);
        }
    }

    /// Leases mail that is due, the one that waits longest first. Nobody else gets it until then.
    ///
    /// A row that cannot be read is logged and left out; it goes when it expires.
    pub async fn lease_mail(
        &self,
        token: Uuid,
        (now, until): (Timestamp, Timestamp),
        limit: usize,
    ) -> Result<Vec<LeasedMail>> {
        // PostgreSQL skips what another process is just leasing; SQLite has one writer.
        let skip = match self.backend {
            Backend::Postgres => " FOR UPDATE SKIP LOCKED",
            Backend::Sqlite => "",
        };
        let sql = format!(
            "WITH leasable AS MATERIALIZED ({LEASABLE}{skip}) UPDATE mail_outbox \
             SET lease = $2, due_at = $3, attempts = attempts + 1 \
             WHERE id IN (SELECT id FROM leasable) RETURNING *"
        );
        let values: [sea_orm::Value; 4] = [
            now.0.into(),
            token.into(),
            until.0.into(),
            i64::try_from(limit).unwrap_or(i64::MAX).into(),
        ];
        let statement = Statement::from_sql_and_values(self.database(), sql, values);
        let rows = self.background.query_all_raw(statement).await?;
        let mut leased: Vec<_> = rows.iter().filter_map(|row| readable(row, token)).collect();
        leased.sort_unstable_by_key(|leased| (leased.mail.created_at, leased.mail.id));
        Ok(leased)
    }

    /// Removes a mail that was sent or is given up; `false` if somebody else holds it by now.
    pub async fn remove_mail(&self, lease: MailLease) -> Result<bool> {
        let removed = Entity::delete_many()
            .filter(Column::Id.eq(lease.mail.0))
            .filter(Column::Lease.eq(lease.token))
            .exec(&self.background)
            .await?;
        Ok(removed.rows_affected == 1)
    }

    /// Gives a mail back, to be tried again then; `false` if somebody else holds it by now.
    pub async fn put_mail_off(&self, lease: MailLease, until: Timestamp) -> Result<bool> {
        let put_off = Entity::update_many()
            .col_expr(Column::DueAt, Expr::val(until.0))
            .col_expr(Column::Lease, Expr::val(None::<Uuid>))
            .filter(Column::Id.eq(lease.mail.0))
            .filter(Column::Lease.eq(lease.token))
            .exec(&self.background)
            .await?;
        Ok(put_off.rows_affected == 1)
    }

    /// Removes mail that was of no use any more by then, and says how many.
    pub async fn forget_mail(&self, then: Timestamp) -> Result<u64> {
        self.forget::<Entity>(&[Column::Id], (Column::ExpiresAt, then)).await
    }

    /// How many mails wait, and since when the oldest does.
    pub async fn mail_depth(&self) -> Result<(u64, Option<Timestamp>)> {
        let sql = "SELECT COUNT(*), MIN(created_at) FROM mail_outbox";
        let statement = Statement::from_string(self.database(), sql);
        let row = self.aside().query_one_raw(statement).await?;
        let row = row.ok_or(Error::corrupt("mail_outbox", "no answer"))?;
        let depth: i64 = row.try_get_by_index(0)?;
        let oldest: Option<i64> = row.try_get_by_index(1)?;
        Ok((depth.unsigned_abs(), oldest.map(Timestamp)))
    }
}

/// The mail in a row, if there is one to be made of it.
fn readable(row: &QueryResult, token: Uuid) -> Option<LeasedMail> {
    let read = Model::from_query_result(row, "").map_err(Error::from);
    let read = read.and_then(|row| read_leased(row, token));
    let read = read.inspect_err(|error| {
        let error = error as &dyn std::error::Error;
        tracing::error!(error, "a mail in the outbox cannot be read");
    });
    read.ok()
}

fn read_leased(row: Model, token: Uuid) -> Result<LeasedMail> {
    let corrupt = |what| Error::corrupt("mail_outbox", what);
    let id = MailId(row.id);
    let mail = QueuedMail {
        id,
        environment: row.environment.parse().map_err(|_| corrupt("environment"))?,
        sealed_letter: row.sealed_letter,
        created_at: Timestamp(row.created_at),
        expires_at: Timestamp(row.expires_at),
    };
    let attempt = row.attempts.try_into().map_err(|_| corrupt("attempts"))?;
    Ok(LeasedMail { mail, lease: MailLease { mail: id, token }, attempt })
}
