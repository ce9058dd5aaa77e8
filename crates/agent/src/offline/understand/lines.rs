//! Messages of several lines: lists with a headline, or items alone.

use std::sync::LazyLock;

use super::super::intent::{Intent, Unknown};
use super::super::pattern::Pattern;
use super::super::polite::polite;
use super::super::words::{Phrase, one_of, tokenize};
use super::super::{add, change, dates, titles};
use super::clauses;

/// A line without the mark of a list item.
pub(super) fn item(line: &str) -> &str {
    bullet(line).unwrap_or(line)
}

/// What a line says behind "- ", "2. ", "[ ] "; `None` without such a mark.
fn bullet(line: &str) -> Option<&str> {
    let digits = line.trim_start_matches(|char: char| char.is_ascii_digit());
    let item = ["- ", "* ", "• ", "– ", "— ", "+ ", "· ", "▪ ", "‣ ", "◦ "]
        .iter()
        .find_map(|mark| line.strip_prefix(mark))
        .or_else(|| line.strip_prefix('•'))
        .or_else(|| {
            (digits.len() < line.len())
                .then(|| [". ", ") "].iter().find_map(|mark| digits.strip_prefix(mark)))?
        });
    let boxed = |text: &str| {
        let text = text.trim_start();
        ["[ ]", "[x]", "[X]", "[]", "☐", "✓", "☑"]
            .iter()
            .find_map(|mark| text.strip_prefix(mark))
            .map(|rest| rest.trim().len())
    };
    let text = item.unwrap_or(line);
    match boxed(text) {
        Some(len) => Some(&text[text.len() - len..]),
        None => item.map(str::trim),
    }
}

/// A message that is a list: a headline and items, or items alone.
pub(super) fn list(lines: &[&str]) -> Option<Vec<Intent>> {
    let (first, rest) = lines.split_first()?;
    if bullet(first).is_some() {
        let all = rest.iter().all(|line| bullet(line).is_some());
        return (all && !rest.is_empty()).then(|| items("", lines));
    }
    let announced = first.ends_with(':') && !rest.is_empty();
    let bulleted = !rest.is_empty() && rest.iter().all(|line| bullet(line).is_some());
    (announced || bulleted).then(|| items(first, rest))
}

/// Reads each item as if the headline stood before it.
fn items(headline: &str, lines: &[&str]) -> Vec<Intent> {
    let tokens = tokenize(headline);
    let head = polite(Phrase::new(headline, &tokens)).without_end_marks();
    let adds = head.is_empty() || opens_list(head);
    let mut intents = Vec::new();
    for line in lines {
        let item = bullet(line).unwrap_or(line);
        if item.is_empty() {
            continue;
        }
        if adds {
            intents.push(item_of_new(headline, item));
        } else {
            let verb = headline_verb(head);
            let text = format!("{} {item}", verb);
            intents.extend(clauses::sentences(&text));
        }
    }
    if intents.iter().all(|intent| matches!(intent, Intent::Unknown(_))) {
        return vec![Intent::Unknown(Unknown::General)];
    }
    intents
}

/// "Delete these tasks:" without its end.
fn headline_verb(head: Phrase<'_>) -> &str {
    static LIST: LazyLock<Pattern> = LazyLock::new(|| {
        Pattern::new(
            "{x} the|these|those|following|these_tasks|the_following|\
                                       the_following_tasks|tasks tasks?",
        )
    });
    let captures = LIST.matches(head);
    captures.map_or(head.text(), |captures| captures.get('x').text())
}

/// Whether a headline announces new tasks.
fn opens_list(head: Phrase<'_>) -> bool {
    let text = head.text().to_owned() + ": a, b";
    let tokens = tokenize(&text);
    let probe = Phrase::new(&text, &tokens);
    if change::parse(probe).is_some() {
        return false;
    }
    if matches!(add::parse(probe), Some(Intent::Add(_)))
        || matches!(add::parse_weak(probe), Some(Intent::Add(_)))
    {
        return true;
    }
    // "Groceries:", "Tomorrow:", "Things to do today:"
    let question = one_of(
        head.lower(0),
        "what which how why who explain write translate summarize show",
    );
    head.len() <= 6 && !question
}

fn item_of_new(headline: &str, item: &str) -> Intent {
    let tokens = tokenize(item);
    let phrase = polite(Phrase::new(item, &tokens));
    if let Some(intent) = add::parse(phrase) {
        return intent;
    }
    let mut draft = titles::draft(phrase, false);
    // The headline may say when or how urgent: "Add these for tomorrow:".
    let text = format!("{} x", headline.trim_end_matches(':'));
    let tokens = tokenize(&text);
    let head = titles::draft(polite(Phrase::new(&text, &tokens)), false);
    let only_date = dates::read_whole(Phrase::new(&text, &tokens[..tokens.len() - 1]));
    draft.when = draft.when.or(head_date(headline)).or(only_date);
    draft.priority = draft.priority.or(head.priority);
    Intent::Add(vec![draft])
}

/// The date in a headline, wherever it stands.
fn head_date(headline: &str) -> Option<dates::When> {
    let tokens = tokenize(headline);
    let phrase = Phrase::new(headline, &tokens);
    (0..phrase.len())
        .find_map(|i| dates::read(phrase, i))
        .map(|found| found.when)
}
