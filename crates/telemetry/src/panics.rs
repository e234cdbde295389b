//! A panic becomes one log line.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    panic::{self, PanicHookInfo},
};

/// Logs every panic instead of printing it, so that it is one escaped line with its trace.
pub(crate) fn log_panics() {
    panic::set_hook(Box::new(log_panic));
}

fn log_panic(info: &PanicHookInfo<'_>) {
    let message = info.payload_as_str().unwrap_or("a panic that carries no text");
    let at = info.location().map(ToString::to_string);
    let backtrace = Backtrace::capture();
    // Only where the operator asked for it with RUST_BACKTRACE.
    let backtrace = (backtrace.status() == BacktraceStatus::Captured).then_some(backtrace);

    tracing::error!(
        panic.message = message,
        panic.at = at,
        panic.backtrace = backtrace.as_ref().map(tracing::field::display),
        "panicked"
    );
}
