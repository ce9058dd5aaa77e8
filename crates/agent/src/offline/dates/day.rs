//! Days near by: "tomorrow", "next Friday", "the end of the month", "in 3 days".

use jiff::civil::Weekday;

use super::super::words::{Phrase, one_of};
use super::calendar::{calendar, month};
use super::span::{from_now, span};
use super::time;
use super::{Day, TimeOfDay, Which};

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

pub(super) type DayAt = (Day, Option<TimeOfDay>, usize);

/// Reads a day. `marked`: a preposition stood before it, so that what may also be a number or a
/// name counts.
pub(super) fn read_day(phrase: Phrase<'_>, i: usize, marked: bool) -> Option<DayAt> {
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
    one_of(
        word,
        "tomorrow tomorow tommorow tommorrow tmr tmrw tmw 2morrow tomorrrow",
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
        while one_of(word(j), "the this next current following") {
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
                Day::Yearly {
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
