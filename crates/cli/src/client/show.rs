//! What commands show of answers: tables and fields for people, `ProtoJSON` for programs.

use anyhow::{Context, Result};
use latchkey_domain::text::is_unprintable;
use serde::Serialize;
use serde_json::Value;

use crate::terminal::{say, table};

/// How answers are shown.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub(crate) struct Output {
    /// JSON for programs: an answer as one object, a list as an object a line.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// The columns of a table: fields of a message, by their names in JSON. A dot leads to one that is inside another.
pub(crate) type Columns = [&'static str];

impl Output {
    /// Shows the answer to a call. People do not see the one field around a resource.
    pub(crate) fn answer(self, answer: &impl Serialize) -> Result<()> {
        let answer = serde_json::to_value(answer)?;
        if self.json {
            return say(&answer.to_string());
        }
        let answer = match &answer {
            Value::Object(fields) if fields.len() == 1 => {
                fields.values().find(|value| value.is_object()).unwrap_or(&answer)
            }
            _ => &answer,
        };
        let mut lines = Vec::new();
        gather(answer, "", &mut lines);
        let width = lines.iter().map(|(field, _)| field.chars().count()).max().unwrap_or(0);
        lines.iter().try_for_each(|(field, text)| say(&format!("{field:width$}  {text}")))
    }

    /// Shows that something is done, whose answer says nothing.
    pub(crate) fn done(self, answer: &impl Serialize, told: &str) -> Result<()> {
        if self.json { say(&serde_json::to_string(answer)?) } else { say(told) }
    }

    /// Shows a list.
    pub(crate) fn list(self, items: &[impl Serialize], columns: &Columns) -> Result<()> {
        let items = items.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>()?;
        if self.json {
            return items.iter().try_for_each(|item| say(&item.to_string()));
        }
        let row = |item: &Value| {
            let cell = |path: &&str| {
                let found = path.split('.').try_fold(item, |value, field| value.get(field));
                found.map(|value| cell(last(path), value))
            };
            columns.iter().map(|field| cell(field).unwrap_or_default()).collect::<Vec<_>>()
        };
        let headings = columns.iter().map(|path| words(last(path)).to_uppercase());
        let headings = headings.collect::<Vec<_>>();
        let headings = headings.iter().map(String::as_str).collect::<Vec<_>>();
        say(&table(&headings, &items.iter().map(row).collect::<Vec<_>>()))
    }

    /// Shows a list that is asked for page by page; in JSON each page as it comes.
    pub(crate) async fn pages<T: Serialize, F>(
        self,
        columns: &Columns,
        page: impl FnMut(String) -> F,
    ) -> Result<()>
    where
        F: Future<Output = Result<(Vec<T>, String)>>,
    {
        if self.json {
            return super::each_page(page, |items| self.list(&items, columns)).await;
        }
        self.list(&super::all_pages(page).await?, columns)
    }
}

/// The lines of an answer for people; what is inside stands behind its field's name.
fn gather(value: &Value, path: &str, lines: &mut Vec<(String, String)>) {
    let inside = |name: &str| match path {
        "" => name.to_owned(),
        _ => format!("{path}.{name}"),
    };
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| gather(value, &inside(&words(name)), lines));
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            let numbered = items.iter().enumerate();
            numbered.for_each(|(at, item)| gather(item, &inside(&(at + 1).to_string()), lines));
        }
        _ => {
            lines.push((path.to_owned(), cell(last(path), value)));
        }
    }
}

/// A value as text that cannot steer the terminal.
fn cell(field: &str, value: &Value) -> String {
    match value {
        Value::String(text) => printable(plain(field, text).as_deref().unwrap_or(text)),
        Value::Array(items) => {
            items.iter().map(|item| cell(field, item)).collect::<Vec<_>>().join(", ")
        }
        // Of what is inside, a table tells what it is called.
        Value::Object(inside) => {
            let mut told = ["name", "field", "reason"].iter();
            match told.find_map(|told| Some((told, inside.get(*told)?))) {
                Some((field, name)) => cell(field, name),
                None => printable(&value.to_string()),
            }
        }
        other => printable(&other.to_string()),
    }
}

/// The field that a path leads to.
fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// The value of an enumeration without what it repeats: `CONNECTION_STATE_READY` of `state` is `ready`,
/// and so is `STATE_READY`.
fn plain(field: &str, text: &str) -> Option<String> {
    let is_constant =
        text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let repeated = match field {
        // A sign-in has a reason in the one or in the other.
        "refused" => "REFUSAL_REASON_".to_owned(),
        "failed" => "FAILURE_REASON_".to_owned(),
        _ => format!("{}_", words(field).to_uppercase().replace(' ', "_")),
    };
    let inside = || Some(text.split_once(&format!("_{repeated}"))?.1);
    let value = text.strip_prefix(&repeated).or_else(inside)?;
    is_constant.then(|| value.to_lowercase().replace('_', "-"))
}

/// `displayName` is `display name`.
fn words(field: &str) -> String {
    let spaced = field.chars().flat_map(|c| {
        let space = c.is_ascii_uppercase().then_some(' ');
        space.into_iter().chain([c.to_ascii_lowercase()])
    });
    spaced.collect()
}

/// Text that is no more than text on a terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().filter(|c| !is_unprintable(*c)).collect()
}

/// What an answer must hold.
pub(crate) fn held<T>(found: Option<T>, what: &'static str) -> Result<T> {
    found.with_context(|| format!("the service answered without {what}"))
}
