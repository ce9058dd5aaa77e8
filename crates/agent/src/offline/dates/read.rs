//! Reading dates out of tokens.

use super::super::words::{Phrase, one_of};
use super::day::read_day;
use super::span::after;
use super::time;
use super::{Day, TimeOfDay, When, Which};

/// A date found in a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Found {
    pub(in super::super) when: When,
    /// How many tokens it took, its prepositions included.
    pub(in super::super) len: usize,
    pub(in super::super) mark: Mark,
}

/// How plainly something is said to be a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Mark {
    /// A word that may be part of a name, such as "Friday".
    Bare,
    /// "tomorrow", "5pm", "Dec 3".
    Plain,
    /// "on Friday".
    Preposition,
    /// "due Friday", "by Friday".
    Due,
}

/// Reads a date at `at`, as long as it goes: "on Friday, 4 December at 17:30".
pub(in super::super) fn read(phrase: Phrase<'_>, at: usize) -> Option<Found> {
    let mut i = at;
    let (mut day, mut time, mut part) = (None, None, None);
    let mut mark: Option<Mark> = None;
    loop {
        let lead = connectors(phrase, i, day.is_some() || time.is_some());
        let j = i + lead.len;
        if day.is_none()
            && time.is_none()
            && let Some((when, len)) = after(phrase, j)
        {
            return Some(Found {
                when,
                len: j + len - at,
                mark: lead.mark.max(Mark::Preposition),
            });
        }
        if let Some((found, found_part, len)) = read_day(phrase, j, lead.mark >= Mark::Preposition)
            && (day.is_none() || is_same_day(day, found))
        {
            let bare = matches!(found, Day::Weekday(_, Which::Coming));
            mark = mark.max(Some(lead.mark.max(if bare { Mark::Bare } else { Mark::Plain })));
            // "Friday, 4 December" is the 4th, whatever day that is.
            day = Some(found);
            part = part.or(found_part);
            i = j + len;
        } else if part.is_none()
            && (lead.before_time || day.is_some() || time.is_some())
            && let Some(found) = part_at(phrase, j)
        {
            mark = mark.max(Some(lead.mark.max(Mark::Plain)));
            part = Some(found);
            i = j + 1;
        } else if time.is_none()
            && let Some((found, len)) = time::read(phrase, j, lead.before_time)
        {
            mark = mark.max(Some(lead.mark.max(Mark::Plain)));
            time = Some(found);
            i = j + len;
        } else {
            break;
        }
    }
    Some(Found {
        when: When::At {
            day,
            time: time::in_part(time, part),
        },
        len: i - at,
        mark: mark?,
    })
}

fn part_at(phrase: Phrase<'_>, i: usize) -> Option<TimeOfDay> {
    let hour = time::part_of_day(phrase.lower(i)).filter(|_| !phrase.is_quoted(i))?;
    TimeOfDay::sure(hour, 0)
}

fn is_same_day(day: Option<Day>, other: Day) -> bool {
    matches!(day, Some(Day::Weekday(_, Which::Coming)))
        && matches!(other, Day::Yearly { .. } | Day::Exact(_) | Day::Monthly(_))
}

/// A phrase that is a date and nothing else.
pub(in super::super) fn read_whole(phrase: Phrase<'_>) -> Option<When> {
    let phrase = phrase.without_leading_marks().without_end_marks();
    // Alone, a weekday cut short, a bare "the 3rd" or "12/3" can hardly be anything else.
    if let Some((day, time, len)) = read_day(phrase, 0, true)
        && len == phrase.len()
    {
        return Some(When::At { day: Some(day), time });
    }
    if let Some(found) = read(phrase, 0)
        && found.len == phrase.len()
    {
        return Some(found.when);
    }
    let (day, time, len) = read_day(phrase, 0, true)?;
    let rest = read(phrase, len).filter(|rest| len + rest.len == phrase.len() && rest.when.is_time())?;
    match rest.when {
        When::At { time: found, .. } => Some(When::At {
            day: Some(day),
            time: time::in_part(found, time),
        }),
        When::After { .. } => None,
    }
}

struct Lead {
    len: usize,
    mark: Mark,
    /// The last word may stand before a bare hour.
    before_time: bool,
}

fn connectors(phrase: Phrase<'_>, at: usize, inside: bool) -> Lead {
    let mut lead = Lead {
        len: 0,
        mark: Mark::Bare,
        before_time: false,
    };
    loop {
        let i = at + lead.len;
        if phrase.is_quoted(i) {
            return lead;
        }
        let (len, mark) = match (phrase.lower(i), phrase.lower(i + 1), phrase.lower(i + 2)) {
            ("no" | "not", "later", "than") => (3, Mark::Due),
            ("due" | "deadline", "date", "is" | ":" | "=") => (3, Mark::Due),
            ("due", "date" | "by" | "on" | ":" | "at" | "in", _) | ("deadline", ":" | "is", _) => {
                (2, Mark::Due)
            }
            ("due" | "deadline" | "by", _, _) => (1, Mark::Due),
            (
                "on" | "until" | "till" | "'til" | "before" | "for" | "at" | "in" | "from" | "around"
                | "starting" | "@",
                _,
                _,
            ) => (1, Mark::Preposition),
            ("the", _, _) if lead.len > 0 => (1, Mark::Bare),
            ("," | "and", _, _) if inside && lead.len == 0 && phrase.lower(i) == "," => (1, Mark::Bare),
            _ => return lead,
        };
        let last = phrase.lower(i + len - 1);
        lead.before_time = one_of(last, "at by until till before around @")
            || (last == "the" && phrase.lower(i - usize::from(i > at)) == "in");
        lead.len += len;
        lead.mark = lead.mark.max(mark);
    }
}
