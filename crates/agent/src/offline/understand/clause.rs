//! Reading one request.

use std::sync::LazyLock;

use super::super::intent::{Intent, Unknown};
use super::super::pattern::Pattern;
use super::super::polite::polite;
use super::super::words::{Kind, Phrase, one_of};
use super::super::{add, change, dates, query, talk, titles};
use super::look;

/// Reads one request.
pub(super) fn clause_intent(phrase: Phrase<'_>) -> Intent {
    let bare = phrase.without_leading_marks();
    if let Some(intent) = talk::answer(bare).or_else(|| talk::parse(phrase)) {
        return intent;
    }
    if let Some(intent) = change::correction(bare) {
        return intent;
    }
    let phrase = polite(bare);
    if phrase.is_empty() {
        return talk::parse(bare).unwrap_or(Intent::Unknown(Unknown::General));
    }
    if phrase.without_end_marks().is_empty() || phrase.tokens().iter().all(|token| token.kind == Kind::Punct)
    {
        return Intent::Unknown(Unknown::General);
    }
    // A question about how things are is answered, never acted on: "milk done?"
    let asked_so = phrase.lower(phrase.len() - 1).starts_with('?') && phrase.len() == bare.len();
    if asked_so
        && !one_of(
            phrase.lower(0),
            "complete finish mark tick check close cross set reopen undo did have has was were is are do does",
        )
        && let Some(intent) = look::state(phrase)
    {
        return intent;
    }
    let asks = phrase.lower(phrase.len() - 1).starts_with('?')
        && one_of(phrase.lower(0), "is are did have was were does do am has");
    if asks {
        return asked(phrase);
    }
    change::fields(phrase)
        .or_else(|| add::parse(phrase))
        .or_else(|| talk::refusal(phrase))
        .or_else(|| talk::parse(phrase))
        .or_else(|| look::adjective_list(phrase))
        .or_else(|| change::parse(phrase))
        .or_else(|| look::due_first(phrase))
        .or_else(|| look::details(phrase))
        .or_else(|| query::question(phrase).map(Intent::List))
        .or_else(|| look::search(phrase))
        .or_else(|| schedule(phrase))
        .or_else(|| wished(phrase))
        .or_else(|| add::parse_weak(phrase))
        .unwrap_or_else(|| talk::unknown(phrase))
}

/// "I want to delete a task": a wish that speaks of the list is a request.
fn wished(phrase: Phrase<'_>) -> Option<Intent> {
    let len = add::wish(phrase)?;
    let listed = phrase.tokens().iter().any(|token| {
        one_of(
            token.lower.as_str(),
            "task tasks todo todos list reminder to-do reminders",
        )
    });
    let intent = listed.then(|| clause_intent(phrase.skip(len)))?;
    (!matches!(intent, Intent::Unknown(_))).then_some(intent)
}

fn asked(phrase: Phrase<'_>) -> Intent {
    query::question(phrase)
        .map(Intent::List)
        .or_else(|| look::search(phrase))
        .or_else(|| look::is_done(phrase))
        .unwrap_or_else(|| talk::unknown(phrase))
}

/// "Schedule the dentist for Friday at 10".
fn schedule(phrase: Phrase<'_>) -> Option<Intent> {
    static IS_ON: LazyLock<Pattern> = LazyLock::new(|| Pattern::new("my|the|our {x} is|are now? {d:date}"));
    if let Some(captures) = IS_ON.matches(phrase.without_end_marks()) {
        let mut draft = titles::draft(captures.get('x'), false);
        draft.when = dates::read_whole(captures.get('d'));
        return Some(Intent::Schedule(draft));
    }
    let verb = match (phrase.lower(0), phrase.lower(1)) {
        ("schedule" | "plan", _) => 1,
        ("set", "up") => 2,
        _ => return None,
    };
    let draft = titles::draft(phrase.skip(verb), false);
    (draft.when.is_some() && !draft.title.is_empty()).then_some(Intent::Schedule(draft))
}
