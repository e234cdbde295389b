//! A small application that signs people in as any application would, to try Latchkey out.

mod add_account;
mod callback;
mod session;
mod sign_in;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};
use secrecy::SecretString;
use tonic::transport::Channel;
use url::Url;

use crate::{
    assets::Assets,
    cookies::Jar,
    page::Frame,
    place::Places,
    routes::{layered, method_not_allowed},
    service::Service,
};

/// Where the demo application's people come back to, below its base URL.
pub const CALLBACK: &str = "/demo/callback";

/// What the demo application needs.
#[derive(Debug, Clone)]
pub struct DemoSettings {
    /// Where browsers reach the gateway, which serves the demo too. The application's redirect URI
    /// is [`CALLBACK`] there.
    pub base_url: Url,
    /// Its id, or its full name.
    pub application: String,
    /// An application key of its own.
    pub key: SecretString,
    /// To the service.
    pub channel: Channel,
}

/// What the demo's handlers share.
struct Demo {
    application: String,
    redirect_uri: String,
    jar: Jar,
    service: Service,
    assets: Assets,
}

/// The demo application's pages, to be merged with [`crate::router`].
pub fn demo_router(settings: DemoSettings) -> Router {
    let origin = settings.base_url.origin().ascii_serialization();
    let demo = Demo {
        application: settings.application,
        redirect_uri: format!("{origin}{CALLBACK}"),
        jar: Jar { https: settings.base_url.scheme() == "https" },
        service: Service::new(settings.channel, &settings.key),
        assets: Assets::new(),
    };
    // An application has one place, whatever the domain that people sign in on.
    let places = Arc::new(Places::new(&settings.base_url, Vec::new()));
    let frame = Frame { places, assets: demo.assets.clone() };
    let routes = Router::new()
        .route("/", get(sign_in::home))
        .route("/demo/sign-in", get(sign_in::begin))
        .route("/demo/add-account", post(add_account::begin))
        .route(CALLBACK, get(callback::arrived))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(Arc::new(demo));
    layered(routes, frame)
}
