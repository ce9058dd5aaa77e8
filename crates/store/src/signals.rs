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
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::changes::Changed;
use crate::{Error, Store};

const CHANNEL: &str = "greenlit";
/// Signals of this time are sent together.
const TOGETHER: Duration = Duration::from_millis(2);
/// Postgres refuses payloads of 8,000 bytes.
const PAYLOAD_BYTES: usize = 7_000;
/// Things in one signal of changes.
const CHANGED_AT_ONCE: usize = 50;
/// Signals that wait while the database is away; beyond that the others are told that they missed some.
const WAITING: usize = 2_000;
/// How often servers say that they are there, and for how long that is believed.
const HELLO: Duration = Duration::from_secs(30);
const BELIEVED: Duration = Duration::from_secs(90);
const RETRY: Duration = Duration::from_millis(500);
/// Within this time a server hears itself, where LISTEN works.
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
    hears: AtomicBool,
    /// When another server was heard last; at the start one may be there.
    others: Mutex<Instant>,
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
            hears: AtomicBool::new(false),
            others: Mutex::new(Instant::now()),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Signals {
    /// Queues a signal, unless nobody would hear it.
    pub(crate) fn send(&self, signal: Signal) {
        let alone = self.hears.load(Ordering::Relaxed) && lock(&self.others).elapsed() > BELIEVED;
        if alone && signal != Signal::Hello {
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
        self.listeners.signals.hears.load(Ordering::Relaxed)
    }

    /// Sends what is signalled, until cancelled; then what is left.
    pub async fn carry_signals(&self, until: CancellationToken) {
        let signals = &self.listeners.signals;
        let mut hello = tokio::time::interval(HELLO);
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
            sqlx::query("SELECT pg_notify($1, $2)")
                .bind(CHANNEL)
                .bind(payload)
                .execute(&self.pool)
                .await?;
        }
        Ok(())
    }

    /// Hears the other servers, until cancelled: what changed is told to whoever listens here, the rest is given to
    /// `heard`. Connects again when the connection is lost. Where LISTEN cannot be had, says so once and goes on trying.
    pub async fn hear_signals(&self, until: CancellationToken, heard: impl Fn(Heard) + Send + Sync) {
        let mut complained = false;
        let mut before = false;
        loop {
            let lost = tokio::select! {
                () = until.cancelled() => return,
                lost = self.hear(&heard, before) => lost,
            };
            before = true;
            self.listeners.signals.hears.store(false, Ordering::Relaxed);
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

    async fn hear(&self, heard: &(impl Fn(Heard) + Send + Sync), again: bool) -> String {
        match self.try_hear(heard, again).await {
            Ok(never) => match never {},
            Err(error) => error,
        }
    }

    async fn try_hear(
        &self,
        heard: &(impl Fn(Heard) + Send + Sync),
        again: bool,
    ) -> Result<std::convert::Infallible, String> {
        let reason = |error: sqlx::Error| Error::from(error).to_string();
        let pool = match &self.direct {
            None => self.pool.clone(),
            Some(options) => PgPoolOptions::new()
                .max_connections(1)
                .idle_timeout(None)
                .max_lifetime(None)
                .connect_lazy_with(options.clone()),
        };
        let mut listener = PgListener::connect_with(&pool).await.map_err(reason)?;
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await.map_err(reason)?;
        let signals = &self.listeners.signals;
        // Said through the pool, heard here: proof that LISTEN works.
        let echo = Uuid::now_v7();
        let hello = payload(echo, vec![Signal::Hello]);
        sqlx::query("SELECT pg_notify($1, $2)")
            .bind(CHANNEL)
            .bind(hello)
            .execute(&self.pool)
            .await
            .map_err(reason)?;
        let mut proven = false;
        let deadline = tokio::time::Instant::now() + ECHO;
        loop {
            let next = async { listener.try_recv().await.map_err(reason) };
            let next = if proven {
                next.await?
            } else {
                let echoed = tokio::time::timeout_at(deadline, next).await;
                echoed.map_err(|_| "what is sent is not heard".to_owned())??
            };
            let Some(notification) = next else {
                return Err("the connection was lost".into());
            };
            let Ok(said) = serde_json::from_str::<Payload>(notification.payload()) else {
                continue;
            };
            if said.node == echo {
                proven = true;
                signals.hears.store(true, Ordering::Relaxed);
                heard(Heard::Missed);
                if again {
                    self.listeners.missed();
                }
            } else if said.node != self.listeners.node {
                self.take_in(said, heard);
            }
        }
    }

    fn take_in(&self, said: Payload, heard: &(impl Fn(Heard) + Send + Sync)) {
        let signals = &self.listeners.signals;
        let last = std::mem::replace(&mut *lock(&signals.others), Instant::now());
        // One that just came knows of nobody yet.
        if said.signals.contains(&Signal::Hello) && last.elapsed() > HELLO / 2 {
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
}
