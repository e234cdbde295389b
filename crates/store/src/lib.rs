//! Where Latchkey keeps its data; the only home of the database library.
//!
//! Reads that stand alone are methods of [`Store`]; changes are methods of [`Tx`], a file per
//! aggregate. The three statements of a repeat sign-in stand alone too: see `sign_in_*`.

mod answered;
mod api_keys;
mod applications;
mod audit;
mod cache;
mod clock;
mod config;
mod connect;
mod connections;
mod credentials;
mod deleted_connections;
mod domains;
mod entity;
mod environments;
mod error;
mod feed;
mod forget;
mod grants;
mod identities;
mod lease;
mod listing;
mod mail_outbox;
mod migrate;
mod organizations;
mod outbox;
mod readiness;
mod requests;
mod sealed;
mod sealing_keys;
mod sequencer;
mod sequencer_postgres;
mod sign_in_end;
mod sign_in_postgres;
mod sign_in_sqlite;
mod sign_ins;
mod subjects;
mod sweep;
mod test_logins;
mod tx;
mod users;
mod ways_in;

pub use api_keys::NewApiKey;
pub use applications::RemovedWith;
pub use cache::ConfigCache;
pub use clock::DatabaseClock;
pub use config::Config;
pub use connect::{Backend, Store};
pub use connections::ConnectionFilter;
pub use credentials::SealedCredential;
pub use deleted_connections::Through;
pub use domains::DomainDependents;
pub use error::{Error, Result};
pub use feed::{FeedPage, Positioned};
pub use listing::{Cursor, TimeCursor};
pub use mail_outbox::{LeasedMail, MailLease, QueuedMail};
pub use requests::{AnsweredRequest, REQUESTS_KEPT_FOR, Request};
pub use sealed::{SealMark, SealedKind, SealedPlace, SealedValue};
pub use sign_in_end::SignInEnd;
pub use sign_ins::{Claim, Claimed, Finish, Known, RepeatSignIn, SignIn};
pub use test_logins::SealedTestLogin;
pub use tx::Tx;
pub use ways_in::WayIn;
