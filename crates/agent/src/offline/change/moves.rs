//! Due dates.

use super::super::dates;
use super::super::intent::{Change, Intent, NewDue, Target, Unknown};
use super::super::pattern::Captures;
use super::super::words::one_of;
use super::{Rule, change, it_change, x};

pub(super) const DATES: &[Rule] = &[
    (
        "set|change|move|update|make the|its? due_date|deadline|date|time|due_time|day to|as|: {d:date}",
        it_move,
    ),
    ("make|set {x} for|at|on|to|by? {d:date}", |captures| {
        matches!(
            x(captures),
            Target::It | Target::Positions { .. } | Target::Them | Target::Newest
        )
        .then(|| move_to(captures))?
    }),
    (
        "set|change|move|update|make|put|shift|extend|postpone|push|reschedule|delay the? due? \
         date|deadline|due of|for|on {x} to|as|at|on|:? {d:date}",
        move_to,
    ),
    (
        "set|change|move|update|push|shift {x} due_date|deadline|date to|as|at|on|: {d:date}",
        move_to,
    ),
    (
        "add|give|set|put a|the due_date|deadline|date to|for|on|of {x} : {d:date}",
        move_to,
    ),
    (
        "add|give|set|put a|the due_date|deadline|date of {d:date} to|for|on {x}",
        move_to,
    ),
    ("give {x} a|the due_date|deadline|date of|on|: {d:date}", move_to),
    ("make|set|mark {x} due {d:date}", move_to),
    ("{x} is|are|'s due {d:date}", |captures| {
        (!one_of(captures.get('x').lower(0), "what which anything there nothing"))
            .then(|| move_to(captures))?
    }),
    ("it's|its|that's due {d:date}", it_move),
    ("due_date|deadline of|for|on {x} is|:|to? {d:date}", move_to),
    ("due date|on|by? is|:? {d:date}", it_move),
    (
        "move|reschedule|postpone|push|delay|defer|shift|change|bring|put|snooze|set|carry|pull|bump \
         back|forward|off|out? {x} back|off|forward|out|over|up? to|until|till|for|on|onto {d:date}",
        move_to,
    ),
    (
        "move|reschedule|postpone|push|delay|defer|shift|snooze|bring|put|bump|pull {x} {d:date}",
        later_date,
    ),
    (
        "move|reschedule|postpone|push|delay|defer|shift|snooze|put|push_back|put_off|extend|bump back|\
         off|out? {x} back|off|out|forward? by|for|another {s:span}",
        shift,
    ),
    (
        "move|reschedule|postpone|push|delay|defer|shift|snooze|put|push_back|put_off|extend {x} \
         {s:span} later|back|further?",
        shift,
    ),
    (
        "move|bring|pull|shift {x} {s:span} earlier|forward|ahead|up|sooner",
        advance,
    ),
    ("move|bring|pull|shift {x} forward|up|ahead by {s:span}", advance),
    ("postpone|delay|defer|snooze|push_back|put_off {x}", |captures| {
        change(
            captures,
            due(NewDue::Shift(dates::Shift {
                months: 0,
                days: 1,
                minutes: 0,
            })),
        )
    }),
    (
        "remove|clear|delete|drop|unset the|its due? date|deadline",
        |_| it_change(due(NewDue::Clear)),
    ),
    (
        "remove|clear|delete|drop|unset|take_away|take_off|cancel the|any? due? date|deadline|dates|\
         due_dates from|of|on|for {x}",
        clear,
    ),
    ("remove|clear|delete|drop|unset {x} due_date|deadline|date", clear),
    ("unschedule|undate {x}", clear),
    ("no due? date|deadline for|on {x}", clear),
    (
        "make|set|leave {x} without|with_no a|any? due? date|deadline",
        clear,
    ),
    ("move|reschedule|shift {x} to {y}", |captures| {
        matches!(
            x(captures),
            Target::It | Target::Positions { .. } | Target::Them | Target::Every(_)
        )
        .then_some(Intent::Unknown(Unknown::Incomplete("date")))
    }),
    ("reschedule {x}", |captures| Some(Intent::AskDate(x(captures)))),
    ("move|shift {x}", |captures| {
        let plain = matches!(
            x(captures),
            Target::It | Target::Positions { .. } | Target::Them | Target::Exact(_)
        );
        let listed = matches!(captures.get('x').lower(0), "the" | "my");
        (plain || listed).then(|| Intent::AskDate(x(captures)))
    }),
    (
        "change|update|set|edit the? due? date|deadline of|for|on {x}",
        |captures| Some(Intent::AskDate(x(captures))),
    ),
    ("change|update|set|edit {x} due_date|deadline|date", |captures| {
        Some(Intent::AskDate(x(captures)))
    }),
];

fn due(due: NewDue) -> Change {
    Change {
        due: Some(due),
        ..Change::default()
    }
}

fn move_to(captures: &Captures<'_>) -> Option<Intent> {
    // "Set up a call with Jane for Thursday" is about a new task.
    if captures.get('x').lower(0) == "up" {
        return None;
    }
    change(captures, due(NewDue::At(dates::read_whole(captures.get('d'))?)))
}

/// "move milk tomorrow" names a date; "put it on Friday" was read before.
fn later_date(captures: &Captures<'_>) -> Option<Intent> {
    let x = captures.get('x');
    let loose = one_of(x.lower(x.len() - 1), "to on for until by");
    (!loose).then(|| move_to(captures))?
}

pub(super) fn it_move(captures: &Captures<'_>) -> Option<Intent> {
    it_change(due(NewDue::At(dates::read_whole(captures.get('d'))?)))
}

fn shift(captures: &Captures<'_>) -> Option<Intent> {
    change(captures, due(NewDue::Shift(dates::read_span(captures.get('s'))?)))
}

fn advance(captures: &Captures<'_>) -> Option<Intent> {
    change(
        captures,
        due(NewDue::Advance(dates::read_span(captures.get('s'))?)),
    )
}

fn clear(captures: &Captures<'_>) -> Option<Intent> {
    change(captures, due(NewDue::Clear))
}
