//! Where a canary is looked for.

use tonic::Code;
use tonic_types::StatusExt;

use super::Scene;
use crate::harness::telemetry::RECORDED;

impl Scene {
    /// Looks everywhere.
    pub(super) async fn assert_nothing_told(&self, events: &str) {
        let everything = self.secrets.and(&self.personal);
        assert!(everything.len() > 40, "{}", everything.len());

        let log = RECORDED.log();
        assert_log_is_whole(&log);
        everything.assert_absent("the log", &log);
        let spans = format!("{:#?}", RECORDED.spans().await);
        assert!(spans.contains("provider.exchange") && spans.contains("publish event"));
        everything.assert_absent("the spans", &spans);
        let metrics = RECORDED.metrics(&self.app.http).await;
        assert!(metrics.contains("latchkey_sign_ins_total"));
        everything.assert_absent("the metrics", &metrics);
        for status in &self.told {
            assert_ne!(status.code(), Code::Unknown, "{status:?}");
            let told = format!("{status:?} {:?}", status.get_error_details());
            everything.assert_absent("an error", &told);
        }
        assert_eq!(self.personal.in_text(events).len(), 5, "events do tell who somebody is");
        self.secrets.assert_absent("an event", events);
        let database = &self.app.database;
        assert!(self.personal.count_in_database(database).await > 2, "the look at it works");
        assert_eq!(self.secrets.count_in_database(database).await, 0);
    }
}

/// Every line is an object, and tells what went wrong; none was forged, and none drives a terminal.
fn assert_log_is_whole(log: &str) {
    for line in log.lines() {
        let read: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_ne!(read["message"], "forged", "{line}");
    }
    for sentence in ["the provider failed", "a sign-in was cut off", "events wait"] {
        assert!(log.contains(sentence), "{sentence}");
    }
    assert!(!log.contains("Mallory"));
    assert!(!log.contains(['\u{1b}', '\r', '\u{202e}']));
}
