//! Where settings come from: a file, then variables, then files that variables name.

use std::{ffi::OsString, path::Path};

use anyhow::Result;
use serde::Deserialize;
use toml::{Table, Value};

use super::{Config, Problems, setting::Setting};
use crate::files;

/// Read when no other file is named, if it is there.
const DEFAULT_FILE: &str = "latchkey.toml";
/// What the name of a variable begins with, and what stands between its parts.
const PREFIX: &str = "LATCHKEY__";
/// A variable with this behind a setting's name names the file that holds the value.
const FILE_SUFFIX: &str = "_FILE";

impl Config {
    /// Reads the configuration of this process: `file` (or `latchkey.toml` if it is there), and the
    /// variables.
    pub(crate) fn read(file: Option<&Path>) -> Result<Self> {
        let path = file.unwrap_or(Path::new(DEFAULT_FILE));
        let text = files::read(path)?;
        if text.is_none() && file.is_some() {
            return Err(Problems::one(format!("there is no {}", path.display())).into());
        }
        let name = path.display().to_string();
        let file = text.as_deref().map(|text| (name.as_str(), text));
        let variables = std::env::vars_os().map(|(name, value)| (lossy(name), lossy(value)));
        Ok(Self::from_sources(file, variables)?)
    }

    /// Puts the sources together; every problem is told, not only the first.
    fn from_sources(
        file: Option<(&str, &str)>,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, Problems> {
        let mut table = Table::new();
        let mut problems = Vec::new();
        let in_file = file.map_or_else(Vec::new, |(name, text)| of_file(name, text));
        for setting in in_file.into_iter().chain(of_variables(variables)) {
            match setting.and_then(Setting::understood) {
                Ok(setting) => setting.put_into(&mut table),
                Err(problem) => problems.push(problem),
            }
        }
        let config = match Self::deserialize(Value::Table(table)) {
            Ok(config) if problems.is_empty() => return Ok(config),
            Ok(_) => return Err(Problems(problems)),
            Err(error) => error.to_string(),
        };
        problems.push(config.trim().replace('\n', " "));
        Err(Problems(problems))
    }
}

fn of_file(name: &str, text: &str) -> Vec<Result<Setting, String>> {
    match text.parse::<Table>() {
        Ok(table) => Setting::all_of(&table, name).into_iter().map(Ok).collect(),
        // The message alone: the line that it points at may hold a secret.
        Err(error) => vec![Err(format!("{name}: {}", at(text, &error)))],
    }
}

fn at(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let line = text.get(..start).unwrap_or_default().lines().count().max(1);
    format!("line {line}: {}", error.message())
}

fn of_variables(variables: impl Iterator<Item = (String, String)>) -> Vec<Result<Setting, String>> {
    let mut ours = variables
        .filter(|(name, _)| name.starts_with(PREFIX))
        .map(|(name, value)| (names_file(&name), name, value))
        .collect::<Vec<_>>();
    // Files last, and the rest in an order that is always the same.
    ours.sort();
    ours.into_iter().map(|(is_file, name, value)| of_variable(is_file, &name, &value)).collect()
}

/// `…__KEY_FILE` does, `…__FILE` is a setting called `file`.
fn names_file(name: &str) -> bool {
    let last = name.rsplit("__").next().unwrap_or_default();
    last.len() > FILE_SUFFIX.len() && last.ends_with(FILE_SUFFIX)
}

fn of_variable(is_file: bool, name: &str, value: &str) -> Result<Setting, String> {
    let setting = name.trim_start_matches(PREFIX);
    if !is_file {
        return Ok(Setting::of_variable(name, setting, value));
    }
    let text = std::fs::read_to_string(value)
        .map_err(|error| format!("{name}: the file cannot be read: {error}"))?;
    let setting = setting.strip_suffix(FILE_SUFFIX).unwrap_or(setting);
    Ok(Setting::of_variable(name, setting, text.trim()))
}

fn lossy(text: OsString) -> String {
    text.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn read(file: &str, variables: &[(&str, &str)]) -> Result<Config, Vec<String>> {
        let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        Config::from_sources(Some(("latchkey.toml", file)), variables).map_err(|it| it.0)
    }

    #[test]
    fn a_later_source_overrides_an_earlier_one() {
        let secret = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(secret.path(), "sqlite:from-secret.db\n").unwrap();
        let file = "[store]\nurl = 'sqlite:from-file.db'";
        let variable = ("LATCHKEY__STORE__URL", "sqlite:from-variable.db");
        let named = ("LATCHKEY__STORE__URL_FILE", secret.path().to_str().unwrap());
        let url = |file, variables: &[_]| {
            read(file, variables).unwrap().store.url.expose_secret().to_owned()
        };

        assert_eq!(url("", &[]), "sqlite:.latchkey/latchkey.db");
        assert_eq!(url(file, &[]), "sqlite:from-file.db");
        assert_eq!(url(file, &[variable]), "sqlite:from-variable.db");
        assert_eq!(url(file, &[named, variable]), "sqlite:from-secret.db");
    }

    #[test]
    fn a_variable_is_read_as_the_type_that_its_setting_has() {
        let config = read(
            "",
            &[
                ("LATCHKEY__PRODUCTION", "true"),
                ("LATCHKEY__STORE__MAX_CONNECTIONS", "8"),
                ("LATCHKEY__TELEMETRY__SAMPLE_RATIO", "1"),
                ("LATCHKEY__TELEMETRY__SERVICE_NAME", "42"),
                ("LATCHKEY__KEYRING__FILE", "/keys/ring"),
                ("LATCHKEY__PROVIDERS__STAND_IN__KIND", "bitbucket"),
                ("LATCHKEY__PROVIDERS__STAND_IN__STAND_IN", "true"),
                ("LATCHKEY_KEY", "not a setting"),
            ],
        )
        .unwrap();
        assert!(config.production);
        assert_eq!(config.store.max_connections, 8);
        assert!((config.telemetry.sample_ratio - 1.0).abs() < f64::EPSILON);
        assert_eq!(config.telemetry.service_name, "42");
        assert_eq!(config.keyring.file.to_str(), Some("/keys/ring"));
        let stand_in = &config.providers[&"stand-in".to_owned().try_into().unwrap()];
        assert_eq!(stand_in.settings["stand_in"], true);
    }

    #[test]
    fn every_problem_is_told_at_once_with_where_it_is() {
        let file = "\
            production = 'maybe'\n\
            [store]\n\
            colour = 'blue'\n\
            max_connections = -1\n\
            [bogus]\n";
        let problems = read(
            file,
            &[
                ("LATCHKEY__STORE__SIZE", "1"),
                ("LATCHKEY__TELEMETRY__METRICS_LISTEN", "here"),
                ("LATCHKEY__RELAY__URL_FILE", "/nowhere/at/all"),
            ],
        )
        .unwrap_err();
        let begins = [
            "latchkey.toml: bogus: unknown field `bogus`",
            "latchkey.toml: production: invalid type",
            "latchkey.toml: store.colour: unknown field `colour`",
            "latchkey.toml: store.max_connections: invalid value",
            "LATCHKEY__STORE__SIZE: store.size: unknown field `size`",
            "LATCHKEY__TELEMETRY__METRICS_LISTEN: telemetry.metrics_listen: invalid",
            "LATCHKEY__RELAY__URL_FILE: the file cannot be read",
        ];
        assert_eq!(problems.len(), begins.len(), "{problems:#?}");
        for (problem, begin) in problems.iter().zip(begins) {
            assert!(problem.starts_with(begin), "{problem} does not begin with {begin}");
        }
    }

    #[test]
    fn a_file_that_is_no_toml_is_told_by_its_line_without_what_is_there() {
        let problems = read("[relay]\nurl = hunter2", &[]).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert!(problems[0].starts_with("latchkey.toml: line 2: "), "{problems:?}");
        assert!(!problems[0].contains("hunter2"), "{problems:?}");
    }

    #[test]
    fn a_provider_without_a_kind_is_refused() {
        let problems = read("[providers.acme]\nstand_in = true", &[]).unwrap_err();
        assert!(problems[0].contains("missing field `kind`"), "{problems:?}");
        assert!(problems[0].contains("providers.acme"), "{problems:?}");
    }
}
