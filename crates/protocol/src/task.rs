//! Tasks.

use serde::{Deserialize, Serialize};
use serde_json::Value;

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

/// A field of a task that was changed since, and would be changed again by an undo or a redo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overwrite {
    pub task_id: TaskId,
    /// The task's title as it stands; the last one of a deleted task.
    pub title: String,
    /// A field of [`Task`], or `deleted`.
    pub field: String,
    /// What stands now.
    pub now: Value,
    /// What would stand instead; null where the task would be deleted.
    pub then: Value,
}

impl Overwrite {
    /// What became of these fields since, as part of a sentence: "the title was changed to “Oat milk” and the task was
    /// completed". `due` says a date as its reader does.
    pub fn sentence(overwrites: &[Self], due: impl Fn(Timestamp) -> String) -> String {
        let mut tasks: Vec<(&Self, Vec<String>)> = vec![];
        for overwrite in overwrites {
            let words = overwrite.words(&due);
            match tasks
                .iter_mut()
                .find(|(first, _)| first.task_id == overwrite.task_id)
            {
                Some((_, all)) => all.push(words),
                None => tasks.push((overwrite, vec![words])),
            }
        }
        let is_one = tasks.len() == 1;
        let told = tasks.into_iter().map(|(first, words)| {
            let words = match words.split_last() {
                Some((last, [])) => last.clone(),
                Some((last, others)) => format!("{} and {last}", others.join(", ")),
                None => String::new(),
            };
            if is_one {
                words
            } else {
                format!("“{}”: {words}", first.title)
            }
        });
        told.collect::<Vec<_>>().join("; ")
    }

    fn words(&self, due: impl Fn(Timestamp) -> String) -> String {
        let text = self.now.as_str().unwrap_or_default();
        match (self.field.as_str(), text) {
            ("title", text) => format!("the title was changed to “{text}”"),
            ("description", "") => "the description was removed".into(),
            ("description", _) => "the description was changed".into(),
            ("status", "done") => "the task was completed".into(),
            ("status", _) => "the task was reopened".into(),
            ("priority", text) => format!("the priority was set to {text}"),
            ("due_at", text) => match text.parse() {
                Ok(at) => format!("the due date was changed to {}", due(at)),
                Err(_) => "the due date was removed".into(),
            },
            ("deleted", _) if self.now == Value::Bool(true) => "the task was deleted".into(),
            ("deleted", _) => "the task was brought back".into(),
            (field, _) => format!("the {field} was changed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_overwritten_is_one_sentence() {
        let overwrite = |id: u128, field: &str, now: Value| Overwrite {
            task_id: TaskId(uuid::Uuid::from_u128(id)),
            title: "Oat milk".into(),
            field: field.into(),
            now,
            then: Value::Null,
        };
        let say = |overwrites: &[Overwrite]| Overwrite::sentence(overwrites, |_| "tomorrow".into());
        let title = overwrite(1, "title", "Oat milk".into());
        let due = overwrite(1, "due_at", "2026-11-22T22:59:59.000Z".into());
        let done = overwrite(1, "status", "done".into());
        assert_eq!(
            say(std::slice::from_ref(&title)),
            "the title was changed to “Oat milk”"
        );
        assert_eq!(
            say(&[title.clone(), due, done]),
            "the title was changed to “Oat milk”, the due date was changed to tomorrow and the task was completed"
        );
        assert_eq!(
            say(&[title, overwrite(2, "deleted", true.into())]),
            "“Oat milk”: the title was changed to “Oat milk”; “Oat milk”: the task was deleted"
        );
        assert_eq!(
            say(&[overwrite(1, "due_at", Value::Null)]),
            "the due date was removed"
        );
    }
}
