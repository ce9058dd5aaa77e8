//! Finding the task that somebody means: by its title, a part of it, or a near miss.

use protocol::{Task, TaskStatus};

use crate::typos::distance;

use super::words::plain;

/// Words that do not tell tasks apart.
const STOP: &[&str] = &[
    "the", "a", "an", "my", "our", "that", "this", "to", "for", "of", "on", "in", "at", "with", "and",
    "task", "todo", "item", "one", "about", "from", "is", "it",
];

/// The words of a text in lower case, without punctuation.
pub(super) fn words(text: &str) -> Vec<String> {
    plain(text)
        .split(|char: char| !char.is_alphanumeric() && char != '\'')
        .map(|word| word.trim_matches('\'').to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

fn telling(words: &[String]) -> Vec<&str> {
    let telling: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| !STOP.contains(word))
        .collect();
    if telling.is_empty() {
        return words.iter().map(String::as_str).collect();
    }
    telling
}

/// The word of a text that finds the fewest tasks: its longest.
pub(super) fn key(text: &str) -> Option<String> {
    let words = words(text);
    telling(&words)
        .into_iter()
        .max_by_key(|word| word.chars().count())
        .map(str::to_owned)
}

/// The tasks meant by `said`: those that fit best, of `preferred` status if any of them fits.
pub(super) fn candidates(said: &str, tasks: &[Task], preferred: Option<TaskStatus>) -> Vec<Task> {
    let best_of = |wanted: &dyn Fn(&Task) -> bool| best(said, tasks.iter().filter(|task| wanted(task)));
    match preferred {
        None => best_of(&|_| true),
        Some(status) => {
            let found = best_of(&|task| task.status == status);
            if found.is_empty() {
                best_of(&|task| task.status != status)
            } else {
                found
            }
        }
    }
}

fn best<'a>(said: &str, tasks: impl Iterator<Item = &'a Task>) -> Vec<Task> {
    let query = words(said);
    if query.is_empty() {
        return Vec::new();
    }
    let ranked: Vec<(u8, &Task)> = tasks
        .filter_map(|task| Some((rank(&query, &words(&task.title))?, task)))
        .collect();
    let best = ranked.iter().map(|(rank, _)| *rank).min();
    ranked
        .into_iter()
        .filter(|(rank, _)| Some(*rank) == best)
        .map(|(_, task)| task.clone())
        .collect()
}

/// How well a title fits, 0 best; `None` when it does not.
fn rank(query: &[String], title: &[String]) -> Option<u8> {
    if query == title {
        return Some(0);
    }
    let (asked, named) = (telling(query), telling(title));
    if asked == named {
        return Some(1);
    }
    if title.len() > query.len() && title.starts_with(query) {
        return Some(2);
    }
    if title.windows(query.len()).any(|window| window == query) {
        return Some(3);
    }
    if asked.iter().all(|word| named.contains(word)) {
        return Some(4);
    }
    if asked.iter().all(|word| begins_one(word, &named)) {
        return Some(5);
    }
    let long = |word: &&str| word.chars().count() > 2;
    if named.iter().any(long) && named.iter().all(|word| asked.contains(word)) {
        return Some(6);
    }
    if asked.iter().any(long)
        && asked
            .iter()
            .all(|word| begins_one(word, &named) || is_near_one(word, &named))
    {
        return Some(7);
    }
    None
}

fn begins_one(word: &str, named: &[&str]) -> bool {
    named
        .iter()
        .any(|name| name.starts_with(word) && (word.len() > 2 || name == &word))
}

fn is_near_one(word: &str, named: &[&str]) -> bool {
    named.iter().any(|name| {
        let allowed = match word.chars().count().min(name.chars().count()) {
            0..=3 => 0,
            4..=7 => 1,
            _ => 2,
        };
        // "reports" for "report": an ending more or less is no typo.
        let stem = word
            .strip_suffix('s')
            .is_some_and(|stem| stem == *name && stem.len() > 2);
        stem || (allowed > 0 && distance(word, name) <= allowed)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_typos() {
        for (first, second, expected) in [
            ("report", "report", 0),
            ("reprot", "report", 1),
            ("reort", "report", 1),
            ("dentits", "dentist", 1),
            ("milk", "silk", 1),
            ("", "ab", 2),
        ] {
            assert_eq!(distance(first, second), expected, "{first} {second}");
        }
    }

    #[test]
    fn titles_rank_by_how_well_they_fit() {
        let rank = |query: &str, title: &str| rank(&words(query), &words(title));
        assert_eq!(rank("Buy milk!", "buy milk"), Some(0));
        assert_eq!(rank("the milk", "Milk"), Some(1));
        assert_eq!(rank("buy", "Buy milk"), Some(2));
        assert_eq!(rank("milk", "Buy milk"), Some(3));
        assert_eq!(rank("report Q4", "Review Q4 report"), Some(4));
        assert_eq!(rank("rev rep", "Review Q4 report"), Some(5));
        assert_eq!(rank("milk from the shop", "Milk"), Some(6));
        assert_eq!(rank("reveiw the reprot", "Review Q4 report"), Some(7));
        assert_eq!(rank("bread", "Buy milk"), None);
        assert_eq!(rank("i", "Buy milk"), None);
        assert_eq!(rank("Bob", "Call Rob"), None);
    }
}
