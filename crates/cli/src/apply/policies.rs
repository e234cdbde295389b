//! Policies in a file.

use latchkey_domain::{Invalid, workspace::WorkspaceId};
use latchkey_proto::v1;
use serde_json::Value as Json;

use super::{
    node::Value,
    reader::{Fields, Reader},
};
use crate::command::policies::{SignUp, Workspaces};

/// Who may sign up: `open`, `closed`, or a list of domains.
pub(super) fn sign_up(reader: &mut Reader, fields: &Fields<'_>) -> Option<v1::SignUpPolicy> {
    const NAME: &str = "sign_up_policy";
    let item = fields.get(NAME)?;
    let Value::List(_) = item.node.value else {
        let word = |text: &str| match text {
            "open" | "closed" => text.parse::<SignUp>(),
            _ => Err(Invalid::new("must be open, closed, or a list of domains")),
        };
        return item.text(reader, word).map(|read| read.0);
    };
    let mut domains = Vec::new();
    for item in fields.items(reader, NAME) {
        domains.push(item.text(reader, |text| {
            SignUp::of_domains([text].into_iter()).map(|_| text.to_owned())
        })?);
    }
    match SignUp::of_domains(domains.iter().map(String::as_str)) {
        Ok(read) => Some(read.0),
        Err(problem) => {
            reader.problem(item.node.line, &item.path, problem);
            None
        }
    }
}

/// The same, written.
pub(super) fn sign_up_entry(policy: &v1::SignUpPolicy) -> Json {
    match policy.mode() {
        v1::SignUpMode::EmailDomains => policy.email_domains.clone().into(),
        v1::SignUpMode::Closed => "closed".into(),
        _ => "open".into(),
    }
}

/// The workspaces whose members may come in.
pub(super) fn workspaces(reader: &mut Reader, fields: &Fields<'_>) -> Vec<String> {
    const NAME: &str = "allowed_workspaces";
    let mut ids = Vec::new();
    for item in fields.items(reader, NAME) {
        ids.extend(item.text(reader, WorkspaceId::parse).map(|id| id.to_string()));
    }
    match ids.join(",").parse::<Workspaces>() {
        Ok(read) => read.0,
        Err(problem) => {
            let item = fields.get(NAME);
            let (line, path) =
                item.map_or((fields.line, NAME.to_owned()), |item| (item.node.line, item.path));
            reader.problem(line, &path, problem);
            Vec::new()
        }
    }
}
