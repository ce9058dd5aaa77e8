//! Lengths of time: "a week", "30 minutes", "half an hour".

use super::super::words::{Phrase, one_of};
use super::time::number;
use super::{Shift, When};

/// "in two hours", "in half an hour", "30 minutes from now".
pub(super) fn after(phrase: Phrase<'_>, i: usize) -> Option<(When, usize)> {
    let led = i > 0 && phrase.lower(i - 1) == "in";
    let (shift, len) = span(phrase, i)?;
    let tail = from_now(phrase, i + len);
    if shift.minutes == 0 || (!led && tail == 0) {
        return None;
    }
    let minutes = shift.minutes + shift.days * 24 * 60;
    (shift.months == 0).then_some((When::After { minutes }, len + tail))
}

pub(super) fn from_now(phrase: Phrase<'_>, i: usize) -> usize {
    match (phrase.lower(i), phrase.lower(i + 1)) {
        ("from", "now" | "today") => 2,
        ("time" | "hence", _) => 1,
        _ => 0,
    }
}

/// A length of time: "a week", "two and a half" is too much, "30 minutes", "half an hour".
pub(super) fn span(phrase: Phrase<'_>, i: usize) -> Option<(Shift, usize)> {
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
    while one_of(phrase.lower(i), "by for back another out") && i < 3 {
        i += 1;
    }
    let (shift, len) = span(phrase, i).or_else(|| {
        // "another week": the word that was skipped is also the amount.
        unit(phrase.lower(i), 1).filter(|_| i > 0).map(|shift| (shift, 1))
    })?;
    (i + len == phrase.len()).then_some(shift)
}
