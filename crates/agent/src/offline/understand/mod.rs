//! Understanding a whole message: its lines, lists and sentences, one intent each.

mod clause;
mod clauses;
mod fold;
mod lines;
mod look;

use super::intent::{Intent, Talk, Unknown};

/// Everything a message asks for, in its order; never empty.
pub(super) fn understand(message: &str) -> Vec<Intent> {
    let lines: Vec<&str> = message
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let mut intents = lines::list(&lines).unwrap_or_else(|| {
        lines
            .iter()
            .flat_map(|line| clauses::sentences(lines::item(line)))
            .collect()
    });
    if intents.iter().any(|intent| !is_aside(intent)) {
        intents.retain(|intent| !is_aside(intent));
    }
    let mut intents = fold::fold(intents);
    if intents.is_empty() {
        intents.push(Intent::Unknown(Unknown::General));
    }
    intents
}

/// What says nothing beside a request: "Hi!", "Thanks."
fn is_aside(intent: &Intent) -> bool {
    matches!(
        intent,
        Intent::Talk(Talk::Greeting | Talk::Thanks | Talk::Goodbye) | Intent::Answer(_)
    )
}
