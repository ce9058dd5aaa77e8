//! What the server remembers between requests.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::Value;
use tokio::sync::{Semaphore, watch};

use crate::Reply;

/// A request that came.
#[derive(Debug, Clone, Serialize)]
pub struct Recorded {
    /// The `Authorization` header.
    pub authorization: Option<String>,
    pub body: Value,
    /// How it broke the protocol, if it did.
    pub violations: Vec<String>,
}

pub(crate) struct State {
    pub(crate) default_scenario: String,
    script: Mutex<VecDeque<Reply>>,
    requests: Mutex<Vec<Recorded>>,
    /// Requests that a scenario refuses only the first time.
    refused: Mutex<HashSet<String>>,
    gate: Semaphore,
    held: watch::Sender<usize>,
}

impl State {
    pub(crate) fn new(default_scenario: &str) -> Self {
        Self {
            default_scenario: default_scenario.into(),
            script: Mutex::default(),
            requests: Mutex::default(),
            refused: Mutex::default(),
            gate: Semaphore::new(0),
            held: watch::Sender::new(0),
        }
    }

    pub(crate) fn script(&self, replies: impl IntoIterator<Item = Reply>) {
        lock(&self.script).extend(replies);
    }

    pub(crate) fn next_scripted(&self) -> Option<Reply> {
        lock(&self.script).pop_front()
    }

    pub(crate) fn record(&self, request: Recorded) {
        lock(&self.requests).push(request);
    }

    pub(crate) fn requests(&self) -> Vec<Recorded> {
        lock(&self.requests).clone()
    }

    /// Forgets the requests, the script and what was refused.
    pub(crate) fn forget(&self) {
        lock(&self.requests).clear();
        lock(&self.script).clear();
        lock(&self.refused).clear();
    }

    /// Whether this request comes for the first time.
    pub(crate) fn is_first(&self, body: &Value) -> bool {
        lock(&self.refused).insert(format!("{} {}", body["model"], body["messages"]))
    }

    /// Waits at the gate.
    pub(crate) async fn hold(&self) {
        self.held.send_modify(|held| *held += 1);
        if let Ok(permit) = self.gate.acquire().await {
            permit.forget();
        }
    }

    pub(crate) async fn held(&self, count: usize) {
        // The sender lives in `self`, so the channel cannot close meanwhile.
        let _ = self.held.subscribe().wait_for(|held| *held >= count).await;
    }

    pub(crate) fn release(&self, count: usize) {
        self.gate.add_permits(count);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
