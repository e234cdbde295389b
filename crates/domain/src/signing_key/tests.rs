//! Which key signs, is published, is made and goes, over the life of an environment.

use proptest::prelude::*;

use super::*;

const START: Timestamp = Timestamp(1_790_000_000_000_000);
const HOUR: Duration = Duration::from_hours(1);

fn key(created_at: Timestamp, signs_from: Timestamp) -> SigningKey {
    SigningKey { id: SigningKeyId::new(created_at), public_key: Vec::new(), created_at, signs_from }
}

fn hours(count: u64) -> Timestamp {
    START.plus(HOUR * u32::try_from(count).unwrap())
}

#[test]
fn a_month_and_the_change_to_the_next_key() {
    const TURN: u64 = 30 * 24;
    let first = key(START, START);
    let next = key(hours(TURN - 24), hours(TURN));
    let (one, two) = (first.id, next.id);
    let alone = vec![first.clone()];
    let both = vec![next.clone(), first.clone()];
    // Since the start, in hours: the keys, who signs, who is published, the next turn, who goes.
    for (at, keys, signs, published, next_turn, over) in [
        (0, vec![], None, vec![], Some(hours(0)), vec![]),
        (0, alone.clone(), Some(one), vec![one], None, vec![]),
        (TURN - 25, alone.clone(), Some(one), vec![one], None, vec![]),
        (TURN - 24, alone.clone(), Some(one), vec![one], Some(hours(TURN)), vec![]),
        (TURN - 24, both.clone(), Some(one), vec![one, two], None, vec![]),
        (TURN - 1, both.clone(), Some(one), vec![one, two], None, vec![]),
        (TURN, both.clone(), Some(two), vec![one, two], None, vec![]),
        (TURN + 2, both.clone(), Some(two), vec![one, two], None, vec![]),
        (TURN + 3, both, Some(two), vec![two], None, vec![one]),
        // Nobody looked for a long time: the old one goes on until the new one is known.
        (2 * TURN, alone, Some(one), vec![one], Some(hours(2 * TURN + 24)), vec![]),
    ] {
        let next_signs_from = next_turn;
        let expected = Rotation { signs, published, next_signs_from, over };
        assert_eq!(rotation(&keys, hours(at)), expected, "after {at} hours with {}", keys.len());
    }
}

#[test]
fn a_key_goes_with_the_life_of_its_last_token_and_not_a_microsecond_before() {
    let keys = [key(START, START), key(START, hours(48))];
    let over = hours(48).plus(PUBLISHED_AFTER);
    assert_eq!(rotation(&keys, Timestamp(over.0 - 1)).over, []);
    assert_eq!(rotation(&keys, over).over, [keys[0].id]);
    assert!(PUBLISHED_AFTER >= ID_TOKEN_LIFETIME + CACHED_FOR);
}

#[test]
fn a_clock_that_went_back_makes_no_second_first_key() {
    let keys = [key(START, START)];
    let found = rotation(&keys, START.minus(HOUR));
    assert_eq!((found.signs, found.next_signs_from), (Some(keys[0].id), None));
}

#[test]
fn whoever_is_looked_at_is_whoever_needs_a_key() {
    let keys = [key(START, START)];
    for at in [0, 24, 29 * 24 - 1, 29 * 24, 31 * 24] {
        let due = rotation(&keys, hours(at)).next_signs_from.is_some();
        assert_eq!(due, keys[0].signs_from <= looked_at_since(hours(at)), "after {at} hours");
    }
}

/// Does what was decided.
fn carry_out(keys: &mut Vec<SigningKey>, now: Timestamp) {
    let found = rotation(keys, now);
    keys.retain(|key| !found.over.contains(&key.id));
    keys.extend(found.next_signs_from.map(|from| key(now, from)));
}

proptest! {
    /// However seldom and irregularly somebody looks.
    #[test]
    fn whoever_keeps_the_published_keys_can_verify_every_token(
        minutes in proptest::collection::vec(prop_oneof![1_u64..90, 1_u64..60 * 24 * 60], 1..120),
    ) {
        let mut keys = Vec::new();
        let (mut now, mut first, mut signed) = (START, None, Vec::new());
        for minutes in minutes {
            carry_out(&mut keys, now);
            let next = now.plus(Duration::from_mins(minutes));
            for at in [now, Timestamp(now.0.midpoint(next.0)), Timestamp(next.0 - 1)] {
                let found = rotation(&keys, at);
                let signer = found.signs.expect("somebody signs");
                // Whoever asked for the keys the longest time ago has it.
                let made = keys.iter().find(|key| key.id == signer).unwrap().created_at;
                let first = *first.get_or_insert(signer);
                prop_assert!(signer == first || made.plus(CACHED_FOR) <= at);
                // Whoever verifies a token while it is good finds its key.
                signed.push((signer, at.plus(ID_TOKEN_LIFETIME)));
                signed.retain(|(_, expires)| *expires > at);
                prop_assert!(signed.iter().all(|(key, _)| found.published.contains(key)));
            }
            now = next;
        }
        prop_assert!(keys.len() <= 3, "{} keys", keys.len());
    }
}
