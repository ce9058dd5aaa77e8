//! Times of day: "at 5", "5pm", "17:30", "noon", "half past nine".

use jiff::civil::Time;

use super::super::words::{Phrase, one_of};
use super::TimeOfDay;

/// A small number in digits or as a word, 0 to 999.
pub(super) fn number(word: &str) -> Option<i64> {
    if !word.is_empty() && word.len() <= 3 && word.bytes().all(|byte| byte.is_ascii_digit()) {
        return word.parse().ok();
    }
    const WORDS: [&str; 13] = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ];
    WORDS
        .iter()
        .position(|name| *name == word)
        .and_then(|value| i64::try_from(value).ok())
}

/// Reads a time of day. A bare number counts only where `at` says that one is expected.
pub(super) fn read(phrase: Phrase<'_>, i: usize, at: bool) -> Option<(TimeOfDay, usize)> {
    if phrase.is_quoted(i) {
        return None;
    }
    let word = phrase.lower(i);
    let named = |hour| TimeOfDay::sure(hour, 0).map(|time| (time, 1));
    match word {
        "noon" | "midday" | "lunchtime" => return named(12),
        "midnight" | "eod" if at || word != "midnight" => return Some((END_OF_DAY, 1)),
        "cob" | "eob" => return named(17),
        "end" if phrase.lower(i + 1) == "of" => {
            let the = usize::from(matches!(phrase.lower(i + 2), "the" | "my"));
            let business = usize::from(matches!(phrase.lower(i + 2 + the), "business" | "work"));
            if phrase.lower(i + 2 + the + business) == "day" {
                let len = 3 + the + business;
                return if business == 1 {
                    TimeOfDay::sure(17, 0).map(|time| (time, len))
                } else {
                    Some((END_OF_DAY, len))
                };
            }
        }
        "half" | "quarter" => return spoken(phrase, i),
        _ => {}
    }
    clock(phrase, i, at)
}

const END_OF_DAY: TimeOfDay = TimeOfDay {
    time: None,
    guessed: false,
};

/// The hour that "morning" and the like stand for.
pub(super) fn part_of_day(word: &str) -> Option<i8> {
    Some(match word {
        "morning" => 9,
        "afternoon" => 15,
        "evening" => 19,
        "night" => 21,
        _ => return None,
    })
}

/// A time of day within a part of the day: "at 8" in the evening is 20:00. The part alone stands for
/// its usual hour.
pub(super) fn in_part(time: Option<TimeOfDay>, part: Option<TimeOfDay>) -> Option<TimeOfDay> {
    let (Some(said), Some(part)) = (time, part) else {
        return time.or(part);
    };
    let late = part.time.is_some_and(|part| part.hour() >= 15);
    let hour = said.time.map_or(0, Time::hour);
    if said.guessed && late && (1..=11).contains(&hour) {
        return TimeOfDay::sure(hour + 12, said.time.map_or(0, Time::minute));
    }
    Some(TimeOfDay {
        guessed: false,
        ..said
    })
}

/// "half past nine", "quarter to five".
fn spoken(phrase: Phrase<'_>, i: usize) -> Option<(TimeOfDay, usize)> {
    let hour = i8::try_from(number(phrase.lower(i + 2))?).ok()?;
    let (hour, minute) = match (phrase.lower(i), phrase.lower(i + 1)) {
        ("half", "past") => (hour, 30),
        ("quarter", "past") => (hour, 15),
        ("quarter", "to") => (if hour <= 1 { 12 } else { hour - 1 }, 45),
        _ => return None,
    };
    let time = Time::new(hour, minute, 0, 0).ok().filter(|_| hour <= 12)?;
    Some((
        TimeOfDay {
            time: Some(time),
            guessed: true,
        },
        3,
    ))
}

/// `5pm`, `5 pm`, `5:30 p.m.`, `17:30`, `5 o'clock`, and `5` or `17.30` after "at".
fn clock(phrase: Phrase<'_>, i: usize, at: bool) -> Option<(TimeOfDay, usize)> {
    let word = phrase.lower(i);
    let digits = word.trim_end_matches(|char: char| char.is_ascii_alphabetic() || char == '.');
    let glued = &word[digits.len()..];
    let (half, mut len) = if glued.is_empty() {
        let next = phrase.lower(i + 1);
        let half = half_of_day(next);
        (half, 1 + usize::from(half.is_some()))
    } else {
        (Some(half_of_day(glued)?), 1)
    };
    if half.is_some() && phrase.lower(i + len) == "." && phrase.lower(i + len - 1).contains('.') {
        len += 1;
    }
    let separator = [':', '.'].into_iter().find(|char| digits.contains(*char));
    let (hour, minute) = match separator {
        Some(separator) => {
            let (hour, minute) = digits.split_once(separator)?;
            let minutes = minute.len() == 2 && (separator == ':' || at || half.is_some());
            (
                i8::try_from(number(hour)?).ok()?,
                i8::try_from(number(minute).filter(|_| minutes)?).ok()?,
            )
        }
        None => (i8::try_from(number(digits)?).ok()?, 0),
    };
    let oclock = matches!(phrase.lower(i + len), "o'clock" | "oclock");
    if oclock {
        len += 1;
    }
    if let Some(afternoon) = half {
        let hour = match (hour, afternoon) {
            (1..=11, true) => hour + 12,
            (12, false) => 0,
            (1..=12, _) => hour,
            _ => return None,
        };
        return TimeOfDay::sure(hour, minute).map(|time| (time, len));
    }
    if separator.is_none() && !oclock && (!at || hour > 23 || is_measure(phrase, i + len)) {
        return None;
    }
    let padded = digits.starts_with('0') && digits.len() > 1;
    Some((
        TimeOfDay {
            time: Some(Time::new(hour, minute, 0, 0).ok()?),
            // "6:45" may well be in the evening; "9:15" is said of the morning.
            guessed: !padded && (separator.is_none() || oclock || (1..=6).contains(&hour)),
        },
        len,
    ))
}

fn half_of_day(word: &str) -> Option<bool> {
    match word {
        "pm" | "p.m" | "p.m." => Some(true),
        "am" | "a.m" | "a.m." => Some(false),
        _ => None,
    }
}

/// Whether what follows a number makes it an amount: "by 5 percent".
fn is_measure(phrase: Phrase<'_>, i: usize) -> bool {
    one_of(
        phrase.lower(i),
        "% percent euros dollars people minutes hours days weeks months years day week month \
         hour minute pages points st nd th times items january february march april may june \
         july august september october november december jan feb mar apr jun jul aug sep oct nov \
         dec",
    )
}
