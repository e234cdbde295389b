//! Mail: from the transaction that queues it to the server that takes it.

mod crashes;
mod keys;
mod secrets;
mod sending;
mod trouble;
