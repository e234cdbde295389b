//! The pages of `/2.0/user/workspaces`.

use serde_json::{Value, json};

use super::paged;
use crate::account::{Account, Workspace};
use crate::fields::Fields;
use crate::fixture;

/// A page of the workspaces whose member an account is, in the shape that is documented.
pub(super) fn body(base_url: &str, account: &Account, query: &Fields) -> Value {
    let all: Vec<_> = account.workspaces.iter().map(|one| entry(base_url, one)).collect();
    let url = format!("{base_url}/2.0/user/workspaces");
    paged::fill(fixture::WORKSPACES.clone(), &url, &all, &account.workspaces_next_link, query)
}

fn entry(base_url: &str, workspace: &Workspace) -> Value {
    let mut entry = fixture::WORKSPACES["values"][0].clone();
    entry["administrator"] = json!(workspace.administrator);
    let inner = &mut entry["workspace"];
    inner["uuid"] = json!(workspace.uuid);
    inner["slug"] = json!(workspace.slug);
    let link = format!("{base_url}/2.0/workspaces/{}", workspace.slug);
    inner["links"]["self"]["href"] = json!(link);
    entry
}
