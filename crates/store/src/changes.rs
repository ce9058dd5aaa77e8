//! What changed, told after the commit: the source of every user's live feed.
//!
//! The functions that write note in their [`Tx`](crate::Tx) what they touched, so no caller can forget to; when the
//! transaction stands, whoever listens to that user hears of it, here and on the other servers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::{ConversationId, RunId, TaskId, ToolCallId, UserId};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::signals::{Signal, Signals};

/// Something of a user's that changed: added, changed, deleted or brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Changed {
    /// Its title, its messages, whether it is there.
    Conversation(ConversationId),
    /// A run was queued, began or ended.
    Run(RunId),
    /// A task.
    Task(TaskId),
    /// A tool call was taken back.
    ToolCall(ToolCallId),
    /// A conversation got a link, or lost it.
    Share(ConversationId),
}

/// What one transaction changed, and the user's [`Stamp`] from then on.
#[derive(Debug, Clone)]
pub struct Changes {
    /// In the order in which it was written, each thing once.
    pub changed: Arc<[Changed]>,
    /// After this transaction.
    pub stamp: Stamp,
}

/// Where a user's things stand: two equal stamps mean that nothing of theirs changed in between. Those of two processes
/// are never equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    node: Uuid,
    number: u64,
}

impl std::fmt::Display for Stamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.node.simple(), self.number)
    }
}

/// Listeners that are behind by more than this miss some; they are told so.
const BACKLOG: usize = 256;
/// Beyond this many users the oldest numbers are forgotten, which makes stamps differ that need not.
const REMEMBERED: usize = 20_000;

/// Everybody who listens; shared by all clones of a store.
pub(crate) struct Listeners {
    /// This server process.
    pub(crate) node: Uuid,
    state: Mutex<State>,
    /// To and from the other servers.
    pub(crate) signals: Signals,
}

#[derive(Default)]
struct State {
    /// Counts the transactions that changed something.
    number: u64,
    /// Users who are not in `numbers` have this one.
    floor: u64,
    numbers: HashMap<UserId, u64>,
    channels: HashMap<UserId, broadcast::Sender<Changes>>,
}

impl Default for Listeners {
    fn default() -> Self {
        Self {
            node: Uuid::now_v7(),
            state: Mutex::default(),
            signals: Signals::default(),
        }
    }
}

impl Listeners {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the user's listeners, here and on the other servers.
    pub(crate) fn tell(&self, user: &UserId, changed: Vec<Changed>) {
        self.signals.send(Signal::Changed(user.clone(), changed.clone()));
        self.tell_here(user, changed);
    }

    /// Ends all that is listened to, since something may have been missed: who listens again is told so.
    pub(crate) fn missed(&self) {
        let mut state = self.state();
        state.number += 1;
        state.floor = state.number;
        state.numbers.clear();
        state.channels.clear();
    }

    /// Tells the user's listeners of this process.
    pub(crate) fn tell_here(&self, user: &UserId, changed: Vec<Changed>) {
        let mut state = self.state();
        state.number += 1;
        let number = state.number;
        if state.numbers.len() >= REMEMBERED {
            state.numbers.clear();
            state.floor = number;
        }
        state.numbers.insert(user.clone(), number);
        let stamp = Stamp {
            node: self.node,
            number,
        };
        if let Some(channel) = state.channels.get(user)
            && channel
                .send(Changes {
                    changed: changed.into(),
                    stamp,
                })
                .is_err()
        {
            state.channels.remove(user);
        }
    }

    /// The user's stamp now.
    pub(crate) fn stamp(&self, user: &UserId) -> Stamp {
        let state = self.state();
        Stamp {
            node: self.node,
            number: state.numbers.get(user).copied().unwrap_or(state.floor),
        }
    }

    /// Listens to a user from now on; `None` when `most` listen already.
    pub(crate) fn listen(&self, user: &UserId, most: usize) -> Option<broadcast::Receiver<Changes>> {
        let mut state = self.state();
        state.channels.retain(|_, channel| channel.receiver_count() > 0);
        let channel = state
            .channels
            .entry(user.clone())
            .or_insert_with(|| broadcast::Sender::new(BACKLOG));
        (channel.receiver_count() < most).then(|| channel.subscribe())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str) -> UserId {
        name.parse().unwrap()
    }

    #[test]
    fn only_the_users_own_listeners_hear() {
        let listeners = Listeners::default();
        let mut ada = listeners.listen(&user("ada"), 2).unwrap();
        let mut bob = listeners.listen(&user("bob"), 2).unwrap();
        let change = Changed::Task(Uuid::now_v7().into());
        let before = listeners.stamp(&user("ada"));
        listeners.tell(&user("ada"), vec![change]);
        let heard = ada.try_recv().unwrap();
        assert_eq!(heard.changed[..], [change]);
        assert_eq!(heard.stamp, listeners.stamp(&user("ada")));
        assert_ne!(heard.stamp, before);
        assert!(bob.try_recv().is_err());
    }

    #[test]
    fn a_user_has_so_many_listeners_and_no_more() {
        let listeners = Listeners::default();
        let first = listeners.listen(&user("ada"), 1);
        assert!(first.is_some());
        assert!(listeners.listen(&user("ada"), 1).is_none());
        drop(first);
        assert!(listeners.listen(&user("ada"), 1).is_some());
    }

    #[test]
    fn a_user_whose_number_was_forgotten_has_another_stamp() {
        let listeners = Listeners::default();
        listeners.tell(&user("ada"), vec![]);
        let before = listeners.stamp(&user("ada"));
        for number in 0..=REMEMBERED {
            listeners.tell(&user(&format!("user{number}")), vec![]);
        }
        assert_ne!(listeners.stamp(&user("ada")), before);
    }
}
