//! Requests for new tasks: "add …", "remind me to …", "create a task called '…'".

mod head;
mod opener;
mod weak;

use std::sync::LazyLock;

use super::dates;
use super::intent::{Draft, Intent};
use super::items;
use super::pattern::Openers;
use super::priority;
use super::titles;
use super::words::Phrase;
use head::Head;
use opener::Opener;
pub(super) use weak::{is_deed, parse_weak, wish};

/// Reads a request that can only mean new tasks.
pub(super) fn parse(phrase: Phrase<'_>) -> Option<Intent> {
    if let Some(intent) = onto_list(phrase) {
        return Some(intent);
    }
    let opener = Opener::find(phrase)?;
    let body = phrase.skip(opener.len);
    Some(Intent::Add(drafts(body, opener)))
}

/// "add milk to my list", "put milk on the list".
fn onto_list(phrase: Phrase<'_>) -> Option<Intent> {
    let verb = match phrase.lower(0) {
        "add" | "put" | "get" | "throw" | "stick" => 1,
        _ => return None,
    };
    let (body, tail) = cut_list_name(phrase.skip(verb))?;
    if body.is_empty() {
        // "add to my list: milk"
        let mut tail = tail.without_leading_marks();
        if tail.lower(0) == "to" {
            tail = tail.skip(1);
        }
        let opener = Opener {
            several: tail
                .tokens()
                .iter()
                .any(|token| token.lower == ",")
                .then_some(None),
            ..Opener::default()
        };
        return (phrase.lower(0) == "add" || phrase.lower(0) == "put")
            .then(|| Intent::Add(drafts(tail, opener)));
    }
    let mut opener = Opener::find(phrase).unwrap_or(Opener {
        len: verb,
        ..Opener::default()
    });
    // "add milk, eggs and bread to my list" is a list.
    opener.several = opener.several.or(Some(None));
    let body = body.skip(opener.len - verb);
    let mut drafts = drafts(body, opener);
    if !tail.is_empty() {
        // What comes after the list's name is a date or a priority for all.
        let extra = titles::draft(tail.without_leading_marks(), false);
        for draft in &mut drafts {
            draft.when = draft.when.or(extra.when).or(dates::read_whole(tail));
            draft.priority = draft.priority.or(extra.priority).or(priority::read_whole(tail));
        }
    }
    Some(Intent::Add(drafts))
}

/// What stands before and after "to my list".
fn cut_list_name(phrase: Phrase<'_>) -> Option<(Phrase<'_>, Phrase<'_>)> {
    static NAMES: LazyLock<Openers> = LazyLock::new(|| {
        Openers::new(&[
            "to|on|onto|in|into my|the|our|this todo|to-do|to_do|task|tasks|shopping|grocery|work? \
             list|lists|tasks|todos|to-dos|agenda|plate",
            "to|on|onto|in|into my|the|our list|tasks|todos|to-dos|agenda|todo|to-do",
        ])
    });
    (0..phrase.len()).filter(|i| !phrase.is_quoted(*i)).find_map(|i| {
        let len = NAMES.begin(phrase.skip(i))?;
        Some((phrase.slice(0, i), phrase.skip(i + len)))
    })
}

/// Drafts from what follows the opener; empty when nothing does.
fn drafts(body: Phrase<'_>, opener: Opener) -> Vec<Draft> {
    // "Add 5 tasks for tomorrow" says no title.
    if opener.several.is_some() && dates::read_whole(body).is_some() {
        return Vec::new();
    }
    let head = Head::strip(body, opener.named, opener.len > 0);
    let named = opener.named || head.named;
    let several = opener.several;
    let pieces = match several {
        Some(count) => items::split(head.body, count),
        None => items::split_if_plain(head.body),
    };
    let mut drafts: Vec<Draft> = pieces
        .into_iter()
        .map(|piece| titles::draft(piece, named))
        .filter(|draft| !draft.title.is_empty())
        .collect();
    let shared = if drafts.len() > 1 {
        items::shared_date(head.body)
    } else {
        None
    };
    let shared = shared.or_else(|| {
        drafts
            .last()
            .filter(|_| several.is_none())
            .and_then(|draft| draft.when)
    });
    for draft in &mut drafts {
        draft.priority = draft.priority.or(head.priority).or(opener.priority);
        draft.when = draft.when.or(head.when).or(shared);
    }
    drafts
}
