//! Which address is answered by what.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    middleware,
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use http::{StatusCode, Uri};
use latchkey_telemetry::HttpTraceLayer;
use tonic::transport::Channel;
use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    Config,
    fault::Fault,
    health, jwks, login, logos,
    page::{self, Frame},
    place::Places,
    reason::Reason,
    service::Service,
    site::Site,
};

/// More than the longest sign-in form: 16 KiB.
const BODY_LIMIT: usize = 16 * 1024;

/// Everything that the gateway serves. `config` has no problems ([`Config::problems`]); `channel`
/// leads to the service ([`crate::channel`]).
pub fn router(config: &Config, channel: Channel) -> Router {
    let site = Arc::new(Site::new(config, Service::new(channel, &config.key)));
    let places = Arc::new(Places::new(&config.base_url, config.trusted_proxies.clone()));
    let frame = Frame { places, assets: site.assets.clone() };
    let routes = Router::new()
        .route("/login", get(login::page::show))
        .route("/login/{connection}", post(login::start::chosen))
        .route("/login/callback/{connection}", any(login::callback::arrived))
        .route("/login/continue/{wait}", get(login::waiting::show))
        .route("/login/continue/{wait}/{deed}", get(login::waiting::back).post(login::waiting::act))
        .route("/login/test/{ticket}", get(login::test::show).post(login::test::begin))
        .route("/assets/{hash}/{file}", get(asset))
        .route("/logos/{application}/{digest}", get(logos::show))
        .route(jwks::PATH, get(jwks::show))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(site);
    layered(routes, frame)
}

/// What every route goes through, the innermost first.
pub(crate) fn layered(routes: Router, frame: Frame) -> Router {
    routes
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(CatchPanicLayer::custom(page::panicked))
        .layer(middleware::from_fn_with_state(frame, page::finish))
        .layer(HttpTraceLayer)
}

pub(crate) async fn method_not_allowed() -> Fault {
    Reason::MethodNotAllowed.into()
}

async fn asset(State(site): State<Arc<Site>>, uri: Uri) -> Result<Response, Fault> {
    site.assets.serve(uri.path())
}

/// Below a callback there is nothing, not even a page: the provider may send a code to any address
/// that begins with a registered one.
async fn not_found(uri: Uri) -> Response {
    if uri.path().starts_with(login::callback::FOLDER) {
        return StatusCode::NOT_FOUND.into_response();
    }
    Fault::new(Reason::PageNotFound).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use http::Request;
    use tower::ServiceExt;

    use super::*;
    use crate::assets::Assets;

    #[tokio::test]
    async fn a_handler_that_panics_is_a_page_too() {
        async fn broken() {
            panic!("secret text of a fault");
        }
        let base_url = "https://login.example.com".parse().unwrap();
        let places = Arc::new(Places::new(&base_url, Vec::new()));
        let frame = Frame { places, assets: Assets::new() };
        let router = layered(Router::new().route("/", get(broken)), frame);

        let answer = router.oneshot(Request::new(Body::empty())).await.unwrap();

        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let page = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        let page = String::from_utf8(page.to_vec()).unwrap();
        assert!(page.contains("<code>INTERNAL</code>"), "{page}");
        assert!(!page.contains("secret text"));
    }
}
