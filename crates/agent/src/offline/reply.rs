//! Wording: days, lines of lists, and what is said about a task.

use jiff::Zoned;
use jiff::civil::Date;
use protocol::{Task, TaskPriority, TaskStatus, Timestamp};

use super::dates::is_whole_day;

/// A moment on the user's wall.
pub(super) fn local(moment: Timestamp, now: &Zoned) -> Zoned {
    jiff::Timestamp::from_millisecond(moment.as_millis())
        .unwrap_or(jiff::Timestamp::MAX)
        .to_zoned(now.time_zone().clone())
}

/// How many days from today, negative for the past.
pub(super) fn days_ahead(date: Date, now: &Zoned) -> i32 {
    now.date().until(date).map_or(0, |span| span.get_days())
}

/// Whether a task is open and its time has passed.
pub(super) fn is_overdue(task: &Task, now: &Zoned) -> bool {
    task.status == TaskStatus::Open
        && task
            .due_at
            .is_some_and(|due| due.as_millis() < now.timestamp().as_millisecond())
}

/// The day on which a task is due there.
pub(super) fn due_date(task: &Task, now: &Zoned) -> Option<Date> {
    task.due_at.map(|due| local(due, now).date())
}

/// A day in a list: "today", "Thursday", "3 Dec".
pub(super) fn day(date: Date, now: &Zoned) -> String {
    match days_ahead(date, now) {
        -1 => "yesterday".into(),
        0 => "today".into(),
        1 => "tomorrow".into(),
        2..=6 => date.strftime("%A").to_string(),
        _ if date.year() == now.year() => date.strftime("%-d %b").to_string(),
        _ => date.strftime("%-d %b %Y").to_string(),
    }
}

/// A day in a sentence, with its date: "today", "Friday, 27 November".
pub(super) fn long_day(date: Date, now: &Zoned) -> String {
    match days_ahead(date, now) {
        -1..=1 => day(date, now),
        _ if date.year() == now.year() => date.strftime("%A, %-d %B").to_string(),
        _ => date.strftime("%A, %-d %B %Y").to_string(),
    }
}

/// A day after a verb: "today", "on Friday, 27 November".
pub(super) fn on_day(date: Date, now: &Zoned) -> String {
    match days_ahead(date, now) {
        -1..=1 => day(date, now),
        _ => format!("on {}", long_day(date, now)),
    }
}

/// A due moment in a sentence: "tomorrow at 10:00".
pub(super) fn moment(due: Timestamp, now: &Zoned) -> String {
    with_time(long_day(local(due, now).date(), now), due, now)
}

fn with_time(day: String, due: Timestamp, now: &Zoned) -> String {
    let local = local(due, now);
    if is_whole_day(&local) {
        day
    } else {
        format!("{day} at {}", local.strftime("%H:%M"))
    }
}

/// When a task is due, for a list: "2 days overdue", "today at 17:00", "Thursday".
fn due_words(task: &Task, now: &Zoned) -> Option<String> {
    let due = task.due_at?;
    let date = local(due, now).date();
    let days = days_ahead(date, now);
    Some(if !is_overdue(task, now) {
        with_time(day(date, now), due, now)
    } else if days == 0 {
        format!("overdue since {}", local(due, now).strftime("%H:%M"))
    } else if days == -1 {
        "1 day overdue".into()
    } else {
        format!("{} days overdue", -days)
    })
}

/// A task in a list: its title, when it is due, and its priority unless normal.
pub(super) fn line(task: &Task, now: &Zoned) -> String {
    let mut notes: Vec<String> = Vec::new();
    if task.status == TaskStatus::Done {
        notes.push(match task.completed_at {
            Some(at) => format!("done {}", on_day(local(at, now).date(), now)),
            None => "done".into(),
        });
    } else {
        notes.extend(due_words(task, now));
        match task.priority {
            TaskPriority::High => notes.push("high priority".into()),
            TaskPriority::Normal => {}
            TaskPriority::Low => notes.push("low priority".into()),
        }
    }
    if notes.is_empty() {
        bold(&task.title)
    } else {
        format!("{} — {}", bold(&task.title), notes.join(", "))
    }
}

/// Tasks as a numbered list that begins with `first`.
pub(super) fn numbered(tasks: &[Task], first: usize, now: &Zoned) -> String {
    tasks
        .iter()
        .enumerate()
        .map(|(index, task)| format!("{}. {}", first + index, line(task, now)))
        .collect::<Vec<_>>()
        .join("\n")
}

/// A title as bold Markdown, whatever characters it has.
pub(super) fn bold(title: &str) -> String {
    format!("**{}**", escaped(title))
}

/// A text that Markdown shows as it is, within a line. Marks that mean nothing where they stand are
/// left alone, because previews and copies show the text as it is written.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        let means_something = match char {
            '`' | '*' | '[' | ']' | '<' | '~' => true,
            '\\' => next.is_ascii_punctuation(),
            '_' => !(before.is_alphanumeric() && next.is_alphanumeric()),
            '&' => next == '#' || next.is_alphanumeric(),
            _ => false,
        };
        if means_something {
            escaped.push('\\');
        }
        before = if char.is_control() { ' ' } else { char };
        escaped.push(before);
    }
    escaped
}

/// What a Markdown text says without its marks, near enough to find a title again.
pub(super) fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => plain.extend(chars.next()),
            '*' | '`' | '~' => {}
            other => plain.push(other),
        }
    }
    plain
}

/// A short quotation of what somebody said.
pub(super) fn quoted(text: &str) -> String {
    let short = protocol::limits::excerpt(text, 60);
    let more = if short.chars().count() < text.trim().chars().count() {
        "…"
    } else {
        ""
    };
    format!("“{}{more}”", escaped(&short))
}

/// Titles in a sentence: "**A**", "**A** and **B**", "**A**, **B** and 3 more".
pub(super) fn titles(tasks: &[Task]) -> String {
    let bold: Vec<String> = tasks.iter().map(|task| bold(&task.title)).collect();
    match &bold[..] {
        [] => "nothing".into(),
        [one] => one.clone(),
        [front @ .., last] if bold.len() <= 4 => format!("{} and {last}", front.join(", ")),
        [first, second, third, ..] => format!("{first}, {second}, {third} and {} more", bold.len() - 3),
        [..] => bold.join(", "),
    }
}

/// "1 task", "2 tasks".
pub(super) fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}
