//! Looking for what must not be told.

use latchkey_test_database::TestDatabase;
use url::Url;

/// What is looked for, each with what it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Canaries(Vec<(String, String)>);

impl Canaries {
    /// Looks for this too. It must be long enough not to be somewhere by chance.
    pub(crate) fn add(&mut self, what: &str, value: impl Into<String>) {
        let value = value.into();
        assert!(value.len() >= 9, "too short to look for: {what}");
        self.0.push((what.to_owned(), value));
    }

    /// Both.
    pub(crate) fn and(&self, more: &Self) -> Self {
        Self([self.0.clone(), more.0.clone()].concat())
    }

    /// How many of them there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// What of it is in a text.
    pub(crate) fn in_text(&self, text: &str) -> Vec<&str> {
        let found = self.0.iter().filter(|(_, value)| text.contains(value.as_str()));
        found.map(|(what, _)| what.as_str()).collect()
    }

    /// None of it may be in a text.
    pub(crate) fn assert_absent(&self, from: &str, text: &str) {
        for (what, value) in &self.0 {
            if let Some(at) = text.find(value.as_str()) {
                let near = text[..at].rfind('\n').map_or(0, |line| line + 1);
                panic!("{what} is in {from}: {}", &text[near..at + value.len()]);
            }
        }
    }

    /// What of it is in a database: as it is, or as the bytes of a binary column.
    pub(crate) async fn in_database(&self, database: &TestDatabase) -> Vec<&str> {
        let mut found = Vec::new();
        for (what, value) in &self.0 {
            let there = if database.is_postgres() {
                is_in_postgres(database, value).await
            } else {
                is_in_files(database, value.as_bytes())
            };
            if there {
                found.push(what.as_str());
            }
        }
        found
    }
}

async fn is_in_postgres(database: &TestDatabase, value: &str) -> bool {
    let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    let text = value.replace('\'', "''");
    let sql = format!(
        "SELECT COUNT(*) FROM information_schema.tables t, LATERAL query_to_xml(\
         'SELECT r::text AS line FROM ' || quote_ident(t.table_name) || ' r', true, false, '') rows \
         WHERE t.table_schema = 'public' \
         AND (position('{text}' IN rows::text) > 0 OR position('{hex}' IN rows::text) > 0)"
    );
    database.number(&sql).await > 0
}

/// The file and its log, pages that are free again included.
fn is_in_files(database: &TestDatabase, value: &[u8]) -> bool {
    let path = database.url.strip_prefix("sqlite:").unwrap();
    [path.to_owned(), format!("{path}-wal")].iter().any(|path| {
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.windows(value.len()).any(|window| window == value)
    })
}

/// A URL with this password, if it has none: a server that asks for none takes any.
pub(crate) fn with_password(url: &str, password: &str) -> String {
    let mut url = Url::parse(url).unwrap();
    if url.password().is_none() {
        url.set_password(Some(password)).unwrap();
    }
    url.into()
}
