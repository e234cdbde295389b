//! Update masks (AIP-134).

use latchkey_domain::Invalid;
use latchkey_proto::well_known::FieldMask;

use super::Fields;

/// The paths that are to be changed: those that the mask names, and without one those that hold a
/// value.
pub(super) fn paths(
    fields: &mut Fields,
    mask: Option<FieldMask>,
    known: &[&'static str],
    holds_a_value: impl Fn(&str) -> bool,
) -> Vec<&'static str> {
    let asked = mask.unwrap_or_default().paths;
    if asked.is_empty() {
        return known.iter().copied().filter(|path| holds_a_value(path)).collect();
    }
    if asked == ["*"] {
        return known.to_vec();
    }
    let named = asked.iter().filter_map(|path| {
        let found = known.iter().copied().find(|known| known == path);
        if found.is_none() {
            let sentence = format!("must hold only {}, or * alone", known.join(", "));
            fields.refuse("update_mask", Invalid(sentence.into()));
        }
        found
    });
    named.collect()
}
