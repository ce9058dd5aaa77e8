//! Taking dates and priorities out of a title: which of them belong to the title, and which do not.

use protocol::TaskPriority;

use super::dates::{self, When};
use super::priority;
use super::words::{Phrase, one_of};

/// The dates and priorities of a phrase and where they stand.
pub(super) struct Parts {
    pub(super) when: Option<When>,
    pub(super) priority: Option<TaskPriority>,
    /// Token ranges that are no part of the title.
    taken: Vec<(usize, usize)>,
    /// Token ranges that were read but stay: "every Monday".
    kept: Vec<(usize, usize)>,
}

impl Parts {
    pub(super) fn find(phrase: Phrase<'_>) -> Self {
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
                _ => found.is_mark || found.sure && phrase.is_punct(end),
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
        if start > 0 && one_of(phrase.lower(start - 1), "to or than between vs") && !begins {
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
    pub(super) fn kept<'a>(&self, phrase: Phrase<'a>) -> Vec<Phrase<'a>> {
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
        let mut kept: Vec<Phrase<'a>> = pieces
            .iter()
            .enumerate()
            .map(|(index, (from, to))| {
                trimmed(
                    phrase.slice(*from, *to),
                    index > 0 || !self.taken.is_empty(),
                    Some(index) == last || *to < phrase.len(),
                )
            })
            .collect();
        // "Remind me in a week about the lease."
        if let Some(first) = kept.iter_mut().find(|piece| !piece.is_empty())
            && self.is_taken(0)
            && first.len() > 1
            && first.lower(0) == "about"
        {
            *first = first.skip(1);
        }
        kept
    }
}

fn is_mark(phrase: Phrase<'_>, i: usize) -> bool {
    phrase.is_punct(i) && one_of(phrase.lower(i), ": , - )")
}

fn is_joint(phrase: Phrase<'_>, i: usize) -> bool {
    phrase.is_punct(i) || (one_of(phrase.lower(i), "and please pls thanks it's its") && !phrase.is_quoted(i))
}

/// Whether a lone word such as "urgent" stands apart from the title before it.
fn stands_apart(phrase: Phrase<'_>, i: usize) -> bool {
    one_of(
        phrase.lower(i),
        "urgent urgently asap it's its very as !important",
    ) || (i > 0 && phrase.is_punct(i - 1))
        || (i > 0 && matches!(phrase.lower(i - 1), "it's" | "its" | "is"))
}

/// Words that go on after a date in the middle of a title.
fn is_follower(word: &str) -> bool {
    one_of(
        word,
        "every each daily weekly about with for regarding because and at in from after so re as via if that",
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
    while !phrase.is_empty() {
        let marks = phrase.is_punct(0) && !matches!(phrase.lower(0), "(" | "[" | "\"");
        let joint = cut_before && matches!(phrase.lower(0), "to" | "and" | "that") && !phrase.is_quoted(0);
        if !marks && !joint {
            break;
        }
        phrase = phrase.skip(1);
    }
    while !phrase.is_empty() {
        let last = phrase.len() - 1;
        let marks = phrase.is_punct(last) && !matches!(phrase.lower(last), ")" | "]" | "\"");
        let joint = cut_after
            && last > 0
            && !phrase.is_quoted(last)
            && one_of(phrase.lower(last), "and please pls thanks it's its is");
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
