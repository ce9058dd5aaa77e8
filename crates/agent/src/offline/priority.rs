//! Priorities in words: "high priority", "urgent", "!!", "not important".

use protocol::TaskPriority;

use super::words::{Phrase, one_of};

/// A priority found at the beginning of a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) priority: TaskPriority,
    /// How many tokens it took.
    pub(super) len: usize,
    /// Whether it says "priority" or is a mark, so that it can mean nothing else.
    pub(super) sure: bool,
    /// Whether it is written as nobody writes a word, so that it is meant wherever it stands: "!high".
    pub(super) is_mark: bool,
}

fn level(word: &str) -> Option<TaskPriority> {
    Some(match word {
        "high" | "higher" | "highest" | "top" | "max" | "maximum" => TaskPriority::High,
        "low" | "lower" | "lowest" | "minimum" => TaskPriority::Low,
        "normal" | "medium" | "mid" | "default" | "standard" | "regular" | "average" => TaskPriority::Normal,
        _ => return None,
    })
}

fn alone(word: &str) -> Option<TaskPriority> {
    Some(match word {
        "urgent" | "urgently" | "important" | "critical" | "crucial" | "vital" | "asap" | "high-prio" => {
            TaskPriority::High
        }
        "unimportant" | "minor" | "low-prio" => TaskPriority::Low,
        _ => return None,
    })
}

fn mark(word: &str) -> Option<TaskPriority> {
    Some(match word {
        "p1" | "#urgent" | "#important" | "!high" | "#high" | "high-priority" | "top-priority" | "asap" => {
            TaskPriority::High
        }
        "p2" | "!normal" | "!medium" | "normal-priority" | "medium-priority" => TaskPriority::Normal,
        "p3" | "p4" | "!low" | "#low" | "low-priority" => TaskPriority::Low,
        word if word.len() > 1 && word.bytes().all(|byte| byte == b'!') => TaskPriority::High,
        _ => return None,
    })
}

/// "!high", which is two tokens.
fn exclaimed(phrase: Phrase<'_>, at: usize) -> Option<TaskPriority> {
    let [mark, word] = phrase.tokens().get(at..at + 2)? else {
        return None;
    };
    let apart = at
        .checked_sub(1)
        .and_then(|before| phrase.tokens().get(before))
        .is_none_or(|before| before.end < mark.start);
    (mark.lower == "!" && mark.end == word.start && apart)
        .then(|| level(&word.lower))
        .flatten()
}

fn is_noun(word: &str) -> bool {
    one_of(word, "priority prio importance urgency priorities")
}

/// Reads a priority at `at`, with the words around it that belong to it.
pub(super) fn read(phrase: Phrase<'_>, at: usize) -> Option<Found> {
    if phrase.is_quoted(at) {
        return None;
    }
    let mut i = at;
    let with = one_of(phrase.lower(i), "with at as of has is");
    if with {
        i += 1;
    }
    if matches!(phrase.lower(i), "a" | "an" | "the") {
        i += 1;
    }
    if phrase.lower(i) == "its" || phrase.lower(i) == "it's" {
        i += 1;
    }
    let not = phrase.lower(i) == "not";
    if not {
        i += 1;
    }
    if one_of(phrase.lower(i), "very really so super more most less that") {
        i += 1;
    }
    let found = |priority, end: usize, sure| {
        Some(Found {
            priority,
            len: end - at,
            sure,
            is_mark: false,
        })
    };
    let flip = |priority| if not { TaskPriority::Low } else { priority };
    let word = phrase.lower(i);
    if let Some(priority) = exclaimed(phrase, i) {
        return found(flip(priority), i + 2, true).map(|found| Found {
            is_mark: true,
            ..found
        });
    }
    if let Some(priority) = mark(word) {
        let noun = usize::from(is_noun(phrase.lower(i + 1)));
        return found(flip(priority), i + 1 + noun, true);
    }
    if let Some(priority) = level(word)
        && is_noun(phrase.lower(i + 1))
    {
        return found(flip(priority), i + 2, true);
    }
    if is_noun(word) {
        let mut j = i + 1;
        while one_of(phrase.lower(j), ": = is to as -") {
            j += 1;
        }
        let priority = level(phrase.lower(j)).or_else(|| alone(phrase.lower(j)))?;
        return found(flip(priority), j + 1, true);
    }
    let priority = alone(word)?;
    let noun = is_noun(phrase.lower(i + 1));
    found(flip(priority), i + 1 + usize::from(noun), noun || not)
}

/// Reads a phrase that is a priority and nothing else; "high" alone counts here.
pub(super) fn read_whole(phrase: Phrase<'_>) -> Option<TaskPriority> {
    let phrase = phrase.without_leading_marks();
    let end = phrase.without_end_marks();
    let phrase = if end.is_empty() { phrase } else { end };
    if let Some(found) = read(phrase, 0)
        && found.len == phrase.len()
    {
        return Some(found.priority);
    }
    let skip = usize::from(matches!(phrase.lower(0), "a" | "to" | "very"));
    (phrase.len() == skip + 1)
        .then(|| level(phrase.lower(skip)))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::super::words::tokenize;
    use super::*;

    #[test]
    fn priorities_are_read() {
        for (line, priority) in [
            ("high priority", Some(TaskPriority::High)),
            ("with a very high priority", Some(TaskPriority::High)),
            ("priority: low", Some(TaskPriority::Low)),
            ("urgent", Some(TaskPriority::High)),
            ("not urgent", Some(TaskPriority::Low)),
            ("not so important", Some(TaskPriority::Low)),
            ("!!", Some(TaskPriority::High)),
            ("!high", Some(TaskPriority::High)),
            ("!low", Some(TaskPriority::Low)),
            ("p2", Some(TaskPriority::Normal)),
            ("high", Some(TaskPriority::High)),
            ("medium", Some(TaskPriority::Normal)),
            ("high-priority", Some(TaskPriority::High)),
            ("high chair", None),
            ("important papers", None),
            ("", None),
        ] {
            let tokens = tokenize(line);
            assert_eq!(read_whole(Phrase::new(line, &tokens)), priority, "{line}");
        }
    }
}
