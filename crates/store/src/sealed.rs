//! What is kept sealed, found by the key that sealed it. A sealed value begins with a mark that
//! names its key, and each of these tables has an index that begins with that mark.

use sea_orm::{ConnectionTrait, QueryResult, Statement, Value, prelude::Uuid};

use crate::{Result, Store, Tx};

/// What a sealed value begins with.
pub type SealMark = [u8; 5];

/// What is kept sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SealedKind {
    /// The secrets of credentials.
    CredentialSecret,
    /// What repeated requests are compared with.
    RequestFingerprint,
    /// Who came to a test login.
    TestProfile,
    /// Mail that is yet to be sent.
    Mail,
    /// Who came to a sign-in that waits.
    WaitingProfile,
    /// The private keys that sign tokens.
    SigningKey,
}

/// Where a sealed value is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedPlace {
    /// The environment, or the scope of a request.
    pub scope: String,
    /// The row's id in it.
    pub id: Uuid,
}

/// A sealed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedValue {
    /// Where it is kept.
    pub place: SealedPlace,
    /// The value as it was read.
    pub sealed: Vec<u8>,
}

/// The table and its columns: scope, id, sealed value.
struct Columns(&'static str, &'static str, &'static str, &'static str);

impl SealedKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::CredentialSecret,
        Self::RequestFingerprint,
        Self::TestProfile,
        Self::Mail,
        Self::WaitingProfile,
        Self::SigningKey,
    ];

    const fn columns(self) -> Columns {
        match self {
            Self::CredentialSecret => Columns("credentials", "environment", "id", "sealed_secret"),
            Self::RequestFingerprint => Columns("requests", "scope", "request_id", "fingerprint"),
            Self::TestProfile => Columns("test_logins", "environment", "id", "sealed_profile"),
            Self::Mail => Columns("mail_outbox", "environment", "id", "sealed_letter"),
            Self::WaitingProfile => {
                Columns("waiting_sign_ins", "environment", "id", "sealed_profile")
            }
            Self::SigningKey => Columns("signing_keys", "environment", "id", "sealed_key"),
        }
    }
}

impl SealedPlace {
    /// Before every other.
    pub const FIRST: Self = Self { scope: String::new(), id: Uuid::nil() };
}

impl Store {
    /// The marks of the keys that sealed what is there, each once: a step in the index for each.
    pub async fn seal_marks(&self, kind: SealedKind) -> Result<Vec<SealMark>> {
        let Columns(table, _, _, sealed) = kind.columns();
        let next = format!(
            "SELECT substr({sealed}, 1, 5) FROM {table} WHERE substr({sealed}, 1, 5) > $1 \
             ORDER BY substr({sealed}, 1, 5) LIMIT 1"
        );
        let (mut marks, mut last) = (Vec::new(), Vec::new());
        loop {
            let Some(row) = self.query_one_aside(&next, [last.into()]).await? else {
                return Ok(marks);
            };
            last = row.try_get_by_index(0)?;
            // What is shorter than a mark is not sealed.
            marks.extend(SealMark::try_from(last.as_slice()));
        }
    }

    /// How many values a key sealed.
    pub async fn count_sealed(&self, kind: SealedKind, mark: SealMark) -> Result<u64> {
        let Columns(table, _, _, sealed) = kind.columns();
        let count = format!("SELECT COUNT(*) FROM {table} WHERE substr({sealed}, 1, 5) = $1");
        let row = self.query_one_aside(&count, [mark.to_vec().into()]).await?;
        let count: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
        Ok(count.unsigned_abs())
    }

    /// Some of the values that a key sealed, in the order of their places, after one of them.
    pub async fn sealed_with(
        &self,
        kind: SealedKind,
        mark: SealMark,
        (after, limit): (&SealedPlace, u32),
    ) -> Result<Vec<SealedValue>> {
        let Columns(table, scope, id, sealed) = kind.columns();
        let sql = format!(
            "SELECT {scope}, {id}, {sealed} FROM {table} \
             WHERE substr({sealed}, 1, 5) = $1 AND ({scope}, {id}) > ($2, $3) \
             ORDER BY {scope}, {id} LIMIT $4"
        );
        let values: [Value; 4] = [
            mark.to_vec().into(),
            after.scope.as_str().into(),
            after.id.into(),
            i64::from(limit).into(),
        ];
        let statement = Statement::from_sql_and_values(self.database(), sql, values);
        let rows = self.aside().query_all_raw(statement).await?;
        rows.iter().map(read).collect()
    }

    async fn query_one_aside<const N: usize>(
        &self,
        sql: &str,
        values: [Value; N],
    ) -> Result<Option<QueryResult>> {
        let statement = Statement::from_sql_and_values(self.database(), sql, values);
        Ok(self.aside().query_one_raw(statement).await?)
    }
}

fn read(row: &QueryResult) -> Result<SealedValue> {
    let place = SealedPlace { scope: row.try_get_by_index(0)?, id: row.try_get_by_index(1)? };
    Ok(SealedValue { place, sealed: row.try_get_by_index(2)? })
}

impl Tx {
    /// Writes a value over the one that was read, and over no other: `false` if it is another by now.
    pub async fn reseal(
        &self,
        kind: SealedKind,
        before: &SealedValue,
        sealed: Vec<u8>,
    ) -> Result<bool> {
        let Columns(table, scope, id, column) = kind.columns();
        let sql = format!(
            "UPDATE {table} SET {column} = $1 WHERE {scope} = $2 AND {id} = $3 AND {column} = $4"
        );
        let values: [Value; 4] = [
            sealed.into(),
            before.place.scope.as_str().into(),
            before.place.id.into(),
            before.sealed.clone().into(),
        ];
        let statement = Statement::from_sql_and_values(self.store.database(), sql, values);
        Ok(self.tx.execute_raw(statement).await?.rows_affected() == 1)
    }
}
