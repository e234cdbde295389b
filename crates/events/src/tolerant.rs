//! Reads JSON and passes over the fields that it does not know.

use serde::{
    Deserialize, Deserializer,
    de::{
        IntoDeserializer, Visitor,
        value::{MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::{Error, Value};

/// Reads a message that a newer publisher may have written with fields of its own.
///
/// The generated readers of `ProtoJSON` refuse a field that they do not know, at every depth.
pub(crate) fn read<T: for<'de> Deserialize<'de>>(json: &[u8]) -> Result<T, Error> {
    T::deserialize(Tolerant(serde_json::from_slice(json)?))
}

struct Tolerant(Value);

impl IntoDeserializer<'_, Error> for Tolerant {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Tolerant {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => {
                visitor.visit_seq(SeqDeserializer::new(items.into_iter().map(Tolerant)))
            }
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let Value::Object(object) = self.0 else {
            return self.0.deserialize_struct(name, fields, visitor);
        };
        let known = object
            .into_iter()
            .filter(|(field, _)| fields.contains(&field.as_str()))
            .map(|(field, value)| (field, Self(value)));
        visitor.visit_map(MapDeserializer::new(known))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        word: String,
        inner: Option<Box<Strict>>,
        list: Option<Vec<Strict>>,
    }

    fn leaf(word: &str) -> Strict {
        Strict { word: word.to_owned(), inner: None, list: None }
    }

    #[test]
    fn unknown_fields_are_passed_over_at_every_depth() {
        let json = br#"{"word": "a", "new": 1, "inner": {"word": "b", "new": {}},
            "list": [{"word": "c", "new": [null]}]}"#;
        let whole =
            Strict { inner: Some(Box::new(leaf("b"))), list: Some(vec![leaf("c")]), ..leaf("a") };
        assert_eq!(read::<Strict>(json).unwrap(), whole);
    }

    #[test]
    fn a_field_of_another_type_is_refused() {
        for bad in [r#"{"word": 1}"#, r#"{"word": "a", "inner": "b"}"#, "[]", "null", "{"] {
            assert!(read::<Strict>(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
