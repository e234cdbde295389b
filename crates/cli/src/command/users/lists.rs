//! Users, the ways that they are known, and their sign-ins, page by page.

use anyhow::Result;
use latchkey_proto::v1;

use crate::client::{Api, PageSize, Paging, pages, tables};

pub(super) async fn users(api: &Api, paging: Paging) -> Result<()> {
    let users = api.client()?.users();
    let first = v1::ListUsersRequest {
        parent: api.place.parent()?,
        filter: paging.filter,
        page_size: paging.size.page_size,
        ..v1::ListUsersRequest::default()
    };
    let page = pages!(users.list_users(first).users);
    api.output.pages(tables::USERS, page).await
}

pub(super) async fn identities(api: &Api, user: &str, size: PageSize) -> Result<()> {
    let users = api.client()?.users();
    let first = v1::ListIdentitiesRequest {
        parent: api.place.name(&["users"], user)?,
        page_size: size.page_size,
        ..v1::ListIdentitiesRequest::default()
    };
    let page = pages!(users.list_identities(first).identities);
    api.output.pages(tables::IDENTITIES, page).await
}

pub(super) async fn sign_ins(api: &Api, user: Option<&str>, size: PageSize) -> Result<()> {
    let users = api.client()?.users();
    let user = user.map(|user| api.place.name(&["users"], user)).transpose()?;
    let first = v1::ListSignInsRequest {
        parent: api.place.parent()?,
        filter: user.map(|user| format!("user = \"{user}\"")).unwrap_or_default(),
        page_size: size.page_size,
        ..v1::ListSignInsRequest::default()
    };
    let page = pages!(users.list_sign_ins(first).sign_ins);
    api.output.pages(tables::SIGN_INS, page).await
}
