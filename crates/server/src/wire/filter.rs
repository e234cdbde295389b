//! Filters (AIP-160): comparisons of the fields that a list knows, joined by `AND`.

use latchkey_domain::Invalid;

/// Longer than any filter that means something.
const MAX_LENGTH: usize = 512;

/// Reads `{field} = "{value}"`; nothing if there is no filter.
pub(crate) fn equals<T>(
    filter: &str,
    field: &'static str,
    read: impl FnOnce(&str) -> Result<T, Invalid>,
) -> Result<Option<T>, Invalid> {
    let found = comparisons(filter, &[field])?;
    found.first().map(|(_, value)| read(value)).transpose()
}

/// Reads `{field} = "{value}" AND {field} = "{value}" …`, each field at most once and none of them
/// empty.
pub(crate) fn comparisons<'a>(
    filter: &'a str,
    fields: &[&'static str],
) -> Result<Vec<(&'static str, &'a str)>, Invalid> {
    let refuse = || {
        let known = fields.iter().map(|field| format!("{field} = \"…\"")).collect::<Vec<_>>();
        let joined = if fields.len() > 1 { ", each at most once, joined by AND" } else { "" };
        Invalid(format!("must be empty or {}{joined}", known.join(" or ")).into())
    };
    if filter.len() > MAX_LENGTH {
        return Err(refuse());
    }
    let mut found = Vec::new();
    let mut rest = filter.trim();
    while !rest.is_empty() {
        let (field, value, behind) = comparison(rest, fields).ok_or_else(refuse)?;
        if found.iter().any(|(before, _)| *before == field) {
            return Err(refuse());
        }
        found.push((field, value));
        rest = match behind.trim_start() {
            "" => "",
            more => next(behind, more).ok_or_else(refuse)?,
        };
    }
    Ok(found)
}

/// The first comparison, and what is behind it.
fn comparison<'a>(
    text: &'a str,
    fields: &[&'static str],
) -> Option<(&'static str, &'a str, &'a str)> {
    let (left, right) = text.split_once('=')?;
    let field = fields.iter().copied().find(|field| *field == left.trim())?;
    let (value, behind) = right.trim_start().strip_prefix('"')?.split_once('"')?;
    let plain = !value.is_empty() && !value.contains('\\');
    plain.then_some((field, value, behind))
}

/// What follows an `AND` that stands alone.
fn next<'a>(behind: &str, more: &'a str) -> Option<&'a str> {
    let rest = more.strip_prefix("AND").filter(|rest| rest.starts_with(char::is_whitespace))?;
    let rest = rest.trim_start();
    (behind.starts_with(char::is_whitespace) && !rest.is_empty()).then_some(rest)
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
    fn a_filter_is_several_comparisons_where_the_list_knows_several() {
        let read = |filter| comparisons(filter, &["action", "actor"]);
        let both = Ok(vec![("actor", "b AND c"), ("action", "a")]);
        assert_eq!(read(r#"actor = "b AND c" AND action="a""#), both);
        assert_eq!(read(r#" actor="b AND c"  AND  action = "a" "#), both);
        assert_eq!(read("  "), Ok(Vec::new()));
        for bad in [
            r#"action = "a" AND"#,
            r#"action = "a" AND "#,
            r#"action = "a"AND actor = "b""#,
            r#"action = "a" ANDactor = "b""#,
            r#"action = "a" and actor = "b""#,
            r#"action = "a" OR actor = "b""#,
            r#"action = "a" actor = "b""#,
            r#"action = "a" AND action = "b""#,
            r#"action = "a" AND other = "b""#,
            r#"action = """#,
            r#"AND action = "a""#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
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
