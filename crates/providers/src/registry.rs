//! The providers that are configured.

use std::{collections::BTreeMap, sync::Arc};

use latchkey_domain::provider::{Provider, ProviderName};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::bitbucket;

/// Makes a provider from its settings, or says per problem which field is wrong and why: `token_url: must be …`.
type Open = fn(&ProviderName, Map<String, Value>) -> Result<Arc<dyn Provider>, Vec<String>>;

/// Every kind of provider: a folder each, and a line here.
const KINDS: [(&str, Open); 1] = [("bitbucket", bitbucket::open)];

/// What a provider is made from: a table `[providers.NAME]` of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderConfig {
    /// Which folder reads the settings: one of [`Registry::kinds`].
    pub kind: String,
    /// The settings of that kind; unknown ones are refused when the registry is opened.
    #[serde(flatten)]
    pub settings: Map<String, Value>,
}

/// The providers by name; `bitbucket` is always among them.
#[derive(Debug)]
pub struct Registry {
    providers: BTreeMap<ProviderName, Arc<dyn Provider>>,
}

impl Registry {
    /// Opens every configured provider, and each kind under its own name with its defaults where that name is free.
    /// The error tells every problem with its field: `providers.bitbucket.token_url: must be …`.
    pub fn open(configured: &BTreeMap<ProviderName, ProviderConfig>) -> Result<Self, Vec<String>> {
        let mut providers = BTreeMap::new();
        let mut problems = Vec::new();
        for (name, config) in ready_made().chain(configured.clone()).collect::<BTreeMap<_, _>>() {
            match open(&name, config) {
                Ok(provider) => drop(providers.insert(name, provider)),
                Err(found) => {
                    problems.extend(found.iter().map(|it| format!("providers.{name}.{it}")));
                }
            }
        }
        if problems.is_empty() { Ok(Self { providers }) } else { Err(problems) }
    }

    /// The provider of that name.
    pub fn provider(&self, name: &ProviderName) -> Option<Arc<dyn Provider>> {
        self.providers.get(name).cloned()
    }

    /// The names of all providers, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &ProviderName> {
        self.providers.keys()
    }

    /// The kinds that can be configured.
    pub fn kinds() -> impl Iterator<Item = &'static str> {
        KINDS.iter().map(|(kind, _)| *kind)
    }
}

fn ready_made() -> impl Iterator<Item = (ProviderName, ProviderConfig)> {
    Registry::kinds().map(|kind| {
        let name = ProviderName::parse(kind).expect("a kind is a provider's name");
        (name, ProviderConfig { kind: kind.to_owned(), settings: Map::new() })
    })
}

fn open(name: &ProviderName, config: ProviderConfig) -> Result<Arc<dyn Provider>, Vec<String>> {
    let Some((_, open)) = KINDS.iter().find(|(kind, _)| *kind == config.kind) else {
        let kinds = Registry::kinds().collect::<Vec<_>>().join(", ");
        return Err(vec![format!("kind: must be one of {kinds}")]);
    };
    open(name, config.settings)
}
