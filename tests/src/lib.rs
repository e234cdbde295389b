//! The service from outside: see `tests/service`.
