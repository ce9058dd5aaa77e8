//! The arguments of the tools: what a draft or a change comes to for a given task and clock.

use jiff::Zoned;
use jiff::civil::DateTime;
use protocol::limits::{TASK_DESCRIPTION_CHARS, TASK_TITLE_CHARS};
use protocol::{Task, TaskStatus};
use serde_json::{Value, json};

use super::dates::{Due, Shift, When, is_whole_day};
use super::intent::{Change, Draft, NewDue};
use super::items;
use super::memory::Action;
use super::reply;
use super::titles;
use super::words::{Phrase, tokenize};

/// The most tasks that a list holds.
pub(super) const WHOLE_LIST: u32 = 200;
/// Tasks asked for when one is looked up by a word.
const LOOK_UP: u32 = 50;

/// The arguments of `add_task`.
pub(super) fn new_task(draft: &Draft, now: &Zoned) -> Value {
    let mut arguments = json!({ "title": draft.title });
    if !draft.description.is_empty() {
        arguments["description"] = json!(draft.description);
    }
    if let Some(when) = draft.when {
        arguments["due_at"] = json!(when.resolve(now).argument());
    }
    if let Some(priority) = draft.priority {
        arguments["priority"] = json!(priority);
    }
    arguments
}

/// The arguments of `update_task`.
pub(super) fn changed_task(task: &Task, change: &Change, now: &Zoned) -> Value {
    let mut arguments = json!({ "task_id": task.id });
    if let Some(title) = &change.title {
        let title: String = title.chars().take(TASK_TITLE_CHARS).collect();
        arguments["title"] = json!(title.trim());
    }
    if let Some(note) = &change.note {
        let note = if task.description.is_empty() {
            note.clone()
        } else {
            format!("{}\n{note}", task.description)
        };
        arguments["description"] = json!(note.chars().take(TASK_DESCRIPTION_CHARS).collect::<String>());
    }
    if change.clear_note {
        arguments["description"] = json!("");
    }
    if let Some(due) = change.due {
        arguments["due_at"] = json!(new_due(task, due, now).map(Due::argument).unwrap_or_default());
    }
    if let Some(priority) = change.priority {
        arguments["priority"] = json!(priority);
    }
    arguments
}

/// The arguments of `list_tasks` that find a task by its title.
pub(super) fn look_up(title: &str) -> Value {
    match super::resolve::key(title) {
        Some(key) => json!({ "q": key, "limit": LOOK_UP }),
        None => json!({ "limit": WHOLE_LIST }),
    }
}

/// When a task becomes due; `None` for never.
fn new_due(task: &Task, due: NewDue, now: &Zoned) -> Option<Due> {
    let old = task.due_at.map(|due| reply::local(due, now));
    match due {
        NewDue::Clear => None,
        NewDue::At(when) => Some(moved(when, old, now)),
        NewDue::Shift(shift) => {
            // What is late is put off from today on, or it would stay late.
            let from = match old {
                Some(old) if old.timestamp() >= now.timestamp() => old,
                Some(old) => on_date(now, &old),
                None => end_of(now),
            };
            Some(shift.after(from.timestamp(), now.time_zone()))
        }
        NewDue::Advance(shift) => {
            let back = Shift {
                months: -shift.months,
                days: -shift.days,
                minutes: -shift.minutes,
            };
            old.map(|old| back.after(old.timestamp(), now.time_zone()))
        }
    }
}

/// A day alone keeps the task's time of day, a time alone its day.
fn moved(when: When, old: Option<Zoned>, now: &Zoned) -> Due {
    let due = when.resolve(now);
    match (due, old) {
        (Due::Day(date), Some(old)) if when.is_day() && !is_whole_day(&old) => {
            Due::Local(date.to_datetime(old.time()))
        }
        (Due::Local(local), Some(old)) if when.is_time() && old.date() > now.date() => {
            Due::Local(old.date().to_datetime(local.time()))
        }
        _ => due,
    }
}

fn end_of(now: &Zoned) -> Zoned {
    at(now, now.date().at(23, 59, 59, 0))
}

/// Today at another moment's time of day.
fn on_date(now: &Zoned, other: &Zoned) -> Zoned {
    at(now, now.date().to_datetime(other.time()))
}

fn at(now: &Zoned, local: DateTime) -> Zoned {
    now.time_zone().to_zoned(local).unwrap_or_else(|_| now.clone())
}

/// Why nothing needs to be done to a task, if so.
pub(super) fn idle(action: &Action, task: &Task) -> Option<&'static str> {
    match action {
        Action::Complete if task.status == TaskStatus::Done => Some("was done already."),
        Action::Reopen if task.status == TaskStatus::Open => {
            Some("is not done yet, so there is nothing to reopen.")
        }
        Action::Split if split(task).len() < 2 => {
            Some("doesn't look like several things, so I left it as it is.")
        }
        Action::Change(change) => match change.due {
            Some(NewDue::Clear) if task.due_at.is_none() => Some("has no due date."),
            Some(NewDue::Advance(_)) if task.due_at.is_none() => {
                Some("has no due date to bring forward. Say for example “move it to Friday”.")
            }
            _ => None,
        },
        _ => None,
    }
}

/// The arguments of the tasks that a task is split into: "Buy milk and eggs" becomes "Buy milk" and
/// "Buy eggs".
pub(super) fn split(task: &Task) -> Vec<Value> {
    let tokens = tokenize(&task.title);
    let parts = items::names(Phrase::new(&task.title, &tokens));
    let verb = parts
        .first()
        .filter(|first| first.len() > 1 && parts[1..].iter().all(|part| part.len() <= 2))
        .map(|first| first.slice(0, 1).text());
    parts
        .iter()
        .enumerate()
        .map(|(index, part)| {
            let title = match verb.filter(|_| index > 0) {
                Some(verb) => format!("{verb} {}", part.text()),
                None => part.text().to_owned(),
            };
            let mut arguments = json!({ "title": titles::capitalised(title.trim()) });
            if !task.description.is_empty() {
                arguments["description"] = json!(task.description);
            }
            if let Some(due) = task.due_at {
                arguments["due_at"] = json!(due);
            }
            if task.priority != protocol::TaskPriority::Normal {
                arguments["priority"] = json!(task.priority);
            }
            arguments
        })
        .collect()
}
