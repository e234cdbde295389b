//! What a failure means for a mail. Of what the server said, its code alone is kept.

use latchkey_domain::mail::{Cause, SendError};
use lettre::transport::smtp::Error;

/// Answers that refuse us, and not the mail: RFC 4954, section 6, and RFC 7504, section 3.
const ABOUT_US: [u16; 5] = [521, 530, 534, 535, 538];

/// Why a mail was not taken.
pub(crate) fn of_mail(error: &Error) -> SendError {
    match cause(error) {
        Cause::Answer(code) if is_for_good(code) => SendError::Never(Cause::Answer(code)),
        // An address that this server has no way to write (RFC 6531).
        Cause::Unsupported => SendError::Never(Cause::Unsupported),
        other => SendError::Later(other),
    }
}

fn is_for_good(code: u16) -> bool {
    (500..600).contains(&code) && !ABOUT_US.contains(&code)
}

/// Why TLS was not agreed on, if the server did not say.
pub(crate) fn cause_of_tls(error: &Error) -> Cause {
    match cause(error) {
        Cause::Answer(code) => Cause::Answer(code),
        _ => Cause::Tls,
    }
}

pub(crate) fn cause(error: &Error) -> Cause {
    match error.status() {
        Some(code) => Cause::Answer(code.into()),
        None if error.is_timeout() => Cause::TimedOut,
        None if error.is_tls() => Cause::Tls,
        None if error.is_client() => Cause::Unsupported,
        // It broke, or what came was no answer.
        None => Cause::Connection,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_refuses_us_leaves_hope_for_the_mail() {
        for (code, for_good) in
            [(550, true), (554, true), (501, true), (535, false), (530, false), (450, false)]
        {
            assert_eq!(is_for_good(code), for_good, "{code}");
        }
    }
}
