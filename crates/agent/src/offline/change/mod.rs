//! Requests about tasks that exist: done, delete, rename, move, make urgent, note, undo.

mod moves;
mod notes;
mod priorities;
mod status;
mod titles;
mod undo;

use std::sync::LazyLock;

use super::intent::{Change, Intent, Target};
use super::pattern::{Captures, Pattern};
use super::target;
use super::words::Phrase;

/// A phrase and what it means; `None` when a look at the captures shows that it means something else.
type Rule = (&'static str, Build);
type Build = fn(&Captures<'_>) -> Option<Intent>;

/// Reads a request; the first rule that fits decides.
pub(super) fn parse(phrase: Phrase<'_>) -> Option<Intent> {
    static RULES: LazyLock<Vec<(Pattern, Build)>> = LazyLock::new(|| {
        [
            undo::UNDO,
            notes::NOTES,
            priorities::PRIORITIES,
            moves::DATES,
            titles::TITLES,
            status::DONE,
            status::GONE,
        ]
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
        notes::NOTES
            .iter()
            .chain(moves::DATES)
            .chain(priorities::PRIORITIES)
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

fn it_change(change: Change) -> Option<Intent> {
    Some(Intent::Change(Target::It, change))
}
