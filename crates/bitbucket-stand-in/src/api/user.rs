//! The body of `/2.0/user`.

use serde_json::{Value, json};

use crate::account::{Account, UuidShape};
use crate::fixture;

/// An account in the shape of the recording.
pub(super) fn body(base_url: &str, account: &Account) -> Value {
    let mut user = fixture::USER.clone();
    let recorded = user["uuid"].as_str().unwrap_or_default().trim_matches(['{', '}']).to_owned();
    let uuid = account.uuid.trim_matches(['{', '}']);
    for link in user["links"].as_object_mut().into_iter().flat_map(|links| links.values_mut()) {
        let href = link["href"].as_str().unwrap_or_default();
        link["href"] = json!(
            href.replace("https://api.bitbucket.org", base_url)
                .replace("https://bitbucket.org", base_url)
                .replace(&recorded, uuid)
        );
    }
    user["display_name"] = json!(account.display_name);
    user["username"] = json!(account.username);
    user["nickname"] = json!(account.nickname);
    user["type"] = json!(account.kind);
    user["account_id"] = json!(account.account_id);
    user["links"]["avatar"]["href"] = json!(account.avatar);
    user["uuid"] = match account.uuid_shape {
        UuidShape::Text => json!(account.uuid),
        UuidShape::Empty => json!(""),
        UuidShape::Number => json!(7),
        UuidShape::Missing | UuidShape::Null => Value::Null,
    };
    leave_out_absent(&mut user, account);
    user
}

fn leave_out_absent(user: &mut Value, account: &Account) {
    let Some(fields) = user.as_object_mut() else { return };
    if account.uuid_shape == UuidShape::Missing {
        fields.remove("uuid");
    }
    if account.account_id.is_none() {
        fields.remove("account_id");
    }
    if account.avatar.is_none()
        && let Some(links) = fields.get_mut("links").and_then(Value::as_object_mut)
    {
        links.remove("avatar");
    }
}
