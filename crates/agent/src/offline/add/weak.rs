//! Requests that only probably mean a new task: "I need to …", "buy milk", "call Bob at 5".

use std::sync::LazyLock;

use super::super::dates;
use super::super::intent::{Change, Intent, NewDue, Target, Unknown};
use super::super::pattern::Openers;
use super::super::titles;
use super::super::words::{Phrase, one_of};
use super::opener::Opener;
use super::{drafts, parse};

static NEED: LazyLock<Openers> = LazyLock::new(|| {
    Openers::new(&[
        "i|we also|still|really|just? need_to|have_to|must|should|gotta|got_to|ought_to also|remember_to?",
        "i|we need|have|should to? remember to",
        "i've|ive|we've got to",
        "i'm supposed to",
        "need_to|have_to|gotta|got_to|must",
        "i mustn't|must_not|shouldn't|can't|don't_want_to forget to",
        "i need a reminder to",
    ])
});

static WISH: LazyLock<Openers> = LazyLock::new(|| {
    Openers::new(&[
        "i|we want|plan|intend to",
        "i'd|i_would|we'd like to",
        "i'm|i_am|we're going to",
        "i will|wanna",
        "i'll",
        "i'm gonna",
    ])
});

/// Before an appointment: "I have a meeting tomorrow at 9".
static HAVE: LazyLock<Openers> = LazyLock::new(|| {
    Openers::new(&[
        "i|we have|got a|an|my",
        "i've|we've got a|an|my",
        "there is a|an",
        "there's a|an",
    ])
});

/// Verbs of everyday errands, which nobody asks of an assistant.
const ERRANDS: &str = "buy call pay phone ring pick clean wash water feed mow vacuum return renew visit \
                       collect fetch walk iron hoover deposit refill repair pack";

/// Verbs (and appointments) of tasks that may also be asked of an assistant.
const CHORES: &str = "email e-mail mail text message book send finish fix prepare submit order schedule \
                      review check meet see do go take bring get cook bake study read practice practise \
                      start update install file print sign apply register cancel attend talk discuss \
                      contact reply respond follow ask arrange plan organize organise work write draft \
                      plant paint build make learn replace change set put turn confirm invite deliver hand \
                      upload backup deploy release test drop sell donate train exercise run workout \
                      dentist doctor meeting lunch dinner appointment gym";

/// Whether a phrase begins with the verb of something to be done, and says to what.
pub(in super::super) fn is_deed(phrase: Phrase<'_>) -> bool {
    let verb = phrase.lower(0);
    let least = if verb == "pick" { 3 } else { 2 };
    phrase.len() >= least && (one_of(verb, ERRANDS) || one_of(verb, CHORES))
}

/// How many tokens "I want to", "I need to" and the like take.
pub(in super::super) fn wish(phrase: Phrase<'_>) -> Option<usize> {
    WISH.begin(phrase).or_else(|| NEED.begin(phrase))
}

/// Reads a request that probably means a new task.
pub(in super::super) fn parse_weak(phrase: Phrase<'_>) -> Option<Intent> {
    if let Some(len) = NEED.begin(phrase) {
        return needed(phrase.skip(len));
    }
    let wish = WISH.begin(phrase);
    let body = phrase.skip(wish.unwrap_or(0));
    let verb = body.lower(0);
    if body.is_empty() || is_talk(verb) || is_question(verb) || asks_for_words(body) {
        return None;
    }
    if let Some(when) = dates::read_whole(body) {
        // "At 5pm" alone goes on about the task that was spoken of.
        let change = Change {
            due: Some(NewDue::At(when)),
            ..Change::default()
        };
        return Some(Intent::Change(Target::It, change));
    }
    if let Some(len) = HAVE.begin(phrase) {
        let draft = titles::draft(phrase.skip(len), false);
        let dated = draft.when.is_some() && !draft.title.is_empty();
        return dated.then(|| Intent::Add(vec![draft]));
    }
    let draft = titles::draft(body, false);
    // "Urgent: call the bank"
    let first = draft.title.split(' ').next().unwrap_or_default().to_lowercase();
    let verb = if draft.priority.is_some() {
        first.as_str()
    } else {
        verb
    };
    let errand = one_of(verb, ERRANDS) && body.len() > 1;
    let chore = one_of(verb, CHORES) && body.len() > 1;
    let dated = draft.when.is_some() || draft.priority.is_some();
    let short = (2..=14).contains(&body.len());
    if short && (errand || (dated && (chore || wish.is_some()))) {
        return Some(Intent::Add(drafts(body, Opener::default())));
    }
    let perhaps = short && !draft.title.is_empty() && (chore || wish.is_some() || dated);
    perhaps.then_some(Intent::Unknown(Unknown::PerhapsTask(draft)))
}

/// What comes after "I need to".
fn needed(body: Phrase<'_>) -> Option<Intent> {
    if body.is_empty() || is_talk(body.lower(0)) {
        return None;
    }
    // "I need to add three tasks: …"
    let adds = one_of(body.lower(0), "add create make remember set");
    adds.then(|| parse(body))
        .flatten()
        .or_else(|| Some(Intent::Add(drafts(body, Opener::default()))))
}

/// Verbs that address the assistant.
fn is_talk(verb: &str) -> bool {
    one_of(
        verb,
        "know understand talk tell explain ask translate summarize summarise define describe \
         compare calculate compute draw generate sing solve imagine recommend suggest hear say \
         help give convert code",
    )
}

/// "Write me a poem": what only a model can do.
fn asks_for_words(body: Phrase<'_>) -> bool {
    let made = |word: &str| {
        one_of(
            word,
            "poem haiku joke story essay song function script code python javascript regex sql \
             lyrics limerick article riddle rust java css html",
        )
    };
    matches!(body.lower(1), "me" | "us") && !one_of(body.lower(0), "call text email meet")
        || one_of(body.lower(0), "write make build read check fix review draft")
            && body.tokens().iter().any(|token| made(&token.lower))
}

fn is_question(word: &str) -> bool {
    one_of(
        word,
        "what what's who who's why how when where which whose is are do does did was were will \
         would could should can am has have if",
    )
}
