//! Priorities.

use protocol::TaskPriority;

use super::super::dates;
use super::super::intent::{Change, Intent, NewDue, Target};
use super::super::pattern::Captures;
use super::super::priority;
use super::super::words::{Phrase, one_of};
use super::{Rule, change, it_change, x};

pub(super) const PRIORITIES: &[Rule] = &[
    (
        "update|change|edit|modify|set|make|mark {x} :|with|to|as|to_be|so_it's|to_have? {y:fields}",
        several,
    ),
    (
        "make|mark|set|flag|tag|label|rate|turn|consider|treat|update|change {x} as|to|to_be|into|with|\
         at? {p:priority}",
        prioritise,
    ),
    ("give {x} {p:priority}", prioritise),
    (
        "move|bump|push|put|bring|drag {x} up|to_the_top|to_top|higher|up_the_list|first|\
         to_the_top_of_the_list|to_the_top_of_my_list",
        |captures| change(captures, priority_change(TaskPriority::High)),
    ),
    (
        "move|bump|push|put|drag {x} down|to_the_bottom|to_bottom|lower|down_the_list|last|\
         to_the_bottom_of_the_list",
        |captures| change(captures, priority_change(TaskPriority::Low)),
    ),
    (
        "set|change|update|make|raise|lower|bump|put the? priority|prio to|at|as? {p:priority}",
        it_prioritise,
    ),
    (
        "set|change|update|raise|lower|increase|decrease|reduce|bump|move|put|switch the? priority|\
         importance|prio of|for|on {x} to|as|at|: {p:priority}",
        prioritise,
    ),
    (
        "set|change|update|raise|lower|bump|switch|move {x} priority|prio to|as|: {p:priority}",
        prioritise,
    ),
    (
        "set|change|update|raise|lower|bump|move|switch {x} to {p:priority}",
        prioritise,
    ),
    ("priority|prio of|for {x} is|to|: {p:priority}", prioritise),
    ("priority|prio|importance :|= {p:priority}", it_prioritise),
    ("{x} is|are|'s|has {p:priority}", sure_prioritise),
    (
        "it's|its|that's|this_is|that_is|it_is|they're|they_are {p:priority}",
        it_prioritise,
    ),
    ("{x} is|are not|n't {p:priority}", |captures| {
        matches!(priority::read_whole(captures.get('p')), Some(TaskPriority::High))
            .then(|| change(captures, priority_change(TaskPriority::Low)))?
    }),
    (
        "raise|increase|bump|bump_up|up the? priority|importance of|for|on {x}",
        |captures| change(captures, priority_change(TaskPriority::High)),
    ),
    (
        "raise|increase|bump|bump_up|up the|its priority|importance",
        |_| it_change(priority_change(TaskPriority::High)),
    ),
    (
        "lower|decrease|reduce the? priority|importance of|for|on {x}",
        |captures| change(captures, priority_change(TaskPriority::Low)),
    ),
    ("lower|decrease|reduce the|its priority|importance", |_| {
        it_change(priority_change(TaskPriority::Low))
    }),
    ("prioritize|prioritise|star|flag {x}", |captures| {
        (!matches!(x(captures), Target::Every(_)))
            .then(|| change(captures, priority_change(TaskPriority::High)))?
    }),
    (
        "deprioritize|deprioritise|unstar|unflag|de-prioritize {x}",
        |captures| change(captures, priority_change(TaskPriority::Low)),
    ),
    (
        "remove|clear|reset|drop the? priority from|of|on|for {x}",
        |captures| change(captures, priority_change(TaskPriority::Normal)),
    ),
];

fn priority_change(priority: TaskPriority) -> Change {
    Change {
        priority: Some(priority),
        ..Change::default()
    }
}

fn prioritise(captures: &Captures<'_>) -> Option<Intent> {
    change(
        captures,
        priority_change(priority::read_whole(captures.get('p'))?),
    )
}

/// "Milk is low" is about milk; only a word that can mean nothing else makes it about a priority.
fn sure_prioritise(captures: &Captures<'_>) -> Option<Intent> {
    let named = !one_of(
        captures.get('x').lower(0),
        "what which who what's how why where there",
    );
    let word = captures.get('p');
    let bare = word.len() == 1
        && one_of(
            word.lower(0),
            "high low normal medium top regular standard default",
        );
    (named && !bare).then(|| prioritise(captures))?
}

pub(super) fn it_prioritise(captures: &Captures<'_>) -> Option<Intent> {
    it_change(priority_change(priority::read_whole(captures.get('p'))?))
}

/// "Update 1: due Friday, high priority."
fn several(captures: &Captures<'_>) -> Option<Intent> {
    change(captures, fields_of(captures.get('y'))?)
}

/// A phrase that is a date and a priority, or a due date; `None` when it says anything else.
pub(in super::super) fn fields_of(phrase: Phrase<'_>) -> Option<Change> {
    let mut fields = Change::default();
    let mut i = 0;
    while i < phrase.len() {
        if let Some(found) = priority::read(phrase, i) {
            fields.priority = Some(found.priority);
            i += found.len;
        } else if let Some(found) = dates::read(phrase, i) {
            fields.due = Some(NewDue::At(found.when));
            i += found.len;
        } else if phrase.is_punct(i) || one_of(phrase.lower(i), "and with a") {
            i += 1;
        } else {
            return None;
        }
    }
    let enough = fields.priority.is_some() || phrase.lower(0) == "due";
    (fields.due.is_some() && enough).then_some(fields)
}
