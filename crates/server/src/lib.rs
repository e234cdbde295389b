//! gRPC in: decode, call, encode.
