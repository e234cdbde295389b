//! The methods that a server has, so that labels never come from a caller.

use std::{collections::HashMap, sync::Arc};

/// Called often by machines, and never part of anybody's request: counted, not traced.
const UNTRACED: [&str; 5] = [
    "/grpc.health.v1.Health/Check",
    "/grpc.health.v1.Health/List",
    "/grpc.health.v1.Health/Watch",
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

/// One method, as spans and metrics name it.
#[derive(Debug)]
pub(super) struct Method {
    /// The service with its package; `unknown` for a path that the server does not have.
    pub(super) service: Arc<str>,
    /// The method alone.
    pub(super) name: Arc<str>,
    /// Whether calls of it become spans.
    pub(super) traced: bool,
}

/// All methods by path.
#[derive(Debug)]
pub(super) struct Methods {
    by_path: HashMap<String, Arc<Method>>,
    unknown: Arc<Method>,
}

impl Methods {
    /// Takes paths such as `/package.Service/Method`; health and reflection are always known.
    pub(super) fn new<P: Into<String>>(paths: impl IntoIterator<Item = P>) -> Self {
        let traced = paths.into_iter().map(|path| (path.into(), true));
        let untraced = UNTRACED.into_iter().map(|path| (path.to_owned(), false));
        let by_path = traced.chain(untraced).map(|(path, traced)| {
            let (service, name) =
                path.trim_start_matches('/').rsplit_once('/').unwrap_or((&path, ""));
            let method = Method { service: service.into(), name: name.into(), traced };
            (path, Arc::new(method))
        });
        let unknown = Method { service: "unknown".into(), name: "unknown".into(), traced: true };
        Self { by_path: by_path.collect(), unknown: Arc::new(unknown) }
    }

    /// The method at `path`, or the one that stands for all others.
    pub(super) fn at(&self, path: &str) -> Arc<Method> {
        Arc::clone(self.by_path.get(path).unwrap_or(&self.unknown))
    }
}
