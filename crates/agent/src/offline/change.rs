//! Requests about tasks that exist: done, delete, rename, move, make urgent, note, undo.

use std::sync::LazyLock;

use super::dates;
use super::intent::{Change, Intent, NewDue, Position, Target, Unknown};
use super::pattern::{Captures, Pattern};
use super::priority;
use super::target;
use super::titles;
use super::words::Phrase;

type Build = fn(&Captures<'_>) -> Option<Intent>;

/// Reads a request; the first rule that fits decides.
pub(super) fn parse(phrase: Phrase<'_>) -> Option<Intent> {
    static RULES: LazyLock<Vec<(Pattern, Build)>> = LazyLock::new(|| {
        [UNDO, NOTES, PRIORITIES, DATES, TITLES, DONE, GONE]
            .iter()
            .flat_map(|rules| rules.iter())
            .map(|(pattern, build)| (Pattern::new(pattern), *build))
            .collect()
    });
    let phrase = phrase.without_leading_marks();
    let bare = phrase.without_end_marks();
    RULES.iter().find_map(|(pattern, build)| {
        let captures = pattern.matches(bare)?;
        build(&captures)
    })
}

/// Reads a request about a note or a date that begins like one for a new task: "add a note to …".
pub(super) fn fields(phrase: Phrase<'_>) -> Option<Intent> {
    static RULES: LazyLock<Vec<(Pattern, Build)>> = LazyLock::new(|| {
        NOTES
            .iter()
            .chain(DATES)
            .chain(PRIORITIES)
            .filter(|(pattern, _)| {
                ["add|", "note|", "give ", "set|", "description|"]
                    .iter()
                    .any(|verb| pattern.starts_with(verb))
            })
            .map(|(pattern, build)| (Pattern::new(pattern), *build))
            .collect()
    });
    let bare = phrase.without_leading_marks().without_end_marks();
    RULES
        .iter()
        .find_map(|(pattern, build)| build(&pattern.matches(bare)?))
}

fn x(captures: &Captures<'_>) -> Target {
    target::parse(captures.get('x'))
}

fn change(captures: &Captures<'_>, change: Change) -> Option<Intent> {
    Some(Intent::Change(x(captures), change))
}

const UNDO: &[(&str, Build)] = &[
    (
        "undo|revert|rollback|roll_back|take_back|unwind|reverse that|it|this|them",
        |_| Some(Intent::Undo(None)),
    ),
    ("undo|revert|undo_undo", |_| Some(Intent::Undo(None))),
    ("take|put|bring that|it|them|this back please?", |_| {
        Some(Intent::Undo(None))
    }),
    (
        "undo|revert|reverse|take_back all? of? the|my|your|that|those last|latest|previous|recent|most_recent? change|action|step|edit|thing|one|changes|deletion|completion|delete",
        |_| Some(Intent::Undo(Some(1))),
    ),
    (
        "undo|revert|reverse what you|i just? did|changed|deleted|added",
        |_| Some(Intent::Undo(None)),
    ),
    (
        "undo|revert|take_back the|my? last {n} changes|actions|steps|edits|things|times|change",
        |captures| count(captures.get('n')).map(|count| Intent::Undo(Some(count))),
    ),
    ("undo|revert {n} changes|times|steps|things|actions", |captures| {
        count(captures.get('n')).map(|count| Intent::Undo(Some(count)))
    }),
    (
        "undo|revert all|everything|all_of_it|all_of_that|all_of_them|all_that",
        |_| Some(Intent::Undo(None)),
    ),
    (
        "undo|revert the|my deletion|completion|change|edit|rename|delete",
        |_| Some(Intent::Undo(Some(1))),
    ),
    (
        "no? oops|whoops|oh_no|ups|my_bad|that_was_a_mistake|that_was_wrong|i_made_a_mistake|that's_wrong|wrong_one|wrong|that's_not_right|that_is_wrong",
        |_| Some(Intent::Oops),
    ),
    (
        "no? that's|that_is|that_was|it's|this_is not what|the_one i|one? meant|wanted|asked|said for?",
        |_| Some(Intent::Oops),
    ),
    ("oops|whoops|no|sorry undo|revert|take that|it? back?", |_| {
        Some(Intent::Undo(None))
    }),
    ("i didn't|did_not mean that|to|it do? that|it?", |_| {
        Some(Intent::Oops)
    }),
    ("ctrl|cmd|command|control + z", |_| Some(Intent::Undo(Some(1)))),
    ("ctrl+z|ctrl-z|cmd+z", |_| Some(Intent::Undo(Some(1)))),
    (
        "restore|undelete|recover it|that|them|the_last_one|the_task|that_task|those|the_deleted_task|what_i_deleted",
        |_| Some(Intent::Undo(None)),
    ),
    ("restore|undelete|recover|un-delete the? {x}", |_| {
        Some(Intent::Unknown(Unknown::Incomplete("restore")))
    }),
    ("redo|redo_that|redo_it|undo_the_undo", |_| {
        Some(Intent::Talk(super::intent::Talk::Redo))
    }),
];

fn count(phrase: Phrase<'_>) -> Option<usize> {
    match target::positions(phrase)?[..] {
        [Position::At(count)] => Some(count),
        _ => match phrase.lower(0) {
            "two" => Some(2),
            "three" => Some(3),
            _ => None,
        },
    }
}

const NOTES: &[(&str, Build)] = &[
    (
        "add|put|attach|write|leave a|the|this? note|description|comment|detail|details|notes to|on|for|in {x} : {y}",
        note,
    ),
    (
        "add|put|attach|write|leave a|the|this? note|description|comment|detail|details|notes to|on|for {x} saying|that_says|that|with {y}",
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

const PRIORITIES: &[(&str, Build)] = &[
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
        "set|change|update|raise|lower|increase|decrease|reduce|bump|move|put|switch the? priority|importance|prio of|for|on {x} to|as|at|: {p:priority}",
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
    let named = !matches!(
        captures.get('x').lower(0),
        "what" | "which" | "who" | "what's" | "how" | "why" | "where" | "there"
    );
    let word = captures.get('p');
    let bare = word.len() == 1
        && matches!(
            word.lower(0),
            "high" | "low" | "normal" | "medium" | "top" | "regular" | "standard" | "default"
        );
    (named && !bare).then(|| prioritise(captures))?
}

fn it_prioritise(captures: &Captures<'_>) -> Option<Intent> {
    it_change(priority_change(priority::read_whole(captures.get('p'))?))
}

fn it_change(change: Change) -> Option<Intent> {
    Some(Intent::Change(Target::It, change))
}

const DATES: &[(&str, Build)] = &[
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
        "set|change|move|update|make|put|shift the? due? date|deadline|due of|for|on {x} to|as|at|on|:? {d:date}",
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
        (!matches!(
            captures.get('x').lower(0),
            "what" | "which" | "anything" | "there" | "nothing"
        ))
        .then(|| move_to(captures))?
    }),
    ("it's|its|that's due {d:date}", it_move),
    ("due date|on|by? is|:? {d:date}", it_move),
    (
        "move|reschedule|postpone|push|delay|defer|shift|change|bring|put|snooze|set|carry|pull|bump back|forward|off|out? {x} back|off|forward|out|over|up? to|until|till|for|on|onto {d:date}",
        move_to,
    ),
    (
        "move|reschedule|postpone|push|delay|defer|shift|snooze|bring|put|bump|pull {x} {d:date}",
        later_date,
    ),
    (
        "move|reschedule|postpone|push|delay|defer|shift|snooze|put|push_back|put_off|extend|bump back|off|out? {x} back|off|out|forward? by|for|another {s:span}",
        shift,
    ),
    (
        "move|reschedule|postpone|push|delay|defer|shift|snooze|put|push_back|put_off|extend {x} {s:span} later|back|further?",
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
        "remove|clear|delete|drop|unset|take_away|take_off|cancel the|any? due? date|deadline|dates|due_dates from|of|on|for {x}",
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
    change(captures, due(NewDue::At(dates::read_whole(captures.get('d'))?)))
}

/// "move milk tomorrow" names a date; "put it on Friday" was read before.
fn later_date(captures: &Captures<'_>) -> Option<Intent> {
    let x = captures.get('x');
    let loose = matches!(x.lower(x.len() - 1), "to" | "on" | "for" | "until" | "by");
    (!loose).then(|| move_to(captures))?
}

fn it_move(captures: &Captures<'_>) -> Option<Intent> {
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

const TITLES: &[(&str, Build)] = &[
    ("rename|retitle|relabel {x} to|as|into|:|-> {y}", rename),
    ("rename|retitle {x} {y}", |captures| {
        // "rename it Buy milk": without "to" only where it is clear what ends where.
        let known = matches!(
            x(captures),
            Target::It | Target::Exact(_) | Target::Positions { .. }
        );
        known.then(|| rename(captures))?
    }),
    ("rename|retitle {x}", |captures| {
        Some(Intent::AskTitle(x(captures)))
    }),
    (
        "change|update|edit|set the? title|name|wording|text of|for|on {x} to|as|into|: {y}",
        rename,
    ),
    ("change|update|set {x} title|name to|as|: {y}", rename),
    ("change|set|update the|its title|name to|as|: {y}", it_rename),
    (
        "change|update|edit|correct|reword {x} to|into|so_it_says|to_say|to_read {y}",
        rename,
    ),
    ("call {x} {y} instead", rename),
    ("call it {y}", it_rename),
    ("{x} should be called|named|titled {y}", rename),
    ("{x} should say|read {y}", rename),
    (
        "split|break_up|separate|divide {x} up? into? separate|individual|several|three|two|single? tasks|items|todos?",
        |captures| Some(Intent::Split(x(captures))),
    ),
    ("split it|them|that|this up?", |_| Some(Intent::Split(Target::It))),
    ("update|change|edit|modify {x}", |captures| {
        matches!(
            x(captures),
            Target::It | Target::Positions { .. } | Target::Exact(_) | Target::Newest
        )
        .then_some(Intent::Unknown(Unknown::Incomplete("change")))
    }),
];

fn rename(captures: &Captures<'_>) -> Option<Intent> {
    let title = titles::new_title(captures.get('y'));
    change(
        captures,
        Change {
            title: Some(title),
            ..Change::default()
        },
    )
}

fn it_rename(captures: &Captures<'_>) -> Option<Intent> {
    let title = titles::new_title(captures.get('y'));
    it_change(Change {
        title: Some(title),
        ..Change::default()
    })
}

fn complete(captures: &Captures<'_>) -> Option<Intent> {
    let target = x(captures);
    // "Finish the report by Friday" is a task to be added.
    let dated = matches!(target, Target::Title(_)) && titles::draft(captures.get('x'), false).when.is_some();
    (!dated).then_some(Intent::Complete(target))
}

const DONE: &[(&str, Build)] = &[
    (
        "mark|set|flag|put|label|make {x} as not done|finished|complete|completed",
        reopen,
    ),
    (
        "mark|set|flag|make|put {x} as|to|back_to|back_as? open|undone|incomplete|unfinished|not_done|pending|todo|to-do|active",
        reopen,
    ),
    (
        "mark|set|flag|put|label|tick|check|make {x} not|un done|finished|complete|completed",
        reopen,
    ),
    (
        "mark|set|flag|put|label|tick|check|move|change|make {x} as|to|off_as|down_as|into? done|complete|completed|finished|closed|accomplished",
        complete,
    ),
    (
        "mark|tick|check|cross as? done|complete|completed|finished|off : {x}",
        complete,
    ),
    ("mark as? done|complete|completed|finished {x}", complete),
    (
        "reopen|re-open|uncomplete|uncheck|untick|unmark|undo_completion_of|undo_completing|reactivate|unfinish {x}",
        reopen,
    ),
    (
        "{x} is|are|was not|n't done|finished|complete|completed yet|after_all?",
        reopen,
    ),
    (
        "{x} isn't|aren't|wasn't done|finished|complete|completed yet|after_all?",
        reopen,
    ),
    (
        "i haven't|didn't actually|really? done|finished|completed|do|finish|complete {x} yet?",
        reopen,
    ),
    ("check|tick|cross|strike|knock off|out {x}", complete),
    (
        "check|tick|cross|strike|knock|scratch {x} off|out of? my|the? list|tasks|todo_list|to-do_list?",
        complete,
    ),
    ("check|tick {x}", |captures| {
        (!matches!(x(captures), Target::Title(_) | Target::Every(_))).then(|| complete(captures))?
    }),
    (
        "i|i've|i_have|ive|i'm|i_am|we've|we|am|have just|already|now|also|actually|finally? done|finished|completed|did|accomplished|handled|wrapped_up with? {x} already|now|today|just_now?",
        completed,
    ),
    (
        "i|i've|i_have|ive|we've|we just|already|now|also|finally? bought|paid|called|phoned|cleaned|washed|watered|sent|emailed|mailed|fixed|submitted|booked|returned|renewed|collected|fetched|picked_up|ordered|filed|signed|printed|shipped|delivered|cooked|replaced|repaired|vacuumed|mowed|fed {x} already|now|today|just_now?",
        completed,
    ),
    (
        "all_done|all_finished|all_are_done|they_are_all_done|they're_all_done|they're_done",
        |_| Some(Intent::Complete(Target::Them)),
    ),
    ("all? done|finished|through with {x}", completed),
    ("done|finished|completed|did :|-|with? {x}", completed),
    (
        "complete|finish|close|finalize|accomplish|resolve|wrap_up {x}",
        complete,
    ),
    (
        "{x} is|are|was|were|has_been|have_been|got|'s all|now|already|finally? done|finished|complete|completed|finito|closed|accomplished now|already?",
        completed,
    ),
    ("{x} :|- done|finished|completed", completed),
    ("{x} done|finished|completed", completed),
    (
        "i|i've|ive just|already? done|did|finished|completed it|that|them|those|everything|all",
        |captures| {
            captures
                .get('x')
                .is_empty()
                .then_some(Intent::Complete(Target::It))
        },
    ),
    (
        "done|finished|completed|i'm_done|i_am_done|all_done|did_it|i_did_it|it's_done|its_done|that's_done|finished_it|done_it|i'm_finished|i_finished|i've_finished|complete|i_did",
        |_| Some(Intent::Complete(Target::It)),
    ),
];

fn reopen(captures: &Captures<'_>) -> Option<Intent> {
    Some(Intent::Reopen(x(captures)))
}

/// "is milk done", "what have I done": questions are none of these.
fn completed(captures: &Captures<'_>) -> Option<Intent> {
    let x = captures.get('x');
    let asks = matches!(
        x.lower(0),
        "what"
            | "what's"
            | "which"
            | "is"
            | "are"
            | "how"
            | "why"
            | "when"
            | "who"
            | "list"
            | "show"
            | "have"
            | "has"
            | "did"
            | "get"
            | "clear"
            | "delete"
            | "remove"
            | "hide"
            | "archive"
            | "count"
            | "find"
            | "i"
            | "was"
            | "do"
            | "does"
            | "can"
            | "should"
            | "nothing"
            | "need"
            | "must"
    );
    let target = target::parse(x);
    // "Done tasks" asks for a list; "all tasks done" reports.
    let list = matches!(target, Target::Every(_)) && !matches!(x.lower(0), "all" | "everything" | "every");
    (!asks && !list).then_some(Intent::Complete(target))
}

const GONE: &[(&str, Build)] = &[
    (
        "delete|remove|erase|trash|scrap|discard|bin|drop|purge|get_rid_of|throw_away|throw_out|cancel|kill|wipe|clear_out|clean_up|clear|clean_out|dump|ditch {x}",
        delete,
    ),
    (
        "take|wipe {x} off|from|out_of my|the list|tasks|todos|to-do_list|todo_list",
        delete,
    ),
    ("forget|forget_about|never_mind|nevermind {x}", |captures| {
        (!matches!(x(captures), Target::Every(_) | Target::Missing)).then(|| delete(captures))?
    }),
    (
        "i don't|no_longer need to|have_to|want_to? {x} anymore|any_more|any_longer",
        delete,
    ),
    ("i no_longer need|want {x}", delete),
    ("throw {x} away|out", delete),
    (
        "reset|empty|wipe my|the|entire|whole? todo|to-do|task? list|tasks|everything|all",
        |_| Some(Intent::Delete(Target::Every(super::intent::Query::default()))),
    ),
    ("delete|remove|erase|trash|cancel|get_rid_of", |_| {
        Some(Intent::Delete(Target::Missing))
    }),
];

fn delete(captures: &Captures<'_>) -> Option<Intent> {
    Some(Intent::Delete(x(captures)))
}
