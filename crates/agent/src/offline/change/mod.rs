//! Requests about tasks that exist: done, delete, rename, move, make urgent, note, undo.

mod moves;
mod notes;
mod priorities;
mod status;
mod titles;
mod undo;

pub(super) use priorities::fields_of;

use std::sync::LazyLock;

use super::intent::{Change, Intent, Target};
use super::pattern::{Captures, Pattern};
use super::polite;
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

/// Reads what goes on about the task spoken of: "no, Thursday", "and urgent".
pub(super) fn correction(phrase: Phrase<'_>) -> Option<Intent> {
    static DATE: LazyLock<Pattern> = LazyLock::new(|| {
        Pattern::new(
            "no|actually|sorry|wait|rather|better|i_mean|i_meant|or_rather|make_that {d:date} instead|\
             rather?",
        )
    });
    static PRIORITY: LazyLock<Pattern> =
        LazyLock::new(|| Pattern::new("and|also|and_also|with {p:priority}"));
    let bare = polite::without_thanks(phrase).without_end_marks();
    if let Some(captures) = DATE.matches(bare) {
        return moves::it_move(&captures);
    }
    priorities::it_prioritise(&PRIORITY.matches(bare)?)
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
