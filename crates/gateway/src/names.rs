//! Resource names, made from what a URL holds.

/// Longest id of a resource: that of a made-up one, and that of a chosen one (63 characters).
const LONGEST_ID: usize = 63;

/// Whether this is the last part of a resource name.
pub(crate) fn is_id(id: &str) -> bool {
    (1..=LONGEST_ID).contains(&id.len()) && is_plain(id)
}

/// Whether a text has the characters of base64url (RFC 4648, section 5) and no others, as ids, tickets and
/// all that is sealed have.
pub(crate) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// The id in `value`, which is a bare id or the full name of something directly in `environment`.
fn id_in<'a>(environment: &str, collection: &str, value: &'a str) -> Option<&'a str> {
    let inside = || value.strip_prefix(environment)?.strip_prefix('/');
    let named = || inside()?.strip_prefix(collection)?.strip_prefix('/');
    Some(named().unwrap_or(value)).filter(|id| is_id(id))
}

/// The full name of what `value`, an id or a full name, means in `environment`.
pub(crate) fn full(environment: &str, collection: &str, value: &str) -> Option<String> {
    let id = id_in(environment, collection, value)?;
    Some(format!("{environment}/{collection}/{id}"))
}

/// The last part of a resource name.
pub(crate) fn last_part(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_and_a_full_name_mean_the_same() {
        let id = |value| id_in("environments/dev", "applications", value);
        assert_eq!(id("notes"), Some("notes"));
        assert_eq!(id("environments/dev/applications/notes"), Some("notes"));
    }

    #[test]
    fn a_name_from_elsewhere_is_no_id() {
        let foreign = [
            "",
            "environments/live/applications/notes",
            "environments/dev/connections/notes",
            "environments/dev/applications/",
            "environments/dev/applications/notes/x",
            "environments/developers/applications/notes",
            "a/b",
            "no;tes",
            "..",
            &"x".repeat(64),
        ];
        for value in foreign {
            assert_eq!(id_in("environments/dev", "applications", value), None, "{value}");
        }
    }
}
