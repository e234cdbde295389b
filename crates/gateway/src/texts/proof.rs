//! What the pages say on which people prove an address.

mod de;
mod en;

pub(super) use de::GERMAN;
pub(super) use en::ENGLISH;

/// The pages that ask for an address, a code and a link. `{}` stands for the address.
#[derive(Debug)]
pub(crate) struct ProofTexts {
    /// The title of a page on which something is wrong; `{}` stands for its title.
    pub(crate) error_title: &'static str,
    pub(crate) email_title: &'static str,
    pub(crate) email_what: &'static str,
    pub(crate) email_label: &'static str,
    pub(crate) email_wrong: &'static str,
    pub(crate) email_send: &'static str,
    pub(crate) code_title: &'static str,
    pub(crate) sent_to: &'static str,
    pub(crate) code_label: &'static str,
    pub(crate) code_hint: &'static str,
    pub(crate) code_send: &'static str,
    pub(crate) six_digits: &'static str,
    pub(crate) wrong: &'static str,
    pub(crate) expired: &'static str,
    pub(crate) too_many: &'static str,
    pub(crate) too_soon: &'static str,
    /// Another code is on its way.
    pub(crate) sent: &'static str,
    pub(crate) not_there: &'static str,
    pub(crate) resend: &'static str,
    pub(crate) link_title: &'static str,
    pub(crate) link_what: &'static str,
    pub(crate) link_then: &'static str,
    pub(crate) link_yes: &'static str,
    pub(crate) link_no: &'static str,
    pub(crate) cancel: &'static str,
}
