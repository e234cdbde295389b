//! What consumers of the feed read.

use latchkey_proto::v1::{FeedEvent, ListEventsRequest};

use super::TestApp;

impl TestApp {
    /// Every event so far about people and their sign-ins, in order.
    pub(crate) async fn events(&self) -> Vec<FeedEvent> {
        let all = self.all_events().await;
        let about_people = |event: &FeedEvent| {
            event.r#type.starts_with("latchkey.user.")
                || event.r#type.starts_with("latchkey.sign_in.")
        };
        all.into_iter().filter(about_people).collect()
    }

    /// The short names of those events.
    pub(crate) async fn event_names(&self) -> Vec<String> {
        let short = |event: FeedEvent| {
            let name = event.r#type.strip_prefix("latchkey.").unwrap();
            name.strip_suffix(".v1").unwrap().to_owned()
        };
        self.events().await.into_iter().map(short).collect()
    }

    /// Every event so far, in order. What was committed before the call is there.
    pub(crate) async fn all_events(&self) -> Vec<FeedEvent> {
        self.wait_for_positions().await;
        let mut events = Vec::new();
        let mut after_position = 0;
        loop {
            let request = ListEventsRequest {
                parent: "environments/dev".to_owned(),
                after_position,
                page_size: 0,
            };
            let page = self.feed().list_events(request).await.unwrap().into_inner();
            if page.events.is_empty() {
                return events;
            }
            after_position = page.next_position;
            events.extend(page.events);
        }
    }

    /// Waits until the sequencer came by: on PostgreSQL it gives positions after the commit.
    async fn wait_for_positions(&self) {
        let unpositioned = "SELECT COUNT(*) FROM outbox WHERE position IS NULL";
        while self.database.number(unpositioned).await > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
}
