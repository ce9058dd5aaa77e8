//! The worker of one run: runs the agent's loop, and ends the run one way or another. It belongs to the server; no
//! request waits for it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use agent::context::window;
use agent::llm::Clock;
use agent::run::{RunError, RunLimits, RunOutcome, RunRequest};
use protocol::limits::{PREVIEW_CHARS, TOOL_ROUNDS, excerpt};
use protocol::message::RunFailure;
use protocol::{Message, MessageStatus, RunEvent};
use store::runs::{Lease, RunRecord, RunStatus};
use store::{Scope, conversations, messages, runs, tool_calls};
use tokio_util::sync::CancellationToken;

use super::host::{Host, Open};
use super::hub::Channel;
use super::load::{Loaded, begin, rounds};
use super::writer::{AHEAD, WriteError, Writer};
use crate::plain::plain;
use crate::{Domain, Error, clock, fault};

/// How long a lease holds without a heartbeat, in seconds. With the time between two sweeps this is how long an answer
/// stands still when its server dies.
pub(super) const LEASE_SECONDS: f64 = 3.0;
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// How long a run's end is tried while the database is away; afterwards whoever takes the run over ends it.
const END_TRIED: Duration = Duration::from_secs(120);

impl Domain {
    pub(super) fn lease(&self) -> Lease {
        Lease {
            owner: self.inner.node,
            seconds: LEASE_SECONDS,
        }
    }

    /// Starts working on a run whose lease this server just took, from its beginning or from where it rested. Watchers find
    /// it from now on.
    pub(super) fn work_on(&self, run: RunRecord, message: Message) {
        let base = run.last_seq;
        self.work_after(run, message, base);
    }

    /// The same for a run whose server may have shown more than it stored: its numbers are left out.
    pub(super) fn work_on_lost(&self, run: RunRecord, message: Message) {
        let base = run.last_seq + AHEAD;
        self.work_after(run, message, base);
    }

    fn work_after(&self, run: RunRecord, message: Message, base: u64) {
        let channel = Channel::new(&run, base, message);
        let Some(open) = self.hub().open_first(run.id, channel.clone()) else {
            return;
        };
        let writer = Arc::new(Writer::new(self, run, channel.clone(), base));
        if writer.run().cancel_requested {
            channel.cancel.cancel();
        }
        let domain = self.clone();
        self.inner.tasks.spawn(async move {
            let next = domain.work(&writer, &channel.cancel).await;
            drop(open);
            domain.spawn_title(writer.run(), writer.message_with(&[]));
            if let Some(next) = next {
                domain.work_on_next(next).await;
            }
        });
    }

    pub(super) async fn work_on_next(&self, run: RunRecord) {
        match self.empty_answer(&run).await {
            Ok(message) => self.work_on(run, message),
            // Its lease lapses, and a sweep picks it up.
            Err(error) => tracing::warn!(run.id = %run.id, error = %error, "a queued run could not begin"),
        }
    }

    async fn empty_answer(&self, run: &RunRecord) -> Result<Message, Error> {
        // Its lease runs and nobody renews it yet: requests must not be in the way.
        let mut tx = self.store().begin_reserved(Scope::Actor(&run.user_id)).await?;
        let record = messages::find(&mut tx, run.assistant_message_id).await?;
        tx.commit().await?;
        record
            .map(|record| record.message)
            .ok_or(Error::NotFound("message"))
    }

    async fn work(&self, writer: &Arc<Writer>, cancel: &CancellationToken) -> Option<RunRecord> {
        let stop = CancellationToken::new();
        let _stopped = stop.clone().drop_guard();
        let storing = tokio::spawn({
            let (writer, stop) = (writer.clone(), stop.clone());
            async move { writer.keep_storing(stop).await }
        });
        let _held = self.inner.beats.hold(writer, cancel);
        let outcome = tokio::select! {
            () = writer.lost.cancelled() => None,
            () = self.inner.halting.cancelled() => {
                self.hand_over(writer).await;
                None
            }
            outcome = self.answer(writer, cancel) => match outcome {
                // It was waiting for the database.
                Err(RunError::Host(_)) if cancel.is_cancelled() => Some(End::Cancelled),
                outcome => End::of(outcome),
            },
        };
        let next = match outcome {
            // What made the loop fail may be that the run is somebody else's.
            Some(end) if !writer.lost.is_cancelled() => self.end(writer, &end).await,
            _ => None,
        };
        stop.cancel();
        let _ = storing.await;
        next
    }

    /// Everything between the first and the last event, or the next rest.
    async fn answer(&self, writer: &Arc<Writer>, cancel: &CancellationToken) -> Result<RunOutcome, RunError> {
        let run = writer.run();
        let began = Instant::now();
        let Loaded {
            actor,
            mut history,
            limits,
            approval,
            ..
        } = begin(writer, self.config().window, cancel).await?;
        let clock = Clock {
            now: clock::now(),
            time_zone: actor.time_zone.clone(),
        };
        let host = Host::new(self, writer, clock.clone(), approval, cancel);
        loop {
            if host.run_open_calls().await? == Open::Decision {
                if host.rest().await? {
                    return Ok(RunOutcome::Waiting);
                }
                // A decision shows with the next look, a stop soon.
                tokio::time::sleep(LOOK_AGAIN).await;
                continue;
            }
            let so_far = writer.message_with(&[]);
            let rounds = rounds(&so_far);
            let chars = so_far.content.chars().count();
            if run.last_seq > 0 || rounds > 0 {
                history.retain(|message| message.id != so_far.id);
                history.push(so_far);
            }
            let request = RunRequest {
                messages: window(&history, limits, &clock, &actor.user.name),
                chars,
                tools: self.inner.tools.definitions(),
                clock: clock.clone(),
                limits: RunLimits {
                    tool_rounds: TOOL_ROUNDS.saturating_sub(rounds),
                    // Whoever worked on it before.
                    total: RunLimits::default()
                        .total
                        .saturating_sub(run.worked + began.elapsed()),
                },
            };
            match agent::run::run(self.config().provider.as_ref(), request, &host, cancel).await? {
                RunOutcome::Waiting => {}
                outcome => return Ok(outcome),
            }
        }
    }

    /// Gives the run to whichever server takes it. If that cannot be stored, its lease lapses.
    async fn hand_over(&self, writer: &Writer) {
        let done = async { writer.begin().await?.hand_over().await };
        match done.await {
            Ok(()) => tracing::info!(run.id = %writer.run().id, "an answer was handed over"),
            Err(error) => writer.note(&error),
        }
    }

    /// Ends the run; tries on while the database is away. Returns the run that is next.
    pub(super) async fn end(&self, writer: &Writer, end: &End) -> Option<RunRecord> {
        let since = Instant::now();
        let mut tries = 0;
        while since.elapsed() < END_TRIED {
            match self.try_end(writer, end).await {
                Ok(next) => return next,
                // Perhaps by an earlier try that stands although its answer never came.
                Err(WriteError::Lost) if tries > 0 => match self.begun_with_end(writer).await {
                    Ok(next) => return next,
                    Err(error) => writer.note(&WriteError::Store(error)),
                },
                Err(error) => {
                    writer.note(&error);
                    if matches!(error, WriteError::Lost) {
                        return None;
                    }
                }
            }
            tokio::time::sleep(Duration::from_millis(100 << tries.min(2))).await;
            tries += 1;
        }
        None
    }

    /// The run that began with this one's end, where that stands and nobody works on what began.
    async fn begun_with_end(&self, writer: &Writer) -> Result<Option<RunRecord>, store::Error> {
        let run = writer.run();
        let mut tx = self.store().begin(Scope::Actor(&run.user_id)).await?;
        let stored = runs::find(&mut tx, run.id).await?;
        if !stored.is_some_and(|stored| stored.lease_epoch == run.lease_epoch && stored.status.is_final()) {
            writer.note(&WriteError::Lost);
            return Ok(None);
        }
        let next = runs::held_by(&mut tx, run.conversation_id, self.inner.node).await?;
        tx.commit().await?;
        Ok(next.filter(|next| self.hub().find(next.id).is_none()))
    }

    async fn try_end(&self, writer: &Writer, end: &End) -> Result<Option<RunRecord>, WriteError> {
        let run = writer.run();
        let mut commit = writer.begin().await?;
        tool_calls::interrupt_running(&mut commit.tx, run.id).await?;
        let mut message = writer.message_with(&[]);
        // A call may have been undone while the answer went on.
        message.tool_calls = tool_calls::of_messages(&mut commit.tx, &[run.assistant_message_id])
            .await?
            .into_iter()
            .map(|record| record.call)
            .collect();
        fault::point("end.begun");
        let preview = preview(&message);
        conversations::touch(&mut commit.tx, run.conversation_id, preview.as_deref()).await?;
        // Whoever stopped it was there.
        if !matches!(end, End::Cancelled) {
            conversations::mark_unread(&mut commit.tx, run.conversation_id).await?;
        }
        let conversation = conversations::find(&mut commit.tx, run.conversation_id).await?;
        let mut events: Vec<RunEvent> = conversation
            .map(|mut conversation| {
                conversation.running = false;
                // Whoever sees this event looks at it.
                conversation.unread = false;
                RunEvent::ConversationUpdated(Box::new(conversation))
            })
            .into_iter()
            .collect();
        let status = match end {
            End::Completed => {
                message.status = MessageStatus::Complete;
                events.push(RunEvent::MessageCompleted(Box::new(message)));
                events.push(RunEvent::RunCompleted {});
                RunStatus::Completed
            }
            End::Failed(failure) => {
                events.push(RunEvent::RunFailed(failure.clone()));
                RunStatus::Failed
            }
            End::Cancelled => {
                events.push(RunEvent::RunCancelled {});
                RunStatus::Cancelled
            }
        };
        let next = commit.end(status, events, self.lease()).await?;
        fault::point("end.stored");
        Ok(next)
    }
}

/// How a run ends.
#[derive(Debug, Clone)]
pub(super) enum End {
    Completed,
    Failed(RunFailure),
    Cancelled,
}

impl End {
    /// `None` for a run that rests.
    fn of(outcome: Result<RunOutcome, RunError>) -> Option<Self> {
        Some(match outcome {
            Ok(RunOutcome::Completed(_) | RunOutcome::StepLimit) => Self::Completed,
            Ok(RunOutcome::Cancelled) => Self::Cancelled,
            Ok(RunOutcome::Waiting) => return None,
            Err(error) => {
                tracing::warn!(error = %error, "a run failed");
                Self::Failed(error.failure())
            }
        })
    }
}

/// Its servers died under it more often than a run is tried.
pub(super) fn interrupted() -> RunFailure {
    RunFailure {
        code: "interrupted".into(),
        message: "The server broke off several times while it was answering. What was written is saved. \
                  Try again to get the rest."
            .into(),
        retryable: true,
    }
}

/// What the list shows of an answer: its text, or else what it did last.
pub(crate) fn preview(message: &Message) -> Option<String> {
    let text = excerpt(&plain(&message.content), PREVIEW_CHARS);
    if !text.is_empty() {
        return Some(text);
    }
    message
        .tool_calls
        .last()
        .map(|call| excerpt(&call.summary, PREVIEW_CHARS))
}
