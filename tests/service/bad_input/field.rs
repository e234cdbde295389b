//! What the fields of many requests may hold, and what not.

use serde_json::Value;

/// What a field may just hold, and what not.
pub(super) struct Field {
    pub(super) path: &'static str,
    pub(super) good: Vec<Value>,
    pub(super) bad: Vec<Value>,
    /// Looked at only once other fields are right.
    pub(super) depends: bool,
}

pub(super) fn field(path: &'static str, good: &[&str], bad: &[&str]) -> Field {
    let values = |texts: &[&str]| texts.iter().map(|&text| Value::from(text)).collect();
    Field { path, good: values(good), bad: values(bad), depends: false }
}

pub(super) fn depending(mut field: Field) -> Field {
    field.depends = true;
    field
}

/// A resource name that ends in an id of its own choosing.
pub(super) fn name(path: &'static str, stem: &str) -> Field {
    let ids =
        ["", "-", "*", "..", "ab", "2nd", "Dev", "a_b", "a b", "dev\n", "dév", "dev/", "dev//x"];
    let long = "a".repeat(64);
    let mut bad: Vec<_> =
        ids.iter().chain([&long.as_str()]).map(|id| format!("{stem}{id}")).collect();
    bad.extend(["", "/", "nonsense", "environments"].map(ToOwned::to_owned));
    bad.extend([format!("/{stem}dev"), format!("{stem}dev\0"), "x".repeat(50_000)]);
    let bad: Vec<_> = bad.iter().map(String::as_str).collect();
    field(path, &[&format!("{stem}{}", "a".repeat(63)), &format!("{stem}abc")], &bad)
}

/// A resource name that ends in an id that we made.
pub(super) fn made_name(path: &'static str, stem: &str, prefix: &str) -> Field {
    let good = format!("{stem}{prefix}_01h455vb4pex5vsknk084sn02q");
    let bad = [
        format!("{stem}abc"),
        format!("{stem}other_01h455vb4pex5vsknk084sn02q"),
        format!("{good}x"),
        format!("{good}/"),
        String::new(),
        "x".repeat(50_000),
    ];
    field(path, &[&good], &bad.iter().map(String::as_str).collect::<Vec<_>>())
}

pub(super) fn id(path: &'static str) -> Field {
    let (longest, long) = ("a".repeat(63), "a".repeat(64));
    let bad =
        [long.as_str(), "ab", "2nd", "-ab", "Dev", "a_b", "abc-", "a.b", "a/b", "dév", "ab\n"];
    field(path, &[&longest, "abc"], &bad)
}

pub(super) fn display_name(path: &'static str) -> Field {
    let (longest, long) = ("é".repeat(80), "é".repeat(81));
    let bad = ["", " ", &long, "a\nb", "a\u{202e}b", "a\0b", "a\u{1b}[31mb", "a\u{2028}b"];
    field(path, &[&longest, "x"], &bad)
}

pub(super) fn host(path: &'static str) -> Field {
    let long = format!("{}.example", vec!["a".repeat(60); 5].join("."));
    let bad = [
        "Login.example.com",
        "login.example.com:443",
        "https://login.example.com",
        "login.example.com/",
        "login example",
        "login.example.com.",
        "a@b.example",
        "login\n.example",
        &long,
    ];
    field(path, &["login.example.com"], &bad)
}

pub(super) fn request_id() -> Field {
    let id = "6f1d3c62-64f8-4d9f-9f4e-0a0a1b2c3d4e";
    field(
        "request_id",
        &[id],
        &["x", &format!("{id}0"), &id[..35], "6f1d3c62-64f8-4d9f-9f4e-0a0a1b2c3d4g"],
    )
}

pub(super) fn up_to(path: &'static str, longest: usize) -> Field {
    field(path, &[&"x".repeat(longest)], &[&"x".repeat(longest + 1)])
}

pub(super) fn page() -> [Field; 2] {
    let size = Field {
        path: "page_size",
        good: [0, 1, 100].map(Value::from).into(),
        bad: [-1, 101, i32::MAX, i32::MIN].map(Value::from).into(),
        depends: false,
    };
    [size, field("page_token", &[""], &["x", "%%%", &"A".repeat(5_000)])]
}

pub(super) fn filter(by: &str, value: &str) -> Field {
    let (good, other) = (format!("{by} = \"{value}\""), format!("other = \"{value}\""));
    let open = format!("{by} = \"{value}");
    let twice = format!("{good} OR {good}");
    let long = format!("{by} = \"{}\"", "a".repeat(600));
    field("filter", &["", &good], &["x", &other, &open, &twice, &long, &format!("{by} = \"\"")])
}

impl IntoIterator for Field {
    type Item = Self;
    type IntoIter = std::iter::Once<Self>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self)
    }
}
