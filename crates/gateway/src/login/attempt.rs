//! What a browser keeps of a sign-in under way: one cookie, from the start to the end, with its secret and the
//! language that was asked for.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Uri};

use super::{callback, waiting};
use crate::{
    cookies::{self, Jar},
    language,
    query::Params,
    texts::Texts,
};

/// Stands between the secret, which has none, and the language.
const SEPARATOR: char = '~';
/// How long the cookie of a sign-in that waited stays when it is over: as long as its login code can be
/// redeemed, so that a reload gets the same answer.
const KEPT_WHEN_OVER: Duration = Duration::from_mins(1);

/// What a browser keeps.
pub(crate) struct Attempt {
    /// The cookie's name.
    pub(crate) name: String,
    /// What the sign-in began with.
    pub(crate) browser_secret: String,
    /// What the application asked for, if it did and there is a catalogue for it.
    language: Option<&'static Texts>,
}

impl Attempt {
    /// That of a sign-in that begins, in the language that was asked for.
    pub(crate) fn begun(name: &str, browser_secret: &str, ui_locales: &str) -> Self {
        Self {
            name: name.to_owned(),
            browser_secret: browser_secret.to_owned(),
            language: language::asked(ui_locales),
        }
    }

    /// The one that a browser brings; `None` if it has none of this name, or two.
    pub(crate) fn read(name: String, headers: &HeaderMap) -> Option<Self> {
        let value = cookies::only(headers, &name)?;
        let (secret, tag) = value.split_once(SEPARATOR).unwrap_or((value, ""));
        let language = language::asked(tag);
        Some(Self { name, browser_secret: secret.to_owned(), language })
    }

    /// What tells it from the others of this browser.
    pub(crate) fn suffix(&self, jar: Jar) -> &str {
        self.name.strip_prefix(jar.prefix()).unwrap_or_default()
    }

    /// The `Set-Cookie` that keeps it; `None` if it cannot stand in one.
    pub(crate) fn keep(&self, jar: Jar, age: Duration) -> Option<HeaderValue> {
        let value = match self.language {
            Some(texts) => format!("{}{SEPARATOR}{}", self.browser_secret, texts.lang),
            None => self.browser_secret.clone(),
        };
        jar.set(&self.name, &value, age)
    }

    /// The `Set-Cookie` that lets it go soon.
    pub(crate) fn let_go(&self, jar: Jar) -> Option<HeaderValue> {
        self.keep(jar, KEPT_WHEN_OVER)
    }
}

/// The language that the sign-in of a request began in: a provider does not bring it back.
pub(crate) fn language_of(jar: Jar, uri: &Uri, headers: &HeaderMap) -> Option<&'static Texts> {
    let name = if uri.path().starts_with(callback::FOLDER) {
        let query = Params::parse(uri.query().unwrap_or_default().as_bytes());
        jar.attempt_name(query.once("state").ok()?)
    } else {
        waiting::cookie_name(jar, uri.path())?
    };
    Attempt::read(name, headers)?.language
}

#[cfg(test)]
mod tests {
    use http::header;

    use super::*;

    const NAME: &str = "latchkey-nI3gx5CBAYYYFEUy";
    const JAR: Jar = Jar { https: false };

    fn read(value: &str) -> Option<(String, Option<&'static str>)> {
        let cookie = HeaderValue::try_from(format!("{NAME}={value}")).unwrap();
        let headers = HeaderMap::from_iter([(header::COOKIE, cookie)]);
        let attempt = Attempt::read(NAME.to_owned(), &headers)?;
        Some((attempt.browser_secret, attempt.language.map(|texts| texts.lang)))
    }

    #[test]
    fn what_is_kept_reads_back() {
        for (ui_locales, value, language) in [
            ("", "secret", None),
            ("tlh", "secret", None),
            ("tlh de-CH en", "secret~de", Some("de")),
            ("en", "secret~en", Some("en")),
        ] {
            let attempt = Attempt::begun(NAME, "secret", ui_locales);
            let kept = attempt.keep(JAR, Duration::from_mins(1)).unwrap();
            let expected = format!("{NAME}={value}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax");
            assert_eq!(kept.to_str().unwrap(), expected);
            assert_eq!(read(value), Some(("secret".to_owned(), language)), "{ui_locales}");
        }
        assert_eq!(Attempt::begun(NAME, "secret", "de").suffix(JAR), "nI3gx5CBAYYYFEUy");
    }

    #[test]
    fn what_nobody_wrote_is_a_secret_without_a_language() {
        for (value, secret) in [
            ("secret~", "secret"),
            ("secret~tlh", "secret"),
            ("secret~~de", "secret"),
            ("secret~<script>", "secret"),
            ("~", ""),
        ] {
            assert_eq!(read(value), Some((secret.to_owned(), None)), "{value}");
        }
        assert_eq!(read(""), None);
    }
}
