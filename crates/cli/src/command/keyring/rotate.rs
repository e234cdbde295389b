//! `latchkey keyring re-encrypt` and `retire`.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use latchkey_domain::caller::Caller;
use latchkey_identity::{KeptBecause, KeyUse, Resealed};
use latchkey_keyring::KeyId;

use super::{database, existing, list::needed_by, write};
use crate::{
    compose::Service,
    config::Config,
    terminal::{self, moment},
};

/// How often it tells how far it is.
const TOLD_EVERY: Duration = Duration::from_secs(1);

const OTHERS_SEAL: &str = "it was ended: a replica goes on sealing with another key; give every \
    replica the file, restart them, and run it again";

pub(super) async fn re_encrypt(config: &Config, as_json: bool) -> Result<()> {
    let database = database::open(config).await?;
    let mut told = None::<Instant>;
    let tell = |done: &Resealed| {
        if told.is_none_or(|told| told.elapsed() >= TOLD_EVERY) {
            eprintln!("{} values are sealed anew so far", done.resealed);
            told = Some(Instant::now());
        }
    };
    let done = database.latchkey.re_encrypt(&Caller::of_the_database(), tell).await?;
    let left = left(config, &database).await?;
    database.store.close().await?;
    if as_json {
        let left = left.iter().map(|found| (found.key.to_string(), needed_by(found).into()));
        let left = left.collect::<serde_json::Map<_, _>>();
        let told = serde_json::json!({
            "resealed": done.resealed,
            "left": left,
            "othersSeal": done.others_seal,
        });
        terminal::say(&told.to_string())?;
    } else {
        terminal::say(&format!("{} values were sealed anew", done.resealed))?;
    }
    if done.others_seal {
        bail!("{OTHERS_SEAL}");
    }
    match &left[..] {
        [] => Ok(()),
        left => bail!("{}", told_of(left)),
    }
}

/// What other keys still sealed: values whose key is missing here, or that do not open.
async fn left(config: &Config, database: &Service) -> Result<Vec<KeyUse>> {
    let primary = existing(&config.keyring)?.primary;
    let mut left = Vec::new();
    for key in database.latchkey.keys_in_use().await? {
        if key != primary {
            left.push(database.latchkey.key_use(key).await?);
        }
    }
    Ok(left)
}

fn told_of(left: &[KeyUse]) -> String {
    let each = left.iter().map(|found| format!("{} of key {}", needed_by(found), found.key));
    let each = each.collect::<Vec<_>>().join("; ");
    format!("left as they are: {each}: the key is not in the ring, or they do not open")
}

pub(super) async fn retire(config: &Config, id: KeyId) -> Result<()> {
    let mut file = existing(&config.keyring)?;
    file.remove(id)?;
    let database = database::open(config).await?;
    let retired = database.latchkey.retire_key(&Caller::of_the_database(), id).await?;
    database.store.close().await?;
    if let Err(why) = retired {
        bail!("key {id} is kept: {}", told_why(&why));
    }
    write(&config.keyring, &file)?;
    terminal::say(&format!("{id}  it is no longer in the ring"))
}

fn told_why(why: &KeptBecause) -> String {
    match why {
        KeptBecause::Primary => "it seals; promote another one first".to_owned(),
        KeptBecause::InUse(found) => {
            format!("it sealed {}; run `latchkey keyring re-encrypt` first", needed_by(found))
        }
        KeptBecause::SealedLately { last_sealed_at, may_go_at } => format!(
            "it last sealed at {}, and sign-ins may be under way; it can go at {}, if it seals no more",
            moment(*last_sealed_at),
            moment(*may_go_at)
        ),
    }
}
