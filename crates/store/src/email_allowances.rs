//! How many codes were sent to each address, and how often they were guessed, over all sign-ins.

use latchkey_domain::{
    email_code::{Allowance, CountedFor},
    id::EnvironmentId,
    time::Timestamp,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::OnConflict};

use crate::{
    Error, Result, Store, Tx,
    entity::email_allowance::{ActiveModel, Column, Entity, Model},
    tx::set,
};

fn read(row: &Model) -> Result<Allowance> {
    let count =
        |count: i64| u32::try_from(count).map_err(|_| Error::corrupt("email_allowances", "count"));
    Ok(Allowance {
        hour_began_at: Timestamp(row.hour_began_at),
        codes_in_hour: count(row.codes_in_hour)?,
        day_began_at: Timestamp(row.day_began_at),
        codes_in_day: count(row.codes_in_day)?,
        wrong_in_day: count(row.wrong_in_day)?,
    })
}

fn write(
    environment: &EnvironmentId,
    counted_for: CountedFor<'_>,
    allowance: &Allowance,
) -> ActiveModel {
    ActiveModel {
        environment: set(environment.as_str()),
        address: set(counted_for.to_string()),
        hour_began_at: set(allowance.hour_began_at.0),
        codes_in_hour: set(i64::from(allowance.codes_in_hour)),
        day_began_at: set(allowance.day_began_at.0),
        codes_in_day: set(i64::from(allowance.codes_in_day)),
        wrong_in_day: set(i64::from(allowance.wrong_in_day)),
        over_at: set(allowance.over_at().0),
    }
}

impl Store {
    /// Forgets what counts no longer, a batch at a time, and says how much.
    pub async fn forget_email_allowances(&self, now: Timestamp) -> Result<u64> {
        let key = [Column::Environment, Column::Address];
        self.forget::<Entity>(&key, (Column::OverAt, now)).await
    }
}

impl Tx {
    /// Forgets what was sent in an environment.
    pub(crate) async fn forget_allowances_of(&self, environment: &EnvironmentId) -> Result<()> {
        let of = Entity::delete_many().filter(Column::Environment.eq(environment.as_str()));
        of.exec(&self.tx).await?;
        Ok(())
    }

    /// What was sent to an address or for an account, and tried for it. Nobody else counts anything until
    /// the end of this transaction. Of several, an account's comes first: whoever holds two has held the
    /// other one before.
    pub async fn hold_allowance(
        &self,
        environment: &EnvironmentId,
        counted_for: CountedFor<'_>,
        now: Timestamp,
    ) -> Result<Allowance> {
        // A row to hold, in case that there is none; one that is there is held by this already, so that it
        // cannot be forgotten meanwhile.
        let untouched = write(environment, counted_for, &Allowance::untouched(now));
        let keys = [Column::Environment, Column::Address];
        let held = OnConflict::columns(keys).update_column(Column::Address).to_owned();
        Entity::insert(untouched).on_conflict(held).exec_without_returning(&self.tx).await?;
        let key = (environment.to_string(), counted_for.to_string());
        let row = Entity::find_by_id(key).lock_exclusive().one(&self.tx).await?;
        read(&row.ok_or(Error::corrupt("email_allowances", "a held row is gone"))?)
    }

    /// Counts, for what is held.
    pub async fn count_code(
        &self,
        environment: &EnvironmentId,
        counted_for: CountedFor<'_>,
        allowance: &Allowance,
    ) -> Result<()> {
        let counted = OnConflict::columns([Column::Environment, Column::Address])
            .update_columns([
                Column::HourBeganAt,
                Column::CodesInHour,
                Column::DayBeganAt,
                Column::CodesInDay,
                Column::WrongInDay,
                Column::OverAt,
            ])
            .to_owned();
        let row = write(environment, counted_for, allowance);
        Entity::insert(row).on_conflict(counted).exec_without_returning(&self.tx).await?;
        Ok(())
    }
}
