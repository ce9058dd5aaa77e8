//! Politeness and filler around a request.

use std::sync::LazyLock;

use super::pattern::{Openers, Pattern};
use super::words::Phrase;

/// What may stand before a request and says nothing.
static FRONT: LazyLock<Openers> = LazyLock::new(|| {
    Openers::new(&[
        "please|pls|plz|kindly|just|also|and|then|now|ok|okay|so|well|hey|hi|hello|alright|thanks|\
         thank_you|actually",
        "maybe|oh|yo|um|uh|hmm|assistant|greenlit|perhaps|afterwards|finally|sorry|but|yeah|quickly|\
         oops|btw|for_me",
        "by the way",
        "can|could|would|will you|u",
        "would you mind",
        "can|could|shall we",
        "i'd_like|i_would_like|i_want|i_need you to",
        "you can|could|should",
        "go ahead and",
        "let's|lets|let_us",
        "dear assistant",
        "try to",
        "help me to",
        "good morning|evening",
        "hi|hello|hey there",
    ])
});

/// Words that also begin a phrase ("next week", "first aid kit"): filler only before a comma.
static BEFORE_COMMA: LazyLock<Openers> =
    LazyLock::new(|| Openers::new(&["next|first|good|right|no|yes|great|sure"]));

/// Filler before a verb that is itself the request.
static BEFORE_VERB: LazyLock<Openers> = LazyLock::new(|| {
    Openers::new(&[
        "help me add|create|make|set|delete|remove|schedule|find|mark|remember",
        "i'd_like|i_want|i_would_like|i_need to see",
        "i'd_like|i_want|i_would_like to add",
        "can|could|may i add|create|see|view|get|have",
        "let me see",
        "i wanna see",
    ])
});

/// Without "please", "could you", "I'd like you to" around a request.
pub(super) fn polite(phrase: Phrase<'_>) -> Phrase<'_> {
    let mut phrase = phrase.without_leading_marks();
    loop {
        if let Some(len) = BEFORE_VERB.begin(phrase) {
            return without_thanks(phrase.skip(len - 1));
        }
        let before_comma = BEFORE_COMMA.begin(phrase).filter(|len| phrase.lower(*len) == ",");
        let Some(len) = FRONT.begin(phrase).or(before_comma) else {
            return without_thanks(phrase);
        };
        let rest = phrase.skip(len).without_leading_marks();
        if rest.is_empty() {
            return phrase;
        }
        phrase = rest;
    }
}

/// Without "please" and "thanks" at the end.
pub(super) fn without_thanks(phrase: Phrase<'_>) -> Phrase<'_> {
    static BACK: LazyLock<Pattern> = LazyLock::new(|| {
        Pattern::new(
            "please|pls|plz|thanks|thank_you|thx|thank_you_very_much|thanks_a_lot|many_thanks|\
             if_you_can|if_possible|would_you|will_you|ok|okay|right",
        )
    });
    // A question stays one.
    let last = phrase.len().saturating_sub(1);
    if phrase.is_punct(last) && phrase.lower(last).starts_with('?') {
        return phrase;
    }
    let bare = phrase.without_end_marks();
    let thanks = (1..bare.len().min(5)).find(|len| BACK.matches(bare.skip(bare.len() - len)).is_some());
    match thanks {
        Some(len) => without_thanks(bare.slice(0, bare.len() - len).without_end_marks()),
        None => phrase,
    }
}
