//! What the servers on one database tell each other, by LISTEN and NOTIFY.
//!
//! Signals are hints: each says where to look, and what is there is read from the tables. They are sent after the
//! transaction they tell of, in statements of their own and several at once, since NOTIFY takes a lock that the whole
//! database shares. One that is lost does no harm that the next look does not mend; [`Heard::Missed`] says when to look.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use protocol::{RunId, UserId};
use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::changes::Changed;
use crate::{Error, Scope, Store};

const CHANNEL: &str = "greenlit";
/// Signals of this time are sent together.
const TOGETHER: Duration = Duration::from_millis(2);
/// Postgres refuses payloads of 8,000 bytes.
const PAYLOAD_BYTES: usize = 7_000;
/// Things in one signal of changes.
const CHANGED_AT_ONCE: usize = 50;
/// Signals that wait while the database is away; beyond that the others are told that they missed some.
const WAITING: usize = 2_000;
/// For how long it is believed that another server is there. They say so more often.
const BELIEVED: Duration = Duration::from_secs(90);
const RETRY: Duration = Duration::from_millis(500);
/// Within this time a server hears itself, where LISTEN works; after it, it looks for another connection.
const ECHO: Duration = Duration::from_secs(5);

/// A hint for the other servers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Signal {
    /// A server is there.
    #[serde(rename = "h")]
    Hello,
    /// Some of a user's things changed.
    #[serde(rename = "c")]
    Changed(UserId, Vec<Changed>),
    /// A run's log has events up to this number.
    #[serde(rename = "l")]
    Logged(RunId, u64),
    /// Somebody watches this run, through another server than the one that works on it.
    #[serde(rename = "w")]
    Watched(RunId),
    /// Somebody asked for this run's stop.
    #[serde(rename = "s")]
    Stopped(RunId),
    /// Some signals were not sent.
    #[serde(rename = "m")]
    Missed,
}

/// What a server hears of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// See [`Signal::Logged`].
    Logged(RunId, u64),
    /// See [`Signal::Watched`].
    Watched(RunId),
    /// See [`Signal::Stopped`].
    Stopped(RunId),
    /// Any of these may have been said and not heard.
    Missed,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    node: Uuid,
    signals: Vec<Signal>,
}

/// Signals on their way out, and whether there is anybody to hear them.
pub(crate) struct Signals {
    queue: Mutex<Queue>,
    wake: Notify,
    hears: watch::Sender<bool>,
    /// When another server was heard last; at the start one may be there.
    others: Mutex<Instant>,
    /// Something was not sent, since nobody seemed to be there.
    withheld: AtomicBool,
}

#[derive(Default)]
struct Queue {
    logged: HashMap<RunId, u64>,
    others: Vec<Signal>,
    missed: bool,
}

impl Default for Signals {
    fn default() -> Self {
        Self {
            queue: Mutex::default(),
            wake: Notify::new(),
            hears: watch::Sender::new(false),
            others: Mutex::new(Instant::now()),
            withheld: AtomicBool::new(false),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Signals {
    /// Queues a signal, unless nobody would hear it.
    pub(crate) fn send(&self, signal: Signal) {
        let alone = *self.hears.borrow() && lock(&self.others).elapsed() > BELIEVED;
        if alone && signal != Signal::Hello {
            self.withheld.store(true, Ordering::Relaxed);
            return;
        }
        let mut queue = lock(&self.queue);
        match signal {
            Signal::Logged(run, seq) => {
                let last = queue.logged.entry(run).or_default();
                *last = seq.max(*last);
            }
            Signal::Changed(user, changed) => {
                for some in changed.chunks(CHANGED_AT_ONCE) {
                    queue.push(Signal::Changed(user.clone(), some.to_vec()));
                }
            }
            signal => queue.push(signal),
        }
        drop(queue);
        self.wake.notify_one();
    }

    /// Another server was heard. Returns for how long none was.
    fn met(&self) -> Duration {
        let silence = std::mem::replace(&mut *lock(&self.others), Instant::now()).elapsed();
        if self.withheld.swap(false, Ordering::Relaxed) {
            self.send(Signal::Missed);
        }
        silence
    }

    /// What waits, in as few payloads as it fits into.
    fn take(&self, node: Uuid) -> Vec<String> {
        let Queue {
            logged,
            others,
            missed,
        } = std::mem::take(&mut *lock(&self.queue));
        let missed = missed.then_some(Signal::Missed);
        let logged = logged.into_iter().map(|(run, seq)| Signal::Logged(run, seq));
        let mut payloads = vec![];
        let mut signals = vec![];
        let mut length = 0;
        for signal in missed.into_iter().chain(others).chain(logged) {
            let bytes = serde_json::to_string(&signal).map_or(0, |text| text.len() + 1);
            if length + bytes > PAYLOAD_BYTES && !signals.is_empty() {
                payloads.push(payload(node, std::mem::take(&mut signals)));
                length = 0;
            }
            length += bytes;
            signals.push(signal);
        }
        if !signals.is_empty() {
            payloads.push(payload(node, signals));
        }
        payloads
    }
}

impl Queue {
    fn push(&mut self, signal: Signal) {
        if self.others.contains(&signal) {
            return;
        }
        if self.others.len() >= WAITING {
            self.others.clear();
            self.missed = true;
        }
        self.others.push(signal);
    }
}

fn payload(node: Uuid, signals: Vec<Signal>) -> String {
    serde_json::to_string(&Payload { node, signals }).unwrap_or_default()
}

impl Store {
    /// Tells the other servers, soon.
    pub fn signal(&self, signal: Signal) {
        self.listeners.signals.send(signal);
    }

    /// Whether this server hears the others. Where it does not, it has to look.
    pub fn hears_others(&self) -> bool {
        *self.listeners.signals.hears.borrow()
    }

    /// Waits until this server hears the others, and no longer than that.
    pub async fn until_hears(&self, longest: Duration) {
        let mut hears = self.listeners.signals.hears.subscribe();
        let _ = tokio::time::timeout(longest, hears.wait_for(|hears| *hears)).await;
    }

    /// Sends what is signalled, until cancelled; then what is left.
    pub async fn carry_signals(&self, until: CancellationToken) {
        let signals = &self.listeners.signals;
        let mut hello = tokio::time::interval(self.bounds.hello);
        loop {
            tokio::select! {
                () = until.cancelled() => break,
                _ = hello.tick() => signals.send(Signal::Hello),
                () = signals.wake.notified() => {
                    tokio::time::sleep(TOGETHER).await;
                    if self.send_signals().await.is_err() {
                        lock(&signals.queue).missed = true;
                        tokio::time::sleep(RETRY).await;
                        signals.wake.notify_one();
                    }
                }
            }
        }
        // The others look for themselves before long.
        let _ = tokio::time::timeout(RETRY, self.send_signals()).await;
    }

    async fn send_signals(&self) -> Result<(), Error> {
        for payload in self.listeners.signals.take(self.listeners.node) {
            self.notify(payload).await?;
        }
        Ok(())
    }

    async fn notify(&self, payload: String) -> Result<(), Error> {
        let mut tx = self.begin_reserved(Scope::Worker).await?;
        sqlx::query("SELECT pg_notify($1, $2)")
            .bind(CHANNEL)
            .bind(payload)
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    /// Hears the other servers, until cancelled: what changed is told to whoever listens here, the rest is given to
    /// `heard`. Connects again when the connection is lost. Where LISTEN cannot be had, says so once and goes on trying.
    pub async fn hear_signals(&self, until: CancellationToken, heard: impl Fn(Heard) + Send + Sync) {
        let mut complained = false;
        loop {
            let lost = tokio::select! {
                () = until.cancelled() => return,
                lost = self.hear(&heard) => lost,
            };
            self.listeners.signals.hears.send_replace(false);
            if !std::mem::replace(&mut complained, true) {
                tracing::warn!(
                    reason = %lost,
                    "no LISTEN on the database: what other servers do is looked for instead of heard. Set \
                     DATABASE_DIRECT_URL where DATABASE_URL leads to a transaction pooler"
                );
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    async fn hear(&self, heard: &(impl Fn(Heard) + Send + Sync)) -> String {
        match self.try_hear(heard).await {
            Ok(never) => match never {},
            Err(error) => error,
        }
    }

    async fn listener(&self) -> Result<PgListener, sqlx::Error> {
        let pool = match &self.direct {
            None => self.pool.clone(),
            Some(options) => PgPoolOptions::new()
                .max_connections(1)
                .acquire_timeout(ECHO)
                .idle_timeout(None)
                .max_lifetime(None)
                .connect_lazy_with(options.clone()),
        };
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        Ok(listener)
    }

    async fn try_hear(
        &self,
        heard: &(impl Fn(Heard) + Send + Sync),
    ) -> Result<std::convert::Infallible, String> {
        let reason = |error: sqlx::Error| Error::from(error).to_string();
        let silence = |_| "what is sent is not heard".to_owned();
        let listener = tokio::time::timeout(ECHO * 2, self.listener()).await;
        let mut listener = listener.map_err(silence)?.map_err(reason)?;
        let signals = &self.listeners.signals;
        // Said on another connection, heard here: proof that LISTEN works.
        let echo = Uuid::now_v7();
        let hello = payload(echo, vec![Signal::Hello]);
        self.notify(hello).await.map_err(|error| error.to_string())?;
        let mut longest = ECHO;
        loop {
            // A connection may be dead and not say so. On a living one at least this server's own hellos are heard.
            let next = tokio::time::timeout(longest, listener.try_recv()).await;
            let Some(notification) = next.map_err(silence)?.map_err(reason)? else {
                return Err("the connection was lost".into());
            };
            let Ok(said) = serde_json::from_str::<Payload>(notification.payload()) else {
                continue;
            };
            if said.node == echo {
                longest = self.bounds.hello + ECHO;
                signals.hears.send_replace(true);
                // What was said before this was not heard.
                heard(Heard::Missed);
                self.listeners.missed();
            } else if said.node != self.listeners.node {
                self.take_in(said, heard);
            }
        }
    }

    fn take_in(&self, said: Payload, heard: &(impl Fn(Heard) + Send + Sync)) {
        let signals = &self.listeners.signals;
        let silence = signals.met();
        if silence > BELIEVED {
            // Either said nothing, believing to be alone.
            heard(Heard::Missed);
            self.listeners.missed();
        }
        // One that just came knows of nobody yet.
        if said.signals.contains(&Signal::Hello) && silence > self.bounds.hello / 2 {
            signals.send(Signal::Hello);
        }
        for signal in said.signals {
            match signal {
                Signal::Hello => {}
                Signal::Changed(user, changed) => self.listeners.tell_here(&user, changed),
                Signal::Logged(run, seq) => heard(Heard::Logged(run, seq)),
                Signal::Watched(run) => heard(Heard::Watched(run)),
                Signal::Stopped(run) => heard(Heard::Stopped(run)),
                Signal::Missed => {
                    heard(Heard::Missed);
                    self.listeners.missed();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(number: u128) -> RunId {
        Uuid::from_u128(number).into()
    }

    #[test]
    fn signals_of_one_moment_go_together_and_each_once() {
        let signals = Signals::default();
        for seq in [3, 9, 4] {
            signals.send(Signal::Logged(run(1), seq));
            signals.send(Signal::Watched(run(2)));
        }
        let sent = signals.take(Uuid::nil());
        assert_eq!(sent.len(), 1);
        let said: Payload = serde_json::from_str(&sent[0]).unwrap();
        assert_eq!(said.signals, [Signal::Watched(run(2)), Signal::Logged(run(1), 9)]);
        assert!(signals.take(Uuid::nil()).is_empty());
    }

    #[test]
    fn no_payload_is_longer_than_postgres_takes() {
        let signals = Signals::default();
        let user: UserId = "x".repeat(64).parse().unwrap();
        let changed: Vec<Changed> = (0..1000).map(|n| Changed::Run(run(n))).collect();
        signals.send(Signal::Changed(user, changed));
        for number in 0..1000 {
            signals.send(Signal::Logged(run(number), u64::MAX));
        }
        let sent = signals.take(Uuid::max());
        assert!(sent.len() > 10);
        assert!(sent.iter().all(|payload| payload.len() < 8_000));
    }

    #[test]
    fn what_does_not_fit_is_told_as_missed() {
        let signals = Signals::default();
        for number in 0..=WAITING {
            signals.send(Signal::Watched(run(number as u128)));
        }
        let sent = signals.take(Uuid::nil());
        assert!(sent[0].contains("\"m\""), "{}", sent[0]);
    }

    #[test]
    fn whoever_believed_to_be_alone_says_that_others_missed_something() {
        let signals = Signals::default();
        signals.hears.send_replace(true);
        assert!(signals.met() < BELIEVED);
        assert!(signals.take(Uuid::nil()).is_empty());
        let Some(long_ago) = Instant::now().checked_sub(BELIEVED * 2) else {
            return;
        };
        *lock(&signals.others) = long_ago;
        signals.send(Signal::Watched(run(1)));
        assert!(signals.take(Uuid::nil()).is_empty(), "nobody is there");
        assert!(signals.met() > BELIEVED);
        let sent = signals.take(Uuid::nil());
        assert!(sent.len() == 1 && sent[0].contains("\"m\""), "{sent:?}");
        signals.send(Signal::Watched(run(1)));
        assert_eq!(signals.take(Uuid::nil()).len(), 1, "somebody is there");
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn after_a_long_silence_whoever_listens_has_missed_something(pool: sqlx::PgPool) {
        let store = Store::from_pool(pool);
        let user: UserId = "ada".parse().unwrap();
        let said = || Payload {
            node: Uuid::now_v7(),
            signals: vec![Signal::Hello],
        };
        let missed = AtomicBool::new(false);
        let heard = |heard| missed.store(heard == Heard::Missed, Ordering::Relaxed);
        let mut feed = store.listen(&user, 1).unwrap();
        store.take_in(said(), &heard);
        assert!(!feed.is_closed() && !missed.load(Ordering::Relaxed));
        let Some(long_ago) = Instant::now().checked_sub(BELIEVED * 2) else {
            return;
        };
        *lock(&store.listeners.signals.others) = long_ago;
        let before = store.stamp(&user);
        store.take_in(said(), &heard);
        assert!(missed.load(Ordering::Relaxed));
        assert!(matches!(
            feed.try_recv(),
            Err(tokio::sync::broadcast::error::TryRecvError::Closed)
        ));
        assert_ne!(store.stamp(&user), before);
    }
}
