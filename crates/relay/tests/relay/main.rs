//! The relay against a real RabbitMQ.

#![expect(clippy::unwrap_used, reason = "where a helper fails, its test fails")]

mod delivery;
mod failures;
mod order;
mod outbox;
mod proxy;
mod rabbit;
mod running;
mod store;
