//! `latchkey keyring list`.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use latchkey_identity::{KeyUse, SealedKind};
use latchkey_keyring::{KeyFile, KeyId, KeyRing};

use super::{database, existing};
use crate::{
    compose::Service,
    config::Config,
    terminal::{self, moment},
};

/// A key, and what needs it where that is known.
struct Listed {
    key: KeyId,
    role: &'static str,
    found: Option<KeyUse>,
}

pub(super) async fn list(config: &Config, as_json: bool) -> Result<()> {
    let file = existing(&config.keyring)?;
    KeyRing::load(&file).with_context(|| config.keyring.file.display().to_string())?;
    let listed = match database::reachable(config).await {
        Some(database) => with_use(&file, database).await?,
        None => known(&file, BTreeSet::new()),
    };
    if as_json {
        return listed.iter().try_for_each(|key| terminal::say(&json(key).to_string()));
    }
    let rows = listed.iter().map(row).collect::<Vec<_>>();
    terminal::say(&terminal::table(&["KEY", "USE", "NEEDED BY", "LAST SEALED"], &rows))
}

/// The keys of the file in their order, then those that rows name and the file lacks.
fn known(file: &KeyFile, mut in_use: BTreeSet<KeyId>) -> Vec<Listed> {
    let mut listed = Vec::new();
    for entry in &file.keys {
        in_use.remove(&entry.id);
        let role = if file.primary == entry.id { "seals and opens" } else { "opens" };
        listed.push(Listed { key: entry.id, role, found: None });
    }
    listed.extend(in_use.into_iter().map(|key| Listed { key, role: "missing", found: None }));
    listed
}

async fn with_use(file: &KeyFile, database: Service) -> Result<Vec<Listed>> {
    let mut listed = known(file, database.latchkey.keys_in_use().await?);
    for key in &mut listed {
        key.found = Some(database.latchkey.key_use(key.key).await?);
    }
    database.store.close().await?;
    Ok(listed)
}

fn row(listed: &Listed) -> Vec<String> {
    let Listed { key, role, found } = listed;
    let last = found.as_ref().and_then(|found| found.last_sealed_at).map(moment);
    let needed = found.as_ref().map(needed_by).unwrap_or_default();
    vec![key.to_string(), (*role).to_owned(), needed, last.unwrap_or_default()]
}

/// What needs a key, in words.
pub(super) fn needed_by(found: &KeyUse) -> String {
    if found.is_unused() {
        return "nothing".to_owned();
    }
    let counts = found.sealed.iter().filter(|(_, count)| *count > 0);
    let counts = counts.map(|(kind, count)| format!("{count} {}", plural(*kind)));
    counts.collect::<Vec<_>>().join(", ")
}

const fn plural(kind: SealedKind) -> &'static str {
    match kind {
        SealedKind::CredentialSecret => "credentials",
        SealedKind::RequestFingerprint => "requests",
        SealedKind::TestProfile => "test logins",
        SealedKind::Mail => "mails",
        SealedKind::WaitingProfile => "waiting sign-ins",
        SealedKind::SigningKey => "signing keys",
    }
}

const fn field(kind: SealedKind) -> &'static str {
    match kind {
        SealedKind::CredentialSecret => "credentials",
        SealedKind::RequestFingerprint => "requests",
        SealedKind::TestProfile => "testLogins",
        SealedKind::Mail => "mails",
        SealedKind::WaitingProfile => "waitingSignIns",
        SealedKind::SigningKey => "signingKeys",
    }
}

fn json(listed: &Listed) -> serde_json::Value {
    let mut shown = serde_json::json!({ "key": listed.key.to_string(), "use": listed.role });
    if let Some(found) = &listed.found {
        for (kind, count) in &found.sealed {
            shown[field(*kind)] = (*count).into();
        }
        shown["lastSealTime"] = found.last_sealed_at.map(moment).into();
    }
    shown
}
