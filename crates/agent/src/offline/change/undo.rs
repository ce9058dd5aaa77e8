//! Taking back.

use super::super::intent::{Intent, Position, Unknown};
use super::super::target;
use super::super::words::Phrase;
use super::Rule;

pub(super) const UNDO: &[Rule] = &[
    (
        "undo|revert|rollback|roll_back|take_back|unwind|reverse that|it|this|them",
        |_| Some(Intent::Undo(None)),
    ),
    ("undo|revert|undo_undo", |_| Some(Intent::Undo(None))),
    ("take|put|bring that|it|them|this back please?", |_| {
        Some(Intent::Undo(None))
    }),
    (
        "undo|revert|reverse|take_back all? of? the|my|your|that|those last|latest|previous|recent|\
         most_recent? change|action|step|edit|thing|one|changes|deletion|completion|delete",
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
        "no? oops|whoops|oh_no|ups|my_bad|that_was_a_mistake|that_was_wrong|i_made_a_mistake|\
         that's_wrong|wrong_one|wrong|that's_not_right|that_is_wrong",
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
        "restore|undelete|recover it|that|them|the_last_one|the_task|that_task|those|the_deleted_task|\
         what_i_deleted",
        |_| Some(Intent::Undo(None)),
    ),
    ("restore|undelete|recover|un-delete the? {x}", |_| {
        Some(Intent::Unknown(Unknown::Incomplete("restore")))
    }),
    (
        "undo|revert|take that|it|this? back? anyway|regardless|all_the_same|nevertheless",
        |_| Some(Intent::UndoAnyway),
    ),
    ("redo|redo_that|redo_it|redo_them|undo_the_undo", |_| {
        Some(Intent::Redo(false))
    }),
    (
        "redo that|it|this? anyway|regardless|all_the_same|nevertheless",
        |_| Some(Intent::Redo(true)),
    ),
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
