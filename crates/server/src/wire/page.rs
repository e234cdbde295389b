//! Page tokens (AIP-158): where the next page begins, good for the same question only.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use latchkey_domain::{
    Invalid,
    page::{Page, PageSize},
};
use serde::{Serialize, de::DeserializeOwned};

use super::Fields;

/// Longer than any token that we make.
const MAX_TOKEN_LENGTH: usize = 1024;

/// A question whose answer comes in pages: the method, its parent and its filter.
pub(crate) type Question<'a> = (&'a str, &'a str, &'a str);

/// Reads `page_size` and `page_token`.
pub(crate) fn page<Cursor: DeserializeOwned>(
    fields: &mut Fields,
    question: Question<'_>,
    (size, token): (i32, &str),
) -> Option<Page<Cursor>> {
    let size = fields.check("page_size", PageSize::parse(size));
    let after = match token {
        "" => Some(None),
        token => fields.check("page_token", read(question, token)).map(Some),
    };
    Some(Page { size: size?, after: after? })
}

fn read<Cursor: DeserializeOwned>(question: Question<'_>, token: &str) -> Result<Cursor, Invalid> {
    const REFUSED: Invalid =
        Invalid::new("must be the next_page_token of a call with the same other fields");
    if token.len() > MAX_TOKEN_LENGTH {
        return Err(REFUSED);
    }
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).map_err(|_| REFUSED)?;
    let read = postcard::take_from_bytes::<((String, String, String), Cursor)>(&bytes);
    let ((asked, cursor), rest) = read.map_err(|_| REFUSED)?;
    let whole = rest.is_empty();
    let same = whole && (asked.0.as_str(), asked.1.as_str(), asked.2.as_str()) == question;
    if same { Ok(cursor) } else { Err(REFUSED) }
}

/// Writes `next_page_token`; empty on the last page.
pub(crate) fn token<Cursor: Serialize>(question: Question<'_>, next: Option<Cursor>) -> String {
    let Some(cursor) = next else { return String::new() };
    let bytes = postcard::to_stdvec(&(question, cursor)).unwrap_or_default();
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_the_same_question_only() {
        let token = token(("List", "a", "x"), Some(7_u64));
        assert_eq!(read::<u64>(("List", "a", "x"), &token), Ok(7));
        for other in [("List", "b", "x"), ("List", "a", "y"), ("Other", "a", "x")] {
            assert!(read::<u64>(other, &token).is_err());
        }
        for bad in ["x", "AAAA", "%", &"A".repeat(2000), &format!("{token}AAAA")] {
            assert!(read::<u64>(("List", "a", "x"), bad).is_err());
        }
    }
}
