//! Publishes a batch with all its confirmations in flight at once.

use std::time::Duration;

use futures_util::future::join_all;
use lapin::{Channel, Confirmation, options::BasicPublishOptions};
use latchkey_domain::id::EventId;
use tokio::time::timeout;
use tracing::Instrument;

use crate::{
    Error,
    broker::Session,
    message::Message,
    verdict::{Answer, Verdict, judge},
};

/// Beyond the heartbeat of 10 s, so that a dead broker is noticed as such first. It spans handing
/// the message over as well, which blocks while the broker is in alarm.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(15);

/// Publishes a batch, and tells what became of each message. An error means that it is not known
/// of any.
///
/// They go out side by side: no two of them have the same subject.
pub(crate) async fn publish(session: &Session, messages: &[Message]) -> Result<Verdict, Error> {
    let (channel, exchange) = session.publishing();
    let asking = messages
        .iter()
        .map(|message| publish_one(channel, exchange, message).instrument(message.span()));
    let (mut answers, mut errors) = (Vec::with_capacity(messages.len()), Vec::new());
    for answer in join_all(asking).await {
        match answer {
            Ok(answer) => answers.push(answer),
            Err(error) => errors.push(error),
        }
    }
    // What the broker said is the cause; that the channel is closed is what follows from it.
    let cause = errors.iter().position(Error::is_refusal).unwrap_or(0);
    if !errors.is_empty() {
        return Err(errors.swap_remove(cause));
    }
    let ids: Vec<EventId> = messages.iter().map(|message| message.id).collect();
    judge(&ids, &answers)
}

async fn publish_one(
    channel: &Channel,
    exchange: &str,
    message: &Message,
) -> Result<Answer, Error> {
    // Mandatory: the broker confirms a message that nothing takes as well.
    let options = BasicPublishOptions { mandatory: true, ..Default::default() };
    let key = message.routing_key.clone();
    let confirming = async {
        let properties = message.properties.clone();
        channel.basic_publish(exchange.into(), key, options, &message.body, properties).await?.await
    };
    let late = |_| Error::Timeout("confirm");
    let confirmation = timeout(CONFIRM_TIMEOUT, confirming).await.map_err(late)??;
    Ok(answer(confirmation))
}

fn answer(confirmation: Confirmation) -> Answer {
    let confirmed = confirmation.is_ack();
    let returned = confirmation.take_message().map(|returned| {
        let id = returned.delivery.properties.message_id();
        id.as_ref().map(ToString::to_string).unwrap_or_default()
    });
    Answer { confirmed, returned }
}
