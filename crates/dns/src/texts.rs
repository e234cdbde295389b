//! What is taken of an answer.

use hickory_resolver::proto::rr::{RData, Record};

/// How many records are read. Whoever owns a zone can put any number there.
const MAX_RECORDS: usize = 100;

/// How many bytes are taken of all records together.
const MAX_BYTES: usize = 16 * 1024;

/// The texts of the TXT records among these, the strings of each put together.
///
/// A text that is not UTF-8 is left out, and one that has no room any more as well: every text is
/// whole and as it stands there, so that two different ones never read alike.
pub(crate) fn texts(records: &[Record]) -> Vec<String> {
    let mut room = MAX_BYTES;
    let texts = records.iter().filter_map(|record| match &record.data {
        RData::TXT(text) => Some(&text.txt_data),
        _ => None,
    });
    let taken = texts.take(MAX_RECORDS).filter_map(|strings| {
        room = room.checked_sub(strings.iter().map(|string| string.len()).sum())?;
        String::from_utf8(strings.concat()).ok()
    });
    taken.collect()
}
