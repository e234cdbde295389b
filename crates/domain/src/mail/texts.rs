//! What mails say, in each language.

use super::Language;

/// The sentences of a mail with a code.
pub(super) struct CodeTexts {
    pub(super) subject: String,
    /// What the code is for.
    pub(super) what: String,
    /// How long it works.
    pub(super) how_long: String,
    /// For who did not ask for it.
    pub(super) ignore: &'static str,
}

pub(super) fn of_code(language: Language, application: &str, minutes: u64) -> CodeTexts {
    match language {
        Language::English => english(application, minutes),
        Language::German => german(application, minutes),
    }
}

fn english(application: &str, minutes: u64) -> CodeTexts {
    let minutes = if minutes == 1 { "1 minute".to_owned() } else { format!("{minutes} minutes") };
    CodeTexts {
        subject: format!("Your code for {application}"),
        what: format!("Enter this code to sign in to {application}:"),
        how_long: format!("It works for {minutes}, in the browser that asked for it."),
        ignore: "If it was not you who asked for it, ignore this mail. Nobody will ever ask you to pass the code on.",
    }
}

fn german(application: &str, minutes: u64) -> CodeTexts {
    let minutes = if minutes == 1 { "1 Minute".to_owned() } else { format!("{minutes} Minuten") };
    CodeTexts {
        subject: format!("Ihr Code für {application}"),
        what: format!("Geben Sie diesen Code ein, um sich bei {application} anzumelden:"),
        how_long: format!("Er gilt {minutes}, in dem Browser, der ihn angefordert hat."),
        ignore: "Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese Nachricht. Niemand wird Sie je bitten, den Code weiterzugeben.",
    }
}
