//! Tasks as the page shows them, with every word already said.

use protocol::TaskId;
use serde::{Deserialize, Serialize};

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRow {
    pub id: TaskId,
    pub title: String,
    /// May be empty.
    pub description: String,
    pub done: bool,
    /// `Tomorrow, 10:00 · high`; may be empty.
    pub note: String,
    /// Open past its date.
    pub late: bool,
    pub group: TaskGroup,
    /// Changes whenever the task does: milliseconds since the epoch.
    pub version: i64,
}

/// Under which heading a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskGroup {
    Overdue,
    Today,
    Later,
    NoDate,
    Done,
}

impl TaskGroup {
    /// The order on the page.
    pub const ALL: [Self; 5] = [Self::Overdue, Self::Today, Self::Later, Self::NoDate, Self::Done];

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Overdue => "Overdue",
            Self::Today => "Today",
            Self::Later => "Later",
            Self::NoDate => "No date",
            Self::Done => "Done",
        }
    }
}

/// The list and its numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskList {
    /// Open ones first, as the domain orders them.
    pub rows: Vec<TaskRow>,
    pub open: u32,
    pub done: u32,
    /// There are more than these.
    pub more: bool,
}

impl TaskList {
    /// How much is done, in tenths, for the bar.
    pub fn tenths_done(&self) -> u32 {
        let total = self.open + self.done;
        if total == 0 { 0 } else { self.done * 10 / total }
    }

    /// The tasks that are new or other than in an older list.
    pub fn changed_since(&self, old: &Self) -> Vec<TaskId> {
        self.rows
            .iter()
            .filter(|row| {
                !old.rows
                    .iter()
                    .any(|known| known.id == row.id && known.version == row.version)
            })
            .map(|row| row.id)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: u128, version: i64) -> TaskRow {
        TaskRow {
            id: TaskId(uuid::Uuid::from_u128(id)),
            title: String::new(),
            description: String::new(),
            done: false,
            note: String::new(),
            late: false,
            group: TaskGroup::NoDate,
            version,
        }
    }

    fn list(rows: Vec<TaskRow>) -> TaskList {
        TaskList {
            rows,
            ..TaskList::default()
        }
    }

    #[test]
    fn new_and_changed_tasks_are_found() {
        let old = list(vec![row(1, 10), row(2, 10)]);
        let new = list(vec![row(1, 10), row(2, 11), row(3, 1)]);
        let changed: Vec<_> = new.changed_since(&old).iter().map(|id| id.0.as_u128()).collect();
        assert_eq!(changed, [2, 3]);
    }

    #[test]
    fn the_bar_is_full_only_when_all_is_done() {
        let mut list = list(vec![]);
        assert_eq!(list.tenths_done(), 0);
        (list.open, list.done) = (1, 99);
        assert_eq!(list.tenths_done(), 9);
        list.open = 0;
        assert_eq!(list.tenths_done(), 10);
    }
}
