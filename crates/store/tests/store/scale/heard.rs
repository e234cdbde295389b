//! What the database says of the statements that it ran.

use std::{
    fmt::{Debug, Write},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use latchkey_test_database::TestDatabase;
use serde_json::Value;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// Where PostgreSQL's notices arrive, and where the store tells its statements.
const NOTICES: &str = "sqlx::postgres::notice";
const STATEMENTS: &str = "latchkey_store::statement";

/// The indexes that have three levels over a hundred thousand rows, and two over a thousand, and that a
/// call goes down through once for each of its rows: to each connection of an application, and to the
/// credentials of each connection for a host and for all hosts; and once to an application's grants. One
/// row costs three pages through two levels, and four through three, which is more than 1.3 times as
/// many: [`Cost::is_like`] lets this page pass, and no other level.
const GROWING: [&str; 3] =
    ["connections_pkey", "credentials_by_place", "application_grants_by_application"];

const PATIENCE: Duration = Duration::from_secs(10);

/// With these settings PostgreSQL explains every statement to whoever sent it, with its values: a plan
/// that fits all of them, which it may take from the sixth time on, does not tell how many there were.
pub(super) const EXPLAINED: [&str; 7] = [
    "plan_cache_mode = force_custom_plan",
    "session_preload_libraries = 'auto_explain'",
    "auto_explain.log_min_duration = 0",
    "auto_explain.log_analyze = on",
    "auto_explain.log_buffers = on",
    "auto_explain.log_format = json",
    "auto_explain.log_level = notice",
];

/// Sets something for the connections that are opened from now on.
pub(super) async fn set(db: &TestDatabase, setting: &str) {
    db.execute(&format!("ALTER DATABASE {} SET {setting}", url_name(db))).await;
}

fn url_name(db: &TestDatabase) -> String {
    let (_, name) = db.url.rsplit_once('/').unwrap();
    name.split('?').next().unwrap().to_owned()
}

/// What something costs at least, of several times: pages, and ways down through the indexes that grow. A
/// connection to the database that is new reads one page more of each index, the first time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    pub(super) buffers: u64,
    descents: u64,
}

impl Cost {
    /// Before it was ever measured.
    pub(super) const UNKNOWN: Self = Self { buffers: u64::MAX, descents: u64::MAX };

    /// What several statements cost together, or what it was before if that is less.
    pub(super) fn or(self, plans: &[Plan]) -> Self {
        Self {
            buffers: plans.iter().map(Plan::buffers).sum::<u64>().min(self.buffers),
            descents: plans.iter().map(|it| it.descents(&GROWING)).sum::<u64>().min(self.descents),
        }
    }

    /// Whether it costs among a hundred thousand what this costs among a thousand: 1.3 times as many
    /// pages at most; or, where [`GROWING`] is read, one page more for each way down, and a tenth of all
    /// for rows that lie on another page. A single page more is never too many.
    pub(super) fn is_like(self, few: Self) -> bool {
        let descents = self.descents.max(1);
        let grown = few.buffers + descents + few.buffers / 10;
        self.buffers * 10 <= few.buffers * 13 || self.buffers <= grown
    }
}

/// A statement with what it cost.
#[derive(Debug)]
pub(super) struct Plan(Value);

impl Plan {
    pub(super) fn text(&self) -> &str {
        self.0["Query Text"].as_str().unwrap()
    }

    /// How many pages it looked at, wherever they were.
    pub(super) fn buffers(&self) -> u64 {
        let count = |what: &str| self.0["Plan"][what].as_u64().unwrap();
        count("Shared Hit Blocks") + count("Shared Read Blocks")
    }

    /// The tables that it read from end to end.
    pub(super) fn scanned_tables(&self) -> Vec<&str> {
        let scans = self.nodes().into_iter().filter(|node| node["Node Type"] == "Seq Scan");
        scans.filter_map(|node| node["Relation Name"].as_str()).collect()
    }

    /// How often it went down through an index of these.
    pub(super) fn descents(&self, indexes: &[&str]) -> u64 {
        let is_one =
            |node: &&Value| node["Index Name"].as_str().is_some_and(|name| indexes.contains(&name));
        self.nodes().into_iter().filter(is_one).map(descents).sum()
    }

    fn nodes(&self) -> Vec<&Value> {
        let mut nodes = vec![&self.0["Plan"]];
        let mut seen = 0;
        while let Some(node) = nodes.get(seen).copied() {
            nodes.extend(node["Plans"].as_array().into_iter().flatten());
            seen += 1;
        }
        nodes
    }
}

/// Once each time that it is run, for each value of a list that it looks for.
fn descents(node: &Value) -> u64 {
    let Some(condition) = node["Index Cond"].as_str() else { return 0 };
    let listed = condition.split_once("'{").and_then(|(_, rest)| rest.split_once('}'));
    let values = listed.map_or(1, |(list, _)| list.split(',').count() as u64);
    values * node["Actual Loops"].as_u64().unwrap()
}

/// What was heard on this thread.
#[derive(Debug)]
pub(super) struct Statements {
    heard: Arc<Mutex<Vec<(&'static str, String)>>>,
    _until_dropped: tracing::subscriber::DefaultGuard,
}

impl Statements {
    pub(super) fn heard() -> Self {
        let heard = Arc::default();
        let ear = Ear { heard: Arc::clone(&heard) };
        Self { heard, _until_dropped: tracing::subscriber::set_default(ear) }
    }

    /// Forgets what was heard until now.
    pub(super) fn forget(&self) {
        self.heard.lock().unwrap().clear();
    }

    /// The statements that were sent.
    pub(super) fn texts(&self) -> Vec<String> {
        self.of(STATEMENTS)
    }

    /// What they cost, each of them: that is told when a connection is given back.
    pub(super) async fn plans(&self) -> Vec<Plan> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let told = self.of(NOTICES).into_iter().filter(|told| told.contains("\"Plan\""));
            let json = told.map(|told| told[told.find('{').unwrap()..].to_owned());
            let plans: Vec<_> =
                json.map(|json| Plan(serde_json::from_str(&json).unwrap())).collect();
            let sent = self.texts();
            if !sent.is_empty() && plans.len() == sent.len() {
                return plans;
            }
            assert!(Instant::now() < deadline, "{} plans of {sent:#?}", plans.len());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    fn of(&self, target: &str) -> Vec<String> {
        let heard = self.heard.lock().unwrap();
        heard.iter().filter(|(of, _)| *of == target).map(|(_, text)| text.clone()).collect()
    }
}

struct Ear {
    heard: Arc<Mutex<Vec<(&'static str, String)>>>,
}

impl Subscriber for Ear {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        [NOTICES, STATEMENTS].contains(&metadata.target())
    }

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        self.heard.lock().unwrap().push((event.metadata().target(), text.0));
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

struct Text(String);

impl Visit for Text {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            write!(self.0, "{value:?}").unwrap();
        }
    }
}
