//! Which tasks a request means: a title, a place in the list, "it", "all done ones".

use super::dates::Range;
use super::intent::{Position, Query, Target};
use super::query;
use super::words::{Phrase, one_of};

/// Reads the object of a request.
pub(super) fn parse(phrase: Phrase<'_>) -> Target {
    let whole = phrase.without_leading_marks().without_end_marks();
    let phrase = strip_list_name(whole);
    if phrase.is_empty() {
        return Target::Missing;
    }
    if let Some(target) = pronoun(phrase) {
        return target;
    }
    if let Some(positions) = positions(phrase) {
        return Target::Positions {
            positions,
            said: phrase.text().to_owned(),
        };
    }
    if let Some(query) = every(phrase) {
        return Target::Every(query);
    }
    if let Some(exact) = quotations(phrase) {
        return exact;
    }
    let said = title(phrase).text();
    let said = said
        .strip_suffix("'s")
        .or_else(|| said.strip_suffix("’s"))
        .unwrap_or(said);
    Target::Title(said.to_owned())
}

/// Without "the … task", "my … one" around it.
fn title(phrase: Phrase<'_>) -> Phrase<'_> {
    let mut inner = phrase;
    while inner.len() > 1 && is_article(inner.lower(0)) {
        inner = inner.skip(1);
    }
    if inner.lower(0) == "one" && one_of(inner.lower(1), "about called named for with to") && inner.len() > 2
    {
        return inner.skip(2);
    }
    if inner.len() > 1 && is_task(inner.lower(0)) {
        // "task 'x'", "the task called x", "the task to call Bob"
        let named = usize::from(one_of(inner.lower(1), "called named titled to about : for with"));
        if inner.len() > 1 + named {
            inner = inner.skip(1 + named);
        }
    } else if inner.len() > 1
        && (is_task(inner.lower(inner.len() - 1)) || inner.lower(inner.len() - 1) == "one")
    {
        inner = inner.slice(0, inner.len() - 1);
    }
    inner
}

fn is_article(word: &str) -> bool {
    one_of(word, "the my that this our a an")
}

fn is_task(word: &str) -> bool {
    one_of(word, "task todo to-do item reminder entry")
}

/// Without "from my list", "on the list".
fn strip_list_name(phrase: Phrase<'_>) -> Phrase<'_> {
    for i in 1..phrase.len() {
        if !one_of(phrase.lower(i), "from off on in of") || phrase.is_quoted(i) {
            continue;
        }
        let mut j = i + usize::from(phrase.lower(i + 1) == "of") + 1;
        if !matches!(phrase.lower(j), "my" | "the" | "our") {
            continue;
        }
        j += 1;
        if one_of(phrase.lower(j), "todo to-do task tasks shopping") && phrase.lower(j + 1) == "list" {
            j += 1;
        }
        if one_of(phrase.lower(j), "list tasks todos agenda plate") && j + 1 == phrase.len() {
            return phrase.slice(0, i);
        }
    }
    phrase
}

fn pronoun(phrase: Phrase<'_>) -> Option<Target> {
    let words: Vec<&str> = (0..phrase.len())
        .filter(|i| !phrase.is_punct(*i))
        .map(|i| phrase.lower(i))
        .collect();
    if (0..phrase.len()).any(|i| phrase.is_quoted(i)) {
        return None;
    }
    Some(match words[..] {
        [
            "a" | "an" | "any" | "some" | "another" | "one",
            "task" | "tasks" | "todo" | "todos" | "item" | "items" | "reminder",
        ]
        | ["task" | "tasks" | "something" | "todo" | "todos" | "item" | "items" | "reminder" | "reminders"] => {
            Target::Missing
        }
        ["it" | "that" | "this" | "it's" | "that's" | "its"] => Target::It,
        [
            "that" | "this" | "the" | "same",
            "one" | "task" | "todo" | "item" | "thing" | "reminder" | "same",
        ] => Target::It,
        ["the", "same", "one" | "task"] => Target::It,
        ["them" | "those" | "these" | "both" | "they"] => Target::Them,
        ["all" | "both", "of", "them" | "those" | "these"] => Target::Them,
        ["those" | "these" | "both", "tasks" | "items" | "ones" | "todos"] => Target::Them,
        ["all" | "the", "two" | "three" | "four" | "five" | "both"] => Target::Them,
        ["them" | "these" | "those", "all"] => Target::Them,
        [
            "the" | "my",
            "last" | "latest" | "newest" | "new" | "most",
            "task" | "todo" | "added" | "item" | "reminder",
        ] => Target::Newest,
        ["my" | "the", "last" | "latest" | "newest" | "previous"] if words[0] == "my" => Target::Newest,
        ["the", "newest" | "latest" | "new" | "previous", "one"] => Target::Newest,
        [
            "the",
            "task" | "one",
            "you" | "i",
            "just",
            "added" | "created" | "made",
        ] => Target::Newest,
        ["the", "most", "recent", "one" | "task"] => Target::Newest,
        _ => return None,
    })
}

fn ordinal(word: &str) -> Option<usize> {
    const WORDS: [&str; 10] = [
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    ];
    if let Some(index) = WORDS.iter().position(|name| *name == word) {
        return Some(index + 1);
    }
    let digits = word.trim_end_matches(|char: char| char.is_ascii_alphabetic());
    let suffix = &word[digits.len()..];
    one_of(suffix, "st nd rd th").then(|| cardinal(digits)).flatten()
}

fn cardinal(word: &str) -> Option<usize> {
    let digits = word.strip_prefix('#').unwrap_or(word);
    let short = !digits.is_empty() && digits.len() <= 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
    short
        .then(|| digits.parse().ok())
        .flatten()
        .filter(|number| *number > 0)
}

fn small_word(word: &str) -> Option<usize> {
    const WORDS: [&str; 9] = [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    ];
    WORDS.iter().position(|name| *name == word).map(|index| index + 1)
}

/// "2", "1 and 3", "2-4", "the first two", "number 5", "the last one".
pub(super) fn positions(phrase: Phrase<'_>) -> Option<Vec<Position>> {
    let mut found = Vec::new();
    let mut i = 0;
    let mut ranged = false;
    while i < phrase.len() {
        let word = phrase.lower(i);
        let word = word.strip_suffix("'s").unwrap_or(word);
        if phrase.is_quoted(i) {
            return None;
        }
        if word.len() > 1 && word.contains(',') {
            for number in word.split(',') {
                found.push(Position::At(cardinal(number)?));
            }
            i += 1;
            continue;
        }
        if let Some((from, to)) = dashed(word) {
            found.extend((from..=to).map(Position::At));
            i += 1;
            continue;
        }
        match word {
            "the" | "number" | "numbers" | "no" | "nr" | "task" | "tasks" | "item" | "items" | "and"
            | "," | "&" | "." | "#" | "one" | "ones" | "also" | "then" | "plus" | "option" | ")"
                if word != "one" || !found.is_empty() => {}
            "to" | "through" | "-" | "till" if !found.is_empty() && i + 1 < phrase.len() => ranged = true,
            "first" | "top" | "last" | "next" if count_after(phrase, i).is_some() => {
                let count = count_after(phrase, i)?;
                if word == "last" {
                    found.extend((1..=count).rev().map(Position::FromEnd));
                } else if word == "next" {
                    return None;
                } else {
                    found.extend((1..=count).map(Position::At));
                }
                i += 1;
            }
            "last" | "bottom" => found.push(Position::FromEnd(1)),
            "top" => found.push(Position::At(1)),
            _ => {
                let value = ordinal(word).or_else(|| cardinal(word)).or_else(|| {
                    (i > 0 && one_of(phrase.lower(i - 1), "number task and item option ,")
                        || phrase.len() == 1)
                        .then(|| small_word(word))
                        .flatten()
                })?;
                if phrase.lower(i + 1) == "last"
                    || (word == "second" && phrase.lower(i + 1) == "to" && phrase.lower(i + 2) == "last")
                {
                    found.push(Position::FromEnd(value));
                    i += if phrase.lower(i + 1) == "last" { 1 } else { 2 };
                } else if ranged {
                    let Some(Position::At(from)) = found.last().copied() else {
                        return None;
                    };
                    found.extend((from + 1..=value.min(from + 100)).map(Position::At));
                    ranged = false;
                } else {
                    found.push(Position::At(value));
                }
            }
        }
        i += 1;
    }
    let mut unique = Vec::new();
    for position in found {
        if !unique.contains(&position) {
            unique.push(position);
        }
    }
    (!unique.is_empty() && !ranged).then_some(unique)
}

fn count_after(phrase: Phrase<'_>, i: usize) -> Option<usize> {
    let word = phrase.lower(i + 1);
    small_word(word)
        .filter(|count| *count > 1)
        .or_else(|| cardinal(word).filter(|count| *count <= 50))
}

/// `2-4`.
fn dashed(word: &str) -> Option<(usize, usize)> {
    let (from, to) = word.split_once('-')?;
    let (from, to) = (cardinal(from)?, cardinal(to)?);
    (from < to && to - from < 100).then_some((from, to))
}

/// "all", "everything due today", "all done tasks", "completed tasks".
fn every(phrase: Phrase<'_>) -> Option<Query> {
    if (0..phrase.len()).any(|i| phrase.is_quoted(i)) {
        return None;
    }
    let first = phrase.lower(0);
    let all = one_of(first, "all everything every each anything");
    let plural = (0..phrase.len()).any(|i| {
        one_of(
            phrase.lower(i),
            "tasks todos ones items to-dos list reminders everything things",
        )
    });
    let status = phrase.len() == 1 && one_of(first, "completed done finished overdue");
    let singular =
        one_of(first, "the my that") && (1..phrase.len()).any(|i| matches!(phrase.lower(i), "one" | "task"));
    if !all && !plural && !status && !singular {
        return None;
    }
    let mut query = query::parse(phrase)?;
    if singular && !all && !plural {
        // "The urgent one": if there are several, that has to be asked.
        query.first = Some(1);
        let told_apart = query.range.is_some() || query.priority.is_some();
        return told_apart.then_some(query);
    }
    if !all && !query.is_narrow() && !one_of(first, "my the entire whole") {
        return None;
    }
    (query.range != Some(Range::Dated) && !query.count).then_some(query)
}

fn quotations(phrase: Phrase<'_>) -> Option<Target> {
    let mut found = Vec::new();
    for i in 0..phrase.len() {
        match phrase.quotation(i) {
            Some(inner) if !inner.is_empty() => found.push(Target::Exact(inner.to_owned())),
            _ if one_of(
                phrase.lower(i),
                "and , the task tasks my todo called named one to-do both item",
            ) => {}
            _ => return None,
        }
    }
    match found.len() {
        0 => None,
        1 => found.pop(),
        _ => Some(Target::Each(found)),
    }
}
