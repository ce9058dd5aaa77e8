//! Patterns: phrases of everyday English as one line of text each.
//!
//! `move|shift {x} to|until the? {d:date}` has words with alternatives (`_` stands for a space
//! within one), optional words (`?`), and captures. A capture takes at least one token (`{x?}`: or
//! none), as few as possible; a typed one takes only what can be read as that type.

use super::change;
use super::dates;
use super::priority;
use super::words::Phrase;

/// A phrase to look for.
pub(super) struct Pattern(Vec<Element>);

enum Element {
    Words {
        alternatives: Vec<Vec<&'static str>>,
        optional: bool,
    },
    Capture {
        name: char,
        optional: bool,
        reads: Reads,
    },
}

#[derive(Clone, Copy)]
enum Reads {
    Anything,
    Date,
    Span,
    Priority,
    /// A date and a priority.
    Fields,
}

/// What the captures of a pattern took.
#[derive(Default)]
pub(super) struct Captures<'a>(Vec<(char, Phrase<'a>)>);

impl<'a> Captures<'a> {
    /// What the capture took; empty when there was none.
    pub(super) fn get(&self, name: char) -> Phrase<'a> {
        self.0
            .iter()
            .find(|(other, _)| *other == name)
            .map_or(Phrase::new("", &[]), |(_, phrase)| *phrase)
    }
}

/// A capture that is not the last element takes no more tokens than this, so that a message of
/// ten thousand characters cannot make matching slow.
const LONGEST_INNER_CAPTURE: usize = 40;

impl Pattern {
    pub(super) fn new(text: &'static str) -> Self {
        Self(text.split_whitespace().map(element).collect())
    }

    /// Matches the whole phrase.
    pub(super) fn matches<'a>(&self, phrase: Phrase<'a>) -> Option<Captures<'a>> {
        let mut captures = Captures::default();
        matches(&self.0, phrase, 0, &mut captures).then_some(captures)
    }

    /// Matches the beginning of a phrase, as much of it as fits; how many tokens it took.
    fn begin(&self, phrase: Phrase<'_>) -> Option<usize> {
        (0..=phrase.len().min(12))
            .rev()
            .find(|len| matches(&self.0, phrase.slice(0, *len), 0, &mut Captures::default()))
    }
}

/// Patterns for the beginning of a phrase.
pub(super) struct Openers(Vec<Pattern>);

impl Openers {
    pub(super) fn new(patterns: &[&'static str]) -> Self {
        Self(patterns.iter().map(|text| Pattern::new(text)).collect())
    }

    /// The most tokens that any of them takes at the beginning.
    pub(super) fn begin(&self, phrase: Phrase<'_>) -> Option<usize> {
        self.0.iter().filter_map(|pattern| pattern.begin(phrase)).max()
    }
}

fn element(text: &'static str) -> Element {
    if let Some(inner) = text.strip_prefix('{') {
        let inner = inner.trim_end_matches('}');
        let (inner, optional) = inner
            .strip_suffix('?')
            .map_or((inner, false), |inner| (inner, true));
        let (name, kind) = inner.split_once(':').unwrap_or((inner, ""));
        return Element::Capture {
            name: name.chars().next().unwrap_or('x'),
            optional,
            reads: match kind {
                "date" => Reads::Date,
                "span" => Reads::Span,
                "priority" => Reads::Priority,
                "fields" => Reads::Fields,
                _ => Reads::Anything,
            },
        };
    }
    let (text, optional) = match text.strip_suffix('?') {
        Some(stem) if !stem.is_empty() => (stem, true),
        _ => (text, false),
    };
    Element::Words {
        alternatives: text.split('|').map(|word| word.split('_').collect()).collect(),
        optional,
    }
}

fn fits(reads: Reads, phrase: Phrase<'_>) -> bool {
    match reads {
        Reads::Anything => true,
        Reads::Date => dates::read_whole(phrase).is_some(),
        Reads::Span => dates::read_span(phrase).is_some(),
        Reads::Priority => priority::read_whole(phrase).is_some(),
        Reads::Fields => change::fields_of(phrase).is_some(),
    }
}

/// How many tokens the words take at `at`, commas between them left out of account.
fn words_at(words: &[&str], phrase: Phrase<'_>, at: usize) -> Option<usize> {
    let mut end = at;
    for word in words {
        while phrase.lower(end) == "," && *word != "," {
            end += 1;
        }
        if phrase.is_quoted(end) || phrase.lower(end) != *word {
            return None;
        }
        end += 1;
    }
    Some(end - at)
}

fn matches<'a>(elements: &[Element], phrase: Phrase<'a>, at: usize, captures: &mut Captures<'a>) -> bool {
    let Some((element, rest)) = elements.split_first() else {
        return at == phrase.len();
    };
    match element {
        Element::Words {
            alternatives,
            optional,
        } => {
            alternatives
                .iter()
                .filter_map(|words| words_at(words, phrase, at))
                .any(|len| matches(rest, phrase, at + len, captures))
                || (*optional && matches(rest, phrase, at, captures))
        }
        Element::Capture {
            name,
            optional,
            reads,
        } => {
            let left = phrase.len().saturating_sub(at);
            let least = usize::from(!*optional);
            let (from, to) = if rest.is_empty() {
                (left.max(least), left)
            } else {
                (least, left.min(LONGEST_INNER_CAPTURE))
            };
            for len in from..=to {
                let taken = phrase.slice(at, at + len);
                let blank = len > 0 && taken.without_end_marks().is_empty();
                if blank || (len > 0 && !fits(*reads, taken)) {
                    continue;
                }
                captures.0.push((*name, taken));
                if matches(rest, phrase, at + len, captures) {
                    return true;
                }
                captures.0.pop();
            }
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::tokenize;
    use super::*;

    fn captured(pattern: &'static str, line: &str) -> Option<Vec<String>> {
        let tokens = tokenize(line);
        let captures = Pattern::new(pattern).matches(Phrase::new(line, &tokens))?;
        Some(
            captures
                .0
                .iter()
                .map(|(_, phrase)| phrase.text().to_owned())
                .collect(),
        )
    }

    #[test]
    fn captures_take_as_little_as_fits() {
        assert_eq!(
            captured("move {x} to {d:date}", "Move talk to Bob to Friday"),
            Some(vec!["talk to Bob".into(), "Friday".into()])
        );
        assert_eq!(
            captured("mark {x} as? done|complete", "mark the milk done"),
            Some(vec!["the milk".into()])
        );
        assert_eq!(
            captured("get_rid_of {x}", "get rid of it"),
            Some(vec!["it".into()])
        );
        assert_eq!(captured("help me?", "help"), Some(vec![]));
        assert_eq!(captured("help me?", "help you"), None);
        assert_eq!(captured("delete {x}", "delete"), None);
    }
}
