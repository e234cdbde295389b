//! Forgets rows that have had their time, a batch at a time.

use latchkey_domain::time::Timestamp;
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::Expr,
};

use crate::{Result, Store};

/// How many rows are removed at once: a few milliseconds' work.
const BATCH: u64 = 500;

impl Store {
    /// Removes every row whose time is over, the oldest first, and says how many. The column of their
    /// time has an index.
    pub(crate) async fn forget<E: EntityTrait>(
        &self,
        key: &[E::Column],
        (time, over): (E::Column, Timestamp),
    ) -> Result<u64> {
        let mut forgotten = 0;
        loop {
            let batch = E::find()
                .select_only()
                .columns(key.iter().copied())
                .filter(time.lte(over.0))
                .order_by_asc(time)
                .limit(BATCH)
                .into_query();
            let key = Expr::tuple(key.iter().map(|column| Expr::col(*column)));
            let removed = E::delete_many()
                .filter(key.in_subquery(batch))
                // Its time may have been put off while we waited for it.
                .filter(time.lte(over.0))
                .exec(&self.background)
                .await?
                .rows_affected;
            forgotten += removed;
            if removed < BATCH {
                return Ok(forgotten);
            }
        }
    }
}
