//! Holds `config/example.toml` to what can be set.

use std::collections::BTreeSet;

use latchkey_providers::{ProviderConfig, Registry};
use secrecy::ExposeSecret;
use serde::{
    Deserialize,
    de::{self, Visitor, value::Error},
};
use toml::{Table, Value};

use super::{Config, KeyringConfig};

const EXAMPLE: &str = include_str!("../../../../config/example.toml");

/// A deserializer that gives nothing, and notes which fields were asked for.
struct Asked<'a>(&'a mut &'static [&'static str]);

impl<'de> de::Deserializer<'de> for Asked<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(de::Error::custom("asked"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        *self.0 = fields;
        Err(de::Error::custom("asked"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

fn fields<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    let mut fields: &[&str] = &[];
    assert!(T::deserialize(Asked(&mut fields)).is_err());
    assert!(!fields.is_empty());
    fields
}

/// The example with the settings switched on that have no default.
fn switched_on() -> Table {
    let lines = EXAMPLE.lines().map(|line| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with(' ') => setting,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n").parse().unwrap()
}

#[test]
fn the_example_is_what_holds_without_a_file() {
    let example: Config = toml::from_str(EXAMPLE).unwrap();
    assert_eq!(format!("{example:?}"), format!("{:?}", Config::default()));
    // Debug hides these.
    assert_eq!(example.store.url.expose_secret(), Config::default().store.url.expose_secret());
}

#[test]
fn every_setting_is_in_the_example() {
    let table = switched_on();
    let top = fields::<Config>().iter().copied().collect::<BTreeSet<_>>();
    assert_eq!(top, table.keys().map(String::as_str).collect());
    let sections = [
        ("server", fields::<latchkey_server::Config>()),
        ("store", fields::<latchkey_store::Config>()),
        ("keyring", fields::<KeyringConfig>()),
        ("dns", fields::<latchkey_dns::Config>()),
        ("relay", fields::<latchkey_relay::Config>()),
        ("mail", fields::<latchkey_mail::Config>()),
        ("gateway", fields::<latchkey_gateway::Config>()),
        ("telemetry", fields::<latchkey_telemetry::Config>()),
    ];
    for (section, fields) in sections {
        let Value::Table(shown) = &table[section] else { panic!("{section} is a table") };
        let shown = shown.keys().map(String::as_str).collect::<BTreeSet<_>>();
        assert_eq!(shown, fields.iter().copied().collect(), "{section}");
    }
    let limits = table["server"]["limits"].as_table().unwrap();
    let limits = limits.keys().map(String::as_str).collect::<BTreeSet<_>>();
    assert_eq!(limits, fields::<latchkey_server::LimitsConfig>().iter().copied().collect());
}

#[test]
fn everything_in_the_example_can_be_switched_on() {
    let config = Config::deserialize(Value::Table(switched_on())).unwrap();
    assert!(config.gateway.is_some() && config.mail.is_some());
    assert!(!config.providers.is_empty());
    let providers: Vec<&ProviderConfig> = config.providers.values().collect();
    assert!(providers.iter().all(|provider| provider.settings.len() == 5), "{providers:?}");
    Registry::open(&config.providers).unwrap();
    assert_eq!(config.check(&super::Section::ALL), Ok(()));
}
