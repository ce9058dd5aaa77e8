//! Days of the calendar: "Dec 3", "3rd of December 2027", "2026-12-03", "3.12.", "the 15th".

use jiff::civil::Date;

use super::super::words::{Phrase, one_of};
use super::Day;

pub(super) fn month(word: &str) -> Option<i8> {
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
    let suffixed = one_of(suffix, "st nd rd th");
    (suffix.is_empty() || suffixed).then_some((day, suffixed))
}

fn year(word: &str) -> Option<i16> {
    (word.len() == 4)
        .then(|| word.parse().ok())
        .flatten()
        .filter(|year| (1900..=2200).contains(year))
}

/// Days of the calendar: `Dec 3`, `3rd of December 2027`, `2026-12-03`, `3.12.`, `12/3/2026`, `the 15th`.
pub(super) fn calendar(phrase: Phrase<'_>, i: usize, marked: bool) -> Option<(Day, usize)> {
    let the = usize::from(phrase.lower(i) == "the");
    named_month(phrase, i + the)
        .map(|(day, len)| (day, len + the))
        .or_else(|| numeric(phrase.lower(i), marked).map(|day| (day, 1)))
        .or_else(|| {
            let (day, suffixed) = ordinal(phrase.lower(i + the))?;
            let after_the = the == 1 || (i > 0 && phrase.lower(i - 1) == "the");
            (suffixed && (marked || after_the) && phrase.lower(i + the + 1).is_empty_or_end())
                .then_some((Day::Monthly(day), the + 1))
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
            || one_of(
                self,
                "at to by and with about in for then around please of high low",
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
        .map(|_| Day::Yearly { month, day })
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
