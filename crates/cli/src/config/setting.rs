//! One setting: its path, its value, and who gave it.

use serde::Deserialize;
use toml::{Table, Value};

use super::Config;

/// The section whose tables are named by the operator and read by the providers themselves.
const PROVIDERS: &str = "providers";

/// A setting as a source gives it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Setting {
    path: Vec<String>,
    value: Value,
    /// The file or the variable that it comes from.
    origin: String,
}

impl Setting {
    /// Every setting of a table, in alphabetical order.
    pub(super) fn all_of(table: &Table, origin: &str) -> Vec<Self> {
        let mut settings = Vec::new();
        gather(table, &[], &mut |path, value| {
            settings.push(Self { path, value, origin: origin.to_owned() });
        });
        settings
    }

    /// The setting of a variable, such as `STORE__URL` for `store.url`.
    pub(super) fn of_variable(origin: &str, name: &str, value: &str) -> Self {
        let mut path = name.split("__").map(str::to_ascii_lowercase).collect::<Vec<_>>();
        if let [section, provider, ..] = path.as_mut_slice()
            && section == PROVIDERS
        {
            // A provider's name has hyphens, and a variable's cannot.
            *provider = provider.replace('_', "-");
        }
        Self { path, value: Value::String(value.to_owned()), origin: origin.to_owned() }
    }

    /// Lets the setting through if it fits, as text or else as the literal that the text is.
    ///
    /// Each setting is tried alone, so that every one that does not fit is told.
    pub(super) fn understood(mut self) -> Result<Self, String> {
        let refused = match self.fits() {
            Ok(()) if !self.is_for_provider() => return Ok(self),
            fits => fits,
        };
        let literal = self.literal();
        if let Some(literal) = literal {
            let text = std::mem::replace(&mut self.value, literal);
            if self.fits().is_ok() {
                return Ok(self);
            }
            self.value = text;
        }
        match refused {
            Ok(()) => Ok(self),
            Err(why) => Err(format!("{}: {}: {why}", self.origin, self.path.join("."))),
        }
    }

    /// Adds the setting to what came before it.
    pub(super) fn put_into(self, table: &mut Table) {
        let Some((key, tables)) = self.path.split_last() else { return };
        let mut inner = table;
        for name in tables {
            let next = inner.entry(name).or_insert_with(|| Value::Table(Table::new()));
            // Never another value: whatever has keys below it fits as a table only.
            let Value::Table(next) = next else { return };
            inner = next;
        }
        match (inner.get(key), &self.value) {
            // An empty table says that it is there, and takes nothing away.
            (Some(Value::Table(_)), Value::Table(_)) => {}
            _ => drop(inner.insert(key.clone(), self.value)),
        }
    }

    fn fits(&self) -> Result<(), String> {
        let mut alone = Table::new();
        if self.is_for_provider() {
            // The one setting that every provider must have.
            let kind = Value::String(String::new());
            let path = [PROVIDERS, &self.path[1], "kind"].map(str::to_owned).to_vec();
            Self { path, value: kind, origin: String::new() }.put_into(&mut alone);
        }
        self.clone().put_into(&mut alone);
        let read = Config::deserialize(Value::Table(alone));
        read.map(drop).map_err(|error| error.message().to_owned())
    }

    fn is_for_provider(&self) -> bool {
        self.path.len() == 3 && self.path[0] == PROVIDERS
    }

    /// The boolean or number that the text is.
    fn literal(&self) -> Option<Value> {
        let text = self.value.as_str()?;
        let boolean = || text.parse().map(Value::Boolean).ok();
        let integer = || text.parse().map(Value::Integer).ok();
        let float = || text.parse().map(Value::Float).ok();
        boolean().or_else(integer).or_else(float)
    }
}

fn gather(table: &Table, above: &[String], found: &mut impl FnMut(Vec<String>, Value)) {
    for (key, value) in table {
        let path = [above, std::slice::from_ref(key)].concat();
        match value {
            Value::Table(inner) if !inner.is_empty() => gather(inner, &path, found),
            _ => found(path, value.clone()),
        }
    }
}
