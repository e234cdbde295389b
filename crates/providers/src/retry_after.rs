//! The `Retry-After` header (RFC 9110, 10.2.3).

use std::time::Duration;

use http::{HeaderMap, HeaderName, header};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

/// The window of Bitbucket's limits is an hour: nobody has to wait longer.
const LONGEST: Duration = Duration::from_hours(1);

/// How long to wait, where the answer says it in seconds or as a date.
pub(crate) fn read(headers: &HeaderMap) -> Option<Duration> {
    let value = text(headers, &header::RETRY_AFTER)?;
    let wait = if value.bytes().all(|byte| byte.is_ascii_digit()) && !value.is_empty() {
        // More digits than a number holds are a very long time.
        Duration::from_secs(value.parse().unwrap_or(u64::MAX))
    } else {
        until(headers, value)?
    };
    Some(wait.min(LONGEST))
}

/// Counted from the answer's own date, so that the two machines' clocks need not agree.
fn until(headers: &HeaderMap, date: &str) -> Option<Duration> {
    let now = parse(text(headers, &header::DATE)?)?;
    let wait = parse(date)? - now;
    Some(wait.try_into().unwrap_or(Duration::ZERO))
}

/// The one form that servers send (RFC 9110, 5.6.7); RFC 2822 is a little wider.
fn parse(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc2822).ok()
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderMap, header};

    use super::{LONGEST, read};

    fn wait(retry_after: &str, date: Option<&str>) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(header::RETRY_AFTER, retry_after.parse().unwrap());
        if let Some(date) = date {
            headers.insert(header::DATE, date.parse().unwrap());
        }
        read(&headers)
    }

    #[test]
    fn seconds_and_dates_are_read() {
        assert_eq!(wait("30", None), Some(Duration::from_secs(30)));
        let (now, then) = ("Sun, 06 Nov 2033 08:49:37 GMT", "Sun, 06 Nov 2033 08:50:07 GMT");
        assert_eq!(wait(then, Some(now)), Some(Duration::from_secs(30)));
        assert_eq!(wait(now, Some(then)), Some(Duration::ZERO));
    }

    #[test]
    fn nobody_waits_longer_than_an_hour() {
        assert_eq!(wait("86400", None), Some(LONGEST));
        assert_eq!(wait("99999999999999999999999", None), Some(LONGEST));
        let (now, then) = ("Sun, 06 Nov 2033 08:49:37 GMT", "Mon, 06 Nov 2034 08:50:07 GMT");
        assert_eq!(wait(then, Some(now)), Some(LONGEST));
    }

    #[test]
    fn what_is_neither_is_nothing() {
        for odd in ["", "soon", "-1", "1.5", "Sun, 99 Nov 2033 08:49:37 GMT"] {
            assert_eq!(wait(odd, Some("Sun, 06 Nov 2033 08:49:37 GMT")), None, "{odd}");
        }
        assert_eq!(wait("Sun, 06 Nov 2033 08:49:37 GMT", None), None);
        assert_eq!(read(&HeaderMap::new()), None);
    }
}
