//! Priorities.

use super::super::intent::{Change, Intent, Target};
use super::super::pattern::Captures;
use super::super::priority;
use super::super::words::one_of;
use super::{Rule, change, it_change, x};

pub(super) const PRIORITIES: &[Rule] = &[
    (
        "make|mark|set|flag|tag|label|rate|turn|consider|treat {x} as|to|into|with|at? {p:priority}",
        prioritise,
    ),
    ("give {x} {p:priority}", prioritise),
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
        matches!(
            priority::read_whole(captures.get('p')),
            Some(protocol::TaskPriority::High)
        )
        .then(|| change(captures, priority_change(protocol::TaskPriority::Low)))?
    }),
    (
        "raise|increase|bump|bump_up|up the? priority|importance of|for|on {x}",
        |captures| change(captures, priority_change(protocol::TaskPriority::High)),
    ),
    (
        "raise|increase|bump|bump_up|up the|its priority|importance",
        |_| it_change(priority_change(protocol::TaskPriority::High)),
    ),
    (
        "lower|decrease|reduce the? priority|importance of|for|on {x}",
        |captures| change(captures, priority_change(protocol::TaskPriority::Low)),
    ),
    ("lower|decrease|reduce the|its priority|importance", |_| {
        it_change(priority_change(protocol::TaskPriority::Low))
    }),
    ("prioritize|prioritise|star|flag {x}", |captures| {
        (!matches!(x(captures), Target::Every(_)))
            .then(|| change(captures, priority_change(protocol::TaskPriority::High)))?
    }),
    (
        "deprioritize|deprioritise|unstar|unflag|de-prioritize {x}",
        |captures| change(captures, priority_change(protocol::TaskPriority::Low)),
    ),
    (
        "remove|clear|reset|drop the? priority from|of|on|for {x}",
        |captures| change(captures, priority_change(protocol::TaskPriority::Normal)),
    ),
];

fn priority_change(priority: protocol::TaskPriority) -> Change {
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

fn it_prioritise(captures: &Captures<'_>) -> Option<Intent> {
    it_change(priority_change(priority::read_whole(captures.get('p'))?))
}
