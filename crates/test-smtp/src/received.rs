//! A mail that came, as a mail program reads it.

use mail_parser::{Message, MessageParser};

/// A mail, and how it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Whom the envelope says it is from.
    pub from: String,
    /// Whom the envelope says it is to.
    pub to: String,
    /// The mail as it came.
    pub raw: Vec<u8>,
    /// Whether it came under TLS.
    pub under_tls: bool,
}

impl Received {
    /// A header as it stands, unfolded and not decoded; fails if it is there twice.
    pub fn raw_header(&self, name: &str) -> Option<String> {
        let message = self.message();
        let mut found = message.headers_raw().filter(|(found, _)| found.eq_ignore_ascii_case(name));
        let value = found.next().map(|(_, value)| value.trim().replace("\r\n", ""));
        assert!(found.next().is_none(), "{name} is there twice");
        value
    }

    /// The subject, decoded.
    pub fn subject(&self) -> String {
        self.message().subject().unwrap().to_owned()
    }

    /// The name beside the address that it is from, decoded.
    pub fn from_name(&self) -> Option<String> {
        let message = self.message();
        let from = message.from().unwrap().first().unwrap();
        from.name().map(str::to_owned)
    }

    /// The id that stays the same however often it comes.
    pub fn message_id(&self) -> String {
        self.message().message_id().unwrap().to_owned()
    }

    /// When it was written, in seconds since 1970.
    pub fn date(&self) -> i64 {
        self.message().date().unwrap().to_timestamp()
    }

    /// What it says in plain text.
    pub fn text(&self) -> String {
        self.body("text/plain")
    }

    /// What it says as a page.
    pub fn html(&self) -> String {
        self.body("text/html")
    }

    /// The only line of the text that is digits alone.
    pub fn code(&self) -> String {
        let text = self.text();
        let digits = |line: &&str| !line.is_empty() && line.bytes().all(|it| it.is_ascii_digit());
        let mut codes = text.lines().filter(digits);
        let code = codes.next().unwrap().to_owned();
        assert_eq!(codes.next(), None, "two codes");
        code
    }

    fn body(&self, kind: &str) -> String {
        let message = self.message();
        let mut parts = message.parts.iter().filter(|part| {
            let found = part.headers.iter().find_map(|header| header.value.as_content_type());
            let found = found.map(|it| format!("{}/{}", it.ctype(), it.subtype().unwrap_or("")));
            found.as_deref() == Some(kind)
        });
        let text = parts.next().unwrap().text_contents().unwrap().replace("\r\n", "\n");
        assert!(parts.next().is_none(), "two bodies of {kind}");
        text
    }

    fn message(&self) -> Message<'_> {
        MessageParser::default().parse(&self.raw).unwrap()
    }
}
