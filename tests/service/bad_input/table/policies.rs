//! The fields that say what is asked of whoever signs in.

use serde_json::{Value, json};

use super::super::field::Field;

pub(super) fn workspaces() -> Field {
    let many = |count: usize| json!((0..count).map(|n| format!("w{n}")).collect::<Vec<_>>());
    let uuid = "{2c4a1bd0-5d86-4b52-9a23-6a3f4b5c6d7e}";
    let bad = ["", "a b", "a/b", "{acme}", &uuid[..37], &"a".repeat(65)].map(|id| json!([id]));
    let mut bad = Vec::from(bad);
    bad.extend([many(51), json!(["acme", "acme"])]);
    Field {
        path: "connection.allowed_workspaces",
        good: vec![json!([uuid, "acme"]), json!(["a".repeat(64)]), many(50), json!([])],
        bad,
        depends: false,
    }
}

pub(super) fn email_domains(path: &'static str) -> Field {
    let many = |count: usize| {
        let domains = (0..count).map(|n| format!("d{n}.example"));
        json!(domains.collect::<Vec<_>>())
    };
    let bad = ["", "example", "a@acme.example", "*.example", "acme..example", "-a.example"];
    let mut bad = Vec::from(bad.map(|domain| json!([domain])));
    bad.extend([many(0), many(101), json!(["acme.example", "ACME.example"])]);
    Field { path, good: vec![json!(["acme.example", "acme.org"]), many(100)], bad, depends: false }
}

pub(super) fn code_lifetime() -> Field {
    Field {
        path: "environment.email_code_lifetime",
        good: ["60s", "7200s"].map(Value::from).into(),
        bad: ["0s", "7260s", "61s", "60.5s", "-60s"].map(Value::from).into(),
        depends: false,
    }
}
