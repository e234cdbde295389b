//! The breaker by its table, and under any order of things.

use proptest::{collection::vec, prelude::*};

use super::{Breaker, Change, Duration, Entry, FAILURES, Instant, REST, Report, WINDOW};

/// A moment that others are counted from.
fn at(start: Instant, seconds: u64) -> Instant {
    start + Duration::from_secs(seconds)
}

fn open(start: Instant, until: u64) -> Breaker {
    Breaker::Open { until: at(start, until) }
}

#[test]
fn what_a_report_changes_is_a_table() {
    use Entry::{Ordinary, Probe};
    use Report::{Answered, Failed, Nothing};
    let (start, rest) = (Instant::now(), REST.as_secs());
    let failed = |failures, since| Breaker::Closed { failures, since: Some(at(start, since)) };
    let (closed, half) = (Breaker::new(), Breaker::HalfOpen);
    let last = FAILURES - 1;
    for (before, entry, report, after, change) in [
        (closed, Ordinary, Answered, closed, None),
        (closed, Ordinary, Nothing, closed, None),
        (closed, Ordinary, Failed, failed(1, 100), None),
        (failed(1, 90), Ordinary, Failed, failed(2, 90), None),
        (failed(3, 90), Ordinary, Nothing, failed(3, 90), None),
        (failed(last, 90), Ordinary, Answered, closed, None),
        (failed(last, 40), Ordinary, Failed, open(start, 100 + rest), Some(Change::Opened)),
        // A minute ago is too long ago.
        (failed(last, 39), Ordinary, Failed, failed(1, 100), None),
        (half, Probe, Answered, closed, Some(Change::Closed)),
        (half, Probe, Failed, open(start, 100 + rest), Some(Change::Opened)),
        (half, Probe, Nothing, open(start, 100), None),
        // Those who began before tell nothing new.
        (half, Ordinary, Answered, half, None),
        (half, Ordinary, Failed, half, None),
        (open(start, 103), Ordinary, Answered, open(start, 103), None),
        (open(start, 103), Ordinary, Failed, open(start, 103), None),
    ] {
        let mut breaker = before;
        assert_eq!(breaker.report(entry, report, at(start, 100)), change, "{before:?} {report:?}");
        assert_eq!(breaker, after, "{before:?} {entry:?} {report:?}");
    }
    assert_eq!(WINDOW, Duration::from_mins(1), "as the table says");
}

#[test]
fn who_gets_through_is_a_table() {
    let start = Instant::now();
    for (before, entry, after) in [
        (Breaker::new(), Some(Entry::Ordinary), Breaker::new()),
        (open(start, 101), None, open(start, 101)),
        (open(start, 100), Some(Entry::Probe), Breaker::HalfOpen),
        (open(start, 99), Some(Entry::Probe), Breaker::HalfOpen),
        (Breaker::HalfOpen, None, Breaker::HalfOpen),
    ] {
        let mut breaker = before;
        assert_eq!(breaker.is_shut(at(start, 100)), entry.is_none(), "{before:?}");
        assert_eq!(breaker.enter(at(start, 100)), entry, "{before:?}");
        assert_eq!(breaker, after, "{before:?}");
    }
}

/// Something that happens.
#[derive(Debug, Clone)]
enum Step {
    /// Time passes.
    Wait(Duration),
    /// Somebody comes.
    Enter,
    /// One of those who are inside comes out.
    Report(usize, Report),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let report = prop_oneof![
        1 => Just(Report::Answered),
        4 => Just(Report::Failed),
        1 => Just(Report::Nothing),
    ];
    let step = prop_oneof![
        1 => (0_u64..8_000).prop_map(|millis| Step::Wait(Duration::from_millis(millis))),
        3 => Just(Step::Enter),
        3 => (any::<usize>(), report).prop_map(|(who, report)| Step::Report(who, report)),
    ];
    vec(step, 0..200)
}

proptest! {
    #[test]
    fn whatever_happens_one_at_most_tries_it_out_and_nobody_is_kept_out_for_ever(steps in steps()) {
        let (mut breaker, mut now) = (Breaker::new(), Instant::now());
        let mut inside: Vec<Entry> = Vec::new();
        // Failures since it was last closed, or heard of an answer.
        let mut failures = 0;
        for step in steps {
            match step {
                Step::Wait(time) => now += time,
                Step::Enter => {
                    let closed = matches!(breaker, Breaker::Closed { .. });
                    let entry = breaker.enter(now);
                    prop_assert_eq!(closed, entry == Some(Entry::Ordinary));
                    inside.extend(entry);
                }
                Step::Report(who, report) if !inside.is_empty() => {
                    let entry = inside.swap_remove(who % inside.len());
                    let closed = matches!(breaker, Breaker::Closed { .. });
                    failures += u32::from(closed && report == Report::Failed);
                    let change = breaker.report(entry, report, now);
                    if closed && change == Some(Change::Opened) {
                        prop_assert!(failures >= FAILURES, "{} failures", failures);
                    }
                    if report == Report::Answered && (closed || entry == Entry::Probe) {
                        prop_assert_eq!(breaker, Breaker::new());
                        failures = 0;
                    }
                }
                Step::Report(..) => {}
            }
            let probes = inside.iter().filter(|entry| **entry == Entry::Probe).count();
            prop_assert_eq!(probes, usize::from(breaker == Breaker::HalfOpen));
        }
        // Once whoever tries it is back, the next one gets through after a rest.
        for entry in inside {
            breaker.report(entry, Report::Failed, now);
        }
        prop_assert!(breaker.enter(now + REST).is_some());
    }
}
