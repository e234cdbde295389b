//! What an operator can set about mail.

use std::{net::IpAddr, path::PathBuf};

use latchkey_domain::{email::EmailAddress, text::DisplayName};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// The `[mail]` section.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The mail server that takes everything, by its name or its IP address.
    pub host: String,
    /// Its port. Without it, the one that goes with `tls`: 587, 465 or 25.
    pub port: Option<u16>,
    /// How the connection is encrypted.
    pub tls: Tls,
    /// Who may vouch for the server's certificate, besides those whom this machine trusts: a root
    /// certificate in a PEM file, which is read at the start.
    pub ca_file: Option<PathBuf>,
    /// Who signs in at the server; nobody without it.
    pub username: Option<String>,
    /// With what.
    pub password: Option<SecretString>,
    /// The address that mail is from; the server must let it through.
    pub from_address: String,
    /// The name beside it.
    pub from_name: String,
}

/// How a connection is encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// It begins in plain text and must be encrypted before anything is said (RFC 3207).
    #[default]
    Starttls,
    /// It is from the start (RFC 8314).
    Implicit,
    /// It is not: on this machine.
    None,
}

impl Config {
    /// Everything that is wrong, a sentence each, with the field's name.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.host.trim().is_empty() {
            problems.push("host: is missing".to_owned());
        }
        if self.port == Some(0) {
            problems.push("port: must be 1 to 65535".to_owned());
        }
        if let Err(invalid) = EmailAddress::parse(&self.from_address) {
            problems.push(format!("from_address: {invalid}"));
        }
        if let Err(invalid) = self.checked_name() {
            problems.push(format!("from_name: {invalid}"));
        }
        problems.extend(self.sign_in_problems());
        problems
    }

    fn sign_in_problems(&self) -> Option<String> {
        let has_password = self.password.as_ref().is_some_and(|it| !it.expose_secret().is_empty());
        match (&self.username, has_password) {
            (Some(_), true) if self.is_exposed() => {
                Some("tls: must not be none where a password goes to another machine".to_owned())
            }
            (None, false) | (Some(_), true) => None,
            (Some(_), false) => Some("password: is missing beside username".to_owned()),
            (None, true) => Some("username: is missing beside password".to_owned()),
        }
    }

    /// No name is fine.
    fn checked_name(&self) -> Result<Option<DisplayName>, latchkey_domain::Invalid> {
        if self.from_name.is_empty() {
            Ok(None)
        } else {
            DisplayName::parse(&self.from_name).map(Some)
        }
    }

    /// Whether mail goes to another machine for all to read.
    pub fn is_exposed(&self) -> bool {
        self.tls == Tls::None && !self.is_on_this_machine()
    }

    fn is_on_this_machine(&self) -> bool {
        let host = self.host.as_str();
        host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    }

    pub(crate) fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            Tls::Starttls => 587,
            Tls::Implicit => 465,
            Tls::None => 25,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(more: &str) -> Config {
        let text = format!("host = 'smtp.example'\nfrom_address = 'login@acme.example'\n{more}");
        toml::from_str(&text).unwrap()
    }

    #[test]
    fn a_host_and_an_address_are_enough_and_the_port_follows_from_the_encryption() {
        for (more, port) in
            [("", 587), ("tls = 'implicit'", 465), ("tls = 'none'", 25), ("port = 2525", 2525)]
        {
            let config = read(more);
            assert_eq!((config.problems(), config.port()), (Vec::new(), port), "{more}");
        }
    }

    #[test]
    fn each_problem_names_its_field() {
        let mut nothing: Config = toml::from_str("port = 0\nfrom_name = \"A\\nB\"").unwrap();
        nothing.username = Some("latchkey".to_owned());
        let problems = nothing.problems();
        let fields: Vec<_> = problems.iter().map(|it| it.split(':').next().unwrap()).collect();
        assert_eq!(fields, ["host", "port", "from_address", "from_name", "password"]);
    }

    #[test]
    fn a_password_goes_to_another_machine_under_tls_only() {
        let sign_in = "username = 'a'\npassword = 'b'\n";
        assert_eq!(read(sign_in).problems(), Vec::<String>::new());
        let plain = read(&format!("{sign_in}tls = 'none'"));
        assert!(plain.problems()[0].starts_with("tls: "), "{:?}", plain.problems());
        for near in ["127.0.0.1", "::1", "localhost"] {
            let near = Config { host: near.to_owned(), ..plain.clone() };
            assert_eq!((near.problems(), near.is_exposed()), (Vec::new(), false));
        }
    }

    #[test]
    fn what_is_not_known_is_refused_and_the_password_does_not_show() {
        assert!(toml::from_str::<Config>("url = 'smtp://x'").is_err());
        assert!(!format!("{:?}", read("username = 'a'\npassword = 'hunter2'")).contains("hunter2"));
    }
}
