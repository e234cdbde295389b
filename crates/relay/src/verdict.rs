//! What became of each message of a batch.

use std::collections::HashSet;

use latchkey_domain::id::EventId;

use crate::Error;

/// The broker's answer to one message.
pub(crate) struct Answer {
    /// Whether it was confirmed.
    pub(crate) confirmed: bool,
    /// The `message_id` of a message that was given back with this answer, empty if it has none: of
    /// any message of the batch, not of this one.
    pub(crate) returned: Option<String>,
}

/// What became of a batch.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The broker has them.
    pub(crate) sent: Vec<EventId>,
    /// It gave them back: nothing took them.
    pub(crate) returned: Vec<EventId>,
    /// A queue refused them.
    pub(crate) refused: Vec<EventId>,
}

impl Verdict {
    /// Whether the exchanges and queues are as they were declared.
    pub(crate) fn is_good(&self) -> bool {
        self.returned.is_empty()
    }
}

/// Judges a batch whose every message has its answer, in the same order.
///
/// The driver hands a returned message out with whichever confirmation comes next, so a message
/// counts as sent only if none of all the returned ones bears its id. That holds for whole batches
/// alone: the broker sends a return before its confirmation (RabbitMQ, "Consumer Acknowledgements
/// and Publisher Confirms"), so once all are answered, none is still to be handed out.
pub(crate) fn judge(ids: &[EventId], answers: &[Answer]) -> Result<Verdict, Error> {
    let known: HashSet<EventId> = ids.iter().copied().collect();
    let returned: HashSet<EventId> = answers
        .iter()
        .filter_map(|answer| answer.returned.as_ref())
        .map(|id| id.parse().ok().filter(|id| known.contains(id)))
        .collect::<Option<_>>()
        .ok_or(Error::UnknownReturn)?;

    let mut verdict = Verdict::default();
    for (id, answer) in ids.iter().zip(answers) {
        let list = match (returned.contains(id), answer.confirmed) {
            (true, _) => &mut verdict.returned,
            (false, true) => &mut verdict.sent,
            (false, false) => &mut verdict.refused,
        };
        list.push(*id);
    }
    Ok(verdict)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn id(number: u128) -> EventId {
        EventId(Uuid::from_u128(number))
    }

    fn confirmed(returned: Option<EventId>) -> Answer {
        Answer { confirmed: true, returned: returned.map(|id| id.to_string()) }
    }

    #[test]
    fn a_return_that_came_with_another_confirmation_counts_for_its_own_message() {
        let answers = [confirmed(Some(id(3))), confirmed(None), confirmed(None)];
        let verdict = judge(&[id(1), id(2), id(3)], &answers).unwrap();
        assert_eq!((verdict.sent, verdict.returned), (vec![id(1), id(2)], vec![id(3)]));
    }

    #[test]
    fn a_message_that_a_queue_refused_is_not_sent() {
        let refused = Answer { confirmed: false, returned: None };
        let verdict = judge(&[id(1), id(2)], &[refused, confirmed(None)]).unwrap();
        assert_eq!((verdict.sent, verdict.refused), (vec![id(2)], vec![id(1)]));
    }

    #[test]
    fn a_return_that_nobody_knows_makes_the_whole_batch_unknown() {
        let anonymous = Answer { confirmed: true, returned: Some(String::new()) };
        for answer in [confirmed(Some(id(9))), anonymous] {
            let judged = judge(&[id(1), id(2)], &[answer, confirmed(None)]);
            assert!(matches!(judged, Err(Error::UnknownReturn)));
        }
    }
}
