//! The table of a verification: a look, a time, and what follows.

use proptest::prelude::*;

use super::{
    DomainProblem::{self, DnsUnavailable, DomainTaken, RecordDifferent, RecordMissing},
    VerificationState::{Failed, InProgress, Verified},
    *,
};

const START: Timestamp = Timestamp(1_700_000_000_000_000);

fn token() -> Token {
    Token::parse(&"t".repeat(43)).unwrap()
}

fn hours(hours: u64) -> Timestamp {
    START.plus(Duration::from_hours(hours))
}

fn verified() -> Verification {
    Verification::begin(token(), START).after(Look::Found, START)
}

#[test]
fn a_record_that_is_found_verifies_whatever_was_before() {
    let begun = Verification::begin(token(), START);
    let failed = Verification { state: Failed, next_check_at: None, ..begun.clone() };
    for before in [begun, failed, verified()] {
        let after = before.after(Look::Found, hours(1));
        assert_eq!((after.state, after.problem), (Verified, None));
        assert_eq!(after.verified_at, Some(hours(1)));
        assert_eq!(after.next_check_at, Some(hours(25)), "it is looked for again every day");
    }
}

#[test]
fn a_record_is_waited_for_three_days() {
    let begun = Verification::begin(token(), START);
    for problem in [RecordMissing, RecordDifferent, DnsUnavailable, DomainTaken] {
        let look = Look::Problem(problem);
        let waiting = begun.after(look, Timestamp(hours(72).0 - 1));
        assert_eq!((waiting.state, waiting.problem), (InProgress, Some(problem)));
        assert!(waiting.next_check_at.is_some());
        let late = begun.after(look, hours(72));
        assert_eq!((late.state, late.next_check_at), (Failed, None), "{problem:?}");
    }
}

#[test]
fn a_verified_domain_fails_on_the_third_day_without_its_record() {
    let mut domain = verified();
    for (hour, state) in [(24, Verified), (25, Verified), (48, Verified), (72, Failed)] {
        domain = domain.after(Look::Problem(RecordMissing), hours(hour));
        assert_eq!(domain.state, state, "after {hour} hours");
        assert_eq!(domain.problem, Some(RecordMissing));
    }
    assert_eq!(domain.next_check_at, None);
    assert_eq!(domain.after(Look::Problem(RecordMissing), hours(99)).state, Failed);
}

#[test]
fn looking_often_fails_no_domain_sooner() {
    let mut domain = verified();
    for second in 0..100 {
        let now = hours(24).plus(Duration::from_secs(second));
        domain = domain.after(Look::Problem(RecordDifferent), now);
    }
    assert_eq!(domain.state, Verified);
}

#[test]
fn a_record_that_comes_back_is_a_record_that_was_there() {
    let missed = verified().after(Look::Problem(RecordMissing), hours(24));
    let back = missed.after(Look::Found, hours(48));
    assert_eq!(back.missing_since, None);
    assert_eq!(back.after(Look::Problem(RecordMissing), hours(72)).state, Verified);
}

#[test]
fn name_servers_that_do_not_answer_take_no_domain_away() {
    let mut domain = verified();
    for day in 1..30 {
        domain = domain.after(Look::Problem(DnsUnavailable), hours(24 * day));
        assert_eq!((domain.state, domain.missing_since), (Verified, None));
        assert_eq!(domain.next_check_at, Some(hours(24 * day + 1)), "it is soon tried again");
    }
}

#[test]
fn days_of_silence_are_no_days_without_the_record() {
    let missed = verified().after(Look::Problem(RecordMissing), hours(24));
    let silent = missed.after(Look::Problem(DnsUnavailable), hours(48));
    let missed_again = silent.after(Look::Problem(RecordMissing), hours(72));
    assert_eq!((missed_again.state, missed_again.missing_since), (Verified, Some(hours(72))));
}

#[test]
fn a_look_is_fresh_for_a_moment() {
    let begun = Verification::begin(token(), START);
    assert!(!begun.was_looked_at(START), "nobody looked");
    let looked = begun.after(Look::Problem(RecordMissing), START);
    assert!(looked.was_looked_at(Timestamp(START.plus(PAUSE).0 - 1)));
    assert!(!looked.was_looked_at(START.plus(PAUSE)));
}

#[test]
fn who_begins_again_has_three_days_more_and_the_same_record() {
    let failed = Verification { state: Failed, ..Verification::begin(token(), START) };
    let again = failed.again(hours(100));
    assert_eq!((again.state, &again.token), (InProgress, &failed.token));
    assert_eq!(again.after(Look::Problem(RecordMissing), hours(171)).state, InProgress);
}

#[test]
fn the_record_is_found_among_others_and_nothing_else_passes_for_it() {
    let begun = Verification::begin(token(), START);
    let value = begun.record_value();
    assert_eq!(value.len(), "latchkey-verification=".len() + 43);
    let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
    for found in [texts(&[&value]), texts(&["v=spf1 -all", &format!(" {value} ")])] {
        assert_eq!(Look::at(&found, &begun), Look::Found);
    }
    let upper = value.to_uppercase();
    let longer = format!("{value}x");
    let bare = "t".repeat(43);
    for other in [texts(&[""]), texts(&[&upper]), texts(&[&longer]), texts(&[&bare])] {
        assert_eq!(Look::at(&other, &begun), Look::Problem(RecordDifferent));
    }
    assert_eq!(Look::at(&[], &begun), Look::Problem(RecordMissing));
}

#[test]
fn a_token_is_43_characters_of_base64url() {
    for bad in ["", &"t".repeat(42), &"t".repeat(44), &format!("{}+", "t".repeat(42))] {
        assert!(Token::parse(bad).is_err());
    }
}

fn any_problem() -> impl Strategy<Value = DomainProblem> {
    prop_oneof![Just(RecordMissing), Just(RecordDifferent), Just(DnsUnavailable), Just(DomainTaken)]
}

proptest! {
    #[test]
    fn whatever_is_found_a_failed_domain_is_looked_at_no_more_and_any_other_is(
        looks in proptest::collection::vec((proptest::option::of(any_problem()), 1_u64..200), 1..20)
    ) {
        let (mut domain, mut now) = (Verification::begin(token(), START), START);
        for (problem, later) in looks {
            now = now.plus(Duration::from_hours(later));
            domain = domain.after(problem.map_or(Look::Found, Look::Problem), now);
            prop_assert_eq!(domain.next_check_at.is_none(), domain.state == Failed);
            prop_assert_eq!(domain.problem, problem);
            prop_assert!(domain.next_check_at.is_none_or(|next| next > now));
        }
    }
}
