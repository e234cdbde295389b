//! Applications.

use latchkey_domain::{
    Invalid,
    application::Application,
    id::ApplicationId,
    logo::{Logo, LogoDigest},
    name::{ApplicationName, ConnectionName, EnvironmentName},
    page::{Listed, Page},
    text::DisplayName,
};
use latchkey_identity::{ApplicationChanges, NewApplication, TimeCursor, etag};
use latchkey_proto::v1;
use tonic::Status;

use super::{Fields, filter, mask, page, request_id, time};

pub(crate) fn create(request: v1::CreateApplicationRequest) -> Result<NewApplication, Status> {
    let mut fields = Fields::new();
    let repeat = || v1::CreateApplicationRequest { request_id: String::new(), ..request.clone() };
    let asked = ("CreateApplication", request.request_id.as_str());
    let known = request_id(&mut fields, asked, repeat);
    let parent: Option<EnvironmentName> = fields.check("parent", request.parent.parse());
    let id = fields.check_if("application_id", &request.application_id, ApplicationId::chosen);
    let body = fields.require("application", request.application).unwrap_or_default();
    let display_name =
        fields.check("application.display_name", DisplayName::parse(&body.display_name));
    let read = parent.zip(display_name).map(|(parent, display_name)| NewApplication {
        environment: parent.environment,
        id,
        display_name,
        redirect_uris: body.redirect_uris,
        request: known,
    });
    fields.finish(read)
}

pub(crate) fn update(
    request: v1::UpdateApplicationRequest,
) -> Result<(ApplicationName, ApplicationChanges), Status> {
    let mut fields = Fields::new();
    let body = fields.require("application", request.application).unwrap_or_default();
    let name = fields.check("application.name", body.name.parse());
    let paths = ["display_name", "redirect_uris"];
    let mask = mask::paths(&mut fields, request.update_mask, &paths, |path| match path {
        "display_name" => !body.display_name.is_empty(),
        _ => !body.redirect_uris.is_empty(),
    });
    let mut changes = ApplicationChanges::default();
    if mask.contains(&"display_name") {
        changes.display_name =
            fields.check("application.display_name", DisplayName::parse(&body.display_name));
    }
    changes.redirect_uris = mask.contains(&"redirect_uris").then_some(body.redirect_uris);
    changes.etag = (!body.etag.is_empty()).then_some(body.etag);
    let read = name.map(|name| (name, changes));
    fields.finish(read)
}

/// Which page of which applications.
pub(crate) type ApplicationList = (EnvironmentName, Option<ConnectionName>, Page<TimeCursor>);

pub(crate) fn list(request: &v1::ListApplicationsRequest) -> Result<ApplicationList, Status> {
    let mut fields = Fields::new();
    let parent: Option<EnvironmentName> = fields.check("parent", request.parent.parse());
    let connection: Option<ConnectionName> =
        fields.check("filter", filter::equals(&request.filter, "connection", str::parse)).flatten();
    if let (Some(parent), Some(connection)) = (&parent, &connection)
        && connection.environment != parent.environment
    {
        fields.refuse("filter", Invalid::new("must name a connection of the parent"));
    }
    let question = ("applications", request.parent.as_str(), request.filter.as_str());
    let page = page::page(&mut fields, question, (request.page_size, &request.page_token));
    let read = parent.zip(page).map(|(parent, page)| (parent, connection, page));
    fields.finish(read)
}

pub(crate) fn listed(
    request: &v1::ListApplicationsRequest,
    listed: Listed<Application, TimeCursor>,
) -> v1::ListApplicationsResponse {
    let question = ("applications", request.parent.as_str(), request.filter.as_str());
    v1::ListApplicationsResponse {
        applications: listed.items.into_iter().map(encode).collect(),
        next_page_token: page::token(question, listed.next),
    }
}

pub(crate) fn encode(application: Application) -> v1::Application {
    v1::Application {
        name: application.name().to_string(),
        display_name: application.display_name.to_string(),
        redirect_uris: application.redirect_uris.iter().map(ToString::to_string).collect(),
        etag: etag(application.version),
        logo: application.logo.map(encode_logo),
        create_time: Some(time::encode(application.created_at)),
        update_time: Some(time::encode(application.updated_at)),
    }
}

pub(super) fn encode_logo(logo: Logo) -> v1::ApplicationLogo {
    v1::ApplicationLogo {
        media_type: logo.media_type.as_str().to_owned(),
        sha256: logo.digest.to_string(),
        size_bytes: i32::try_from(logo.size).unwrap_or(i32::MAX),
    }
}

/// As the pages of a sign-in show it.
pub(super) fn shown(application: &Application) -> v1::LoginApplication {
    v1::LoginApplication {
        name: application.name().to_string(),
        display_name: application.display_name.to_string(),
        logo: application.logo.map(encode_logo),
    }
}

/// Which logo of which application.
pub(crate) fn which_logo(
    request: &v1::GetApplicationLogoRequest,
) -> Result<(ApplicationName, LogoDigest), Status> {
    let mut fields = Fields::new();
    let application = fields.check("application", request.application.parse());
    let digest = fields.check("sha256", request.sha256.parse());
    fields.finish(application.zip(digest))
}
