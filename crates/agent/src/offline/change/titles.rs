//! Titles.

use super::super::intent::{Change, Intent, Target, Unknown};
use super::super::pattern::Captures;
use super::super::titles;
use super::{Rule, change, it_change, x};

pub(super) const TITLES: &[Rule] = &[
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
        "split|break_up|separate|divide {x} up? into? separate|individual|several|three|two|single? \
         tasks|items|todos?",
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
