//! Reading dates out of tokens.

use jiff::civil::{Date, Weekday};

use super::super::words::Phrase;
use super::time::{self, number};
use super::{Day, Shift, TimeOfDay, When, Which};

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
        && matches!(other, Day::MonthDay { .. } | Day::Exact(_) | Day::DayOfMonth(_))
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
        lead.before_time = matches!(last, "at" | "by" | "until" | "till" | "before" | "around" | "@")
            || (last == "the" && phrase.lower(i - usize::from(i > at)) == "in");
        lead.len += len;
        lead.mark = lead.mark.max(mark);
    }
}

/// "in two hours", "in half an hour", "30 minutes from now".
fn after(phrase: Phrase<'_>, i: usize) -> Option<(When, usize)> {
    let led = i > 0 && phrase.lower(i - 1) == "in";
    let (shift, len) = span(phrase, i)?;
    let tail = from_now(phrase, i + len);
    if shift.minutes == 0 || (!led && tail == 0) {
        return None;
    }
    let minutes = shift.minutes + shift.days * 24 * 60;
    (shift.months == 0).then_some((When::After { minutes }, len + tail))
}

fn from_now(phrase: Phrase<'_>, i: usize) -> usize {
    match (phrase.lower(i), phrase.lower(i + 1)) {
        ("from", "now" | "today") => 2,
        ("time" | "hence", _) => 1,
        _ => 0,
    }
}

/// A length of time: "a week", "two and a half" is too much, "30 minutes", "half an hour".
fn span(phrase: Phrase<'_>, i: usize) -> Option<(Shift, usize)> {
    let (amount, mut len, half) = match (phrase.lower(i), phrase.lower(i + 1), phrase.lower(i + 2)) {
        ("half", "an" | "a", _) => (1, 2, true),
        ("a", "couple", "of") => (2, 3, false),
        ("a", "few", _) => (3, 2, false),
        ("couple", "of", _) => (2, 2, false),
        ("a" | "an" | "another" | "one", _, _) => (1, 1, false),
        (word, _, _) => {
            let digits = word.trim_end_matches(|char: char| char.is_ascii_alphabetic());
            let glued = &word[digits.len()..];
            if !digits.is_empty() && !glued.is_empty() {
                let shift = unit(glued, number(digits)?)?;
                return Some((shift, 1));
            }
            (number(word)?, 1, false)
        }
    };
    let name = phrase.lower(i + len);
    let name = match name {
        "more" | "full" | "whole" => {
            len += 1;
            phrase.lower(i + len)
        }
        name => name,
    };
    let shift = unit(name.trim_end_matches('\''), amount)?;
    if half {
        return (shift.minutes == 60).then_some((Shift { minutes: 30, ..shift }, len + 1));
    }
    Some((shift, len + 1))
}

fn unit(name: &str, amount: i64) -> Option<Shift> {
    let mut shift = Shift {
        months: 0,
        days: 0,
        minutes: 0,
    };
    match name {
        "minute" | "minutes" | "min" | "mins" => shift.minutes = amount,
        "hour" | "hours" | "hr" | "hrs" | "h" => shift.minutes = amount * 60,
        "day" | "days" => shift.days = amount,
        "week" | "weeks" | "wk" | "wks" => shift.days = amount * 7,
        "fortnight" | "fortnights" => shift.days = amount * 14,
        "month" | "months" => shift.months = amount,
        "year" | "years" if amount <= 100 => shift.months = amount * 12,
        _ => return None,
    }
    Some(shift)
}

/// A phrase that is a length of time and nothing else: "a week", "by 2 days".
pub(in super::super) fn read_span(phrase: Phrase<'_>) -> Option<Shift> {
    let mut i = 0;
    while matches!(phrase.lower(i), "by" | "for" | "back" | "another" | "out") && i < 3 {
        i += 1;
    }
    let (shift, len) = span(phrase, i).or_else(|| {
        // "another week": the word that was skipped is also the amount.
        unit(phrase.lower(i), 1).filter(|_| i > 0).map(|shift| (shift, 1))
    })?;
    (i + len == phrase.len()).then_some(shift)
}

pub(super) fn weekday(word: &str) -> Option<(Weekday, bool)> {
    Some(match word {
        "monday" | "mondays" => (Weekday::Monday, true),
        "tuesday" => (Weekday::Tuesday, true),
        "wednesday" | "wensday" | "wednsday" => (Weekday::Wednesday, true),
        "thursday" | "thrusday" => (Weekday::Thursday, true),
        "friday" => (Weekday::Friday, true),
        "saturday" => (Weekday::Saturday, true),
        "sunday" => (Weekday::Sunday, true),
        "mon" => (Weekday::Monday, false),
        "tue" | "tues" => (Weekday::Tuesday, false),
        "wed" | "weds" => (Weekday::Wednesday, false),
        "thu" | "thur" | "thurs" => (Weekday::Thursday, false),
        "fri" => (Weekday::Friday, false),
        "sat" => (Weekday::Saturday, false),
        "sun" => (Weekday::Sunday, false),
        _ => return None,
    })
}

fn month(word: &str) -> Option<i8> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let index = NAMES.iter().position(|name| {
        *name == word
            || (word.len() == 3 && name.starts_with(word))
            || (word == "sept" && *name == "september")
    })?;
    i8::try_from(index + 1).ok()
}

/// A day of the month: `3`, `3rd`, `21st`.
fn ordinal(word: &str) -> Option<(i8, bool)> {
    const WORDS: [&str; 12] = [
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
        "eleventh", "twelfth",
    ];
    if let Some(index) = WORDS.iter().position(|name| *name == word) {
        return Some((i8::try_from(index + 1).ok()?, true));
    }
    let digits = word.trim_end_matches(|char: char| char.is_ascii_alphabetic());
    let suffix = &word[digits.len()..];
    let day: i8 = digits.parse().ok().filter(|day| (1..=31).contains(day))?;
    let suffixed = matches!(suffix, "st" | "nd" | "rd" | "th");
    (suffix.is_empty() || suffixed).then_some((day, suffixed))
}

fn year(word: &str) -> Option<i16> {
    (word.len() == 4)
        .then(|| word.parse().ok())
        .flatten()
        .filter(|year| (1900..=2200).contains(year))
}

type DayAt = (Day, Option<TimeOfDay>, usize);

/// Reads a day. `marked`: a preposition stood before it, so that what may also be a number or a
/// name counts.
fn read_day(phrase: Phrase<'_>, i: usize, marked: bool) -> Option<DayAt> {
    if phrase.is_quoted(i) {
        return None;
    }
    near(phrase, i)
        .or_else(|| on_weekday(phrase, i, marked))
        .or_else(|| edge(phrase, i))
        .or_else(|| in_days(phrase, i))
        .or_else(|| calendar(phrase, i, marked).map(|(day, len)| (day, None, len)))
}

fn near(phrase: Phrase<'_>, i: usize) -> Option<DayAt> {
    let the = usize::from(phrase.lower(i) == "the");
    let word = |offset: usize| phrase.lower(i + offset);
    let part = |offset| {
        time::part_of_day(word(offset))
            .and_then(|hour| TimeOfDay::sure(hour, 0))
            .map_or((None, 0), |time| (Some(time), 1))
    };
    if word(the) == "day" && word(the + 1) == "after" && is_tomorrow(word(the + 2)) {
        let (time, len) = part(the + 3);
        return Some((Day::In { days: 2 }, time, the + 3 + len));
    }
    let day = match word(0) {
        "today" | "2day" => Day::In { days: 0 },
        "tonight" | "tonite" => {
            return Some((Day::In { days: 0 }, TimeOfDay::sure(20, 0), 1));
        }
        word if is_tomorrow(word) => Day::In { days: 1 },
        "yesterday" => Day::In { days: -1 },
        "this" if word(1) == "morning" || word(1) == "afternoon" || word(1) == "evening" => {
            return Some((Day::In { days: 0 }, part(1).0, 2));
        }
        _ => return None,
    };
    let (time, len) = part(1);
    Some((day, time, 1 + len))
}

fn is_tomorrow(word: &str) -> bool {
    matches!(
        word,
        "tomorrow" | "tomorow" | "tommorow" | "tommorrow" | "tmr" | "tmrw" | "tmw" | "2morrow" | "tomorrrow"
    )
}

fn on_weekday(phrase: Phrase<'_>, i: usize, marked: bool) -> Option<DayAt> {
    let (which, skip) = match phrase.lower(i) {
        "this" => (Which::This, 1),
        "next" => (Which::NextWeek, 1),
        "coming" | "upcoming" => (Which::Coming, 1),
        "last" | "past" => (Which::Last, 1),
        "the" if matches!(phrase.lower(i + 1), "coming" | "following") => (Which::Coming, 2),
        _ => (Which::Coming, 0),
    };
    // "next week Friday"
    if which == Which::NextWeek
        && phrase.lower(i + 1) == "week"
        && let Some((day, true)) = weekday(phrase.lower(i + if phrase.lower(i + 2) == "on" { 3 } else { 2 }))
    {
        let len = if phrase.lower(i + 2) == "on" { 4 } else { 3 };
        return Some((Day::Weekday(day, Which::NextWeek), None, len));
    }
    let (day, long) = weekday(phrase.lower(i + skip))?;
    if phrase.is_quoted(i + skip) || (!long && skip == 0 && !marked) {
        return None;
    }
    let mut len = skip + 1;
    let mut found = Day::Weekday(day, which);
    match (phrase.lower(i + len), phrase.lower(i + len + 1)) {
        ("next", "week") => {
            found = Day::Weekday(day, Which::NextWeek);
            len += 2;
        }
        ("this", "week") => {
            found = Day::Weekday(day, Which::This);
            len += 2;
        }
        ("week", _) if skip == 0 => {
            // "Friday week"
            found = Day::WeekdayAfter(day, 1);
            len += 1;
        }
        _ => {}
    }
    let part = time::part_of_day(phrase.lower(i + len)).and_then(|hour| TimeOfDay::sure(hour, 0));
    Some((found, part, len + usize::from(part.is_some())))
}

/// The ends of weeks, months and years, and what lies next.
fn edge(phrase: Phrase<'_>, i: usize) -> Option<DayAt> {
    let word = |offset: usize| phrase.lower(i + offset);
    let the = usize::from(word(0) == "the");
    let end = match word(the) {
        "end" if matches!(word(the + 1), "of") => 2,
        _ => 0,
    };
    if end > 0 {
        let mut j = the + end;
        let mut next = 0;
        while matches!(word(j), "the" | "this" | "next" | "current" | "following") {
            next = i64::from(matches!(word(j), "next" | "following"));
            j += 1;
        }
        let day = match word(j) {
            "week" => Day::EndOfWeek(next),
            "month" => Day::EndOfMonth(next),
            "year" => Day::EndOfYear,
            "workweek" => Day::Weekday(Weekday::Friday, Which::This),
            name => {
                let month = month(name).filter(|_| name.len() > 3 || name != "may")?;
                Day::MonthDay {
                    month,
                    day: [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][usize::try_from(month - 1).ok()?],
                }
            }
        };
        return Some((day, None, j + 1));
    }
    let day = match (word(0), word(1)) {
        ("eow", _) => return Some((Day::EndOfWeek(0), None, 1)),
        ("eom", _) => return Some((Day::EndOfMonth(0), None, 1)),
        ("eoy", _) => return Some((Day::EndOfYear, None, 1)),
        ("this", "week") => Day::EndOfWeek(0),
        ("next", "week") => Day::NextWeek,
        ("this", "month") => Day::EndOfMonth(0),
        ("next", "month") => Day::NextMonth,
        ("this", "year") => Day::EndOfYear,
        ("this" | "the", "weekend") => Day::Weekend(0),
        ("next", "weekend") => Day::Weekend(1),
        _ => return None,
    };
    Some((day, None, 2))
}

/// "in 3 days", "two weeks from now", "a week from Friday".
fn in_days(phrase: Phrase<'_>, i: usize) -> Option<DayAt> {
    let led = i > 0 && matches!(phrase.lower(i - 1), "in");
    let (shift, len) = span(phrase, i)?;
    if shift.minutes != 0 {
        return None;
    }
    let plain = if shift.months > 0 {
        Day::InMonths(shift.months)
    } else {
        Day::In { days: shift.days }
    };
    let tail = from_now(phrase, i + len);
    if led || tail == 2 {
        return Some((plain, None, len + tail));
    }
    if matches!(phrase.lower(i + len), "from" | "after") && shift.months == 0 {
        let next = phrase.lower(i + len + 1);
        if is_tomorrow(next) {
            return Some((Day::In { days: shift.days + 1 }, None, len + 2));
        }
        let (day, _) = weekday(next).filter(|_| shift.days % 7 == 0)?;
        return Some((Day::WeekdayAfter(day, shift.days / 7), None, len + 2));
    }
    None
}

/// Days of the calendar: `Dec 3`, `3rd of December 2027`, `2026-12-03`, `3.12.`, `12/3/2026`, `the 15th`.
fn calendar(phrase: Phrase<'_>, i: usize, marked: bool) -> Option<(Day, usize)> {
    let the = usize::from(phrase.lower(i) == "the");
    named_month(phrase, i + the)
        .map(|(day, len)| (day, len + the))
        .or_else(|| numeric(phrase.lower(i), marked).map(|day| (day, 1)))
        .or_else(|| {
            let (day, suffixed) = ordinal(phrase.lower(i + the))?;
            let after_the = the == 1 || (i > 0 && phrase.lower(i - 1) == "the");
            (suffixed && (marked || after_the) && phrase.lower(i + the + 1).is_empty_or_end())
                .then_some((Day::DayOfMonth(day), the + 1))
        })
}

trait EmptyOrEnd {
    fn is_empty_or_end(&self) -> bool;
}

impl EmptyOrEnd for str {
    /// "the 15th floor" is no date: nothing but another date word, a mark or a joint may follow.
    fn is_empty_or_end(&self) -> bool {
        self.is_empty()
            || self.chars().all(|char| !char.is_alphanumeric())
            || matches!(
                self,
                "at" | "to"
                    | "by"
                    | "and"
                    | "with"
                    | "about"
                    | "in"
                    | "for"
                    | "then"
                    | "around"
                    | "please"
                    | "of"
                    | "high"
                    | "low"
            )
    }
}

fn named_month(phrase: Phrase<'_>, i: usize) -> Option<(Day, usize)> {
    let word = |offset: usize| phrase.lower(i + offset);
    let dot = |offset: usize| usize::from(word(offset) == "." && phrase.is_glued(i + offset));
    let (month, day, mut len) = if let Some(month) = month(word(0)) {
        let j = 1 + dot(1);
        let the = usize::from(word(j) == "the");
        let (day, _) = ordinal(word(j + the))?;
        (month, day, j + the + 1)
    } else {
        let (day, _) = ordinal(word(0))?;
        let j = 1 + dot(1);
        let of = usize::from(word(j) == "of");
        (month(word(j + of))?, day, j + of + 1)
    };
    let comma = usize::from(word(len) == ",");
    let found = match year(word(len + comma)) {
        Some(year) => {
            len += comma + 1;
            Day::Exact(Date::new(year, month, day).ok()?)
        }
        None => valid_in_some_year(month, day)?,
    };
    Some((found, len))
}

fn valid_in_some_year(month: i8, day: i8) -> Option<Day> {
    // 2024 is a leap year.
    Date::new(2024, month, day)
        .ok()
        .map(|_| Day::MonthDay { month, day })
}

fn numeric(word: &str, marked: bool) -> Option<Day> {
    let split = |separator: char| -> Option<Vec<&str>> {
        let parts: Vec<&str> = word.split(separator).collect();
        let digits = |part: &&str| part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
        ((2..=3).contains(&parts.len()) && parts.iter().all(digits)).then_some(parts)
    };
    let small = |part: &str| part.parse::<i8>().ok().filter(|_| part.len() <= 2);
    if let Some(parts) = split('-')
        && let [year_part, month, day] = parts[..]
    {
        return Date::new(year(year_part)?, small(month)?, small(day)?)
            .ok()
            .map(Day::Exact);
    }
    if let Some(parts) = split('.') {
        let (day, month) = (small(parts[0])?, small(parts[1])?);
        return match parts.get(2) {
            Some(&"") => valid_in_some_year(month, day),
            Some(part) => Date::new(year(part)?, month, day).ok().map(Day::Exact),
            None if marked => valid_in_some_year(month, day),
            None => None,
        };
    }
    let parts = split('/')?;
    let (first, second) = (small(parts[0]), small(parts[1])?);
    if let (Some(year), [_, month, day]) = (year(parts[0]), &parts[..]) {
        return Date::new(year, small(month)?, small(day)?).ok().map(Day::Exact);
    }
    // The month comes first, as in the United States, unless that cannot be.
    let first = first?;
    let (month, day) = if first > 12 {
        (second, first)
    } else {
        (first, second)
    };
    match parts.get(2) {
        Some(part) => Date::new(year(part)?, month, day).ok().map(Day::Exact),
        None if marked => valid_in_some_year(month, day),
        None => None,
    }
}
