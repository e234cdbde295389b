//! `latchkey events tail`.

use anyhow::Result;
use latchkey_proto::v1::FeedEvent;

use crate::{
    args::Tail,
    feed::{Feed, line},
    run::Run,
    terminal::{Palette, say},
};

/// Shows events until stopped.
pub(super) async fn run(tail: Tail) -> Result<()> {
    let stop = Run::until_told()?.wanted();
    let position = tail.after.or(tail.from_start.then_some(0));
    let feed = Feed::new(&tail.server, &tail.key, &tail.environment, position)?;
    let palette = Palette::of_stdout();
    let show = |event: &FeedEvent| {
        if tail.json {
            return say(&serde_json::to_string(event)?);
        }
        say(&line(event, palette))
    };
    stop.run_until_cancelled(feed.follow(show)).await.unwrap_or(Ok(()))
}
