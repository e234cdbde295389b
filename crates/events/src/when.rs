//! Moments as CloudEvents has them: RFC 3339.

use latchkey_domain::{Invalid, time::Timestamp};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::Error;

/// Writes a moment in UTC with all six digits, so that its length is always the same.
pub(crate) fn write(moment: Timestamp) -> Result<String, Error> {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(moment.0) * 1_000)
        .ok()
        .filter(|at| (0..=9999).contains(&at.year()))
        .ok_or(Error::Time(moment))?;
    let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
    let (hour, minute, second, micros) = at.time().as_hms_micro();
    Ok(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z"))
}

/// Reads a moment; digits beyond microseconds are cut off.
pub(crate) fn read(text: &str) -> Result<Timestamp, Invalid> {
    const REFUSED: Invalid = Invalid::new("must be a moment of RFC 3339");
    let at = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| REFUSED)?;
    let micros = at.unix_timestamp_nanos().div_euclid(1_000);
    i64::try_from(micros).map(Timestamp).map_err(|_| REFUSED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_moment_is_written_in_utc_with_six_digits() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (1_700_000_000_000_001, "2023-11-14T22:13:20.000001Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(write(Timestamp(micros)).unwrap(), text);
            assert_eq!(read(text), Ok(Timestamp(micros)));
        }
    }

    #[test]
    fn a_moment_that_has_no_four_digit_year_is_refused() {
        for micros in [i64::MIN, i64::MAX, 253_402_300_800_000_000] {
            assert!(matches!(write(Timestamp(micros)), Err(Error::Time(_))), "{micros}");
        }
    }

    #[test]
    fn another_offset_and_more_digits_are_read() {
        assert_eq!(
            read("2023-11-14T23:13:20.000001999+01:00"),
            Ok(Timestamp(1_700_000_000_000_001))
        );
        assert!(read("yesterday").is_err());
    }
}
