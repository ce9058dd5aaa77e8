//! Stretches of time, for asking what is due in them.

use jiff::civil::Date;
use jiff::{ToSpan, Zoned};

use super::super::words::{Phrase, one_of};
use super::calendar::month;
use super::read::{Found, Mark, read};
use super::span::read_span;
use super::{Day, When};

/// Which due dates are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Range {
    /// On one day.
    On(Day),
    /// From today to a day, both included; what is overdue belongs to it.
    Until(Day),
    ThisWeek,
    NextWeek,
    ThisMonth,
    NextMonth,
    Weekend(i64),
    /// In a month, the next time it comes; the current one counts.
    Month(i8),
    /// After a day.
    After(Day),
    /// From one day to another, both included.
    Between(Day, Day),
    /// The next so many days.
    Within(i64),
    Overdue,
    /// Without a date.
    Undated,
    /// With any date.
    Dated,
}

impl Range {
    /// First and last day; `None` for what is no stretch of days.
    pub(in super::super) fn days(self, now: &Zoned) -> Option<(Date, Date)> {
        let today = now.date();
        let to = |day: Day| day.resolve(today);
        Some(match self {
            Self::On(day) => (to(day), to(day)),
            Self::Until(day) => (today, to(day)),
            Self::ThisWeek => (today, to(Day::EndOfWeek(0))),
            Self::NextWeek => (to(Day::NextWeek), to(Day::EndOfWeek(1))),
            Self::ThisMonth => (today, to(Day::EndOfMonth(0))),
            Self::NextMonth => (to(Day::NextMonth), to(Day::EndOfMonth(1))),
            Self::Weekend(weeks) => (
                to(Day::EndOfWeek(weeks)).saturating_sub(1.day()),
                to(Day::EndOfWeek(weeks)),
            ),
            Self::Month(month) => {
                let years = i16::from(month < today.month());
                let first = Date::new(today.year().checked_add(years)?, month, 1).ok()?;
                (first, first.last_of_month())
            }
            Self::After(day) => (to(day).saturating_add(1.day()), Date::MAX),
            Self::Between(from, until) => (to(from).min(to(until)), to(from).max(to(until))),
            Self::Within(days) => (today, today.saturating_add(days.days())),
            Self::Overdue | Self::Undated | Self::Dated => return None,
        })
    }

    /// Whether what is overdue is asked for as well.
    pub(in super::super) fn has_overdue(self) -> bool {
        match self {
            Self::On(day) => day == Day::In { days: 0 },
            Self::Until(_)
            | Self::ThisWeek
            | Self::ThisMonth
            | Self::Within(_)
            | Self::Overdue
            | Self::Dated => true,
            Self::Month(_)
            | Self::After(_)
            | Self::Between(..)
            | Self::NextWeek
            | Self::NextMonth
            | Self::Weekend(_)
            | Self::Undated => false,
        }
    }

    /// As it goes on after "due": "today", "this week", "on Friday".
    pub(in super::super) fn words(self, now: &Zoned) -> String {
        match self {
            Self::On(day) => super::super::reply::on_day(day.resolve(now.date()), now),
            Self::Until(day) => format!("until {}", super::super::reply::day(day.resolve(now.date()), now)),
            Self::Month(_) => match self.days(now) {
                Some((first, _)) => first.strftime("in %B").to_string(),
                None => "then".into(),
            },
            Self::After(day) => format!("after {}", super::super::reply::day(day.resolve(now.date()), now)),
            Self::Between(from, until) => format!(
                "from {} to {}",
                super::super::reply::day(from.resolve(now.date()), now),
                super::super::reply::day(until.resolve(now.date()), now)
            ),
            Self::ThisWeek => "this week".into(),
            Self::NextWeek => "next week".into(),
            Self::ThisMonth => "this month".into(),
            Self::NextMonth => "next month".into(),
            Self::Weekend(0) => "this weekend".into(),
            Self::Weekend(_) => "next weekend".into(),
            Self::Within(7) => "in the next 7 days".into(),
            Self::Within(days) => format!("in the next {days} days"),
            Self::Overdue => "already".into(),
            Self::Undated => "without a date".into(),
            Self::Dated => "soon".into(),
        }
    }
}

/// Reads a stretch of time at `at` and says how many tokens it took.
pub(in super::super) fn read_range(phrase: Phrase<'_>, at: usize) -> Option<(Range, usize)> {
    if phrase.is_quoted(at) {
        return None;
    }
    let word = |offset: usize| phrase.lower(at + offset);
    let named = match (word(0), word(1), word(2)) {
        ("over", "due", _) | ("past", "due" | "deadline", _) => Some((Range::Overdue, 2)),
        ("past", "their" | "its" | "the", "deadline") => Some((Range::Overdue, 3)),
        ("running" | "am" | "i'm", "late" | "behind", _) => Some((Range::Overdue, 2)),
        ("overdue" | "late" | "missed" | "delayed", _, _) => Some((Range::Overdue, 1)),
        ("no" | "without" | "missing" | "lacking", "a" | "any" | "due", "date" | "deadline" | "due") => {
            Some((
                Range::Undated,
                3 + usize::from(word(2) == "due" && word(3) == "date"),
            ))
        }
        ("no" | "without" | "missing" | "lacking", "date" | "dates" | "deadline" | "deadlines", _) => {
            Some((Range::Undated, 2))
        }
        ("undated" | "unscheduled", _, _) => Some((Range::Undated, 1)),
        ("this" | "current", "week", _) => Some((Range::ThisWeek, 2)),
        ("next" | "coming" | "following", "week", _) => Some((Range::NextWeek, 2)),
        ("this" | "current", "month", _) => Some((Range::ThisMonth, 2)),
        ("next" | "coming" | "following", "month", _) => Some((Range::NextMonth, 2)),
        ("this" | "the", "weekend", _) => Some((Range::Weekend(0), 2)),
        ("next", "weekend", _) => Some((Range::Weekend(1), 2)),
        ("weekend", _, _) => Some((Range::Weekend(0), 1)),
        ("today's", _, _) => Some((Range::On(Day::In { days: 0 }), 1)),
        ("tomorrow's", _, _) => Some((Range::On(Day::In { days: 1 }), 1)),
        ("soon" | "upcoming", _, _) => Some((Range::Within(7), 1)),
        ("coming", "up", _) => Some((Range::Within(7), 2)),
        _ => None,
    };
    named
        .or_else(|| bounded(phrase, at))
        .or_else(|| within(phrase, at))
        .or_else(|| lead(phrase, at))
        .or_else(|| dated(phrase, at))
}

/// "on", "in", "for" before one of the above.
fn lead(phrase: Phrase<'_>, at: usize) -> Option<(Range, usize)> {
    if !one_of(phrase.lower(at), "on in for over during with within at due") {
        return None;
    }
    let the = usize::from(phrase.lower(at + 1) == "the");
    if let Some(month) =
        month(phrase.lower(at + 1)).filter(|_| matches!(phrase.lower(at), "in" | "for" | "during"))
        && !phrase
            .lower(at + 2)
            .starts_with(|char: char| char.is_ascii_digit())
    {
        return Some((Range::Month(month), 2));
    }
    let (range, len) = read_range(phrase, at + 1 + the).filter(|(range, _)| *range != Range::Overdue)?;
    Some((range, len + 1 + the))
}

/// "after Friday", "between Monday and Wednesday", "from Monday to Friday".
fn bounded(phrase: Phrase<'_>, at: usize) -> Option<(Range, usize)> {
    let day = |i: usize| match read(phrase, i)? {
        Found {
            when: When::At { day: Some(day), .. },
            len,
            ..
        } => Some((day, len)),
        _ => None,
    };
    match (phrase.lower(at), phrase.lower(at + 1)) {
        ("after" | "past", _) => day(at + 1).map(|(day, len)| (Range::After(day), len + 1)),
        ("later", "than") => day(at + 2).map(|(day, len)| (Range::After(day), len + 2)),
        ("between" | "from", _) => {
            let (from, len) = day(at + 1)?;
            let joint = at + 1 + len;
            if !one_of(phrase.lower(joint), "and to until till through -") {
                return None;
            }
            let (until, rest) = day(joint + 1)?;
            Some((Range::Between(from, until), joint + 1 + rest - at))
        }
        _ => None,
    }
}

/// "the next three days", "within a week".
fn within(phrase: Phrase<'_>, at: usize) -> Option<(Range, usize)> {
    let mut i = at;
    let mut led = false;
    while one_of(phrase.lower(i), "in the next coming within following") {
        led |= one_of(phrase.lower(i), "next coming within following");
        i += 1;
    }
    if !led {
        return None;
    }
    (1..=3).find_map(|len| {
        let shift = read_span(phrase.slice(i, i + len)).filter(|_| i + len <= phrase.len())?;
        let days = shift.months * 30 + shift.days;
        (days > 0).then_some((Range::Within(days), i + len - at))
    })
}

/// "tomorrow", "on Friday", "by the end of the month".
fn dated(phrase: Phrase<'_>, at: usize) -> Option<(Range, usize)> {
    let found = read(phrase, at)?;
    let When::At { day: Some(day), .. } = found.when else {
        return None;
    };
    let first = phrase.lower(at);
    let until = one_of(first, "by until till before")
        || (first == "due" && matches!(phrase.lower(at + 1), "by" | "until" | "before"))
        || matches!((first, found.mark), ("no" | "not", Mark::Due))
        || matches!(day, Day::EndOfWeek(_) | Day::EndOfMonth(_) | Day::EndOfYear);
    let range = match day {
        Day::NextWeek => Range::NextWeek,
        Day::NextMonth => Range::NextMonth,
        Day::Weekend(weeks) => Range::Weekend(weeks),
        day if until && first == "before" => match day {
            Day::In { days } => Range::Until(Day::In { days: days - 1 }),
            day => Range::Until(day),
        },
        day if until => Range::Until(day),
        day => Range::On(day),
    };
    Some((range, found.len))
}
