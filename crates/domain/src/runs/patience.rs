//! Steps of a run that may be done again wait for a database that is away.

use std::time::{Duration, Instant};

use agent::run::HostError;
use tokio_util::sync::CancellationToken;

use super::writer::{WriteError, Writer};

/// How long a step waits for the database to come back.
const LONGEST: Duration = Duration::from_secs(120);
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_millis(500);

/// How long something has been tried, and how long it waits now.
pub(super) struct Patience {
    since: Instant,
    wait: Duration,
}

impl Patience {
    pub(super) fn new() -> Self {
        Self {
            since: Instant::now(),
            wait: FIRST_WAIT,
        }
    }

    /// Waits before a step is tried again.
    ///
    /// # Errors
    /// When trying again makes no sense, has been tried for long enough, or nobody wants it any more.
    pub(super) async fn wait_out(
        &mut self,
        error: WriteError,
        writer: &Writer,
        cancel: &CancellationToken,
    ) -> Result<(), HostError> {
        writer.note(&error);
        if !error.may_pass() || self.since.elapsed() > LONGEST {
            return Err(HostError(Box::new(error)));
        }
        tokio::select! {
            () = cancel.cancelled() => return Err(HostError(Box::new(error))),
            () = tokio::time::sleep(self.wait) => {}
        }
        self.wait = (self.wait * 2).min(LONGEST_WAIT);
        Ok(())
    }
}

/// Does a step that may be done again, until it is done.
// No function: compilers cannot tell yet that what an `AsyncFnMut` returns may go to another thread.
macro_rules! settle {
    ($writer:expr, $cancel:expr, $step:expr) => {{
        let mut patience = $crate::runs::patience::Patience::new();
        loop {
            match $step.await {
                Ok(done) => break Ok(done),
                Err(error) => {
                    if let Err(error) = patience.wait_out(error, $writer, $cancel).await {
                        break Err(error);
                    }
                }
            }
        }
    }};
}

pub(super) use settle;
