//! The binary: reads the command line, runs one command, and ends with a code that says how it went.

mod apply;
mod args;
mod client;
mod command;
mod compose;
mod config;
mod dev;
mod doctor;
#[cfg(test)]
mod documented;
mod feed;
mod files;
mod listen;
mod run;
mod terminal;

use std::{process::ExitCode, time::Duration};

use clap::Parser;

use crate::{
    apply::FileProblems,
    args::Args,
    client::{ExitCode as Ending, Refusal},
    config::Problems,
};

/// What is still at work when a command has ended was told to stop already, and had its time.
const LEFTOVERS: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    // Before anything opens a connection. Nobody was here before us, so that it cannot be installed already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let args = Args::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report(&error.into()),
    };
    let ended = runtime.block_on(command::run(args.command));
    runtime.shutdown_timeout(LEFTOVERS);
    ended.map_or_else(|error| report(&error), |()| ExitCode::SUCCESS)
}

fn report(error: &anyhow::Error) -> ExitCode {
    if error.chain().any(nobody_reads) {
        return ExitCode::SUCCESS;
    }
    eprintln!("latchkey: {error:#}");
    let ending = error.chain().find_map(ending).unwrap_or(Ending::Failed);
    ExitCode::from(ending as u8)
}

fn ending(error: &(dyn std::error::Error + 'static)) -> Option<Ending> {
    let misused = error.is::<Problems>() || error.is::<FileProblems>();
    let misused = misused.then_some(Ending::Misused);
    misused.or_else(|| Some(error.downcast_ref::<Refusal>()?.exit_code()))
}

/// `latchkey events tail | head` is not a failure.
fn nobody_reads(error: &(dyn std::error::Error + 'static)) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
