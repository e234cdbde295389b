//! Which language a page is in.

use http::{HeaderMap, header};

use crate::texts::{self, Texts};

/// Most wishes that are looked at: more is not a person's browser.
const MOST_WISHES: usize = 16;

/// Picks the language of a page: what the application asked for, then what the browser prefers,
/// then English.
pub(crate) fn pick(ui_locales: &str, headers: &HeaderMap) -> &'static Texts {
    let asked = ui_locales.split_ascii_whitespace().take(MOST_WISHES);
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    asked
        .chain(by_preference(accepted.unwrap_or_default()))
        .find_map(catalogue)
        .unwrap_or(&texts::ENGLISH)
}

/// The catalogue for a language tag (RFC 5646), whatever the region.
fn catalogue(tag: &str) -> Option<&'static Texts> {
    let language = tag.split('-').next()?;
    texts::ALL.iter().copied().find(|texts| texts.lang.eq_ignore_ascii_case(language))
}

/// The tags of an `Accept-Language`, the dearest first (RFC 9110, section 12.5.4).
fn by_preference(accepted: &str) -> impl Iterator<Item = &str> {
    let mut wishes: Vec<(f32, &str)> =
        accepted.split(',').take(MOST_WISHES).filter_map(wish).collect();
    wishes.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    wishes.into_iter().map(|(_, tag)| tag)
}

fn wish(part: &str) -> Option<(f32, &str)> {
    let (tag, weight) = part.split_once(';').unwrap_or((part, "q=1"));
    let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
    (weight > 0.0).then_some((weight, tag.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(ui_locales: &str, accepted: &'static str) -> &'static str {
        let value = http::HeaderValue::from_static(accepted);
        pick(ui_locales, &HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, value)])).lang
    }

    #[test]
    fn the_application_is_asked_before_the_browser() {
        assert_eq!(picked("de-CH", "en"), "de");
        assert_eq!(picked("xx de", "en"), "de");
    }

    #[test]
    fn the_browser_is_taken_at_its_weights() {
        assert_eq!(picked("", "en;q=0.5, de-AT"), "de");
        assert_eq!(picked("", "de;q=0, en;q=0.1"), "en");
    }

    #[test]
    fn english_is_for_everybody_else() {
        assert_eq!(picked("", ""), "en");
        assert_eq!(picked("tlh", "tlh, ;q=, de;q=x"), "en");
    }
}
