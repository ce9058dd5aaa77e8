//! Tasks as the pages show them, with every word already said.

use domain::Actor;
use protocol::{Task, TaskId, TaskPriority, TaskStatus};

use crate::dates::{self, Moment, Now};

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    pub id: TaskId,
    pub title: String,
    /// May be empty.
    pub description: String,
    pub done: bool,
    /// `Tomorrow, 10:00`, while it is open.
    pub when: Option<Moment>,
    /// Open past its date.
    pub late: bool,
    pub group: TaskGroup,
    /// Changes whenever the task does: milliseconds since the epoch.
    pub version: i64,
    pub priority: TaskPriority,
    /// Date and time of day as fields of a form have them; empty for none.
    pub due: (String, String),
    /// When it is due, while it is open and may be put elsewhere among those that are due then too.
    pub moment: Option<String>,
    /// The tasks right above and below it that it can change places with.
    pub neighbours: (Option<TaskId>, Option<TaskId>),
    /// What has the focus when it is shown.
    pub focus: Option<RowFocus>,
}

impl TaskRow {
    /// How much it matters, unless that is as usual or it is done.
    pub fn matters(&self) -> Option<&'static str> {
        priority_word(self.priority).filter(|_| !self.done)
    }

    #[cfg(test)]
    fn note(&self) -> String {
        let when = self.when.as_ref().map(|when| when.words.as_str());
        when.into_iter()
            .chain(self.matters())
            .collect::<Vec<_>>()
            .join(" · ")
    }
}

/// A part of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFocus {
    Tick,
    Edit,
    /// Its menu, open, at what moves it up.
    Up,
    /// The same for down.
    Down,
}

/// Under which heading a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskGroup {
    Overdue,
    Today,
    Tomorrow,
    ThisWeek,
    Later,
    NoDate,
    Done,
}

impl TaskGroup {
    /// The order on the page.
    pub const ALL: [Self; 7] = [
        Self::Overdue,
        Self::Today,
        Self::Tomorrow,
        Self::ThisWeek,
        Self::Later,
        Self::NoDate,
        Self::Done,
    ];

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Overdue => "Overdue",
            Self::Today => "Today",
            Self::Tomorrow => "Tomorrow",
            Self::ThisWeek => "This week",
            Self::Later => "Later",
            Self::NoDate => "No date",
            Self::Done => "Done",
        }
    }
}

/// Tasks in the list's order, as their owner's clock shows them.
pub fn rows(tasks: Vec<Task>, actor: &Actor) -> Vec<TaskRow> {
    let now = dates::now_of(actor);
    let beside = |task: &Task, other: Option<&Task>| {
        other
            .filter(|other| {
                [task.status, other.status] == [TaskStatus::Open; 2] && task.due_at == other.due_at
            })
            .map(|other| other.id)
    };
    let neighbours: Vec<_> = tasks
        .iter()
        .enumerate()
        .map(|(at, task)| {
            let above = at.checked_sub(1).and_then(|above| tasks.get(above));
            (beside(task, above), beside(task, tasks.get(at + 1)))
        })
        .collect();
    let with_neighbours = |(task, neighbours)| TaskRow {
        neighbours,
        ..row(task, &now)
    };
    tasks.into_iter().zip(neighbours).map(with_neighbours).collect()
}

/// `high`, `low`; nothing for what is usual.
pub fn priority_word(priority: TaskPriority) -> Option<&'static str> {
    (priority != TaskPriority::Normal).then(|| priority.as_str())
}

fn row(task: Task, now: &Now) -> TaskRow {
    let done = task.status == TaskStatus::Done;
    let at = task.due_at.map(|at| dates::local(at, now));
    let due = at.as_ref().map(|at| dates::due_words(at, now));
    let late = !done && due.as_ref().is_some_and(|due| due.late);
    let group = match &due {
        _ if done => TaskGroup::Done,
        None => TaskGroup::NoDate,
        Some(due) => match due.days {
            0 => TaskGroup::Today,
            ..0 => TaskGroup::Overdue,
            1 => TaskGroup::Tomorrow,
            2..=6 => TaskGroup::ThisWeek,
            _ => TaskGroup::Later,
        },
    };
    let when = task
        .due_at
        .zip(due)
        .filter(|_| !done)
        .map(|(at, due)| Moment::saying(due.label, at, now));
    TaskRow {
        id: task.id,
        title: task.title,
        description: task.description,
        done,
        when,
        late,
        group,
        version: task.updated_at.as_millis(),
        priority: task.priority,
        due: at.as_ref().map(dates::fields).unwrap_or_default(),
        moment: (!done).then(|| task.due_at.map(|at| at.to_string()).unwrap_or_default()),
        neighbours: (None, None),
        focus: None,
    }
}

#[cfg(test)]
mod tests {
    use protocol::Timestamp;

    use super::*;

    #[test]
    fn a_task_is_put_where_its_owner_looks_for_it() {
        let now: Now = "2026-11-21T12:00:00[Europe/Warsaw]"
            .parse::<jiff::Zoned>()
            .unwrap()
            .into();
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
                TaskGroup::Tomorrow,
                "Tomorrow · high",
                false,
            ),
            (
                Some("2026-11-27T22:59:59Z"),
                TaskGroup::ThisWeek,
                "Friday · high",
                false,
            ),
            (
                Some("2026-11-28T22:59:59Z"),
                TaskGroup::Later,
                "28 Nov · high",
                false,
            ),
            (None, TaskGroup::NoDate, "high", false),
        ] {
            let row = row(task(due, TaskStatus::Open), &now);
            assert_eq!(
                (row.group, row.note().as_str(), row.late),
                (group, note, late),
                "{due:?}"
            );
        }
        let done = row(task(Some("2026-11-19T22:59:59Z"), TaskStatus::Done), &now);
        assert_eq!(
            (done.group, done.note().as_str(), done.late),
            (TaskGroup::Done, "", false)
        );
    }

    #[test]
    fn a_task_changes_places_only_within_its_moment() {
        let task = |n: u128, due: Option<&str>, status| Task {
            id: uuid::Uuid::from_u128(n).into(),
            title: "T".into(),
            description: String::new(),
            status,
            priority: TaskPriority::Normal,
            due_at: due.map(|due| due.parse().unwrap()),
            completed_at: None,
            created_at: Timestamp::from_millis(0),
            updated_at: Timestamp::from_millis(0),
        };
        let user = protocol::User {
            id: "ada".parse().unwrap(),
            name: String::new(),
            email: String::new(),
            email_verified: false,
            image: None,
            created_at: Timestamp::from_millis(0),
            updated_at: Timestamp::from_millis(0),
        };
        let actor = Actor::new(user, jiff::tz::TimeZone::UTC);
        let day = Some("2026-11-21T23:59:59Z");
        let tasks = vec![
            task(1, day, TaskStatus::Open),
            task(2, day, TaskStatus::Open),
            task(3, None, TaskStatus::Open),
            task(4, None, TaskStatus::Done),
        ];
        let ids: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
        let neighbours: Vec<_> = rows(tasks, &actor)
            .into_iter()
            .map(|row| row.neighbours)
            .collect();
        assert_eq!(
            neighbours,
            [
                (None, Some(ids[1])),
                (Some(ids[0]), None),
                (None, None),
                (None, None)
            ]
        );
    }
}
