//! What a code may and may not, as tables and for everything.

use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp(1_700_000_000_000_000);

fn sent(tries: u32) -> SentCode {
    SentCode {
        number: 1,
        was_sent: true,
        sent_at: NOW,
        expires_at: NOW.plus(Duration::from_mins(10)),
        tries,
    }
}

#[test]
fn a_code_is_read_as_people_type_and_paste_it() {
    for text in ["012345", " 012345\n", "012 345", "012-345", "0 1 2 3 4 5"] {
        assert_eq!(EmailCode::parse(text).unwrap().expose_secret(), "012345", "{text}");
    }
    for bad in ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "012345012345", "0x1234"] {
        assert!(EmailCode::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_code_has_six_digits_and_does_not_show() {
    let code = EmailCode::from_bytes([0; 32]);
    assert_eq!(code.expose_secret(), "000000");
    // The first eight bytes as a number, and of that the last six digits.
    let mut bytes = [0xff; 32];
    bytes[..8].copy_from_slice(&9_876_012_345_u64.to_be_bytes());
    assert_eq!(EmailCode::from_bytes(bytes).expose_secret(), "012345");
    assert_eq!(format!("{code:?}"), "EmailCode(…)");
}

#[test]
fn an_address_and_an_account_are_counted_apart() {
    let address = EmailAddress::parse("rowan@mail.example").unwrap();
    let issuer = Issuer("https://bitbucket.org".to_owned());
    let subject = Subject::parse("{1}").unwrap();
    assert_eq!(CountedFor::Address(&address).to_string(), "rowan@mail.example");
    let account = CountedFor::Account(&issuer, &subject).to_string();
    assert_eq!(account, "https://bitbucket.org {1}");
    assert!(EmailAddress::parse(&account).is_err());
}

#[test]
fn what_becomes_of_a_try() {
    let end = sent(0).expires_at;
    let before = Timestamp(end.0 - 1);
    for (tries, is_right, accepts, at, became) in [
        (0, true, true, NOW, Try::Right),
        (0, false, true, NOW, Try::Wrong),
        // Of an address with too many wrong tries.
        (0, true, false, NOW, Try::Wrong),
        (4, true, true, before, Try::Right),
        (4, false, true, before, Try::Wrong),
        (5, true, true, NOW, Try::TooMany),
        (u32::MAX, true, true, NOW, Try::TooMany),
        (0, true, true, end, Try::Expired),
        (0, false, false, end, Try::Expired),
    ] {
        let (counted, what) = sent(tries).attempt(is_right, accepts, at);
        assert_eq!(what, became, "{tries} {is_right} {accepts}");
        assert_eq!(counted.tries, tries.saturating_add(1));
    }
}

#[test]
fn a_code_that_never_went_out_is_not_guessed() {
    let unsent = SentCode { was_sent: false, ..sent(0) };
    assert_eq!(unsent.attempt(true, true, NOW).1, Try::Wrong);
}

#[test]
fn five_codes_an_hour_and_twenty_a_day() {
    let (mut allowance, mut now) = (Allowance::untouched(NOW), NOW);
    for hour in 0..4 {
        for code in 0..CODES_AN_HOUR {
            allowance = allowance.send(now).unwrap_or_else(|| panic!("{hour} {code}"));
        }
        assert_eq!(allowance.send(Timestamp(now.plus(HOUR).0 - 1)), None);
        now = now.plus(HOUR);
    }
    assert_eq!(allowance.send(now), None, "the day is not over");
    assert_eq!(allowance.send(Timestamp(NOW.plus(DAY).0 - 1)), None);
    assert_eq!(allowance.send(NOW.plus(DAY)).map(|again| again.codes_in_day), Some(1));
}

#[test]
fn ten_wrong_tries_a_day_end_it_for_the_address() {
    let mut allowance = Allowance::untouched(NOW);
    for _ in 0..WRONG_TRIES_A_DAY {
        assert!(allowance.accepts(NOW) && allowance.send(NOW).is_some());
        allowance = allowance.wrong(NOW);
    }
    let last = Timestamp(NOW.plus(DAY).0 - 1);
    assert!(!allowance.accepts(NOW) && !allowance.accepts(last));
    assert_eq!(allowance.send(last), None);
    assert!(allowance.accepts(NOW.plus(DAY)) && allowance.send(NOW.plus(DAY)).is_some());
}

#[test]
fn another_code_may_be_sent_after_half_a_minute() {
    assert_eq!(sent(0).resend_at(), NOW.plus(Duration::from_secs(30)));
}

proptest! {
    /// Whatever is done, and when: no window holds more than it may.
    #[test]
    fn no_window_holds_more_than_it_may(
        steps in proptest::collection::vec((0..200_u64, any::<bool>()), 1..200),
    ) {
        let (mut allowance, mut now) = (Allowance::untouched(NOW), NOW);
        let mut sent: Vec<Timestamp> = Vec::new();
        for (minutes, sends) in steps {
            now = now.plus(Duration::from_mins(minutes));
            if !sends {
                allowance = allowance.wrong(now);
            } else if let Some(counted) = allowance.send(now) {
                allowance = counted;
                sent.push(now);
            }
            prop_assert!(allowance.codes_in_hour <= CODES_AN_HOUR);
            prop_assert!(allowance.codes_in_day <= CODES_A_DAY);
            // A window may begin anywhere, so that two of them can lie in one hour.
            let in_an_hour = sent.iter().filter(|at| now < at.plus(HOUR)).count();
            prop_assert!(in_an_hour <= 2 * CODES_AN_HOUR as usize);
        }
    }
}
