//! What is said about lists.

use jiff::Zoned;
use protocol::{Task, TaskPriority, TaskStatus};

use super::dates::Range;
use super::intent::Query;
use super::reply;

/// What is said of an empty list.
pub(super) fn empty(narrow: bool, what: &str) -> String {
    let begin = "Your list is empty. Begin with something like “add buy milk tomorrow at 10” or “create a \
                 task called ‘Review Q4 report’, high priority”. What is on your mind?";
    if narrow {
        format!(
            "You have no {what}; your list is empty. Begin with something like “add buy milk tomorrow at 10”."
        )
    } else {
        begin.into()
    }
}

/// "You have 7 open tasks: 2 overdue, 1 due today, 3 without a date."
pub(super) fn summary(tasks: &[Task], truncated: bool, now: &Zoned) -> String {
    let today = now.date();
    let number = |fits: &dyn Fn(&Task) -> bool| tasks.iter().filter(|task| fits(task)).count();
    let parts: Vec<String> = [
        (number(&|task| reply::is_overdue(task, now)), "overdue"),
        (
            number(&|task| !reply::is_overdue(task, now) && reply::due_date(task, now) == Some(today)),
            "due today",
        ),
        (
            number(&|task| task.priority == TaskPriority::High),
            "high priority",
        ),
        (number(&|task| task.due_at.is_none()), "without a date"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, what)| format!("{number} {what}"))
    .collect();
    let over = if truncated { "more than " } else { "" };
    let all = reply::count(tasks.len(), "open task");
    if parts.is_empty() {
        format!("You have {over}{all}.")
    } else {
        format!("You have {over}{all}: {}.", parts.join(", "))
    }
}

pub(super) fn counted(found: &[Task], query: &Query, truncated: bool, now: &Zoned) -> String {
    let over = if truncated { "more than " } else { "" };
    if !query.is_narrow()
        || (query.status == Some(TaskStatus::Open)
            && query.range.is_none()
            && query.priority.is_none()
            && query.text.is_none())
    {
        if found.is_empty() {
            return "You have no open tasks.".into();
        }
        return summary(found, truncated, now);
    }
    match found.len() {
        0 => format!("You have no {}.", describe(query, now, true)),
        1 => format!(
            "You have 1 {}: {}.",
            describe(query, now, false),
            reply::line(&found[0], now)
        ),
        number => format!("You have {over}{number} {}.", describe(query, now, true)),
    }
}

/// "open tasks about milk", "high priority tasks due this week".
pub(super) fn describe(query: &Query, now: &Zoned, plural: bool) -> String {
    let mut words = String::new();
    match query.status {
        _ if query.both => {}
        Some(TaskStatus::Open) if query.range.is_none() && query.text.is_none() => words.push_str("open "),
        Some(TaskStatus::Done) => words.push_str("done "),
        _ => {}
    }
    if query.range == Some(Range::Overdue) {
        words.push_str("overdue ");
    }
    match query.priority {
        Some(TaskPriority::High) => words.push_str("high priority "),
        Some(TaskPriority::Low) => words.push_str("low priority "),
        Some(TaskPriority::Normal) => words.push_str("normal priority "),
        None => {}
    }
    words.push_str(if plural { "tasks" } else { "task" });
    if let Some(text) = &query.text {
        words.push_str(&format!(" about {}", reply::quoted(text)));
    }
    match query.range {
        None | Some(Range::Overdue) => {}
        Some(Range::Undated) => words.push_str(" without a date"),
        Some(Range::Dated) => words.push_str(" with a date"),
        Some(range) if query.status == Some(TaskStatus::Done) => {
            words.push_str(&format!(" from {}", range.words(now)))
        }
        Some(range) => words.push_str(&format!(" due {}", range.words(now))),
    }
    words
}

pub(super) fn headline(found: &[Task], query: &Query, truncated: bool, now: &Zoned) -> String {
    let late = found.iter().filter(|task| reply::is_overdue(task, now)).count();
    let ranged = query
        .range
        .is_some_and(|range| range != Range::Overdue && range.has_overdue() && range != Range::Dated);
    let number = found.len();
    let over = if truncated { "more than " } else { "" };
    if ranged && late > 0 {
        let rest = number - late;
        if rest == 0 {
            let what = describe(query, now, true);
            return format!("You have no {what}, but {late} overdue:");
        }
        let what = describe(query, now, rest != 1);
        return format!("You have {over}{rest} {what}, and {late} overdue:");
    }
    format!("You have {over}{number} {}:", describe(query, now, number != 1))
}

/// From this many tasks on a list has headings.
const HEADINGS_FROM: usize = 5;

/// A numbered list; a longer one under headings.
pub(super) fn grouped(tasks: &mut [Task], now: &Zoned) -> String {
    let mut groups: Vec<(&'static str, Vec<Task>)> = Vec::new();
    tasks.sort_by_key(|task| group(task, now).0);
    for task in tasks.iter() {
        let (_, name) = group(task, now);
        match groups.last_mut() {
            Some((last, tasks)) if *last == name => tasks.push(task.clone()),
            _ => groups.push((name, vec![task.clone()])),
        }
    }
    if tasks.len() < HEADINGS_FROM || groups.len() < 2 {
        return reply::numbered(tasks, 1, now);
    }
    let mut first = 1;
    let mut text = Vec::new();
    for (name, tasks) in groups {
        text.push(format!("**{name}**\n\n{}", reply::numbered(&tasks, first, now)));
        first += tasks.len();
    }
    text.join("\n\n")
}

fn group(task: &Task, now: &Zoned) -> (u8, &'static str) {
    if task.status == TaskStatus::Done {
        return (9, "Done");
    }
    let Some(date) = reply::due_date(task, now) else {
        return (6, "No date");
    };
    let week_end = Range::ThisWeek.days(now).map(|(_, to)| to);
    match reply::days_ahead(date, now) {
        _ if reply::is_overdue(task, now) => (0, "Overdue"),
        ..=0 => (1, "Today"),
        1 => (2, "Tomorrow"),
        _ if Some(date) <= week_end => (3, "This week"),
        2..=7 => (4, "Next days"),
        _ => (5, "Later"),
    }
}
