//! The checks, each of one thing.

use std::collections::BTreeSet;

use anyhow::{Result, anyhow};
use latchkey_domain::time::Clock;
use latchkey_keyring::{KeyFile, KeyId, KeyRing};
use latchkey_store::{SealedKind, Store};
use time::OffsetDateTime;
use tokio::time::timeout;

use super::{Finding, Outcome, PATIENCE, within};
use crate::{compose, config::Config};

/// Sign-ins compare times of the database alone; what is logged and what providers are told is this
/// machine's, and misleads beyond this.
const CLOCK_TOLERANCE_MICROS: i64 = 5_000_000;

/// What is looked at.
pub(super) struct Checks<'a> {
    pub(super) config: &'a Config,
}

impl Checks<'_> {
    /// The database, and what can be seen there alone.
    pub(super) async fn database(&self) -> Vec<Finding> {
        if self.config.store.is_file_to_be_made() {
            let hint = "check store.url; `latchkey migrate` makes a file that is to be new";
            return self.without_database(Finding::failed(
                "database",
                "its file is not there",
                hint,
            ));
        }
        let connecting = timeout(PATIENCE, self.connected());
        let connected = connecting.await.unwrap_or_else(|_| Err(anyhow!("no answer in time")));
        let store = match connected {
            Ok(store) => store,
            Err(error) => {
                let hint = "check store.url, and that the database runs and lets us in";
                let failed = Finding::failed("database", format!("{error:#}"), hint);
                return self.without_database(failed);
            }
        };
        let schema = within("schema", schema(&store)).await;
        let keys = if schema.outcome == Outcome::Ok {
            within("sealed keys", self.sealed_keys(&store)).await
        } else {
            Finding::skipped("sealed keys", "the schema is not current")
        };
        let findings = vec![
            Finding::ok("database", "it answers"),
            schema,
            self.key_ring(),
            keys,
            clock(&store),
        ];
        // It was looked at, and is left to the process's end.
        let _ = store.close().await;
        findings
    }

    /// What can be told without it.
    fn without_database(&self, failed: Finding) -> Vec<Finding> {
        let rest = ["schema", "sealed keys", "clock"];
        let skipped = rest.map(|check| Finding::skipped(check, "there is no database"));
        [failed, self.key_ring()].into_iter().chain(skipped).collect()
    }

    async fn connected(&self) -> Result<Store> {
        let store = compose::connect(self.config).await?;
        store.ping().await?;
        Ok(store)
    }

    fn key_ring(&self) -> Finding {
        match self.config.keyring.ring() {
            Ok(ring) => Finding::ok("key ring", format!("{} seals", ring.primary())),
            Err(error) => Finding::failed(
                "key ring",
                format!("{error:#}"),
                "every replica needs the same file, which `latchkey keyring add` makes once",
            ),
        }
    }

    /// Whether every key is in the ring that sealed something which is kept.
    async fn sealed_keys(&self, store: &Store) -> Finding {
        const CHECK: &str = "sealed keys";
        let Ok(Some(file)) = self.config.keyring.file() else {
            return Finding::skipped(CHECK, "there is no key ring");
        };
        let mut used = BTreeSet::new();
        for kind in SealedKind::ALL {
            match store.seal_marks(kind).await {
                Err(error) => return unreadable(CHECK, error.into()),
                Ok(marks) => used.extend(marks.iter().filter_map(|it| KeyId::that_sealed(it))),
            }
        }
        missing_keys(CHECK, &file, &used)
    }

    /// The broker, where one is configured.
    pub(super) async fn broker(&self) -> Finding {
        let relay = &self.config.relay;
        if relay.url.is_none() {
            return Finding::skipped("broker", "none is configured: events stay in the feed");
        }
        match latchkey_relay::look(relay).await {
            Ok(()) => Finding::ok(
                "broker",
                format!("{} and {} are there", relay.exchange, relay.unrouted),
            ),
            Err(error) => Finding::failed(
                "broker",
                format!("{:#}", anyhow!(error)),
                "check relay.url; `serve` and `relay` declare what is missing when they connect",
            ),
        }
    }

    /// The mail server, where one is configured.
    pub(super) async fn mail(&self) -> Finding {
        const CHECK: &str = "mail";
        const HINT: &str =
            "check mail.host, mail.tls, mail.username and mail.password, and the way there";
        let Some(config) = &self.config.mail else {
            return Finding::skipped(CHECK, "none is configured: no one-time codes are sent");
        };
        let mailer = match latchkey_mail::Mailer::new(config) {
            Ok(mailer) => mailer,
            Err(error) => return Finding::failed(CHECK, format!("{:#}", anyhow!(error)), HINT),
        };
        match mailer.look().await {
            Ok(()) => Finding::ok(CHECK, format!("{} lets us in", config.host)),
            Err(error) => Finding::failed(CHECK, error.to_string(), HINT),
        }
    }

    /// Every host that providers are asked at.
    pub(super) async fn providers(&self) -> Vec<Finding> {
        const CHECK: &str = "provider";
        const HINT: &str = "check the way there: name server, firewall, and the time for TLS";
        let Ok(providers) = compose::providers(self.config).await else {
            return vec![Finding::skipped(CHECK, "the settings of providers are wrong")];
        };
        let mut findings = Vec::new();
        for (name, provider) in &providers {
            let Ok(answers) = timeout(PATIENCE, latchkey_providers::reach(&**provider)).await
            else {
                findings.push(Finding::failed(CHECK, format!("{name}: no answer in time"), HINT));
                continue;
            };
            findings.extend(answers.into_iter().map(|(origin, answered)| match answered {
                Ok(()) => Finding::ok(CHECK, format!("{name}: {origin} answers")),
                Err(error) => {
                    let detail = format!("{name}: {origin}: {:#}", anyhow!(error));
                    Finding::failed(CHECK, detail, HINT)
                }
            }));
        }
        findings
    }
}

async fn schema(store: &Store) -> Finding {
    const CHECK: &str = "schema";
    match store.is_current().await {
        Ok(true) => Finding::ok(CHECK, "it is current"),
        Ok(false) => Finding::failed(CHECK, "it is not current", "run `latchkey migrate`"),
        Err(error) => unreadable(CHECK, error.into()),
    }
}

fn missing_keys(check: &'static str, file: &KeyFile, used: &BTreeSet<KeyId>) -> Finding {
    let missing = used.iter().filter(|id| file.keys.iter().all(|key| key.id != **id));
    let missing = missing.map(KeyId::to_string).collect::<Vec<_>>().join(", ");
    if let Err(error) = KeyRing::load(file) {
        return Finding::skipped(check, &error.to_string());
    }
    if missing.is_empty() {
        return Finding::ok(check, format!("{} in use, all in the ring", used.len()));
    }
    Finding::failed(
        check,
        format!("not in the ring: {missing}"),
        "put back the key ring's file that holds them: what they sealed cannot be opened without",
    )
}

fn clock(store: &Store) -> Finding {
    #[expect(clippy::disallowed_methods, reason = "this machine's clock is what is checked")]
    let own = OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000;
    let theirs = i128::from(store.clock().now().0);
    clocks_apart(i64::try_from((own - theirs).abs()).unwrap_or(i64::MAX))
}

fn clocks_apart(micros: i64) -> Finding {
    let told = format!("{} ms from the database's", micros / 1_000);
    if micros <= CLOCK_TOLERANCE_MICROS {
        return Finding::ok("clock", told);
    }
    Finding::failed("clock", told, "let NTP set the clocks of both machines")
}

fn unreadable(check: &'static str, error: anyhow::Error) -> Finding {
    let hint = "see the database's log, and whether who we are there may read our tables";
    Finding::failed(check, format!("{error:#}"), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_may_be_five_seconds_apart() {
        assert_eq!(clocks_apart(5_000_000).outcome, Outcome::Ok);
        assert_eq!(clocks_apart(5_000_001).outcome, Outcome::Failed);
    }
}
