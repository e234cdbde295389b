//! The accounts that exist, in the order in which they came.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::account::Account;
use crate::people;

#[derive(Debug, Default)]
struct Table {
    by_key: HashMap<String, Arc<Account>>,
    order: Vec<String>,
}

/// The accounts by key; those of the crowd exist without being listed.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    table: RwLock<Table>,
}

impl Accounts {
    /// Finds an account by its key or, more slowly, by its uuid.
    pub(crate) fn find(&self, name: &str) -> Option<Arc<Account>> {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        let found = table.by_key.get(name).cloned();
        found
            .or_else(|| people::from_crowd(name).map(Arc::new))
            .or_else(|| table.by_key.values().find(|account| account.uuid == name).cloned())
    }

    /// The first accounts, in the order in which they were added.
    pub(crate) fn list(&self, limit: usize) -> Vec<Arc<Account>> {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        table.order.iter().take(limit).filter_map(|key| table.by_key.get(key).cloned()).collect()
    }

    /// Adds an account, or replaces the one of the same key.
    pub(crate) fn put(&self, account: Account) {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        let key = account.key.clone();
        if table.by_key.insert(key.clone(), Arc::new(account)).is_none() {
            table.order.push(key);
        }
    }

    /// Changes an account, unless there is none of that name; its key stays.
    pub(crate) fn alter(&self, name: &str, change: impl FnOnce(&mut Account)) -> bool {
        let Some(found) = self.find(name) else { return false };
        let mut account = Account::clone(&found);
        change(&mut account);
        account.key.clone_from(&found.key);
        self.put(account);
        true
    }
}
