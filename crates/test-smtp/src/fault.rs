//! What a mail can meet.

/// A failure, of one mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The recipient is answered so, such as 450 or 550. The text repeats the address, as servers do.
    Recipient(u16),
    /// The mail is answered so, once it is there.
    Mail(u16),
    /// The connection is cut before the recipient is answered.
    CutBefore,
    /// The mail is taken, and the connection cut before that is said.
    CutAfter,
    /// The mail is taken, and that is never said.
    HangAfter,
    /// The recipient is never answered.
    Hang,
}
