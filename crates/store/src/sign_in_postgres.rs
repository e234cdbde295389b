//! A repeat sign-in in one statement: one round trip and one commit. PostgreSQL only.

use latchkey_domain::user::IdentityKind;
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};

use crate::{
    Error, RepeatSignIn, Result, Store, identities::connections_json, outbox,
    sign_in_end::result_name,
};

/// Locks the sign-in while it has no end, and writes only over the version of the user that was
/// read; everything else hangs on that. In one statement it is whole or not at all.
const BEFORE_EVENTS: &str = "\
WITH open AS (SELECT id FROM sign_ins WHERE id = $1 AND result IS NULL FOR UPDATE), \
guarded AS (UPDATE users SET version = $3, sequence = $4, email = $5, email_verified = $6, \
    updated_at = $7, last_signed_in_at = $8, display_name = $17, picture_url = $18 \
    WHERE id = $2 AND version = $3 - 1 AND EXISTS (SELECT 1 FROM open) RETURNING id), \
used AS (UPDATE identities SET account_id = $10, username = $11, email = $12, connections = $13, \
    last_used_at = $8 WHERE id = $9 AND EXISTS (SELECT 1 FROM guarded)), \
finished AS (UPDATE sign_ins SET result = $14, user_id = $2, identity_id = $9, finished_at = $8, \
    login_code_hash = $15, login_code_expires_at = $16 \
    WHERE id = $1 AND EXISTS (SELECT 1 FROM guarded)), \
told AS (INSERT INTO outbox (id, environment, type, subject, sequence, time, content_type, data, \
    traceparent, causation_id, test, attempts) SELECT * FROM (VALUES ";
const AFTER_EVENTS: &str =
    ") AS event WHERE EXISTS (SELECT 1 FROM guarded)) SELECT count(*) FROM guarded";
const PARAMETERS_BEFORE_EVENTS: usize = 18;
/// The types of an event's columns: a parameter in a list of values has none by itself.
const EVENT_TYPES: [&str; 11] = [
    "uuid", "text", "text", "text", "bigint", "bigint", "text", "bytea", "text", "text", "boolean",
];

impl Store {
    pub(crate) async fn finish_repeat_postgres(&self, repeat: &RepeatSignIn<'_>) -> Result<bool> {
        let mut values = parameters(repeat)?;
        for event in repeat.events {
            values.extend(event_parameters(outbox::record(event)?));
        }
        let sql = sql(repeat.events.len());
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
        let row = self.writer.query_one_raw(statement).await?;
        let row = row.ok_or(Error::corrupt("users", "no answer"))?;
        let guarded: i64 = row.try_get_by_index(0)?;
        if guarded == 1 {
            self.wake();
        }
        Ok(guarded == 1)
    }
}

fn sql(events: usize) -> String {
    let tuples = (0..events).map(|event| {
        let first = PARAMETERS_BEFORE_EVENTS + event * EVENT_TYPES.len() + 1;
        let columns = EVENT_TYPES.iter().enumerate();
        let columns = columns.map(|(n, kind)| format!("${}::{kind}", first + n));
        // The last column: nobody has tried to send it yet.
        format!("({}, 0::bigint)", columns.collect::<Vec<_>>().join(", "))
    });
    format!("{BEFORE_EVENTS}{}{AFTER_EVENTS}", tuples.collect::<Vec<_>>().join(", "))
}

fn parameters(repeat: &RepeatSignIn<'_>) -> Result<Vec<Value>> {
    let RepeatSignIn { finish, user, identity, .. } = repeat;
    let IdentityKind::Social(social) = &identity.kind else {
        return Err(Error::corrupt("identities", "a sign-in by an address"));
    };
    Ok(vec![
        finish.attempt.0.into(),
        user.id.0.into(),
        user.version.into(),
        user.sequence.into(),
        user.email.as_ref().map(ToString::to_string).into(),
        user.email_verified.into(),
        user.updated_at.0.into(),
        finish.now.0.into(),
        identity.id.0.into(),
        social.account_id.clone().into(),
        social.username.clone().into(),
        social.email.as_ref().map(ToString::to_string).into(),
        connections_json(&social.connections).into(),
        result_name(finish.result).into(),
        finish.login_code_hash.to_vec().into(),
        finish.login_code_expires_at.0.into(),
        user.display_name.clone().into(),
        user.picture_url.clone().into(),
    ])
}

fn event_parameters(event: latchkey_events::Recorded) -> [Value; EVENT_TYPES.len()] {
    [
        event.id.0.into(),
        event.environment.to_string().into(),
        event.event_type.into(),
        event.subject.into(),
        event.sequence.into(),
        event.time.0.into(),
        event.content_type.into(),
        event.data.into(),
        event.traceparent.into(),
        event.causation_id.into(),
        event.test.into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_parameter_is_numbered_once_for_each_event() {
        let two = sql(2);
        let last = PARAMETERS_BEFORE_EVENTS + 2 * EVENT_TYPES.len();
        assert!(two.contains(&format!("${last}::boolean")));
        assert!(!two.contains(&format!("${}:", last + 1)));
        assert_eq!(two.matches("::uuid").count(), 2);
    }
}
