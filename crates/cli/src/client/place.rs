//! Names: whole ones, or short ones in an environment that is known.

use anyhow::Result;

use crate::config::Problems;

/// Whose resources are meant.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Place {
    /// The environment of names that are given by their ids alone, such as dev.
    #[arg(long, global = true, env = "LATCHKEY_ENVIRONMENT", value_name = "ID")]
    pub(crate) environment: Option<String>,
}

impl Place {
    /// The environment's resource name.
    pub(crate) fn parent(&self) -> Result<String> {
        let missing = || {
            Problems::one(
                "an environment is missing: --environment, or LATCHKEY_ENVIRONMENT".into(),
            )
        };
        let environment = self.environment.as_ref().ok_or_else(missing)?;
        Ok(environment_name(environment))
    }

    /// A connection's resource name.
    pub(crate) fn connection(&self, given: &str) -> Result<String> {
        self.name(&["connections"], given)
    }

    /// An application's resource name.
    pub(crate) fn application(&self, given: &str) -> Result<String> {
        self.name(&["applications"], given)
    }

    /// An organization's resource name.
    pub(crate) fn organization(&self, given: &str) -> Result<String> {
        self.name(&["organizations"], given)
    }

    /// A resource name below the environment, from itself or from an id for each collection.
    pub(crate) fn name(&self, collections: &[&str], given: &str) -> Result<String> {
        if given.starts_with("environments/") {
            return Ok(given.to_owned());
        }
        let ids = given.split('/').collect::<Vec<_>>();
        if ids.len() != collections.len() {
            let expected = collections.iter().map(|collection| singular(collection));
            let expected = expected.collect::<Vec<_>>().join("/");
            let problem = format!("{given}: must be {expected}, by ids, or the whole name");
            return Err(Problems::one(problem).into());
        }
        let below =
            collections.iter().zip(ids).map(|(collection, id)| format!("/{collection}/{id}"));
        Ok(format!("{}{}", self.parent()?, below.collect::<String>()))
    }
}

fn singular(collection: &str) -> String {
    match collection.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => collection.trim_end_matches('s').to_owned(),
    }
}

/// The resource name of an environment, from itself or from its id.
pub(crate) fn environment_name(given: &str) -> String {
    if given.starts_with("environments/") {
        given.to_owned()
    } else {
        format!("environments/{given}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_given_whole_or_by_its_ids() {
        let dev = Place { environment: Some("dev".to_owned()) };
        let names = ["connections", "credentials"];
        let whole = "environments/live/connections/a/credentials/b";
        assert_eq!(dev.connection("a").unwrap(), "environments/dev/connections/a");
        assert_eq!(dev.name(&names, "a/b").unwrap(), whole.replace("live", "dev"));
        assert_eq!(Place::default().name(&names, whole).unwrap(), whole);
        assert!(Place::default().connection("a").is_err());
        let refused = dev.name(&names, "a").unwrap_err().to_string();
        assert_eq!(refused, "a: must be connection/credential, by ids, or the whole name");
        let refused = dev.name(&["users", "identities"], "a").unwrap_err().to_string();
        assert_eq!(refused, "a: must be user/identity, by ids, or the whole name");
    }
}
