//! The fields of an event as JSON values.

use std::{error::Error, fmt};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};

/// What an event says, its message apart.
#[derive(Default)]
pub(super) struct Fields {
    /// The sentence.
    pub(super) message: Option<String>,
    /// Where a record of the `log` crate comes from, which `tracing` itself does not know.
    pub(super) log_target: Option<String>,
    /// Everything else, by name.
    pub(super) values: Map<String, Value>,
}

impl Fields {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.values.insert(field.name().to_owned(), value.into());
    }

    fn put_text(&mut self, field: &Field, text: String) {
        match field.name() {
            "message" => self.message = Some(text),
            "log.target" => self.log_target = Some(text),
            // Where in a library's source it was written: of no use to an operator.
            "log.module_path" | "log.file" => {}
            name => {
                self.values.insert(name.to_owned(), text.into());
            }
        }
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() != "log.line" {
            self.put(field, value);
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put_text(field, value.to_owned());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let mut chain = value.to_string();
        let mut source = value.source();
        while let Some(cause) = source {
            chain = format!("{chain}: {cause}");
            source = cause.source();
        }
        self.put_text(field, chain);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put_text(field, format!("{value:?}"));
    }
}
