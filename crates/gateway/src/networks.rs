//! Networks in a setting.

use std::{fmt, net::IpAddr};

use ipnet::IpNet;
use serde::{
    Deserializer,
    de::{Error, SeqAccess, Visitor},
};

/// Reads a list of networks and addresses, or a text in which commas part them: a variable holds no
/// list.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<IpNet>, D::Error> {
    input.deserialize_any(Networks)
}

struct Networks;

impl<'de> Visitor<'de> for Networks {
    type Value = Vec<IpNet>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("networks such as 10.0.0.0/8")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(network).collect()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut networks = Vec::new();
        while let Some(text) = list.next_element::<String>()? {
            networks.push(network(&text)?);
        }
        Ok(networks)
    }
}

/// One network; an address is a network of its own.
fn network<E: Error>(text: &str) -> Result<IpNet, E> {
    let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    network.map_err(|_| E::custom(format_args!("{text:?} is no network such as 10.0.0.0/8")))
}
