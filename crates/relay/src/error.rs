//! What can go wrong between the outbox and the broker.

use latchkey_domain::id::EventId;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No broker is configured, or its settings are wrong.
    #[error("{0}")]
    Config(String),
    /// The outbox did not do what it was asked.
    #[error("the outbox failed")]
    Outbox(#[source] Source),
    /// The broker refused something, or went away.
    #[error("the broker failed")]
    Broker(#[from] lapin::Error),
    /// The broker took too long.
    #[error("the broker did not {0} in time")]
    Timeout(&'static str),
    /// The broker gave back events: neither a queue nor the alternate exchange took them.
    #[error(
        "the broker gave back {0} events: its exchanges and queues are not as they were declared"
    )]
    Returned(usize),
    /// The broker gave back something that was not sent, so that it is not known what it kept.
    #[error("the broker gave back a message that is not known")]
    UnknownReturn,
    /// An event cannot be written as a message.
    #[error("the event {id} cannot be written as a message")]
    Unsendable {
        /// Which.
        id: EventId,
        /// Why.
        source: Source,
    },
    /// The process stops, and the batch took longer than that may.
    #[error("stopped before the batch was done")]
    Stopped,
}

impl Error {
    /// A failure of the outbox.
    pub(crate) fn outbox(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Outbox(Box::new(error))
    }

    /// Whether the broker closed the channel because of something that was sent on it.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Self::Broker(error) if error.is_amqp_soft_error())
    }
}
