//! The tests of the service from outside are in `tests/service`; there is nothing here.
