//! Notes.

use super::super::intent::{Change, Intent, Target, Unknown};
use super::super::pattern::Captures;
use super::super::titles;
use super::{Rule, change, x};

pub(super) const NOTES: &[Rule] = &[
    (
        "remove|delete|clear|erase|drop the|that|this|its note|notes|description|details",
        |_| {
            Some(Intent::Change(
                Target::It,
                Change {
                    clear_note: true,
                    ..Change::default()
                },
            ))
        },
    ),
    (
        "add|put|attach|write|leave a|the|this? note|description|comment|detail|details|notes to|on|for|\
         in {x} : {y}",
        note,
    ),
    (
        "add|put|attach|write|leave a|the|this? note|description|comment|detail|details|notes to|on|for \
         {x} saying|that_says|that|with {y}",
        note,
    ),
    (
        "add|attach|write a|the|this? note|description|comment|details|notes : {y} to|on|for {x}",
        note,
    ),
    (
        "add|attach|write|put a|the|this? note|description|comment|details|notes {y} to|on|for {x}",
        quoted_note,
    ),
    (
        "add|put {y} as|in|to a|the? note|notes|description|comment|details on|to|for|of {x}",
        note,
    ),
    (
        "set|change|update|replace the? note|notes|description|details of|for|on {x} to|as|with|: {y}",
        set_note,
    ),
    (
        "set|change|update {x} description|note|notes|details to|as|: {y}",
        set_note,
    ),
    (
        "set|change|update {x} description|note|notes|details : {y}",
        set_note,
    ),
    ("describe {x} as|: {y}", set_note),
    (
        "note|description|details|notes on|for|to|of {x} : {y}",
        |captures| (!matches!(captures.get('x').lower(0), "self" | "myself")).then(|| note(captures))?,
    ),
    ("description|note|notes|details : {y}", |captures| {
        Some(Intent::Change(
            Target::It,
            Change {
                note: Some(titles::description(captures.get('y'))),
                ..Change::default()
            },
        ))
    }),
    (
        "remove|delete|clear|erase|drop the|any? note|notes|description|details from|of|on|for {x}",
        |captures| {
            change(
                captures,
                Change {
                    clear_note: true,
                    ..Change::default()
                },
            )
        },
    ),
    (
        "add|put|write|attach a|the? note|description|comment to|on|for {x}",
        |captures| {
            (!matches!(x(captures), Target::Title(_))).then_some(Intent::Unknown(Unknown::Incomplete("note")))
        },
    ),
];

fn note(captures: &Captures<'_>) -> Option<Intent> {
    let text = titles::description(captures.get('y'));
    change(
        captures,
        Change {
            note: Some(text),
            ..Change::default()
        },
    )
}

/// "add a note to buy milk" is a task; `add note "call first" to it` is a note.
fn quoted_note(captures: &Captures<'_>) -> Option<Intent> {
    let y = captures.get('y');
    let pronoun = matches!(
        x(captures),
        Target::It | Target::Positions { .. } | Target::Newest
    );
    (y.is_quoted(0) || (pronoun && !matches!(y.lower(0), "to" | "about"))).then(|| note(captures))?
}

fn set_note(captures: &Captures<'_>) -> Option<Intent> {
    note(captures)
}
