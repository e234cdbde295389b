//! Who may call what: denied unless it stands here.

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::future::BoxFuture;
use http::{HeaderMap, header::AUTHORIZATION};
use latchkey_domain::access::ApiKeyKind::{
    self, Application, Consumer, Environment, Gateway, Operator,
};
use latchkey_domain::{
    access::ApiKey,
    caller::{Caller, Origin},
};
use latchkey_identity::{Error, Latchkey};
use secrecy::SecretString;
use tonic::{
    Request, Status, body::Body, metadata::MetadataMap, transport::server::TcpConnectInfo,
};
use tower::{Layer, Service};

use crate::{limits::Limits, prove::prove, status};

const OPERATORS: &[ApiKeyKind] = &[Operator];
const ADMINISTRATORS: &[ApiKeyKind] = &[Operator, Environment];
const GATEWAYS: &[ApiKeyKind] = &[Gateway];
const READERS: &[ApiKeyKind] = &[Operator, Environment, Consumer];

/// Every RPC, and the kinds of keys that can make it. A test holds it against the contract.
///
/// An operator reaches everything that administers, and nothing of `SocialLogin`: people sign in with a
/// browser, which is at a gateway, and an application redeems what is its own. An operator has neither.
pub(crate) const ALLOWED: &[(&str, &[ApiKeyKind])] = &[
    ("/latchkey.v1.ConnectionAdmin/CreateConnection", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/GetConnection", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/ListConnections", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/UpdateConnection", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/DeleteConnection", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/UndeleteConnection", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/PurgeConnection", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/ListCallbackUrls", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/GrantApplication", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/RevokeApplication", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/ListApplicationGrants", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/CreateCredential", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/ListCredentials", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/PromoteCredential", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/DeleteCredential", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/CheckConnection", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/StartTestLogin", ADMINISTRATORS),
    ("/latchkey.v1.ConnectionAdmin/GetTestLogin", ADMINISTRATORS),
    ("/latchkey.v1.SocialLogin/ListLoginOptions", &[Gateway, Application]),
    ("/latchkey.v1.SocialLogin/CreateLinkTicket", &[Application]),
    ("/latchkey.v1.SocialLogin/StartLogin", GATEWAYS),
    ("/latchkey.v1.SocialLogin/CompleteLogin", GATEWAYS),
    ("/latchkey.v1.SocialLogin/SubmitEmail", GATEWAYS),
    ("/latchkey.v1.SocialLogin/VerifyEmail", GATEWAYS),
    ("/latchkey.v1.SocialLogin/ResendEmailCode", GATEWAYS),
    ("/latchkey.v1.SocialLogin/ConfirmLink", GATEWAYS),
    ("/latchkey.v1.SocialLogin/CancelLogin", GATEWAYS),
    ("/latchkey.v1.SocialLogin/GetLoginStep", GATEWAYS),
    ("/latchkey.v1.SocialLogin/RedeemLogin", &[Application]),
    ("/latchkey.v1.SocialLogin/RedeemTestTicket", GATEWAYS),
    ("/latchkey.v1.SocialLogin/ListSigningKeys", GATEWAYS),
    ("/latchkey.v1.TenantAdmin/CreateEnvironment", OPERATORS),
    ("/latchkey.v1.TenantAdmin/GetEnvironment", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/ListEnvironments", OPERATORS),
    ("/latchkey.v1.TenantAdmin/UpdateEnvironment", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/DeleteEnvironment", OPERATORS),
    ("/latchkey.v1.TenantAdmin/CreateApplication", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/GetApplication", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/ListApplications", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/UpdateApplication", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/DeleteApplication", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/CreateOrganization", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/GetOrganization", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/ListOrganizations", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/UpdateOrganization", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/DeleteOrganization", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/StartDomainVerification", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/CheckDomainVerification", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/CreateApiKey", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/ListApiKeys", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/RotateApiKey", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/DeleteApiKey", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/ListAuditEntries", ADMINISTRATORS),
    ("/latchkey.v1.TenantAdmin/GetReadiness", ADMINISTRATORS),
    ("/latchkey.v1.UserDirectory/GetUser", ADMINISTRATORS),
    ("/latchkey.v1.UserDirectory/ListUsers", ADMINISTRATORS),
    ("/latchkey.v1.UserDirectory/SuspendUser", ADMINISTRATORS),
    ("/latchkey.v1.UserDirectory/UnsuspendUser", ADMINISTRATORS),
    ("/latchkey.v1.UserDirectory/DeleteUser", ADMINISTRATORS),
    ("/latchkey.v1.UserDirectory/ListIdentities", ADMINISTRATORS),
    ("/latchkey.v1.UserDirectory/UnlinkIdentity", ADMINISTRATORS),
    ("/latchkey.v1.UserDirectory/ListSignIns", ADMINISTRATORS),
    ("/latchkey.v1.EventFeed/ListEvents", READERS),
    ("/latchkey.v1.EventFeed/WatchEvents", READERS),
];

/// What load balancers and tools ask without a key. Reflection is served only where it is set.
const OPEN: &[&str] = &["/grpc.health.v1.Health/", "/grpc.reflection."];

/// By which callers find their own calls in our audit.
const REQUEST_ID: &str = "x-request-id";
/// Several times a UUID; what is longer is left out.
const MAX_REQUEST_ID: usize = 128;

/// Asks every caller for a key.
#[derive(Debug, Clone)]
pub(crate) struct AccessLayer {
    pub(crate) latchkey: Latchkey,
    pub(crate) limits: Arc<Limits>,
}

/// A service behind the question.
#[derive(Debug, Clone)]
pub(crate) struct Access<S> {
    inner: S,
    latchkey: Latchkey,
    limits: Arc<Limits>,
}

impl<S> Layer<S> for AccessLayer {
    type Service = Access<S>;

    fn layer(&self, inner: S) -> Access<S> {
        Access { inner, latchkey: self.latchkey.clone(), limits: self.limits.clone() }
    }
}

impl<S> Service<http::Request<Body>> for Access<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: http::Request<Body>) -> Self::Future {
        // The one that was polled ready goes into the future; a fresh one takes its place.
        let fresh = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, fresh);
        let (latchkey, limits) = (self.latchkey.clone(), self.limits.clone());
        Box::pin(async move {
            let path = request.uri().path();
            if is_open(path) {
                return inner.call(request).await;
            }
            let peer = request.extensions().get::<TcpConnectInfo>();
            let peer = peer.and_then(TcpConnectInfo::remote_addr).map(|peer| peer.ip());
            let key = match prove(&latchkey, &limits, peer, request.headers()).await {
                Ok(key) => admit(key, path),
                Err(status) => Err(status),
            };
            match key {
                Ok(key) => {
                    request.extensions_mut().insert(key);
                    inner.call(request).await
                }
                Err(status) => Ok(status.into_http()),
            }
        })
    }
}

/// Whether a path is answered whoever asks.
pub(crate) fn is_open(path: &str) -> bool {
    OPEN.iter().any(|open| path.starts_with(open))
}

/// Lets a key make a call that keys of its kind can make.
fn admit(key: Arc<ApiKey>, path: &str) -> Result<Arc<ApiKey>, Status> {
    let kind = key.principal.kind();
    let allowed = ALLOWED.iter().find(|(method, _)| *method == path);
    if allowed.is_some_and(|(_, kinds)| kinds.contains(&kind)) {
        return Ok(key);
    }
    Err(status::not_allowed())
}

/// `authorization: Bearer {key}` (RFC 6750, 2.1), once.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<SecretString> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    let (scheme, key) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.into())
}

/// Who calls, and from where.
pub(crate) fn caller<T>(request: &Request<T>) -> Result<Caller, Status> {
    // Of a call within this process, which no layer asked for a key.
    if let Some(caller) = request.extensions().get::<Caller>() {
        return Ok(caller.clone());
    }
    let key = request.extensions().get::<Arc<ApiKey>>();
    let key = key.ok_or(Error::Unauthenticated).map_err(status::from_error)?;
    let address = request.remote_addr().map(|peer| peer.ip());
    Ok(Caller::with_key(key, Origin { address, request_id: request_id(request.metadata()) }))
}

/// What the peer calls this call: `x-request-id`, if it can be shown as it is.
fn request_id(metadata: &MetadataMap) -> Option<String> {
    let id = metadata.get(REQUEST_ID)?.to_str().ok()?;
    let shown = id.len() <= MAX_REQUEST_ID && id.bytes().all(|byte| byte.is_ascii_graphic());
    (shown && !id.is_empty()).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;

    /// The part of `google.protobuf.FileDescriptorSet` that names methods.
    mod descriptor {
        #[derive(Clone, PartialEq, prost::Message)]
        pub(super) struct Set {
            #[prost(message, repeated, tag = "1")]
            pub(super) files: Vec<File>,
        }

        #[derive(Clone, PartialEq, prost::Message)]
        pub(super) struct File {
            #[prost(string, tag = "2")]
            pub(super) package: String,
            #[prost(message, repeated, tag = "6")]
            pub(super) services: Vec<Service>,
        }

        #[derive(Clone, PartialEq, prost::Message)]
        pub(super) struct Service {
            #[prost(string, tag = "1")]
            pub(super) name: String,
            #[prost(message, repeated, tag = "2")]
            pub(super) methods: Vec<Method>,
        }

        #[derive(Clone, PartialEq, prost::Message)]
        pub(super) struct Method {
            #[prost(string, tag = "1")]
            pub(super) name: String,
        }
    }

    fn contract() -> Vec<String> {
        let set = descriptor::Set::decode(latchkey_proto::FILE_DESCRIPTOR_SET).unwrap();
        let methods = set.files.iter().flat_map(|file| {
            file.services.iter().flat_map(move |service| {
                let path = format!("/{}.{}/", file.package, service.name);
                service.methods.iter().map(move |method| format!("{path}{}", method.name))
            })
        });
        methods.collect()
    }

    #[test]
    fn every_method_of_the_contract_says_who_may_call_it() {
        let mut listed: Vec<_> = ALLOWED.iter().map(|(method, _)| (*method).to_owned()).collect();
        let mut contract = contract();
        listed.sort();
        contract.sort();
        assert_eq!(listed, contract);
    }

    #[test]
    fn an_application_never_administers() {
        let admin = |method: &str| method.contains("Admin/") || method.contains("UserDirectory/");
        for (method, kinds) in ALLOWED {
            let reaches = kinds.iter().any(|kind| matches!(kind, Application | Gateway | Consumer));
            assert!(!(admin(method) && reaches), "{method}");
        }
    }

    #[test]
    fn a_key_comes_as_one_bearer_token() {
        let read = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(AUTHORIZATION, value.parse().unwrap());
            }
            bearer(&headers).is_some()
        };
        assert!(read(&["Bearer lk_operator_x"]));
        assert!(read(&["bearer lk_operator_x"]));
        assert!(!read(&[]));
        assert!(!read(&["lk_operator_x"]));
        assert!(!read(&["Basic lk_operator_x"]));
        assert!(!read(&["Bearer a", "Bearer b"]));
    }
}
