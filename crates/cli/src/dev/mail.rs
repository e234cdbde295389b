//! Mail as `dev` has it: on the terminal, where whoever tries it looks, and nowhere else.

use async_trait::async_trait;
use latchkey_domain::mail::{Cause, Mailer, Message, SendError};

use crate::{
    client::printable,
    terminal::{Look, Palette, say},
};

/// Shows each mail, the code included: whoever runs it may be anybody here without a password anyway.
#[derive(Debug)]
pub(super) struct OnTheTerminal;

#[async_trait]
impl Mailer for OnTheTerminal {
    async fn send(&self, message: &Message) -> Result<(), SendError> {
        // Nobody reads any more: then it ends soon.
        say(&shown(message, Palette::of_stdout())).map_err(|_| SendError::Later(Cause::Connection))
    }
}

/// Whom it is to and what it says, set off from the events.
fn shown(message: &Message, palette: Palette) -> String {
    let to = printable(message.to.as_str());
    let head = format!("Mail to {to}: {}", printable(&message.subject));
    let lines = message.text.lines().filter(|line| !line.is_empty());
    let lines = lines.map(|line| format!("    {}", printable(line)));
    let head = format!("  {}", palette.paint(Look::Strong, &head));
    std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use latchkey_domain::{
        email::EmailAddress,
        id::MailId,
        mail::{EmailCode, Language, Letter},
        text::DisplayName,
        time::Timestamp,
    };

    use super::*;

    #[test]
    fn a_mail_is_shown_with_its_code_on_a_line_of_its_own() {
        let letter = Letter::EmailCode(EmailCode {
            to: EmailAddress::parse("alice@mail.example").unwrap(),
            code: "482913".into(),
            application: DisplayName::parse("Demo").unwrap(),
            lifetime: Duration::from_mins(10),
            language: Language::English,
        });
        let mail = letter.compose(MailId::new(Timestamp(0)), Timestamp(0));
        let shown = shown(&mail, Palette::plain());
        let lines: Vec<_> = shown.lines().take(3).collect();
        assert_eq!(
            lines,
            [
                "  Mail to alice@mail.example: Your code for Demo",
                "    Enter this code to sign in to Demo:",
                "    482913",
            ]
        );
    }
}
