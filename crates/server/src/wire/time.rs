//! Points in time.

use latchkey_domain::{Invalid, time::Timestamp};
use latchkey_proto::well_known;

pub(crate) fn encode(at: Timestamp) -> well_known::Timestamp {
    let (seconds, nanos) = at.seconds_and_nanos();
    well_known::Timestamp { seconds, nanos }
}

/// Reads a time, to the microsecond; RFC 3339 knows the years 1 to 9999.
pub(crate) fn decode(at: &well_known::Timestamp) -> Result<Timestamp, Invalid> {
    const YEARS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
    if !YEARS.contains(&at.seconds) || !(0..1_000_000_000).contains(&at.nanos) {
        return Err(Invalid::new("must be a time of the years 1 to 9999"));
    }
    Ok(Timestamp(at.seconds * 1_000_000 + i64::from(at.nanos) / 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_reads_back_to_the_microsecond() {
        for at in [Timestamp(0), Timestamp(-1), Timestamp(1_700_000_000_123_456)] {
            assert_eq!(decode(&encode(at)), Ok(at));
        }
    }

    #[test]
    fn a_time_beyond_the_calendar_is_refused() {
        let refused = |seconds, nanos| decode(&well_known::Timestamp { seconds, nanos }).is_err();
        assert!(refused(i64::MAX, 0));
        assert!(refused(i64::MIN, 0));
        assert!(refused(0, 1_000_000_000));
        assert!(refused(0, -1));
    }
}
