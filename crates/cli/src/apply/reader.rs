//! Reads what a file may hold, and gathers everything that is wrong, each with its line and path.

use std::fmt;

use super::node::{Node, Value};
use crate::client::printable;

/// What is wrong with a file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) struct FileProblems(pub(super) Vec<String>);

impl fmt::Display for FileProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [one] = self.0.as_slice() {
            return f.write_str(one);
        }
        write!(f, "the file has {} problems", self.0.len())?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

/// Gathers what is wrong.
#[derive(Debug, Default)]
pub(super) struct Reader {
    pub(super) problems: Vec<String>,
}

/// The settings of a map.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    pub(super) line: u64,
    path: String,
    entries: Vec<(&'a str, &'a Node)>,
}

/// A value in the file, and its path.
pub(super) struct Item<'a> {
    pub(super) node: &'a Node,
    pub(super) name: &'a str,
    pub(super) path: String,
}

impl Reader {
    /// Notes a problem.
    pub(super) fn problem(&mut self, line: u64, path: &str, what: impl fmt::Display) {
        let path = if path.is_empty() { "the file" } else { path };
        self.problems.push(format!("line {line}: {}: {what}", printable(path)));
    }

    /// The settings of a map, of which only those are known.
    pub(super) fn fields<'a>(&mut self, node: &'a Node, path: &str, known: &[&str]) -> Fields<'a> {
        let entries = self.entries(node, path);
        for item in entries.iter().filter(|item| !known.contains(&item.name)) {
            let known = known.join(", ");
            self.problem(
                item.node.line,
                &item.path,
                format!("is not known here; known are {known}"),
            );
        }
        let entries = entries.iter().map(|item| (item.name, item.node)).collect();
        Fields { line: node.line, path: path.to_owned(), entries }
    }

    /// The entries of a map, whatever their names.
    pub(super) fn entries<'a>(&mut self, node: &'a Node, path: &str) -> Vec<Item<'a>> {
        let map = match &node.value {
            Value::Map(map) => map.as_slice(),
            Value::Nothing => &[],
            _ => {
                self.problem(node.line, path, "must be a map of names");
                &[]
            }
        };
        let mut items = Vec::new();
        for (key, value) in map {
            let Some(name) = key.text() else {
                self.problem(key.line, path, "a name must be text: put it in quotes");
                continue;
            };
            let inside = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            items.push(Item { node: value, name, path: inside });
        }
        items
    }
}

impl<'a> Fields<'a> {
    /// A setting, if it is there and not empty.
    pub(super) fn get(&self, name: &str) -> Option<Item<'a>> {
        let (name, node) = self.entries.iter().find(|(known, _)| *known == name)?;
        let is_there = !matches!(node.value, Value::Nothing);
        is_there.then(|| Item { node, name, path: self.inside(name) })
    }

    fn inside(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Text that has a rule.
    pub(super) fn optional<T, E: fmt::Display>(
        &self,
        reader: &mut Reader,
        name: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let item = self.get(name)?;
        item.text(reader, parse)
    }

    /// Text that has a rule and must be there.
    pub(super) fn required<T, E: fmt::Display>(
        &self,
        reader: &mut Reader,
        name: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        if self.get(name).is_none() {
            reader.problem(self.line, &self.inside(name), "is missing");
        }
        self.optional(reader, name, parse)
    }

    /// `true` or `false`; `absent` where it is not there.
    pub(super) fn flag(&self, reader: &mut Reader, name: &str, absent: bool) -> bool {
        match self.get(name).map(|item| (&item.node.value, item.node.line)) {
            None => absent,
            Some((Value::Flag(flag), _)) => *flag,
            Some((_, line)) => {
                reader.problem(line, &self.inside(name), "must be true or false");
                absent
            }
        }
    }

    /// The entries of a map whose names are chosen.
    pub(super) fn entries(&self, reader: &mut Reader, name: &str) -> Vec<Item<'a>> {
        self.get(name).map(|item| reader.entries(item.node, &item.path)).unwrap_or_default()
    }

    /// The items of a list.
    pub(super) fn items(&self, reader: &mut Reader, name: &str) -> Vec<Item<'a>> {
        let Some(item) = self.get(name) else { return Vec::new() };
        let Value::List(list) = &item.node.value else {
            reader.problem(item.node.line, &item.path, "must be a list");
            return Vec::new();
        };
        let of = |(at, node)| Item { node, name: item.name, path: format!("{}[{at}]", item.path) };
        list.iter().enumerate().map(of).collect()
    }
}

impl Item<'_> {
    /// The item as text that has a rule.
    pub(super) fn text<T, E: fmt::Display>(
        &self,
        reader: &mut Reader,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let Some(text) = self.node.text() else {
            reader.problem(self.node.line, &self.path, "must be text: put it in quotes");
            return None;
        };
        match parse(text) {
            Ok(read) => Some(read),
            Err(what) => {
                reader.problem(self.node.line, &self.path, what);
                None
            }
        }
    }
}
