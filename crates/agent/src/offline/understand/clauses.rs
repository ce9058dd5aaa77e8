//! Cutting running text into requests.

use super::super::intent::{Intent, NewDue, Talk, Target};
use super::super::polite::polite;
use super::super::words::{Phrase, one_of, tokenize};
use super::super::{add, change, talk};
use super::clause::clause_intent;

/// Reads one line of running text.
pub(super) fn sentences(line: &str) -> Vec<Intent> {
    let tokens = tokenize(line);
    let phrase = Phrase::new(line, &tokens);
    let mut intents = Vec::new();
    let mut rest = phrase;
    while !rest.is_empty() {
        let (clause, next) = first_clause(rest);
        if let Some((left, verb, right)) = elided(clause) {
            intents.push(clause_intent(left));
            intents.extend(sentences(&format!("{} {}", verb.text(), right.text())));
        } else {
            intents.push(clause_intent(clause));
        }
        rest = next;
    }
    intents
}

/// "Mark 1 done and 2 urgent": the verb is said once, and the second half is another request than the
/// first one.
fn elided(phrase: Phrase<'_>) -> Option<(Phrase<'_>, Phrase<'_>, Phrase<'_>)> {
    let polite = polite(phrase);
    if polite.len() > 30
        || !one_of(
            polite.lower(0),
            "mark move make set rename change reschedule postpone push",
        )
    {
        return None;
    }
    (2..polite.len()).find_map(|i| {
        let (joint, len) =
            joint(polite, i).filter(|(joint, _)| matches!(joint, Joint::And | Joint::Comma))?;
        let (left, verb, right) = (polite.slice(0, i), polite.slice(0, 1), polite.skip(i + len));
        let text = format!("{} {}", verb.text(), right.text());
        let tokens = tokenize(&text);
        let (first, second) = (clause_intent(left), clause_intent(Phrase::new(&text, &tokens)));
        let positioned = |intent: &Intent| {
            matches!(
                intent,
                Intent::Change(Target::Positions { .. }, _) | Intent::Complete(Target::Positions { .. })
            )
        };
        let both = positioned(&first) && positioned(&second) && joint != Joint::Sentence;
        let other = !matches!((&first, &second), (Intent::Complete(_), Intent::Complete(_)));
        (both && other).then_some((left, verb, right))
    })
}

/// What joins two requests.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joint {
    Sentence,
    Then,
    And,
    Comma,
}

/// A message longer than this is not cut at every "and".
const LONGEST_SPLIT: usize = 200;

/// Cuts off the first request of a line.
fn first_clause(phrase: Phrase<'_>) -> (Phrase<'_>, Phrase<'_>) {
    let whole = (phrase, phrase.skip(phrase.len()));
    if talk::answer(phrase).is_some() || talk::parse(phrase).is_some() || change::correction(phrase).is_some()
    {
        return whole;
    }
    for i in 1..phrase.len().min(LONGEST_SPLIT) {
        let Some((joint, len)) = joint(phrase, i) else {
            continue;
        };
        let (left, right) = (phrase.slice(0, i), phrase.skip(i + len));
        if right.is_empty() || !opens_request(right, joint, left) {
            continue;
        }
        return (left, right);
    }
    whole
}

fn joint(phrase: Phrase<'_>, i: usize) -> Option<(Joint, usize)> {
    if phrase.is_quoted(i) {
        return None;
    }
    let then = |offset: usize| one_of(phrase.lower(i + offset), "then afterwards also next");
    Some(match phrase.lower(i) {
        "." | "!" | "?" | ";" | "!!" | "!!!" | "..." | "…"
            if phrase.is_punct(i) && !phrase.is_glued(i + 1) =>
        {
            let and = usize::from(phrase.lower(i + 1) == "and");
            (Joint::Sentence, 1 + and + usize::from(then(1 + and)))
        }
        "," => match phrase.lower(i + 1) {
            "and" | "then" | "also" | "plus" => {
                let second = usize::from(then(2));
                let joint = if then(1) || second == 1 {
                    Joint::Then
                } else {
                    Joint::And
                };
                (joint, 2 + second)
            }
            _ => (Joint::Comma, 1),
        },
        "and" | "&" | "plus" => {
            if then(1) {
                (Joint::Then, 2)
            } else {
                (Joint::And, 1)
            }
        }
        "then" => (Joint::Then, 1),
        _ => return None,
    })
}

/// Whether what follows a joint is a request of its own.
fn opens_request(right: Phrase<'_>, joint: Joint, left: Phrase<'_>) -> bool {
    let right = polite(right);
    let left_intent = clause_intent(left);
    if matches!(left_intent, Intent::Unknown(_)) {
        return false;
    }
    // Up to the next joint: the rest of the line may hold more.
    let end = (1..right.len())
        .find(|i| self::joint(right, *i).is_some_and(|(joint, _)| joint != Joint::Comma))
        .unwrap_or(right.len());
    let probe = right.slice(0, end);
    if matches!(left_intent, Intent::Talk(_) | Intent::Answer(_)) && joint != Joint::And {
        return true;
    }
    let intent = clause_intent(probe);
    let understood = !matches!(intent, Intent::Unknown(_) | Intent::Answer(_));
    match joint {
        Joint::Sentence => {
            understood
                && (is_plain(&intent)
                    || !matches!(left_intent, Intent::Add(_))
                    || matches!(intent, Intent::Add(_)))
        }
        Joint::Then => understood && is_plain(&intent),
        Joint::And | Joint::Comma => understood && is_strong(&intent, probe, &left_intent),
    }
}

/// Whether a request is one even after "then" or a full stop.
fn is_plain(intent: &Intent) -> bool {
    !matches!(intent, Intent::Talk(Talk::Greeting | Talk::Identity))
}

/// Whether the words after a mere "and" are a request, not the second half of a title: "add pack
/// boxes and remove the old wallpaper" is one task, "add milk and delete the eggs task" are two
/// requests.
fn is_strong(intent: &Intent, phrase: Phrase<'_>, left: &Intent) -> bool {
    let verb = phrase.lower(0);
    if phrase.len() == 1 && one_of(verb, "done finished completed complete") {
        return false;
    }
    let adding = matches!(left, Intent::Add(_) | Intent::Schedule(_));
    match intent {
        Intent::Add(_) => {
            one_of(verb, "add remind don't put")
                || (one_of(verb, "a another one") && add::parse(phrase).is_some())
                || (matches!(verb, "create" | "make" | "set") && add::parse(phrase).is_some())
                || (!adding && add::parse(phrase).is_some())
        }
        Intent::Delete(target) | Intent::Complete(target) | Intent::Reopen(target) => {
            let software = one_of(verb, "delete mark complete tick reopen");
            let listed =
                one_of(phrase.lower(phrase.len() - 1), "task todo list one") || phrase.lower(1) == "task";
            software
                || !adding && verb != "done"
                || listed
                || !matches!(target, Target::Title(_) | Target::Missing)
        }
        Intent::Change(target, change) => {
            let renames = change.title.is_some();
            let listed = one_of(verb, "rename reschedule postpone prioritize retitle");
            !adding
                || listed
                || !matches!(target, Target::Title(_))
                || (!renames
                    && one_of(verb, "make mark set move")
                    && !matches!(change.due, Some(NewDue::Shift(_))))
        }
        Intent::List(_) | Intent::Show(_) | Intent::Next | Intent::Organize => one_of(
            verb,
            "show list \
                                                                                             what what's \
                                                                                             tell how \
                                                                                             which give \
                                                                                             display see \
                                                                                             organize",
        ),
        Intent::AskDate(_) | Intent::AskTitle(_) => !adding,
        Intent::Undo(_) | Intent::UndoAnyway | Intent::Redo(_) | Intent::Oops | Intent::Split(_) => true,
        Intent::Talk(talk) => matches!(talk, Talk::Help),
        Intent::Schedule(_) => !adding,
        Intent::Answer(_) | Intent::Unknown(_) => false,
    }
}
