//! Titles: what stays of a request when its date, priority and note are taken out.

use protocol::limits::{TASK_DESCRIPTION_CHARS, TASK_TITLE_CHARS};

use super::intent::Draft;
use super::parts::Parts;
use super::words::{Phrase, one_of};

/// Reads one task: "call Bob on Friday at 5pm, high priority, with note ask about the keys".
/// `named`: a word such as "called" stood before it, so that a quotation is the whole title.
pub(super) fn draft(phrase: Phrase<'_>, named: bool) -> Draft {
    let mut draft = Draft::default();
    let (phrase, note) = cut_note(phrase);
    draft.description = note.map(description).unwrap_or_default();
    let parts = Parts::find(phrase);
    draft.when = parts.when;
    draft.priority = parts.priority;
    let kept = parts.kept(phrase);
    draft.repeats = repeats(phrase);
    if let Some(quotation) = quoted_title(&kept, named) {
        set_title(&mut draft, quotation.to_owned());
        return draft;
    }
    let pieces: Vec<&str> = kept
        .iter()
        .map(|piece| piece.text())
        .filter(|text| !text.is_empty())
        .collect();
    set_title(&mut draft, capitalised(&pieces.join(" ")));
    draft
}

/// A title as somebody typed it after "to" in "rename X to Y".
pub(super) fn new_title(phrase: Phrase<'_>) -> String {
    if phrase.len() == 1
        && let Some(inner) = phrase.quotation(0)
    {
        return one_line(inner);
    }
    capitalised(&one_line(
        phrase.without_leading_marks().without_end_marks().text(),
    ))
}

/// A note without its quotes and no longer than a description may be.
pub(super) fn description(phrase: Phrase<'_>) -> String {
    let phrase = phrase.without_leading_marks();
    let text = match phrase.quotation(0) {
        Some(inner) if phrase.without_end_marks().len() == 1 => inner,
        _ => phrase.text(),
    };
    text.trim().chars().take(TASK_DESCRIPTION_CHARS).collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn set_title(draft: &mut Draft, title: String) {
    let title = one_line(&title);
    if title.chars().count() > TASK_TITLE_CHARS {
        let mut short = protocol::limits::excerpt(&title, TASK_TITLE_CHARS - 1);
        short.push('…');
        let whole = if draft.description.is_empty() {
            title
        } else {
            format!("{title}\n\n{}", draft.description)
        };
        draft.description = whole.chars().take(TASK_DESCRIPTION_CHARS).collect();
        draft.shortened = true;
        draft.title = short;
    } else {
        draft.title = title;
    }
}

/// With a capital first letter, unless the first word has its own spelling (iPhone, an address).
pub(super) fn capitalised(text: &str) -> String {
    let first = text.split_whitespace().next().unwrap_or_default();
    let own = first.chars().skip(1).any(char::is_uppercase) || first.contains(['@', '/', '.', '_']);
    let mut chars = text.chars();
    match chars.next() {
        Some(letter) if !own && letter.is_lowercase() => letter.to_uppercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

/// The quotation that is the whole title, if one is.
fn quoted_title<'a>(kept: &[Phrase<'a>], named: bool) -> Option<&'a str> {
    let first = kept.iter().find(|piece| !piece.is_empty())?;
    let quotation = first.quotation(0).filter(|inner| !inner.is_empty())?;
    let alone = first.len() == 1 && kept.iter().filter(|piece| !piece.is_empty()).count() == 1;
    (alone || named).then_some(quotation)
}

/// Splits "… with note ask Bob" into what stands before and the note.
fn cut_note(phrase: Phrase<'_>) -> (Phrase<'_>, Option<Phrase<'_>>) {
    for i in 0..phrase.len() {
        if let Some(len) = note_marker(phrase, i)
            && i + len < phrase.len()
        {
            let mut before = phrase.slice(0, i);
            while !before.is_empty() && one_of(before.lower(before.len() - 1), ", and - ; (") {
                before = before.slice(0, before.len() - 1);
            }
            return (before, Some(phrase.skip(i + len)));
        }
    }
    (phrase, None)
}

fn is_note_noun(word: &str) -> bool {
    one_of(word, "note notes description details detail comment desc")
}

fn note_marker(phrase: Phrase<'_>, i: usize) -> Option<usize> {
    if phrase.is_quoted(i) {
        return None;
    }
    let mut j = i;
    let with = one_of(phrase.lower(j), "with and add include");
    if with {
        j += 1;
        while one_of(phrase.lower(j), "a an the with") {
            j += 1;
        }
    }
    if !is_note_noun(phrase.lower(j)) || phrase.is_quoted(j) {
        return None;
    }
    j += 1;
    let colon = matches!(phrase.lower(j), ":" | "-" | "=");
    if colon {
        return Some(j + 1 - i);
    }
    // "with notes for Bob" may be a title; "with note …" and "with the description …" are not.
    let singular = with && matches!(phrase.lower(i), "with") && !one_of(phrase.lower(j), "for from on of");
    if singular || (with && phrase.is_quoted(j)) {
        let that = usize::from(matches!(phrase.lower(j), "that" | "saying" | "to"));
        return Some(j + that - i);
    }
    None
}

fn repeats(phrase: Phrase<'_>) -> bool {
    (0..phrase.len()).any(|i| match phrase.lower(i) {
        "every" => one_of(
            phrase.lower(i + 1),
            "day week month year morning evening night weekday other monday tuesday wednesday \
             thursday friday saturday sunday hour",
        ),
        "each" => one_of(phrase.lower(i + 1), "day week month year morning evening"),
        "daily" | "weekly" | "monthly" => i + 1 == phrase.len(),
        _ => false,
    })
}
