//! Everything that runs at once, and how it ends: what was started last stops first.

use std::{
    future::Future,
    sync::{Arc, OnceLock},
    time::Duration,
};

use anyhow::{Context, Result, anyhow};
use tokio::{
    signal::unix::{SignalKind, signal},
    time::{Instant, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How long requests and work under way may take once it is time to stop. Above the 20 s that the
/// gateway gives a request, so that it is the gateway that cuts off and tells; below the 30 s after
/// which Kubernetes kills, with a few left for the connections and traces that are closed last.
const SOFT_STOP: Duration = Duration::from_secs(22);
/// How a process ends that was told twice to stop.
const TOLD_TWICE: i32 = 1;

/// What runs, by stages.
#[derive(Debug)]
pub(crate) struct Run {
    /// How long the end may take.
    pub(crate) patience: Duration,
    stages: Vec<Stage>,
    end: End,
}

/// The wish to end, and the failure that it may come from.
#[derive(Debug, Clone)]
struct End {
    wanted: CancellationToken,
    failure: Arc<OnceLock<anyhow::Error>>,
}

/// Tasks that stop together.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    /// Cancelled when the tasks are to stop.
    pub(crate) stop: CancellationToken,
    tasks: TaskTracker,
    end: End,
}

impl Run {
    /// Nothing runs yet. SIGTERM and SIGINT end it, and the second one ends the process at once.
    pub(crate) fn until_told() -> Result<Self> {
        let end = End { wanted: CancellationToken::new(), failure: Arc::default() };
        let mut terminate = signal(SignalKind::terminate()).context("no signal handler")?;
        let mut interrupt = signal(SignalKind::interrupt()).context("no signal handler")?;
        let wanted = end.wanted.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
                if wanted.is_cancelled() {
                    std::process::exit(TOLD_TWICE);
                }
                tracing::info!("told to stop");
                wanted.cancel();
            }
        });
        Ok(Self { patience: SOFT_STOP, stages: Vec::new(), end })
    }

    /// Begins a stage, which stops before those that are there already.
    pub(crate) fn stage(&mut self) -> Stage {
        let stop = CancellationToken::new();
        let stage = Stage { stop, tasks: TaskTracker::new(), end: self.end.clone() };
        self.stages.push(stage.clone());
        stage
    }

    /// Cancelled when it is time to end.
    pub(crate) fn wanted(&self) -> CancellationToken {
        self.end.wanted.clone()
    }

    /// Waits until it is time to end, then stops stage after stage, within [`Self::patience`] for all of them.
    /// What failed first is what is returned.
    pub(crate) async fn finish(self) -> Result<()> {
        self.end.wanted.cancelled().await;
        let deadline = Instant::now() + self.patience;
        for stage in self.stages.iter().rev() {
            stage.stop.cancel();
            stage.tasks.close();
            if timeout_at(deadline, stage.tasks.wait()).await.is_err() {
                tracing::warn!("what is still at work is cut off");
            }
        }
        let End { failure, .. } = self.end;
        drop(self.stages);
        // Only a task that was cut off still holds the other half.
        Arc::into_inner(failure).and_then(OnceLock::into_inner).map_or(Ok(()), Err)
    }
}

impl Stage {
    /// Runs a task of this stage. Its failure ends everything.
    pub(crate) fn spawn(
        &self,
        what: &'static str,
        task: impl Future<Output = Result<()>> + Send + 'static,
    ) {
        let end = self.end.clone();
        self.tasks.spawn(async move {
            let ended = match tokio::spawn(task).await {
                Ok(ended) => ended,
                Err(_) => Err(anyhow!("it panicked")),
            };
            if let Err(error) = ended {
                // The first failure is the one that tells.
                let _ = end.failure.set(error.context(what));
                end.wanted.cancel();
            }
        });
    }

    /// Runs a task of this stage that cannot fail.
    pub(crate) fn follow(
        &self,
        what: &'static str,
        task: impl Future<Output = ()> + Send + 'static,
    ) {
        self.spawn(what, async move {
            task.await;
            Ok(())
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn the_gateway_cuts_its_requests_off_before_the_process_does_and_both_before_kubernetes() {
        const KUBERNETES: Duration = Duration::from_secs(30);
        assert!(latchkey_gateway::DRAIN < SOFT_STOP);
        // Connections have 1 s to close, traces 5 s to leave, and tasks that were cut off 1 s.
        assert!(SOFT_STOP + Duration::from_secs(7) < KUBERNETES);
    }

    #[tokio::test]
    async fn a_failure_ends_everything_and_the_last_stage_stops_first() {
        let mut run = Run::until_told().unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        for name in ["first", "second"] {
            let (stage, order) = (run.stage(), order.clone());
            let stop = stage.stop.clone();
            stage.follow(name, async move {
                stop.cancelled().await;
                order.lock().unwrap().push(name);
            });
        }
        run.stage().spawn("the third", async { Err(anyhow!("no luck")) });

        let error = run.finish().await.unwrap_err();

        assert_eq!(format!("{error:#}"), "the third: no luck");
        assert_eq!(*order.lock().unwrap(), ["second", "first"]);
    }

    #[tokio::test]
    async fn a_task_that_panics_ends_everything() {
        let mut run = Run::until_told().unwrap();
        run.stage().follow("a follower", async { panic!("on purpose") });
        let error = run.finish().await.unwrap_err();
        assert_eq!(format!("{error:#}"), "a follower: it panicked");
    }
}
