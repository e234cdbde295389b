//! Which language a page is in.

use http::{HeaderMap, header};

use crate::texts::{self, Texts};

/// Most wishes that are looked at: more is not a person's browser.
const MOST_WISHES: usize = 16;

/// Picks the language of a page: what the application asked for, then what the sign-in began in, then
/// what the browser prefers, then English.
pub(crate) fn pick(
    ui_locales: &str,
    began_in: Option<&'static Texts>,
    headers: &HeaderMap,
) -> &'static Texts {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    asked(ui_locales)
        .or(began_in)
        .or_else(|| by_preference(accepted.unwrap_or_default()).find_map(catalogue))
        .unwrap_or(&texts::ENGLISH)
}

/// The first language of a list that there is a catalogue for (OpenID Connect Core 1.0, 3.1.2.1:
/// `ui_locales`).
pub(crate) fn asked(ui_locales: &str) -> Option<&'static Texts> {
    ui_locales.split_ascii_whitespace().take(MOST_WISHES).find_map(catalogue)
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
        began(ui_locales, "", accepted)
    }

    fn began(ui_locales: &str, in_language: &str, accepted: &'static str) -> &'static str {
        let value = http::HeaderValue::from_static(accepted);
        let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, value)]);
        pick(ui_locales, asked(in_language), &headers).lang
    }

    #[test]
    fn a_sign_in_goes_on_as_it_began_unless_it_is_asked_for_another_language() {
        assert_eq!(began("", "de", "en"), "de");
        assert_eq!(began("en", "de", "de"), "en");
        assert_eq!(began("tlh", "de", "en"), "de");
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
