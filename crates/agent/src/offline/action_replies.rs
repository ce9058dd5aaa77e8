//! What is said about changes.

use jiff::Zoned;
use protocol::{Task, TaskPriority};

use super::intent::{Change, Draft, NewDue, Query};
use super::memory::Action;
use super::reply;
use super::targets::Trouble;
use super::transcript::Outcome;

fn level(priority: TaskPriority) -> &'static str {
    match priority {
        TaskPriority::High => "high priority",
        TaskPriority::Normal => "normal priority",
        TaskPriority::Low => "low priority",
    }
}

/// "Added **Milk**, due tomorrow, high priority."
pub(super) fn added(task: &Task, now: &Zoned) -> String {
    let mut text = format!("Added {}", reply::bold(&task.title));
    if let Some(due) = task.due_at {
        text.push_str(&format!(", due {}", reply::moment(due, now)));
    }
    if task.priority != TaskPriority::Normal {
        text.push_str(&format!(", {}", level(task.priority)));
    }
    if task.description.is_empty() {
        text.push('.');
    } else {
        text.push_str(", with your note.");
    }
    text
}

/// What should be known about tasks that were just added.
pub(super) fn remarks(drafts: &[Draft], added: &[Task], now: &Zoned) -> Vec<String> {
    let mut remarks = Vec::new();
    if drafts.iter().any(|draft| draft.shortened) {
        remarks.push(
            "A title can have 200 characters at most, so I shortened it and put the whole text into the \
             description."
                .to_owned(),
        );
    }
    if drafts.iter().any(|draft| draft.repeats) {
        remarks.push("Tasks can't repeat by themselves yet, so this is a single one.".to_owned());
    }
    if added.iter().any(|task| reply::is_overdue(task, now)) {
        remarks.push("Note that this moment has already passed.".to_owned());
    }
    if let [task] = added
        && drafts.len() == 1
        && task.title.matches(',').count() > 0
        && super::arguments::split(task).len() > 2
    {
        remarks.push("If you meant separate tasks, say “split it”.".to_owned());
    }
    remarks
}

/// Why a call did nothing, as the end of a sentence.
pub(super) fn why_not(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Refused(why) if why.contains("no task with") => "it is no longer on your list.".into(),
        Outcome::Refused(why) if why.starts_with("The user did not allow") => "you did not allow it.".into(),
        Outcome::Refused(why) if why.starts_with("Not undone") => overwrites(why, UNDO),
        Outcome::Refused(why) if why.starts_with("Not redone") => overwrites(why, REDO),
        Outcome::Refused(why) => reply::escaped(&protocol::limits::excerpt(why, 200)),
        Outcome::Reverted => "it has been undone since.".into(),
        _ => "something unexpected came back.".into(),
    }
}

/// "I couldn't delete **Milk**: …"
pub(super) fn failed(action: &Action, task: &Task, outcome: &Outcome) -> String {
    let verb = verb(action);
    format!(
        "I couldn't {verb} {}: {}",
        reply::bold(&task.title),
        why_not(outcome)
    )
}

fn verb(action: &Action) -> &'static str {
    match action {
        Action::Complete => "tick off",
        Action::Reopen => "reopen",
        Action::Delete => "delete",
        Action::Change(_) => "change",
        Action::AskDate => "move",
        Action::AskTitle => "rename",
        Action::Split => "split",
        Action::Show => "show",
    }
}

/// Asks whether so many tasks are really meant.
pub(super) fn really(action: &Action, tasks: &[Task]) -> String {
    format!(
        "That would {} {}: {}. Really? Say “yes” to go on.",
        verb(action),
        reply::count(tasks.len(), "task"),
        reply::titles(tasks)
    )
}

/// What was done to tasks; `before` and `after` belong together.
pub(super) fn done(action: &Action, before: &[Task], after: &[Task], now: &Zoned) -> String {
    let several = if after.len() > 1 {
        format!("{}: ", reply::count(after.len(), "task"))
    } else {
        String::new()
    };
    let titles = reply::titles(before);
    match action {
        Action::Complete => format!("Ticked off {several}{titles}."),
        Action::Reopen => format!("Reopened {several}{titles}."),
        Action::Delete => format!(
            "Deleted {several}{titles}. Say “undo” to bring {} back.",
            it(after)
        ),
        Action::Split | Action::Show | Action::AskDate | Action::AskTitle => format!("{titles}."),
        Action::Change(change) => changed(change, before, after, now),
    }
}

fn it(tasks: &[Task]) -> &'static str {
    if tasks.len() == 1 { "it" } else { "them" }
}

fn changed(change: &Change, before: &[Task], after: &[Task], now: &Zoned) -> String {
    let mut sentences = Vec::new();
    let mut named = false;
    let mut name = |tasks: &[Task]| {
        let text = if named {
            it(tasks).to_owned()
        } else {
            reply::titles(tasks)
        };
        named = true;
        text
    };
    if change.title.is_some() {
        let new = reply::titles(after);
        sentences.push(format!("Renamed {} to {new}.", name(before)));
    }
    if let Some(due) = change.due {
        sentences.push(rescheduled(due, &name(after), after, now));
    }
    if let Some(priority) = change.priority {
        sentences.push(format!("Set {} to {}.", name(after), level(priority)));
    }
    if change.clear_note {
        sentences.push(format!("Removed the note from {}.", name(after)));
    } else if change.note.is_some() {
        sentences.push(format!("Added your note to {}.", name(after)));
    }
    sentences.join(" ")
}

fn rescheduled(due: NewDue, name: &str, after: &[Task], now: &Zoned) -> String {
    if due == NewDue::Clear {
        return format!("Removed the due date from {name}.");
    }
    let first = after.first().and_then(|task| task.due_at);
    let same = after.iter().all(|task| task.due_at == first);
    let text = match first.filter(|_| same) {
        Some(due) => format!("Moved {name} to {}.", reply::moment(due, now)),
        None => format!(
            "Moved {}:\n\n{}",
            reply::count(after.len(), "task"),
            bullets(after, now)
        ),
    };
    if after.iter().any(|task| reply::is_overdue(task, now)) {
        return format!("{text} Note that this moment has already passed.");
    }
    text
}

fn bullets(tasks: &[Task], now: &Zoned) -> String {
    tasks
        .iter()
        .map(|task| format!("- {}", reply::line(task, now)))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Everything about a task.
pub(super) fn details(task: &Task, now: &Zoned) -> String {
    let mut text = reply::line(task, now);
    if let Some(due) = task.due_at {
        text.push_str(&format!("\n\nDue {}.", reply::moment(due, now)));
    }
    for line in task.description.lines() {
        text.push_str(&format!("\n\n> {}", reply::escaped(line)));
    }
    if task.due_at.is_none() && task.description.is_empty() {
        text.push_str("\n\nIt has no due date and no note.");
    }
    text
}

/// Asks which of several tasks is meant.
pub(super) fn which(said: &str, tasks: &[Task], now: &Zoned) -> String {
    let fit = if said.is_empty() {
        "Which one do you mean?".to_owned()
    } else {
        format!(
            "{} tasks fit {}. Which one do you mean?",
            tasks.len(),
            reply::quoted(said)
        )
    };
    let all = if tasks.len() == 2 { "both" } else { "all of them" };
    format!(
        "{fit}\n\n{}\n\nSay a number, more of the title, or “{all}”.",
        reply::numbered(tasks, 1, now)
    )
}

pub(super) fn not_found(said: &str) -> String {
    format!(
        "I found no task like {}. Say “show my tasks” to see the list, or start with “add” to make a new \
         one.",
        reply::quoted(said)
    )
}

/// What is said when a target came to nothing.
pub(super) fn trouble(trouble: &Trouble, action: &Action, now: &Zoned) -> String {
    let verb = verb(action);
    match trouble {
        Trouble::NoneSuch(query) if *query == Query::default() => "Your list is empty.".into(),
        Trouble::NoneSuch(query) => format!(
            "There are no {} to {verb}.",
            super::list_replies::describe(query, now, true)
        ),
        Trouble::TooFar(1) => "The list I showed last has only one task.".into(),
        Trouble::TooFar(length) => format!("The list I showed last has only {length} tasks."),
        Trouble::NoList => {
            "I haven't shown a list yet, so I can't tell which number you mean. Say “show my tasks” first."
                .into()
        }
        Trouble::NoIt => {
            format!("I'm not sure which task to {verb}. Name it, or say “show my tasks” and give its number.")
        }
        Trouble::Missing => format!("Which task should I {verb}? Name it, or give its number from a list."),
        Trouble::NotFound(said) => not_found(said),
        Trouble::Several { said, tasks } => which(said, tasks, now),
    }
}

/// The words of taking back or of making again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turning {
    verb: &'static str,
    doing: &'static str,
    done: &'static str,
}

pub(super) const UNDO: Turning = Turning {
    verb: "undo",
    doing: "undoing",
    done: "Undone",
};
pub(super) const REDO: Turning = Turning {
    verb: "redo",
    doing: "redoing",
    done: "Redone",
};

/// What would be overwritten, as the tool told it, and how to have it all the same.
fn overwrites(told: &str, words: Turning) -> String {
    let Turning { verb, doing, .. } = words;
    let since = told
        .split_once("Since then ")
        .and_then(|(_, rest)| Some(rest.rsplit_once(&format!(", and {doing} would overwrite"))?.0))
        .unwrap_or("the task was changed");
    format!(
        "since then {}, and {doing} would overwrite that. Say “{verb} anyway” if you want it all the same.",
        reply::escaped(since)
    )
}

/// "Undone: Created task: Milk."
pub(super) fn turned(words: Turning, turned: &[String], refused: &[String]) -> String {
    let Turning { verb, done, .. } = words;
    let mut text = match turned {
        [] if refused.is_empty() => format!("There is nothing to {verb} in this conversation."),
        [] => String::new(),
        [one] => format!("{done}: {}.", reply::escaped(one.trim_end_matches('.'))),
        several => format!(
            "{done}:\n\n{}",
            several
                .iter()
                .map(|summary| format!("- {}", reply::escaped(summary)))
                .collect::<Vec<_>>()
                .join("\n")
        ),
    };
    for why in refused {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&format!("I couldn't {verb} it: {why}"));
    }
    text
}
