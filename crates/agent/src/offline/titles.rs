//! Titles: what stays of a request when its date, priority and note are taken out.

use protocol::TaskPriority;
use protocol::limits::{TASK_DESCRIPTION_CHARS, TASK_TITLE_CHARS};

use super::dates::{self, When};
use super::intent::Draft;
use super::priority;
use super::words::Phrase;

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
            while before.len() > 0 && matches!(before.lower(before.len() - 1), "," | "and" | "-" | ";" | "(")
            {
                before = before.slice(0, before.len() - 1);
            }
            return (before, Some(phrase.skip(i + len)));
        }
    }
    (phrase, None)
}

fn is_note_noun(word: &str) -> bool {
    matches!(
        word,
        "note" | "notes" | "description" | "details" | "detail" | "comment" | "desc"
    )
}

fn note_marker(phrase: Phrase<'_>, i: usize) -> Option<usize> {
    if phrase.is_quoted(i) {
        return None;
    }
    let mut j = i;
    let with = matches!(phrase.lower(j), "with" | "and" | "add" | "include");
    if with {
        j += 1;
        while matches!(phrase.lower(j), "a" | "an" | "the" | "with") {
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
    let singular =
        with && matches!(phrase.lower(i), "with") && !matches!(phrase.lower(j), "for" | "from" | "on" | "of");
    if singular || (with && phrase.is_quoted(j)) {
        let that = usize::from(matches!(phrase.lower(j), "that" | "saying" | "to"));
        return Some(j + that - i);
    }
    None
}

fn repeats(phrase: Phrase<'_>) -> bool {
    (0..phrase.len()).any(|i| match phrase.lower(i) {
        "every" => matches!(
            phrase.lower(i + 1),
            "day"
                | "week"
                | "month"
                | "year"
                | "morning"
                | "evening"
                | "night"
                | "weekday"
                | "other"
                | "monday"
                | "tuesday"
                | "wednesday"
                | "thursday"
                | "friday"
                | "saturday"
                | "sunday"
                | "hour"
        ),
        "each" => matches!(
            phrase.lower(i + 1),
            "day" | "week" | "month" | "year" | "morning" | "evening"
        ),
        "daily" | "weekly" | "monthly" => i + 1 == phrase.len(),
        _ => false,
    })
}

/// The dates and priorities of a phrase and where they stand.
struct Parts {
    when: Option<When>,
    priority: Option<TaskPriority>,
    /// Token ranges that are no part of the title.
    taken: Vec<(usize, usize)>,
    /// Token ranges that were read but stay: "every Monday".
    kept: Vec<(usize, usize)>,
}

impl Parts {
    fn find(phrase: Phrase<'_>) -> Self {
        let mut parts = Self {
            when: None,
            priority: None,
            taken: Vec::new(),
            kept: Vec::new(),
        };
        // Taking one thing from an end lets the next one stand at the end.
        while parts.take_priority(phrase) || parts.take_date(phrase) {}
        parts
    }

    fn is_taken(&self, i: usize) -> bool {
        self.taken.iter().any(|(from, to)| (*from..*to).contains(&i))
    }

    /// Whether nothing of the title comes at `i` or later.
    fn ends(&self, phrase: Phrase<'_>, i: usize) -> bool {
        (i..phrase.len()).all(|j| self.is_taken(j) || is_joint(phrase, j))
    }

    /// Whether nothing of the title comes before `i`.
    fn begins(&self, phrase: Phrase<'_>, i: usize) -> bool {
        (0..i).all(|j| self.is_taken(j) || is_joint(phrase, j))
    }

    fn take_priority(&mut self, phrase: Phrase<'_>) -> bool {
        if self.priority.is_some() {
            return false;
        }
        for i in 0..phrase.len() {
            let Some(found) = priority::read(phrase, i).filter(|_| !self.is_taken(i)) else {
                continue;
            };
            let end = i + found.len;
            let whole = self.begins(phrase, i) && self.ends(phrase, end);
            let fits = match (self.begins(phrase, i), self.ends(phrase, end)) {
                _ if whole => false,
                (_, true) => found.sure || stands_apart(phrase, i),
                (true, _) => (found.sure && !phrase.lower(end).is_empty()) || is_mark(phrase, end),
                _ => found.sure && phrase.is_punct(end),
            };
            if fits {
                self.priority = Some(found.priority);
                self.taken.push((i, end));
                return true;
            }
        }
        false
    }

    fn take_date(&mut self, phrase: Phrase<'_>) -> bool {
        for i in 0..phrase.len() {
            if self.is_taken(i) || self.kept.iter().any(|(from, to)| (*from..*to).contains(&i)) {
                continue;
            }
            let Some(found) = dates::read(phrase, i) else {
                continue;
            };
            let end = i + found.len;
            if (i..end).any(|j| self.is_taken(j)) || !self.accepts(phrase, i, end, found) {
                continue;
            }
            let Some(merged) = merge(self.when, found.when) else {
                continue;
            };
            self.when = Some(merged);
            if i > 0 && matches!(phrase.lower(i - 1), "every" | "each") {
                self.kept.push((i, end));
            } else {
                self.taken.push((i, end));
            }
            return true;
        }
        false
    }

    fn accepts(&self, phrase: Phrase<'_>, start: usize, end: usize, found: dates::Found) -> bool {
        use dates::Mark;
        let (begins, ends) = (self.begins(phrase, start), self.ends(phrase, end));
        // "From 3 to 5 December", "invite Bob to Friday's drinks".
        if start > 0 && matches!(phrase.lower(start - 1), "to" | "or" | "than" | "between" | "vs") && !begins
        {
            return false;
        }
        if begins && ends {
            // Nothing would be left for a title.
            return false;
        }
        if found.mark == Mark::Due || ends {
            return true;
        }
        let next = phrase.lower(end);
        let to = next == "to" || is_mark(phrase, end);
        if begins {
            return to || found.mark > Mark::Bare;
        }
        found.mark > Mark::Bare && (to || is_follower(next) || phrase.is_punct(end))
    }

    /// What is left, piece by piece, without loose joints at the ends of the pieces.
    fn kept<'a>(&self, phrase: Phrase<'a>) -> Vec<Phrase<'a>> {
        let mut pieces = Vec::new();
        let mut from = 0;
        for i in 0..=phrase.len() {
            if i == phrase.len() || self.is_taken(i) {
                pieces.push((from, i));
                from = i + 1;
            }
        }
        let last = pieces
            .iter()
            .rposition(|(from, to)| !self.ends(phrase, *from) && from < to);
        pieces
            .iter()
            .enumerate()
            .map(|(index, (from, to))| {
                trimmed(
                    phrase.slice(*from, *to),
                    index > 0 || !self.taken.is_empty(),
                    Some(index) == last || *to < phrase.len(),
                )
            })
            .collect()
    }
}

fn is_mark(phrase: Phrase<'_>, i: usize) -> bool {
    phrase.is_punct(i) && matches!(phrase.lower(i), ":" | "," | "-" | ")")
}

fn is_joint(phrase: Phrase<'_>, i: usize) -> bool {
    phrase.is_punct(i)
        || (matches!(
            phrase.lower(i),
            "and" | "please" | "pls" | "thanks" | "it's" | "its"
        ) && !phrase.is_quoted(i))
}

/// Whether a lone word such as "urgent" stands apart from the title before it.
fn stands_apart(phrase: Phrase<'_>, i: usize) -> bool {
    matches!(
        phrase.lower(i),
        "urgent" | "urgently" | "asap" | "it's" | "its" | "very" | "as" | "!important"
    ) || (i > 0 && phrase.is_punct(i - 1))
        || (i > 0 && matches!(phrase.lower(i - 1), "it's" | "its" | "is"))
}

/// Words that go on after a date in the middle of a title.
fn is_follower(word: &str) -> bool {
    matches!(
        word,
        "about"
            | "with"
            | "for"
            | "regarding"
            | "because"
            | "and"
            | "at"
            | "in"
            | "from"
            | "after"
            | "so"
            | "re"
            | "as"
            | "via"
            | "if"
            | "that"
    )
}

/// One date out of two; `None` when they contradict each other.
fn merge(first: Option<When>, second: When) -> Option<When> {
    let Some(first) = first else {
        return Some(second);
    };
    match (first, second) {
        (
            When::At {
                day: Some(day),
                time: None,
            },
            When::At { day: None, time },
        )
        | (
            When::At { day: None, time },
            When::At {
                day: Some(day),
                time: None,
            },
        ) => Some(When::At { day: Some(day), time }),
        _ => None,
    }
}

fn trimmed(phrase: Phrase<'_>, cut_before: bool, cut_after: bool) -> Phrase<'_> {
    let mut phrase = phrase;
    while phrase.len() > 0 {
        let marks = phrase.is_punct(0) && !matches!(phrase.lower(0), "(" | "[" | "\"");
        let joint = cut_before && matches!(phrase.lower(0), "to" | "and" | "that") && !phrase.is_quoted(0);
        if !marks && !joint {
            break;
        }
        phrase = phrase.skip(1);
    }
    while phrase.len() > 0 {
        let last = phrase.len() - 1;
        let marks = phrase.is_punct(last) && !matches!(phrase.lower(last), ")" | "]" | "\"");
        let joint = cut_after
            && last > 0
            && !phrase.is_quoted(last)
            && matches!(
                phrase.lower(last),
                "and" | "please" | "pls" | "thanks" | "it's" | "its" | "is"
            );
        if !marks && !joint {
            break;
        }
        phrase = phrase.slice(0, last);
    }
    unbracketed(phrase)
}

/// Without an opening bracket whose partner was taken away, or the other way round.
fn unbracketed(phrase: Phrase<'_>) -> Phrase<'_> {
    let count = |mark: &str| phrase.tokens().iter().filter(|token| token.lower == mark).count();
    let last = phrase.len().wrapping_sub(1);
    if count("(") > count(")") && phrase.lower(last) == "(" {
        return phrase.slice(0, last);
    }
    if count(")") > count("(") && phrase.lower(last) == ")" {
        return phrase.slice(0, last);
    }
    phrase
}
