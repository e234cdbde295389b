//! The codes of a sign-in: derived from it, each from its number, so that none is kept.

use latchkey_domain::{email_code::EmailCode, id::AttemptId};
use latchkey_keyring::{KeyRing, Purpose, is_same_secret};
use secrecy::ExposeSecret;

use crate::{Result, login::attempt::Opened};

/// The code of this number.
pub(super) fn code_of(opened: &Opened, number: u32, keyring: &KeyRing) -> Result<EmailCode> {
    let info = info(opened.attempt.flow.id, number);
    let derived = keyring.derive(opened.key, Purpose::EmailCode, &info)?;
    Ok(EmailCode::from_bytes(derived))
}

fn info(id: AttemptId, number: u32) -> Vec<u8> {
    [&id.0.as_bytes()[..], &number.to_be_bytes()].concat()
}

/// Whether two codes are the same, in a time that does not tell how far they are.
pub(super) fn is_same(one: &EmailCode, other: &EmailCode) -> bool {
    is_same_secret(one.expose_secret().as_bytes(), other.expose_secret().as_bytes())
}

#[cfg(test)]
mod tests {
    use latchkey_domain::{mail::Language, time::Timestamp};
    use latchkey_keyring::KeyFile;

    use super::*;
    use crate::login::attempt::tests::attempt;

    #[test]
    fn each_number_of_each_sign_in_has_a_code_of_its_own() {
        let keyring = KeyRing::load(&KeyFile::generate().unwrap()).unwrap();
        let opened =
            Opened { attempt: attempt(), key: keyring.primary(), language: Language::English };
        let mut other = opened.clone();
        other.attempt.flow.id = AttemptId::new(Timestamp(5));
        let derived = [(&opened, 1), (&opened, 2), (&other, 1), (&other, 2)].map(|(of, number)| {
            keyring.derive(of.key, Purpose::EmailCode, &info(of.attempt.flow.id, number)).unwrap()
        });
        for (nth, one) in derived.iter().enumerate() {
            assert!(derived[nth + 1..].iter().all(|other| other != one), "{nth}");
            let code = EmailCode::from_bytes(*one);
            let of = if nth < 2 { &opened } else { &other };
            let number = if nth % 2 == 0 { 1 } else { 2 };
            assert!(is_same(&code, &code_of(of, number, &keyring).unwrap()));
            assert!(!is_same(&code, &code_of(of, number + 7, &keyring).unwrap()));
        }
    }
}
