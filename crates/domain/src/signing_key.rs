//! The keys that sign an environment's tokens, and how one follows another without a token that
//! nobody can verify.
//!
//! A key is published when it is made, signs later, and stays published after the next one took over:
//! whoever keeps the published keys for a while always has the one that they need.

use std::time::Duration;

use crate::{id::SigningKeyId, time::Timestamp};

/// How long an id token is good: it tells an application who has just signed in, and is no session.
pub const ID_TOKEN_LIFETIME: Duration = Duration::from_mins(5);
/// How long others may keep the published keys: the `max-age` of the gateway's answer.
pub const CACHED_FOR: Duration = Duration::from_hours(1);
/// How long a key is published before it signs. By far longer than the keys may be kept, for verifiers
/// that keep them for longer than they were told to.
pub const PUBLISHED_AHEAD: Duration = Duration::from_hours(24);
/// How long a key signs. Short enough that taking turns is an everyday thing.
pub const SIGNS_FOR: Duration = Duration::from_hours(30 * 24);
/// How long a key is published after its turn: its last token's life, as long as whoever verifies may
/// keep the keys, and an hour for clocks and for replicas that have not heard.
pub const PUBLISHED_AFTER: Duration =
    ID_TOKEN_LIFETIME.saturating_add(CACHED_FOR).saturating_add(Duration::from_hours(1));

/// A key, without its private half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Its name in the header of tokens: `kid`.
    pub id: SigningKeyId,
    /// What others verify with: a point on P-256 in full (SEC 1, 2.3.3).
    pub public_key: Vec<u8>,
    /// When it was made: it is published from then on.
    pub created_at: Timestamp,
    /// When its turn begins. It ends with that of the next.
    pub signs_from: Timestamp,
}

/// What each key of an environment is for, and what is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The key that signs; `None` if there is none at all.
    pub signs: Option<SigningKeyId>,
    /// The keys to verify with, in the order of their turns.
    pub published: Vec<SigningKeyId>,
    /// When the turn of a key begins that is to be made now.
    pub next_signs_from: Option<Timestamp>,
    /// The keys that nobody needs any more.
    pub over: Vec<SigningKeyId>,
}

/// Decides about the keys of an environment.
pub fn rotation(keys: &[SigningKey], now: Timestamp) -> Rotation {
    let mut turns: Vec<&SigningKey> = keys.iter().collect();
    turns.sort_by_key(|key| (key.signs_from, key.id));
    let ends = turns.iter().skip(1).map(|next| Some(next.signs_from)).chain([None]);
    let is_over = |end: Option<Timestamp>| end.is_some_and(|end| end.plus(PUBLISHED_AFTER) <= now);
    let (over, published): (Vec<_>, Vec<_>) =
        turns.iter().zip(ends).partition(|(_, end)| is_over(*end));
    let ids = |keys: Vec<(&&SigningKey, _)>| keys.into_iter().map(|(key, _)| key.id).collect();
    // With a clock that went back nobody's turn has come: then it is the first one's.
    let signs = turns.iter().rfind(|key| key.signs_from <= now).or(turns.first());
    Rotation {
        signs: signs.map(|key| key.id),
        published: ids(published),
        next_signs_from: next_signs_from(turns.last().copied(), now),
        over: ids(over),
    }
}

/// The first key signs at once: nobody keeps keys of which it is not one. Any other is known for long
/// by then, however late it is made.
fn next_signs_from(last: Option<&SigningKey>, now: Timestamp) -> Option<Timestamp> {
    let Some(last) = last else { return Some(now) };
    let known = now.plus(PUBLISHED_AHEAD);
    let end = last.signs_from.plus(SIGNS_FOR);
    (end <= known).then_some(end.max(known))
}

/// Since when the last key of an environment must have signed for there to be anything to decide.
pub fn looked_at_since(now: Timestamp) -> Timestamp {
    now.minus(SIGNS_FOR).plus(PUBLISHED_AHEAD)
}

#[cfg(test)]
mod tests;
