//! Makes text from outside harmless in a log: no forged lines, no terminal sequences, no reversed text.

use std::io::{self, Write};

use serde_json::ser::Formatter;

/// Whether a character could break a line, drive a terminal or reorder what is read.
fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // line and paragraph separators, which some viewers take for an end of line
            '\u{2028}' | '\u{2029}'
            // marks that change the direction of text (Unicode TR 36, "Trojan Source")
            | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{061c}')
}

/// Writes a line of text with every dangerous character as Rust would escape it: `\n`, `\u{1b}`.
pub(super) fn text(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len());
    for c in line.chars() {
        if is_dangerous(c) {
            escaped.extend(c.escape_default());
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// Compact JSON that also escapes what JSON lets through: DEL, C1 controls, separators and direction marks.
pub(super) struct EscapedJson;

impl Formatter for EscapedJson {
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + Write,
    {
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|&(_, c)| is_dangerous(c)) {
            // All of them lie below U+10000, so one escape is enough.
            write!(writer, "{}\\u{:04x}", &rest[..at], u32::from(c))?;
            rest = &rest[at + c.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}
