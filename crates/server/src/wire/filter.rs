//! Filters (AIP-160): the one comparison that each list knows.

use latchkey_domain::Invalid;

/// Longer than any filter that means something.
const MAX_LENGTH: usize = 512;

/// Reads `{field} = "{value}"`; nothing if there is no filter.
pub(crate) fn equals<T>(
    filter: &str,
    field: &str,
    read: impl FnOnce(&str) -> Result<T, Invalid>,
) -> Result<Option<T>, Invalid> {
    let refuse = || Invalid(format!("must be empty or {field} = \"…\"").into());
    if filter.len() > MAX_LENGTH {
        return Err(refuse());
    }
    if filter.trim().is_empty() {
        return Ok(None);
    }
    let (left, right) = filter.split_once('=').ok_or_else(refuse)?;
    let value = right.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let value = value.filter(|value| left.trim() == field && !value.contains(['"', '\\']));
    read(value.ok_or_else(refuse)?).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(filter: &str) -> Result<Option<String>, Invalid> {
        equals(filter, "email", |value| Ok(value.to_owned()))
    }

    #[test]
    fn a_filter_is_one_comparison() {
        assert_eq!(read(""), Ok(None));
        assert_eq!(read(r#"email = "a=b@c.example""#), Ok(Some("a=b@c.example".to_owned())));
        assert_eq!(read(r#"email="x""#), Ok(Some("x".to_owned())));
    }

    #[test]
    fn what_it_does_not_know_is_refused() {
        for bad in [
            "email",
            "email = x",
            r#"name = "x""#,
            r#"email = "x" AND email = "y""#,
            r#"email != "x""#,
            r#"email = "x"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
