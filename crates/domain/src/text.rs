//! Short texts with a limit: what people read, and what is passed on.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Invalid;

/// A name that people read: 1 to 80 characters, none of them a control character.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DisplayName(String);

impl DisplayName {
    /// What fits on a button and in a table.
    pub const MAX_CHARS: usize = 80;

    /// Accepts a name, without the white space around it.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > Self::MAX_CHARS {
            return Err(Invalid::new("must have 1 to 80 characters"));
        }
        if text.chars().any(is_unprintable) {
            return Err(Invalid::new("must not hold control characters"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DisplayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why somebody did something, for the audit: at most 200 characters, none of them a control
/// character.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Remark(String);

impl Remark {
    /// A sentence or two. The audit keeps it for ever.
    pub const MAX_CHARS: usize = 200;

    /// Accepts a remark, without the white space around it.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.chars().count() > Self::MAX_CHARS {
            return Err(Invalid::new("must have at most 200 characters"));
        }
        if text.chars().any(is_unprintable) {
            return Err(Invalid::new("must not hold control characters"));
        }
        Ok(Self(text.to_owned()))
    }
}

/// Control characters, and those that reorder the text around them.
pub fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Cuts what a provider tells to `max` characters, without control characters.
pub fn tidy(text: &str, max: usize) -> String {
    text.chars().filter(|c| !is_unprintable(*c)).take(max).collect::<String>().trim().to_owned()
}

/// Accepts 1 to `max` visible ASCII characters (0x21 to 0x7e).
pub fn visible_ascii(text: &str, max: usize) -> Result<(), Invalid> {
    if text.is_empty() || text.len() > max {
        return Err(Invalid(format!("must have 1 to {max} characters").into()));
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Invalid::new("must hold visible ASCII characters only"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_display_name_has_1_to_80_characters() {
        assert!(DisplayName::parse(" ").is_err());
        assert!(DisplayName::parse(&"é".repeat(80)).is_ok());
        assert!(DisplayName::parse(&"é".repeat(81)).is_err());
    }

    #[test]
    fn a_display_name_cannot_reorder_the_text_around_it() {
        assert!(DisplayName::parse("Acme\u{202e}live").is_err());
        assert!(DisplayName::parse("Acme\nInc").is_err());
    }

    #[test]
    fn a_remark_has_at_most_200_characters() {
        assert!(Remark::parse(&"é".repeat(200)).is_ok());
        assert!(Remark::parse(&"é".repeat(201)).is_err());
        assert!(Remark::parse("fraud\u{202e}").is_err());
    }

    #[test]
    fn what_a_provider_tells_is_cut_and_cleaned() {
        assert_eq!(tidy("  Row\u{1b}an\u{2028} Example ", 80), "Rowan Example");
        assert_eq!(tidy(&"x".repeat(500), 255).len(), 255);
    }
}
