//! Tasks as the pages show them, with every word already said.

use domain::Actor;
use jiff::Zoned;
use protocol::{Task, TaskId, TaskPriority, TaskStatus};

use crate::dates;

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// Tasks as their owner's clock shows them.
pub fn rows(tasks: Vec<Task>, actor: &Actor) -> Vec<TaskRow> {
    let now = dates::now_in(&actor.time_zone);
    tasks.into_iter().map(|task| row(task, &now)).collect()
}

fn row(task: Task, now: &Zoned) -> TaskRow {
    let done = task.status == TaskStatus::Done;
    let due = task
        .due_at
        .map(|at| dates::due_words(&dates::local(at, now), now));
    let late = !done && due.as_ref().is_some_and(|due| due.late);
    let group = match &due {
        _ if done => TaskGroup::Done,
        None => TaskGroup::NoDate,
        Some(due) if due.today => TaskGroup::Today,
        Some(_) if late => TaskGroup::Overdue,
        Some(_) => TaskGroup::Later,
    };
    let priority = match task.priority {
        TaskPriority::High => Some("high".to_owned()),
        TaskPriority::Low => Some("low".to_owned()),
        TaskPriority::Normal => None,
    };
    let note: Vec<_> = due
        .map(|due| due.label)
        .into_iter()
        .chain(priority)
        .filter(|_| !done)
        .collect();
    TaskRow {
        id: task.id,
        title: task.title,
        description: task.description,
        done,
        note: note.join(" · "),
        late,
        group,
        version: task.updated_at.as_millis(),
    }
}

#[cfg(test)]
mod tests {
    use protocol::Timestamp;

    use super::*;

    #[test]
    fn a_task_is_put_where_its_owner_looks_for_it() {
        let now: Zoned = "2026-11-21T12:00:00[Europe/Warsaw]".parse().unwrap();
        let task = |due: Option<&str>, status| Task {
            id: "01890000-0000-7000-8000-000000000001".parse().unwrap(),
            title: "T".into(),
            description: String::new(),
            status,
            priority: TaskPriority::High,
            due_at: due.map(|due| due.parse().unwrap()),
            completed_at: None,
            created_at: Timestamp::from_millis(0),
            updated_at: Timestamp::from_millis(7),
        };
        for (due, group, note, late) in [
            (
                Some("2026-11-19T22:59:59Z"),
                TaskGroup::Overdue,
                "2 days overdue · high",
                true,
            ),
            (
                Some("2026-11-21T08:00:00Z"),
                TaskGroup::Today,
                "Today, 09:00 · high",
                true,
            ),
            (
                Some("2026-11-21T22:59:59Z"),
                TaskGroup::Today,
                "Today · high",
                false,
            ),
            (
                Some("2026-11-22T22:59:59Z"),
                TaskGroup::Later,
                "Tomorrow · high",
                false,
            ),
            (None, TaskGroup::NoDate, "high", false),
        ] {
            let row = row(task(due, TaskStatus::Open), &now);
            assert_eq!(
                (row.group, row.note.as_str(), row.late),
                (group, note, late),
                "{due:?}"
            );
        }
        let done = row(task(Some("2026-11-19T22:59:59Z"), TaskStatus::Done), &now);
        assert_eq!(
            (done.group, done.note.as_str(), done.late),
            (TaskGroup::Done, "", false)
        );
    }
}
