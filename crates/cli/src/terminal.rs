//! What people read: lines on standard output, coloured where somebody looks.

use std::io::{self, IsTerminal, Write};

use anyhow::Result;
use latchkey_domain::time::Timestamp;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// How a piece of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// What to see first.
    Strong,
    /// What can be overlooked.
    Faint,
    /// Good news.
    Good,
    /// News.
    News,
    /// Bad news.
    Bad,
}

impl Look {
    /// The parameters of ECMA-48's "select graphic rendition".
    const fn code(self) -> &'static str {
        match self {
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Good => "32",
            Self::News => "36",
            Self::Bad => "31",
        }
    }
}

/// Whether colours are wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Palette {
    coloured: bool,
}

impl Palette {
    /// Coloured on a terminal, unless `NO_COLOR` says otherwise (no-color.org).
    pub(crate) fn of_stdout() -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { coloured: io::stdout().is_terminal() && !unwanted }
    }

    /// No colours.
    #[cfg(test)]
    pub(crate) const fn plain() -> Self {
        Self { coloured: false }
    }

    /// The text in a look.
    pub(crate) fn paint(self, look: Look, text: &str) -> String {
        if self.coloured && !text.is_empty() {
            return format!("\x1b[{}m{text}\x1b[0m", look.code());
        }
        text.to_owned()
    }
}

/// Writes a line, at once. It fails when nobody reads any more.
pub(crate) fn say(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}

/// Rows under their headings, as wide as they need to be.
pub(crate) fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    let headings = headings.iter().map(ToString::to_string).collect::<Vec<_>>();
    let all = || std::iter::once(&headings).chain(rows);
    let width = |column: usize| all().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = (0..headings.len()).map(width).collect::<Vec<_>>();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    all().map(line).collect::<Vec<_>>().join("\n")
}

/// A moment as RFC 3339 writes it, in whole seconds.
pub(crate) fn moment(time: Timestamp) -> String {
    let at = OffsetDateTime::from_unix_timestamp(time.seconds_and_nanos().0);
    at.ok().and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_one_another() {
        let rows = [vec!["a".to_owned(), "1".to_owned()], vec!["bcd".to_owned(), String::new()]];
        assert_eq!(table(&["X", "N"], &rows), "X    N\na    1\nbcd");
    }

    #[test]
    fn a_palette_colours_only_where_it_is_wanted() {
        assert_eq!(Palette { coloured: true }.paint(Look::Bad, "no"), "\x1b[31mno\x1b[0m");
        assert_eq!(Palette::plain().paint(Look::Bad, "no"), "no");
    }
}
