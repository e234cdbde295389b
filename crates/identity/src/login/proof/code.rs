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
        let codes: Vec<String> = [(&opened, 1), (&opened, 2), (&other, 1), (&other, 2)]
            .map(|(of, number)| code_of(of, number, &keyring).unwrap())
            .map(|code| code.expose_secret().to_owned())
            .into();
        // One of four may be another's by chance, once in some hundred thousand runs; not all.
        assert!(codes.iter().any(|code| *code != codes[0]), "{codes:?}");
        let again = code_of(&opened, 1, &keyring).unwrap();
        assert!(is_same(&again, &EmailCode::parse(&codes[0]).unwrap()));
    }
}
