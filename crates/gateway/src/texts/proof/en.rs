//! English.

use super::ProofTexts;

/// English.
pub(in crate::texts) const ENGLISH: ProofTexts = ProofTexts {
    error_title: "Error: {}",
    email_title: "What is your mail address?",
    email_what: "Your account does not tell us an address that it has confirmed. We ask once, and send you a code to see that it is yours.",
    email_label: "E-mail address",
    email_wrong: "This does not look like an e-mail address. An address has a form like name@example.com.",
    email_send: "Send me a code",
    code_title: "Look into your mail",
    sent_to: "We sent a code of six digits to {}. Type or paste it here.",
    code_label: "Code",
    code_hint: "Six digits. It works for a few minutes.",
    code_send: "Continue",
    six_digits: "The code has six digits.",
    wrong: "This is not the code that we sent last. Look at the newest mail from us, and try again.",
    expired: "This code is too old. Ask for another one below.",
    too_many: "Those were too many tries for one code. Ask for another one below.",
    too_soon: "We sent a code less than half a minute ago. Mail can take a while: wait a little, and ask again.",
    sent: "If mail can be sent to your address, another code is on its way. The one before works no longer.",
    not_there: "No mail? Look into the folder for spam, too.",
    resend: "Send another code",
    link_title: "You have an account here already",
    link_what: "Somebody signed in here before with the address {}, which you have just proven to be yours.",
    link_then: "If you continue, your account is added to that one, and both let you in from now on. If it is not yours, do not continue.",
    link_yes: "Continue with my account",
    link_no: "Do not continue",
    cancel: "Cancel and go back",
};
