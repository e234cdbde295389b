//! What is written to somebody, before it is a mail.

use std::{fmt, time::Duration};

use secrecy::{ExposeSecret, SecretString};

use super::{
    Language, Message,
    html::{Part, page},
    texts,
};
use crate::{email::EmailAddress, id::MailId, text::DisplayName, time::Timestamp};

/// A letter that waits to be sent.
#[derive(Debug, Clone)]
pub enum Letter {
    /// A code that proves whose an address is.
    EmailCode(EmailCode),
}

/// A one-time code, to the address that it proves.
#[derive(Clone)]
pub struct EmailCode {
    /// Whom it is to.
    pub to: EmailAddress,
    /// The code, as it is to be typed.
    pub code: SecretString,
    /// The application that the person signs in to.
    pub application: DisplayName,
    /// How long the code works from when it was made, a minute at least.
    pub lifetime: Duration,
    /// The language of the page that asked for it.
    pub language: Language,
}

impl fmt::Debug for EmailCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmailCode").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}

impl Letter {
    /// How long it is worth sending: nobody needs a code that does not work any more.
    pub const fn lifetime(&self) -> Duration {
        match self {
            Self::EmailCode(code) => code.lifetime,
        }
    }

    /// The mail that it becomes: the same for each try.
    pub fn compose(&self, id: MailId, written_at: Timestamp) -> Message {
        match self {
            Self::EmailCode(code) => code.compose(id, written_at),
        }
    }
}

impl EmailCode {
    fn compose(&self, id: MailId, date: Timestamp) -> Message {
        let code = self.code.expose_secret();
        // What is left of a minute is not promised.
        let minutes = (self.lifetime.as_secs() / 60).max(1);
        let told = texts::of_code(self.language, self.application.as_str(), minutes);
        let parts = [
            Part::Paragraph(&told.what),
            Part::Code(code),
            Part::Paragraph(&told.how_long),
            Part::Paragraph(told.ignore),
        ];
        Message {
            id,
            to: self.to.clone(),
            date,
            text: format!("{}\n\n{code}\n\n{}\n\n{}\n", told.what, told.how_long, told.ignore),
            html: page(self.language, &told.subject, &parts),
            subject: told.subject,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_790_000_000_000_000);

    fn letter(application: &str, minutes: u64, language: Language) -> Letter {
        Letter::EmailCode(EmailCode {
            to: EmailAddress::parse("rowan@mail.example").unwrap(),
            code: "482913".into(),
            application: DisplayName::parse(application).unwrap(),
            lifetime: Duration::from_mins(minutes),
            language,
        })
    }

    fn composed(application: &str, minutes: u64, language: Language) -> Message {
        letter(application, minutes, language).compose(MailId::new(NOW), NOW)
    }

    #[test]
    fn a_mail_with_a_code_says_what_it_is_for_how_long_it_works_and_what_to_do_with_it() {
        let mail = composed("Müller & Söhne", 10, Language::English);
        assert_eq!(mail.subject, "Your code for Müller & Söhne");
        assert_eq!(
            mail.text,
            "Enter this code to sign in to Müller & Söhne:\n\n482913\n\n\
             It works for 10 minutes, in the browser that asked for it.\n\n\
             If it was not you who asked for it, ignore this mail. \
             Nobody will ever ask you to pass the code on.\n"
        );
        assert!(mail.html.contains("sign in to Müller &amp; Söhne:"), "{}", mail.html);
    }

    #[test]
    fn it_is_written_in_the_language_of_the_page() {
        let mail = composed("Shop", 1, Language::German);
        assert_eq!(mail.subject, "Ihr Code für Shop");
        assert!(mail.text.contains("Er gilt 1 Minute, in dem Browser"), "{}", mail.text);
        assert!(mail.html.contains("<html lang=\"de\">"), "{}", mail.html);
    }

    #[test]
    fn in_each_language_the_code_stands_alone_and_nothing_is_linked_or_fetched() {
        for language in Language::ALL {
            let mail = composed("Shop", 120, language);
            assert_eq!(mail.text.lines().filter(|line| *line == "482913").count(), 1);
            assert!(mail.html.contains("<strong>482913</strong></p>"), "{}", mail.html);
            assert!(mail.text.contains("120"), "{}", mail.text);
            assert!(!mail.subject.contains("482913"), "a locked telephone shows subjects");
            for trace in ["http", "href", "src", "<img", "<script", "url("] {
                assert!(!mail.html.contains(trace), "{trace}: {}", mail.html);
            }
        }
    }

    #[test]
    fn every_try_is_the_same_mail() {
        let (letter, id) = (letter("Shop", 10, Language::English), MailId::new(NOW));
        assert_eq!(letter.compose(id, NOW), letter.compose(id, NOW));
    }

    #[test]
    fn neither_a_letter_nor_a_mail_shows_whom_it_is_to_or_what_it_says() {
        let shown = format!(
            "{:?} {:?}",
            letter("Shop", 10, Language::English),
            composed("Shop", 10, Language::English)
        );
        for hidden in ["482913", "rowan", "Shop"] {
            assert!(!shown.contains(hidden), "{shown}");
        }
    }
}
