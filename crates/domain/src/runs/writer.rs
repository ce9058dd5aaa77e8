//! The writer of one run: numbers its events, stores them, shows them to watchers.
//!
//! Two rules decide everything here. Text is shown at once and stored a moment later, in batches;
//! anything that has an effect is stored first, together with the effect, and shown when it stands.
//! And every write is made under the lease's epoch: a server that lost the run changes nothing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use protocol::{Message, RunEvent, SequencedEvent};
use store::runs::{Lease, RunRecord, RunStatus};
use store::{Scope, Signal, Store, Tx, messages, run_events, runs};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::hub::{Channel, Hub};
use crate::{Domain, fault};

/// Neighbouring pieces of text within this time become one event: faster than anybody reads, and a
/// third of the events.
const MERGE: Duration = Duration::from_millis(20);
/// How often shown text is stored.
const PERSIST: Duration = Duration::from_millis(100);
/// The same while somebody watches through another server, who sees only what is stored.
const PERSIST_FOR_OTHERS: Duration = Duration::from_millis(10);
/// How often the message's snapshot is brought up to date while only text comes; the log has the
/// rest.
const SNAPSHOT: Duration = Duration::from_secs(1);

/// How far what is shown may be ahead of what is stored, in events. Whoever takes the run over leaves out as many numbers,
/// so that none is ever given twice.
pub(super) const AHEAD: u64 = 10_000;

/// How long a person has to decide.
const APPROVAL_HOURS: i32 = 24;

/// Writes one run; shared by the worker and its background task.
pub(crate) struct Writer {
    store: Store,
    hub: Arc<Hub>,
    run: RunRecord,
    channel: Arc<Channel>,
    /// It counts on from this number.
    first: u64,
    state: Mutex<State>,
    /// Held by whoever writes to the database, so that batches go in order.
    persist: tokio::sync::Mutex<Persist>,
    wake: Notify,
    /// Cancelled when another server has the run.
    pub(crate) lost: CancellationToken,
}

struct State {
    /// The last number given.
    seq: u64,
    /// Text that was not shown yet.
    buffer: String,
    shown_at: Option<Instant>,
    /// Shown and not stored.
    pending: Vec<SequencedEvent>,
    /// The last number that is stored.
    stored: u64,
}

struct Persist {
    snapshot_at: Instant,
    /// The last write may or may not stand: its answer was lost.
    uncertain: bool,
}

/// Why something could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    #[error("another server has the run")]
    Lost,
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("a tool failed")]
    Tool(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl WriteError {
    /// Whether the same again may succeed: the database is away, or another transaction was in the way.
    pub(super) fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Store(store::Error::Unavailable(_) | store::Error::Contended(_))
        )
    }

    pub(super) fn of(error: store::Error) -> Self {
        match error {
            store::Error::Lost("run") => Self::Lost,
            error if error.constraint() == Some("run_events_pkey") => Self::Lost,
            error => Self::Store(error),
        }
    }
}

impl Writer {
    /// A writer that counts on from `seq`.
    pub(crate) fn new(domain: &Domain, run: RunRecord, channel: Arc<Channel>, seq: u64) -> Self {
        Self {
            store: domain.store().clone(),
            hub: domain.inner.hub.clone(),
            run,
            channel,
            first: seq,
            state: Mutex::new(State {
                seq,
                buffer: String::new(),
                shown_at: None,
                pending: vec![],
                stored: seq,
            }),
            persist: tokio::sync::Mutex::new(Persist {
                snapshot_at: Instant::now(),
                uncertain: false,
            }),
            wake: Notify::new(),
            lost: CancellationToken::new(),
        }
    }

    /// Whether numbers were left out, since another server may have shown events with them.
    pub(crate) fn leaves_numbers_out(&self) -> bool {
        self.first > self.run.last_seq
    }

    /// The run that is written.
    pub(crate) fn run(&self) -> &RunRecord {
        &self.run
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes more text of the answer: shown at once, or with what follows within a few
    /// milliseconds. Never waits for the database.
    pub(crate) fn text(&self, delta: &str) {
        let mut state = self.state();
        // Postgres holds no NUL character.
        state.buffer.extend(delta.chars().filter(|c| *c != '\0'));
        if state.shown_at.is_none_or(|at| at.elapsed() >= MERGE) {
            self.show_if_near(&mut state);
        }
        drop(state);
        self.wake.notify_one();
    }

    /// Shows an event that has no effect; it is stored with the next batch.
    pub(crate) fn show(&self, event: RunEvent) {
        let mut state = self.state();
        self.show_buffer(&mut state);
        state.seq += 1;
        let event = SequencedEvent {
            seq: state.seq,
            event,
        };
        state.pending.push(event.clone());
        self.channel.publish(event);
        drop(state);
        self.wake.notify_one();
    }

    /// Shows text that was held back, unless too much that was shown is not stored yet.
    fn show_if_near(&self, state: &mut State) {
        // What is shown with a write's own events is ahead of it too, by a few.
        if state.seq - state.stored < AHEAD - 100 {
            self.show_buffer(state);
        }
    }

    fn show_buffer(&self, state: &mut State) {
        if state.buffer.is_empty() {
            return;
        }
        let text = std::mem::take(&mut state.buffer);
        state.seq += 1;
        let event = SequencedEvent {
            seq: state.seq,
            event: RunEvent::TextDelta { text },
        };
        state.pending.push(event.clone());
        state.shown_at = Some(Instant::now());
        self.channel.publish(event);
    }

    /// Shows text that was held back and stores what was shown, until cancelled.
    pub(crate) async fn keep_storing(&self, until: CancellationToken) {
        let mut stored_at = Instant::now();
        loop {
            tokio::select! {
                () = until.cancelled() => return,
                () = self.wake.notified() => {}
            }
            tokio::time::sleep(MERGE).await;
            self.show_if_near(&mut self.state());
            let pause = if self.hub.is_watched_elsewhere(self.run.id) {
                PERSIST_FOR_OTHERS
            } else {
                PERSIST
            };
            let rest = pause.saturating_sub(stored_at.elapsed());
            if !rest.is_zero() {
                tokio::time::sleep(rest).await;
                self.show_if_near(&mut self.state());
            }
            if let Err(error) = self.store_pending().await {
                self.note(&error);
                // Text that came meanwhile is not lost: the next round has it.
                self.wake.notify_one();
            }
            stored_at = Instant::now();
        }
    }

    async fn store_pending(&self) -> Result<(), WriteError> {
        let mut commit = self.begin().await?;
        if commit.batch.events.is_empty() {
            return Ok(());
        }
        let snapshot = (commit.persist.snapshot_at.elapsed() >= SNAPSHOT).then(|| self.channel.snapshot());
        // The message may be ahead of the batch by now; a snapshot must not be.
        let snapshot = snapshot.filter(|(_, seq)| *seq == commit.seq);
        commit.append(&[], None).await?;
        if let Some((message, seq)) = &snapshot {
            messages::save_snapshot(&mut commit.tx, message, *seq).await?;
            commit.persist.snapshot_at = Instant::now();
        }
        commit.commit(vec![]).await
    }

    /// Begins a write that carries along all text so far.
    ///
    /// # Errors
    /// When the database is away or another server has the run.
    pub(crate) async fn begin(&self) -> Result<Commit<'_>, WriteError> {
        let mut persist = self.persist.lock().await;
        let mut tx = self.store.begin(Scope::Actor(&self.run.user_id)).await?;
        if persist.uncertain {
            // Locked, which waits for the write in question where it is still at work.
            let stored = runs::find_for_update(&mut tx, self.run.id)
                .await?
                .ok_or(WriteError::Lost)?;
            if stored.lease_epoch != self.run.lease_epoch {
                return Err(WriteError::Lost);
            }
            let shown = {
                let mut state = self.state();
                state.pending.retain(|event| event.seq > stored.last_seq);
                state.stored = state.stored.max(stored.last_seq);
                state.seq
            };
            // The write stands although its answer never came: show what it held.
            for event in run_events::list(&mut tx, self.run.id, shown, u32::MAX).await? {
                let mut state = self.state();
                state.seq = event.seq;
                self.channel.publish(event);
            }
            persist.uncertain = false;
        }
        let (batch, seq) = {
            let mut state = self.state();
            self.show_buffer(&mut state);
            (std::mem::take(&mut state.pending), state.seq)
        };
        Ok(Commit {
            persist,
            tx,
            batch: Batch {
                writer: self,
                events: batch,
                stored: false,
            },
            seq,
        })
    }

    /// Remembers why a write failed: a lost run ends its worker.
    pub(crate) fn note(&self, error: &WriteError) {
        match error {
            WriteError::Lost => {
                tracing::warn!(run.id = %self.run.id, "another server has taken this run over");
                self.lost.cancel();
            }
            WriteError::Store(source) => {
                tracing::warn!(run.id = %self.run.id, error = ?source, "an answer could not be stored yet");
            }
            WriteError::Tool(source) => {
                tracing::error!(run.id = %self.run.id, error = %source, "a tool failed");
            }
        }
    }

    /// The last number that was shown.
    pub(crate) fn last_seq(&self) -> u64 {
        self.state().seq
    }

    /// The answer as it stands with some more events.
    pub(crate) fn message_with(&self, events: &[RunEvent]) -> Message {
        self.channel.message_with(events)
    }
}

/// A write in progress: the text so far, and what else is done in `tx`. Dropped, nothing happened.
pub(crate) struct Commit<'a> {
    persist: tokio::sync::MutexGuard<'a, Persist>,
    /// In the scope of the run's user.
    pub(crate) tx: Tx,
    batch: Batch<'a>,
    seq: u64,
}

/// Shown text on its way into the database; goes back to the writer if it does not arrive.
struct Batch<'a> {
    writer: &'a Writer,
    events: Vec<SequencedEvent>,
    stored: bool,
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        if !self.stored {
            let mut state = self.writer.state();
            let newer = std::mem::replace(&mut state.pending, std::mem::take(&mut self.events));
            state.pending.extend(newer);
        }
    }
}

impl Commit<'_> {
    /// Whether nothing was written or shown before it.
    pub(crate) fn is_first(&self) -> bool {
        self.seq == self.batch.writer.first
    }

    /// Stores the text so far and some events, numbered on; ends the run if `end` is given.
    async fn append(&mut self, events: &[RunEvent], end: Option<RunStatus>) -> Result<u64, WriteError> {
        let run = &self.batch.writer.run;
        let mut all = self.batch.events.clone();
        for event in events {
            self.seq += 1;
            all.push(SequencedEvent {
                seq: self.seq,
                event: event.clone(),
            });
        }
        let moved = match end {
            None => runs::advance(&mut self.tx, run.id, run.lease_epoch, self.seq).await,
            Some(status) => runs::finish(&mut self.tx, run.id, run.lease_epoch, status, self.seq).await,
        };
        moved.map_err(WriteError::of)?;
        fault::point("write.moved");
        run_events::append(&mut self.tx, run.id, &run.user_id, &all)
            .await
            .map_err(WriteError::of)?;
        fault::point("write.appended");
        Ok(self.seq)
    }

    /// Makes it all stand together with some events, the message's snapshot included, and then
    /// shows the events.
    ///
    /// # Errors
    /// Nothing stands then, unless the database's answer was lost; the next write finds out.
    pub(crate) async fn finish(mut self, events: Vec<RunEvent>) -> Result<(), WriteError> {
        let last = self.append(&events, None).await?;
        self.save_snapshot(&events, last).await?;
        self.commit(events).await
    }

    /// Ends the run with its last events: everything of [`Commit::finish`], and in the same
    /// transaction the next queued run of the conversation becomes the active one and is returned.
    ///
    /// # Errors
    /// As there.
    pub(crate) async fn end(
        mut self,
        status: RunStatus,
        events: Vec<RunEvent>,
        lease: Lease,
    ) -> Result<Option<RunRecord>, WriteError> {
        let last = self.append(&events, Some(status)).await?;
        self.save_snapshot(&events, last).await?;
        let conversation = self.batch.writer.run.conversation_id;
        let next = runs::start_next(&mut self.tx, conversation, lease).await?;
        self.commit(events).await?;
        Ok(next)
    }

    /// Lets the run rest until a person has decided, with everything so far. False, and the run goes on, when a decision
    /// came meanwhile.
    ///
    /// # Errors
    /// As [`Commit::finish`].
    pub(crate) async fn rest(mut self) -> Result<bool, WriteError> {
        let last = self.append(&[], None).await?;
        self.save_snapshot(&[], last).await?;
        let run = &self.batch.writer.run;
        let rests = runs::rest(&mut self.tx, run.id, run.lease_epoch, last, APPROVAL_HOURS)
            .await
            .map_err(WriteError::of)?;
        self.commit(vec![]).await?;
        Ok(rests)
    }

    /// Gives the run away with everything so far; any server may go on with it.
    ///
    /// # Errors
    /// As [`Commit::finish`].
    pub(crate) async fn hand_over(mut self) -> Result<(), WriteError> {
        let last = self.append(&[], None).await?;
        self.save_snapshot(&[], last).await?;
        let run = &self.batch.writer.run;
        runs::hand_over(&mut self.tx, run.id, run.lease_epoch, last)
            .await
            .map_err(WriteError::of)?;
        self.commit(vec![]).await
    }

    async fn save_snapshot(&mut self, events: &[RunEvent], seq: u64) -> Result<(), WriteError> {
        let message = self.batch.writer.message_with(events);
        messages::save_snapshot(&mut self.tx, &message, seq).await?;
        self.persist.snapshot_at = Instant::now();
        Ok(())
    }

    async fn commit(mut self, events: Vec<RunEvent>) -> Result<(), WriteError> {
        // Also true if this future is dropped while the database answers.
        self.persist.uncertain = true;
        fault::point("write.commit");
        self.tx.commit().await.map_err(WriteError::of)?;
        fault::point("write.stored");
        self.persist.uncertain = false;
        self.batch.stored = true;
        let writer = self.batch.writer;
        if writer.hub.is_watched_elsewhere(writer.run.id) {
            writer.store.signal(Signal::Logged(writer.run.id, self.seq));
        }
        let mut state = writer.state();
        state.stored = self.seq;
        for event in events {
            state.seq += 1;
            writer.channel.publish(SequencedEvent {
                seq: state.seq,
                event,
            });
        }
        Ok(())
    }
}
