//! The workspaces of a provider whose members may sign in.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use crate::Invalid;

/// A workspace as an administrator names it: by its UUID in braces, which stays its own, or by its
/// slug, which can be changed, and be another workspace's then.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorkspaceId(String);

impl WorkspaceId {
    /// Room for every slug: Bitbucket's have at most 62 characters.
    const MAX_CHARS: usize = 64;

    /// Accepts a UUID in braces, in whatever case, or a slug, which is compared as it stands.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        const REFUSED: Invalid = Invalid::new(
            "must be a workspace's UUID in braces, or its slug: 1 to 64 letters, digits, `_`, `-` or `.`",
        );
        if let Some(uuid) = text.strip_prefix('{') {
            let uuid = uuid.strip_suffix('}').filter(|uuid| is_uuid(uuid)).ok_or(REFUSED)?;
            return Ok(Self(format!("{{{}}}", uuid.to_ascii_lowercase())));
        }
        let is_of_a_slug = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        if text.is_empty() || text.len() > Self::MAX_CHARS || !text.bytes().all(is_of_a_slug) {
            return Err(REFUSED);
        }
        Ok(Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WorkspaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Eight, four, four, four and twelve hexadecimal digits.
fn is_uuid(text: &str) -> bool {
    let groups = text.split('-').map(|group| {
        let is_hex = group.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then_some(group.len())
    });
    groups.eq([8, 4, 4, 4, 12].map(Some))
}

/// Whose members may come through a connection: at most 50 workspaces; of none, everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AllowedWorkspaces(Vec<WorkspaceId>);

impl AllowedWorkspaces {
    const MOST: usize = 50;

    /// Accepts a list that names each workspace once.
    pub fn parse(ids: Vec<WorkspaceId>) -> Result<Self, Invalid> {
        if ids.len() > Self::MOST {
            return Err(Invalid::new("must hold at most 50 workspaces"));
        }
        if ids.iter().collect::<BTreeSet<_>>().len() < ids.len() {
            return Err(Invalid::new("must name each workspace once"));
        }
        Ok(Self(ids))
    }

    /// Whether it takes no workspace to come in.
    pub const fn is_everybody(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a workspace is one of them, as its provider tells of it.
    pub fn hold(&self, uuid: Option<&str>, slug: Option<&str>) -> bool {
        let uuid = uuid.map(str::to_ascii_lowercase);
        self.0.iter().map(WorkspaceId::as_str).any(|id| {
            // A slug that looks like a UUID is none.
            let told = if id.starts_with('{') { uuid.as_deref() } else { slug };
            told == Some(id)
        })
    }

    /// The workspaces, as the administrator put them.
    pub fn iter(&self) -> impl Iterator<Item = &WorkspaceId> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "{2C4A1bd0-5d86-4b52-9a23-6a3f4b5c6d7e}";

    #[test]
    fn a_workspace_is_named_by_its_uuid_or_its_slug() {
        let read = |text: &str| WorkspaceId::parse(text).map(|id| id.to_string());
        assert_eq!(read(UUID).unwrap(), UUID.to_lowercase());
        for slug in ["acme", "Acme_2", "a-b.c", &"a".repeat(64)] {
            assert_eq!(read(slug).unwrap(), slug);
        }
        let bare = UUID.trim_matches(['{', '}']);
        let (open, inner) = (format!("{{{bare}"), UUID.replace('b', "x"));
        for bad in ["", "a b", "a/b", "{acme}", "{}", &open, &inner, "é", &"a".repeat(65)] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_workspace_is_held_by_its_own_uuid_or_its_slug_as_it_stands() {
        let ids = [UUID, "acme"].map(|text| WorkspaceId::parse(text).unwrap());
        let allowed = AllowedWorkspaces::parse(ids.into()).unwrap();
        let lower = UUID.to_lowercase();
        for (uuid, slug, expected) in [
            (Some(UUID), None, true),
            (Some(&*lower), Some("renamed"), true),
            (None, Some("acme"), true),
            (None, Some("Acme"), false),
            (None, Some("acme2"), false),
            (Some("acme"), None, false),
            (None, Some(&*lower), false),
            (Some("{aaaaaaaa-5d86-4b52-9a23-6a3f4b5c6d7e}"), Some("other"), false),
            (None, None, false),
        ] {
            assert_eq!(allowed.hold(uuid, slug), expected, "{uuid:?} {slug:?}");
        }
    }

    #[test]
    fn at_most_fifty_workspaces_are_named_each_once() {
        let list = |count: usize| {
            let id = |n| WorkspaceId::parse(&format!("w{n}")).unwrap();
            AllowedWorkspaces::parse((0..count).map(id).collect())
        };
        assert!(list(0).unwrap().is_everybody());
        assert!(list(50).is_ok() && list(51).is_err());
        let twice = [UUID, &UUID.to_lowercase()].map(|text| WorkspaceId::parse(text).unwrap());
        assert!(AllowedWorkspaces::parse(twice.into()).is_err());
    }
}
