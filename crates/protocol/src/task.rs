//! Tasks.

use serde::{Deserialize, Serialize};

use crate::{TaskId, Timestamp};

/// Whether a task still has to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    Open,
    Done,
}

/// How much a task matters; `Normal` unless said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskPriority {
    Low,
    #[default]
    Normal,
    High,
}

impl TaskStatus {
    /// The word on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
        }
    }

    /// Reads the word; `None` for any other.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Done]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

impl TaskPriority {
    /// The word on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }

    /// Reads the word; `None` for any other.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Low, Self::Normal, Self::High]
            .into_iter()
            .find(|priority| priority.as_str() == text)
    }
}

/// A task (the contract's TaskResponse). A date without a time of day is the end of that day
/// (23:59:59) in the time zone of whoever set it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub id: TaskId,
    /// 1–200 characters.
    pub title: String,
    /// Up to 2,000 characters, empty when there is none.
    pub description: String,
    pub status: TaskStatus,
    pub priority: TaskPriority,
    pub due_at: Option<Timestamp>,
    /// Set exactly while `status` is done.
    pub completed_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}
