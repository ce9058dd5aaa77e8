//! A new task as somebody types it into one line: "Call mum tomorrow 5pm !high".

use jiff::Zoned;
use protocol::limits::TASK_TITLE_CHARS;
use protocol::{TaskPriority, Timestamp};

use super::titles;
use super::words::{Phrase, tokenize};

/// What a line says about a new task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskLine {
    /// What is left when the rest is taken out, in its own spelling.
    pub title: String,
    /// From "with note …"; may be empty.
    pub description: String,
    pub due_at: Option<Timestamp>,
    pub priority: Option<TaskPriority>,
}

/// Reads a line, typed at `now`. A line in which nothing but a title is understood is the title as it stands, however
/// long it is.
pub fn read_task_line(line: &str, now: &Zoned) -> TaskLine {
    let line = line.trim();
    let tokens = tokenize(line);
    let draft = titles::draft(Phrase::new(line, &tokens), false);
    let plain = draft.when.is_none() && draft.priority.is_none() && draft.description.is_empty();
    if plain || draft.shortened || draft.title.is_empty() {
        return TaskLine {
            title: line.to_owned(),
            description: String::new(),
            due_at: None,
            priority: None,
        };
    }
    let due = draft.when.map(|when| when.resolve(now).moment(now.time_zone()));
    TaskLine {
        title: own_spelling(draft.title, line),
        description: draft.description,
        due_at: due.map(|due| Timestamp::from_millis(due.as_millisecond())),
        priority: draft.priority,
    }
}

/// The title with its first letter as it was typed.
fn own_spelling(title: String, line: &str) -> String {
    let typed: String = title
        .chars()
        .take(1)
        .flat_map(char::to_lowercase)
        .chain(title.chars().skip(1))
        .take(TASK_TITLE_CHARS)
        .collect();
    if !line.contains(&title) && line.contains(&typed) {
        typed
    } else {
        title
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_and_priority_are_taken_out_of_a_line() {
        // A Wednesday.
        let now: Zoned = "2026-11-25T14:30:00[Europe/Berlin]".parse().unwrap();
        for (line, title, due, priority) in [
            (
                "Call mum tomorrow 5pm !high",
                "Call mum",
                Some("2026-11-26T16:00:00.000Z"),
                Some("high"),
            ),
            (
                "call mum tomorrow",
                "call mum",
                Some("2026-11-26T22:59:59.000Z"),
                None,
            ),
            (
                "pay the rent on 1 December, low priority",
                "pay the rent",
                Some("2026-12-01T22:59:59.000Z"),
                Some("low"),
            ),
            (
                "Pay rent tomorrow 9am !high #home",
                "Pay rent #home",
                Some("2026-11-26T08:00:00.000Z"),
                Some("high"),
            ),
            ("Milk", "Milk", None, None),
            ("milk, eggs & bread!", "milk, eggs & bread!", None, None),
            ("tomorrow", "tomorrow", None, None),
            (
                "read \u{201c}Tomorrow, and tomorrow\u{201d}",
                "read \u{201c}Tomorrow, and tomorrow\u{201d}",
                None,
                None,
            ),
            ("", "", None, None),
        ] {
            let read = read_task_line(line, &now);
            assert_eq!(read.title, title, "{line}");
            assert_eq!(read.due_at.map(|at| at.to_string()).as_deref(), due, "{line}");
            assert_eq!(read.priority, priority.and_then(TaskPriority::parse), "{line}");
        }
    }

    #[test]
    fn a_title_that_is_too_long_is_not_cut() {
        let now: Zoned = "2026-11-25T14:30:00[Europe/Berlin]".parse().unwrap();
        let long = format!("{} tomorrow", "x".repeat(201));
        assert_eq!(read_task_line(&long, &now).title, long);
    }

    proptest::proptest! {
        #[test]
        fn any_line_is_a_task(line in "\\PC{0,60}|([a-z]{1,6}|tomorrow|friday|!high|at 5pm|with note|[ ,.!:\"0-9-]){0,14}") {
            let now: Zoned = "2026-11-25T14:30:00[Europe/Berlin]".parse().unwrap();
            let read = read_task_line(&line, &now);
            proptest::prop_assert_eq!(read.title.trim().is_empty(), line.trim().is_empty(), "{:?}", read);
        }
    }
}
