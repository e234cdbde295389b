//! Looking for what must not be told.

use latchkey_test_database::TestDatabase;

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

    /// How many of it are in a database: as they are, or as the bytes of a binary column.
    pub(crate) async fn count_in_database(&self, database: &TestDatabase) -> usize {
        if database.is_postgres() {
            return usize::try_from(database.number(&self.sql()).await).unwrap();
        }
        let path = database.url.strip_prefix("sqlite:").unwrap();
        // The file and its log, pages that are free again included.
        let files = [path.to_owned(), format!("{path}-wal")];
        let bytes = files.map(|path| std::fs::read(path).unwrap_or_default()).concat();
        let is_there = |value: &str| bytes.windows(value.len()).any(|at| at == value.as_bytes());
        self.0.iter().filter(|(_, value)| is_there(value)).count()
    }

    /// Looks through every row of every table.
    fn sql(&self) -> String {
        let quoted = |(_, value): &(String, String)| format!("'{}'", value.replace('\'', "''"));
        let values: Vec<_> = self.0.iter().map(quoted).collect();
        format!(
            "SELECT COUNT(DISTINCT value) FROM unnest(ARRAY[{}]) value, \
             (SELECT query_to_xml('SELECT r::text AS line FROM ' || quote_ident(table_name) || ' r', \
             true, false, '')::text AS rows FROM information_schema.tables \
             WHERE table_schema = 'public') dump \
             WHERE position(value IN rows) > 0 \
             OR position(encode(convert_to(value, 'UTF8'), 'hex') IN rows) > 0",
            values.join(", ")
        )
    }
}
