//! The in-process hub: what happened so far in each run that this server works on, for any number
//! of watchers.
//!
//! A channel keeps all events of its run since this server began with it (a run is bounded by the
//! model's longest answer), so a watcher is just a position in a shared list: a slow one holds
//! nothing up and never misses anything.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use protocol::{Message, RunEvent, RunId, SequencedEvent};
use store::runs::RunRecord;
use store::{Heard, Signal};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// All runs of this server.
pub(crate) struct Hub {
    channels: Mutex<HashMap<RunId, Arc<Channel>>>,
    /// Counts openings, so that a watcher of a queued run learns when it begins.
    opened: watch::Sender<u64>,
    /// Runs that are watched here and not worked on: the last number that their servers told of.
    elsewhere: Mutex<HashMap<RunId, watch::Sender<u64>>>,
    /// Runs that are watched through other servers, and when that was said last.
    watched: Mutex<HashMap<RunId, Instant>>,
}

/// For how long a watcher elsewhere is believed to be there; they say so more often.
const WATCHED: Duration = Duration::from_secs(20);

impl Default for Hub {
    fn default() -> Self {
        Self {
            channels: Mutex::default(),
            opened: watch::Sender::new(0),
            elsewhere: Mutex::default(),
            watched: Mutex::default(),
        }
    }
}

/// One run's events, as far as this server knows them.
pub(crate) struct Channel {
    /// The lease's, under which it is written.
    epoch: i32,
    log: Mutex<Log>,
    /// The last event's number; watchers wait for it to change.
    last: watch::Sender<u64>,
    /// Cancelled to stop the run.
    pub(crate) cancel: CancellationToken,
}

struct Log {
    /// Events up to this number happened before this server had the run, and are stored.
    before: u64,
    /// Events of this server come after this number; none lie in between.
    base: u64,
    events: Vec<SequencedEvent>,
    /// The assistant's message with all events applied.
    message: Message,
    /// Nothing will be added any more.
    closed: bool,
}

/// What a watcher gets from a channel.
pub(crate) enum Next {
    Events(Vec<SequencedEvent>),
    /// Wanted events lie before the channel's beginning: they are in the database.
    Before,
    /// Nothing more will come from here.
    Closed,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    /// Opens the channel of a run that is to be worked on under its lease; `None` where this server does so already, or
    /// under a later one.
    pub(crate) fn open_first(self: &Arc<Self>, run: RunId, channel: Arc<Channel>) -> Option<OpenChannel> {
        {
            let mut channels = lock(&self.channels);
            if channels.get(&run).is_some_and(|open| open.epoch >= channel.epoch) {
                return None;
            }
            channels.insert(run, channel.clone());
        }
        Some(self.guard(run, channel))
    }

    /// Opens the channel of a run, which closes when the guard is dropped. One of a later lease of the run is not pushed
    /// aside by it: this one is nobody's then, and its writer will find out.
    pub(crate) fn open(self: &Arc<Self>, run: RunId, channel: Arc<Channel>) -> OpenChannel {
        {
            let mut channels = lock(&self.channels);
            if channels.get(&run).is_none_or(|open| open.epoch <= channel.epoch) {
                channels.insert(run, channel.clone());
            }
        }
        self.guard(run, channel)
    }

    fn guard(self: &Arc<Self>, run: RunId, channel: Arc<Channel>) -> OpenChannel {
        self.opened.send_modify(|count| *count += 1);
        OpenChannel {
            hub: self.clone(),
            run,
            channel,
        }
    }

    /// Ends a run's channel; watchers that have it get what is left in it. One that was opened for the run after it
    /// stays open.
    fn close(&self, run: RunId, channel: &Arc<Channel>) {
        {
            let mut channels = lock(&self.channels);
            if channels.get(&run).is_some_and(|open| Arc::ptr_eq(open, channel)) {
                channels.remove(&run);
            }
        }
        lock(&channel.log).closed = true;
        channel.last.send_modify(|_| {});
    }

    /// The channel of a run that this server works on.
    pub(crate) fn find(&self, run: RunId) -> Option<Arc<Channel>> {
        lock(&self.channels).get(&run).cloned()
    }

    /// The answer as it stands now and the last event in it.
    pub(crate) fn snapshot(&self, run: RunId) -> Option<(Message, u64)> {
        self.find(run).map(|channel| channel.snapshot())
    }

    /// Tells when a channel is opened.
    pub(crate) fn openings(&self) -> watch::Receiver<u64> {
        self.opened.subscribe()
    }

    /// Tells when a run that another server works on has more in its log.
    pub(crate) fn elsewhere(&self, run: RunId) -> watch::Receiver<u64> {
        let mut runs = lock(&self.elsewhere);
        runs.retain(|_, sender| sender.receiver_count() > 0);
        runs.entry(run)
            .or_insert_with(|| watch::Sender::new(0))
            .subscribe()
    }

    /// Takes in what another server said; returns what to answer.
    pub(crate) fn hear(&self, heard: Heard) -> Option<Signal> {
        match heard {
            Heard::Logged(run, seq) => self.logged_elsewhere(run, seq),
            Heard::Watched(run) => {
                self.watched_elsewhere(run);
                // What was stored before this was heard was not told.
                let (_, seq) = self.snapshot(run)?;
                return Some(Signal::Logged(run, seq));
            }
            Heard::Stopped(run) => {
                if let Some(channel) = self.find(run) {
                    channel.cancel.cancel();
                }
            }
            Heard::Missed => self.missed(),
        }
        None
    }

    /// Something was stored of a run up to a number that no channel here tells of.
    pub(crate) fn logged_elsewhere(&self, run: RunId, seq: u64) {
        if let Some(sender) = lock(&self.elsewhere).get(&run) {
            sender.send_replace(seq);
        }
    }

    /// Anything may have happened elsewhere.
    fn missed(&self) {
        for sender in lock(&self.elsewhere).values() {
            sender.send_modify(|_| {});
        }
    }

    /// Somebody watches a run through another server.
    pub(crate) fn watched_elsewhere(&self, run: RunId) {
        let mut runs = lock(&self.watched);
        runs.retain(|_, at| at.elapsed() < WATCHED);
        runs.insert(run, Instant::now());
    }

    /// Whether somebody does.
    pub(crate) fn is_watched_elsewhere(&self, run: RunId) -> bool {
        lock(&self.watched)
            .get(&run)
            .is_some_and(|at| at.elapsed() < WATCHED)
    }

    /// The runs that this server works on.
    pub(crate) fn open_runs(&self) -> Vec<RunId> {
        lock(&self.channels).keys().copied().collect()
    }

    /// How many runs this server works on.
    pub(crate) fn len(&self) -> usize {
        lock(&self.channels).len()
    }
}

/// A channel that watchers find; closes when it is dropped, also where the work on it fails or panics.
pub(crate) struct OpenChannel {
    hub: Arc<Hub>,
    run: RunId,
    channel: Arc<Channel>,
}

impl Drop for OpenChannel {
    fn drop(&mut self) {
        self.hub.close(self.run, &self.channel);
    }
}

impl Channel {
    /// The channel of a run whose stored events are in the database, and which goes on after `base`; `message` is the
    /// answer as those events left it.
    pub(crate) fn new(run: &RunRecord, base: u64, message: Message) -> Arc<Self> {
        Arc::new(Self {
            epoch: run.lease_epoch,
            log: Mutex::new(Log {
                before: run.last_seq,
                base,
                events: vec![],
                message,
                closed: false,
            }),
            last: watch::Sender::new(base),
            cancel: CancellationToken::new(),
        })
    }

    /// Adds an event: applies it to the message and wakes the watchers.
    pub(crate) fn publish(&self, event: SequencedEvent) {
        let seq = event.seq;
        {
            let mut log = lock(&self.log);
            log.message.apply(&event.event);
            log.events.push(event);
        }
        self.last.send_replace(seq);
    }

    /// The answer as it stands now and the last event in it.
    pub(crate) fn snapshot(&self) -> (Message, u64) {
        let log = lock(&self.log);
        (log.message.clone(), log.base + log.events.len() as u64)
    }

    /// The answer as it would stand after some more events.
    pub(crate) fn message_with(&self, events: &[RunEvent]) -> Message {
        let mut message = lock(&self.log).message.clone();
        for event in events {
            message.apply(event);
        }
        message
    }

    /// Waits for events after `after`.
    pub(crate) async fn next(&self, after: u64) -> Next {
        let mut last = self.last.subscribe();
        loop {
            {
                let log = lock(&self.log);
                if after < log.before {
                    return Next::Before;
                }
                let known = usize::try_from(after.saturating_sub(log.base)).unwrap_or(usize::MAX);
                match log.events.get(known..) {
                    Some(new) if !new.is_empty() => return Next::Events(new.to_vec()),
                    _ if log.closed => return Next::Closed,
                    _ => {}
                }
            }
            if last.changed().await.is_err() {
                return Next::Closed;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::{MessageStatus, Role, Timestamp};
    use store::runs::RunStatus;
    use uuid::Uuid;

    use super::*;

    fn channel(run: RunId, epoch: i32) -> Arc<Channel> {
        let record = RunRecord {
            id: run,
            user_id: "ada".parse().unwrap(),
            conversation_id: Uuid::from_u128(1).into(),
            user_message_id: Uuid::from_u128(2).into(),
            assistant_message_id: Uuid::from_u128(3).into(),
            status: RunStatus::Running,
            last_seq: 0,
            lease_epoch: epoch,
            cancel_requested: false,
            takeovers: 0,
            worked: Duration::ZERO,
        };
        let message = Message {
            id: record.assistant_message_id,
            conversation_id: record.conversation_id,
            role: Role::Assistant,
            content: String::new(),
            tool_calls: vec![],
            status: MessageStatus::Streaming,
            created_at: Timestamp::from_millis(0),
            run_id: Some(run),
            parts: vec![],
            failure: None,
            versions: vec![],
            feedback: None,
        };
        Channel::new(&record, 0, message)
    }

    #[test]
    fn an_older_channel_does_not_push_a_newer_one_aside() {
        let hub = Arc::<Hub>::default();
        let run: RunId = Uuid::from_u128(4).into();
        let (older, newer) = (channel(run, 1), channel(run, 2));
        let is_found =
            |channel: &Arc<Channel>| hub.find(run).is_some_and(|found| Arc::ptr_eq(&found, channel));
        let first = hub.open(run, older.clone());
        assert!(is_found(&older));
        let second = hub.open(run, newer.clone());
        assert!(is_found(&newer));
        drop(first);
        assert!(is_found(&newer), "the older one closed itself and nothing else");
        let late = hub.open(run, channel(run, 1));
        assert!(is_found(&newer));
        drop(late);
        assert!(is_found(&newer));
        assert!(hub.open_first(run, channel(run, 2)).is_none());
        assert!(hub.open_first(run, channel(run, 1)).is_none());
        assert!(is_found(&newer));
        drop(second);
        assert!(hub.find(run).is_none());
    }
}
