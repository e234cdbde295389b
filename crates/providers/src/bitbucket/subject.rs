//! The id of an account that never changes: its uuid.

use latchkey_domain::{profile::Subject, provider::Error};

/// A uuid in braces, in one case: two spellings must not be two people, nor nothing be everybody.
pub(super) fn subject(uuid: &str) -> Result<Subject, Error> {
    const REFUSED: Error = Error::Malformed("an account without a uuid");
    let bare = uuid.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).ok_or(REFUSED)?;
    let groups: Vec<_> = bare.split('-').collect();
    let hex = groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if !hex || groups.iter().map(|group| group.len()).ne([8, 4, 4, 4, 12]) {
        return Err(REFUSED);
    }
    Subject::parse(&uuid.to_ascii_lowercase()).map_err(|_| REFUSED)
}

#[cfg(test)]
mod tests {
    use super::subject;

    const UUID: &str = "{11111111-1111-4111-8111-11111111111a}";

    #[test]
    fn a_subject_is_a_uuid_in_braces_in_lower_case() {
        assert_eq!(subject(UUID).unwrap().as_str(), UUID);
        assert_eq!(subject(&UUID.to_ascii_uppercase()).unwrap().as_str(), UUID);
    }

    #[test]
    fn what_is_no_uuid_is_nobody() {
        for bad in [
            "",
            "{}",
            "{----}",
            "11111111-1111-4111-8111-11111111111a",
            "{11111111-1111-4111-8111-11111111111}",
            "{11111111-1111-4111-8111-11111111111g}",
            "{111111111111-4111-8111-1111-1111111a}",
            "{11111111-1111-4111-8111-11111111111a-}",
            "{11111111-1111-4111-8111-11111111111a} ",
            "{11111111-1111-4111-8111-1111111111١}",
            "{{1111111-1111-4111-8111-11111111111a}}",
        ] {
            assert!(subject(bad).is_err(), "{bad}");
        }
    }
}
