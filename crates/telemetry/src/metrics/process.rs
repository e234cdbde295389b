//! What the process itself shows: its build, its memory, its age.

use std::fs;

use opentelemetry::{KeyValue, metrics::Meter};

use super::VERSION;

/// Ticks in a second of `/proc/self/stat`: Linux shows all programs 100, whatever the kernel's own rate (`man 5 proc`).
const TICKS_PER_SECOND: f64 = 100.0;

/// Has them read at each scrape. Memory and start time come from `/proc`, and are absent where there is none.
pub(super) fn observe(meter: &Meter) {
    meter
        .u64_observable_gauge("latchkey_build_info")
        .with_description("1, with the running version")
        .with_callback(|info| info.observe(1, &[KeyValue::new("version", VERSION)]))
        .build();
    meter
        .u64_observable_gauge("process_resident_memory")
        .with_unit("By")
        .with_description("memory in use")
        .with_callback(|memory| {
            if let Some(bytes) = resident_bytes() {
                memory.observe(bytes, &[]);
            }
        })
        .build();
    // It cannot change, so it is read once.
    let started = start_time();
    meter
        .f64_observable_gauge("process_start_time")
        .with_unit("s")
        .with_description("when the process began, in Unix time")
        .with_callback(move |time| {
            if let Some(seconds) = started {
                time.observe(seconds, &[]);
            }
        })
        .build();
}

/// The resident set, which `/proc/self/status` gives in KiB.
fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// Boot time plus the ticks from boot to start: field 22 of `stat`, counted behind the name, which may hold spaces.
fn start_time() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    let ticks: f64 = after_name.split_whitespace().nth(19)?.parse().ok()?;
    let kernel = fs::read_to_string("/proc/stat").ok()?;
    let boot: f64 =
        kernel.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
    Some(boot + ticks / TICKS_PER_SECOND)
}
