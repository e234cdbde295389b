//! The fields that an update changes: those whose flags were given.

use anyhow::Result;
use latchkey_proto::well_known::FieldMask;

use crate::config::Problems;

/// Collects the paths of what was given.
#[derive(Debug, Default)]
pub(crate) struct Mask(Vec<String>);

impl Mask {
    /// The value of a field, which is in the mask if it was given.
    pub(crate) fn field<T: Default>(&mut self, path: &str, given: Option<T>) -> T {
        if given.is_some() {
            self.0.push(path.to_owned());
        }
        given.unwrap_or_default()
    }

    /// The mask, if there is anything to change.
    pub(crate) fn finish(self) -> Result<FieldMask> {
        if self.0.is_empty() {
            let problem = "nothing to change: give at least one field as a flag";
            return Err(Problems::one(problem.to_owned()).into());
        }
        Ok(FieldMask { paths: self.0 })
    }
}
