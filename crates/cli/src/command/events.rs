//! `latchkey events`.

use anyhow::Result;
use clap::Subcommand;
use latchkey_proto::v1::{FeedEvent, ListEventsRequest};

use crate::{
    client::{Api, answer, ask, tables},
    feed::{Feed, line},
    run::Run,
    terminal::{Palette, say},
};

/// The largest page of events that the service gives.
const LARGEST_PAGE: i32 = 1000;

/// What to do with events.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show each event as it happens, until stopped.
    Tail {
        /// Begin after this position, instead of now.
        #[arg(long, value_name = "POSITION", conflicts_with = "from_start")]
        after: Option<i64>,
        /// Begin with the first event that is kept, instead of now.
        #[arg(long)]
        from_start: bool,
    },
    /// List the events that are there, in order.
    List {
        /// Only those after this position.
        #[arg(long, value_name = "POSITION", default_value_t = 0)]
        after: i64,
        /// How many to ask for at once; the list is shown to its end whatever it is.
        #[arg(long, value_name = "NUMBER", default_value_t = LARGEST_PAGE)]
        page_size: i32,
    },
}

/// Does it.
pub(crate) async fn run(api: &Api, command: Command) -> Result<()> {
    match command {
        Command::Tail { after, from_start } => tail(api, after.or(from_start.then_some(0))).await,
        Command::List { after, page_size } => list(api, after, page_size).await,
    }
}

async fn tail(api: &Api, position: Option<i64>) -> Result<()> {
    let stop = Run::until_told()?.wanted();
    let feed = Feed::new(api.client()?, api.place.parent()?, position);
    let palette = Palette::of_stdout();
    let show = |event: &FeedEvent| {
        if api.output.json {
            return say(&serde_json::to_string(event)?);
        }
        say(&line(event, palette))
    };
    stop.run_until_cancelled(feed.follow(show)).await.unwrap_or(Ok(()))
}

async fn list(api: &Api, mut after_position: i64, page_size: i32) -> Result<()> {
    let (mut feed, parent) = (api.client()?.events(), api.place.parent()?);
    let mut events = Vec::new();
    loop {
        let request = ListEventsRequest { parent: parent.clone(), after_position, page_size };
        let page = answer(feed.list_events(ask(request))).await?;
        if page.events.is_empty() {
            break;
        }
        after_position = page.next_position;
        if api.output.json {
            api.output.list(&page.events, tables::EVENTS)?;
        } else {
            events.extend(page.events);
        }
    }
    if api.output.json { Ok(()) } else { api.output.list(&events, tables::EVENTS) }
}
