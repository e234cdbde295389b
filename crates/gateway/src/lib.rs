//! HTTP in, gRPC out: the sign-in page, the callback and the error pages.
