//! How many calls may be under way at once: one too many is told to come back, instead of waiting
//! with all the others until nobody is answered in time. tower's load shedding in front of a limit
//! would turn away health checks too, and ends in an error where a status belongs.

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
};

use futures_util::future::BoxFuture;
use tokio::sync::Semaphore;
use tonic::body::Body;
use tower::{Layer, Service};

use crate::{access::is_open, status};

/// Seats for the calls of a server.
#[derive(Debug, Clone)]
pub(crate) struct SeatsLayer(Arc<Semaphore>);

impl SeatsLayer {
    pub(crate) fn new(seats: usize) -> Self {
        Self(Arc::new(Semaphore::new(seats)))
    }
}

/// A service with seats.
#[derive(Debug, Clone)]
pub(crate) struct Seats<S> {
    inner: S,
    free: Arc<Semaphore>,
}

impl<S> Layer<S> for SeatsLayer {
    type Service = Seats<S>;

    fn layer(&self, inner: S) -> Seats<S> {
        Seats { inner, free: self.0.clone() }
    }
}

impl<S> Service<http::Request<Body>> for Seats<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        // A full house is alive: whoever asks for its health gets an answer.
        if is_open(request.uri().path()) {
            return Box::pin(self.inner.call(request));
        }
        let Ok(seat) = self.free.clone().try_acquire_owned() else {
            return Box::pin(async { Ok(status::overloaded().into_http()) });
        };
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await;
            drop(seat);
            answer
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::Notify;
    use tonic::{Code, Status};
    use tonic_types::StatusExt;
    use tower::service_fn;

    use super::*;

    fn request(path: &str) -> http::Request<Body> {
        http::Request::builder().uri(path).body(Body::empty()).unwrap()
    }

    fn refusal(answer: &http::Response<Body>) -> Option<Status> {
        Status::from_header_map(answer.headers())
    }

    #[tokio::test]
    async fn who_finds_no_seat_is_told_to_come_back_and_then_finds_one() {
        let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (inside, exit) = (entered.clone(), leave.clone());
        let service = service_fn(move |request: http::Request<Body>| {
            let (inside, exit) = (inside.clone(), exit.clone());
            async move {
                if request.uri().path() == "/slow" {
                    inside.notify_one();
                    exit.notified().await;
                }
                Ok(http::Response::new(Body::empty()))
            }
        });
        let mut seats = SeatsLayer::new(1).layer(service);

        let slow = tokio::spawn(seats.call(request("/slow")));
        entered.notified().await;
        let refused = refusal(&seats.call(request("/quick")).await.unwrap()).unwrap();
        let health = seats.call(request("/grpc.health.v1.Health/Check")).await.unwrap();
        leave.notify_one();
        slow.await.unwrap().unwrap();
        let then = seats.call(request("/quick")).await.unwrap();

        assert_eq!(refused.code(), Code::ResourceExhausted);
        assert_eq!(refused.get_details_error_info().unwrap().reason, "OVERLOADED");
        assert!(refused.get_details_retry_info().unwrap().retry_delay.is_some());
        assert!(refusal(&health).is_none());
        assert!(refusal(&then).is_none());
    }
}
