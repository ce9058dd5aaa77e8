//! Requests for new tasks: "add …", "remind me to …", "create a task called '…'".

use protocol::TaskPriority;

use super::dates;
use super::intent::{Draft, Intent, Unknown};
use super::items;
use super::pattern::Pattern;
use super::priority;
use super::titles;
use super::words::Phrase;

/// What a request begins with before its titles.
#[derive(Debug, Clone, Copy, Default)]
struct Opener {
    len: usize,
    /// "called", "named": a quotation that follows is the whole title.
    named: bool,
    /// Several tasks were announced ("add these tasks:"), and how many if that was said.
    several: Option<Option<usize>>,
    priority: Option<TaskPriority>,
}

/// Reads a request that can only mean new tasks.
pub(super) fn parse(phrase: Phrase<'_>) -> Option<Intent> {
    if let Some(intent) = onto_list(phrase) {
        return Some(intent);
    }
    let opener = opener(phrase)?;
    let body = phrase.skip(opener.len);
    Some(Intent::Add(drafts(body, opener)))
}

/// Reads a request that probably means a new task: "I need to …", "buy milk", "call Bob at 5".
pub(super) fn parse_weak(phrase: Phrase<'_>) -> Option<Intent> {
    if let Some(len) = begins(phrase, NEED) {
        let body = phrase.skip(len);
        if body.is_empty() || is_talk(body.lower(0)) {
            return None;
        }
        // "I need to add three tasks: …"
        if matches!(body.lower(0), "add" | "create" | "make" | "remember" | "set")
            && let Some(intent) = parse(body)
        {
            return Some(intent);
        }
        return Some(Intent::Add(drafts(body, Opener::default())));
    }
    let wish = begins(phrase, WISH);
    let body = phrase.skip(wish.unwrap_or(0));
    let verb = body.lower(0);
    if body.is_empty() || is_talk(verb) || is_question(verb) || asks_for_words(body) {
        return None;
    }
    if let Some(when) = dates::read_whole(body) {
        // "At 5pm" alone goes on about the task that was spoken of.
        let change = super::intent::Change {
            due: Some(super::intent::NewDue::At(when)),
            ..Default::default()
        };
        return Some(Intent::Change(super::intent::Target::It, change));
    }
    if let Some(len) = begins(phrase, HAVE) {
        let draft = titles::draft(phrase.skip(len), false);
        let dated = draft.when.is_some() && !draft.title.is_empty();
        return dated.then(|| Intent::Add(vec![draft]));
    }
    let draft = titles::draft(body, false);
    let errand = ERRANDS.contains(&verb) && body.len() > 1;
    let chore = CHORES.contains(&verb) && body.len() > 1;
    let dated = draft.when.is_some() || draft.priority.is_some();
    let short = (2..=14).contains(&body.len());
    if short && (errand || (dated && (chore || wish.is_some()))) {
        return Some(Intent::Add(drafts(body, Opener::default())));
    }
    if short && !draft.title.is_empty() && (chore || wish.is_some() || dated) {
        return Some(Intent::Unknown(Unknown::PerhapsTask(draft)));
    }
    None
}

/// "add milk to my list", "put milk on the list".
fn onto_list(phrase: Phrase<'_>) -> Option<Intent> {
    let verb = match phrase.lower(0) {
        "add" | "put" | "get" | "throw" | "stick" => 1,
        _ => return None,
    };
    let (body, tail) = cut_list_name(phrase.skip(verb))?;
    if body.is_empty() {
        // "add to my list: milk"
        let mut tail = tail.without_leading_marks();
        if tail.lower(0) == "to" {
            tail = tail.skip(1);
        }
        let mut opener = Opener::default();
        opener.several = tail
            .tokens()
            .iter()
            .any(|token| token.lower == ",")
            .then_some(None);
        return (phrase.lower(0) == "add" || phrase.lower(0) == "put")
            .then(|| Intent::Add(drafts(tail, opener)));
    }
    let mut opener = opener(phrase).unwrap_or(Opener {
        len: verb,
        ..Opener::default()
    });
    // "add milk, eggs and bread to my list" is a list.
    opener.several = opener.several.or(Some(None));
    let body = body.skip(opener.len - verb);
    let mut drafts = drafts(body, opener);
    if !tail.is_empty() {
        // What comes after the list's name is a date or a priority for all.
        let extra = titles::draft(tail_with_title(tail), false);
        for draft in &mut drafts {
            draft.when = draft.when.or(extra.when).or(dates::read_whole(tail));
            draft.priority = draft.priority.or(extra.priority).or(priority::read_whole(tail));
        }
    }
    Some(Intent::Add(drafts))
}

fn tail_with_title(tail: Phrase<'_>) -> Phrase<'_> {
    tail.without_leading_marks()
}

/// What stands before and after "to my list".
fn cut_list_name(phrase: Phrase<'_>) -> Option<(Phrase<'_>, Phrase<'_>)> {
    static NAMES: std::sync::LazyLock<Vec<Pattern>> = std::sync::LazyLock::new(|| {
        [
            "to|on|onto|in|into my|the|our|this todo|to-do|to_do|task|tasks|shopping|grocery|work? list|lists|tasks|todos|to-dos|agenda|plate",
            "to|on|onto|in|into my|the|our list|tasks|todos|to-dos|agenda|todo|to-do",
        ]
        .map(Pattern::new)
        .into()
    });
    for i in 0..phrase.len() {
        if phrase.is_quoted(i) {
            continue;
        }
        let len = NAMES.iter().filter_map(|name| name.begins(phrase.skip(i))).max();
        if let Some(len) = len {
            return Some((phrase.slice(0, i), phrase.skip(i + len)));
        }
    }
    None
}

fn begins(phrase: Phrase<'_>, openers: &[&str]) -> Option<usize> {
    openers
        .iter()
        .filter_map(|opener| {
            let mut len = 0;
            for word in opener.split(' ') {
                if phrase.is_quoted(len) || phrase.lower(len) != word {
                    return None;
                }
                len += 1;
            }
            Some(len)
        })
        .max()
}

/// How many tokens "I want to", "I need to" and the like take.
pub(super) fn wish(phrase: Phrase<'_>) -> Option<usize> {
    begins(phrase, WISH).or_else(|| begins(phrase, NEED))
}

const REMIND: &[&str] = &[
    "remind me to",
    "remind me about",
    "remind me that",
    "remind me of",
    "remind me :",
    "remind me",
    "remind us to",
    "remember to",
    "remember that",
    "remember :",
    "remember about",
    "don't forget to",
    "don't forget about",
    "don't forget",
    "dont forget to",
    "dont forget",
    "do not forget to",
    "don't let me forget to",
    "don't let me forget about",
    "don't let me forget",
    "dont let me forget to",
    "make sure i",
    "make sure to",
    "make a note to",
    "make a note of",
    "make a note that",
    "make a note :",
    "make a note",
    "take a note :",
    "take a note",
    "note to self :",
    "note to self to",
    "note to self",
    "note to self -",
    "todo :",
    "todo",
    "to-do :",
    "to do :",
    "task :",
    "tasks :",
    "todos :",
    "to-dos :",
    "reminder :",
    "new :",
    "also :",
    "jot down",
    "write down",
    "note down",
    "take down",
    "add :",
    "add",
];

const NEED: &[&str] = &[
    "i need to",
    "i also need to",
    "i still need to",
    "i really need to",
    "i have to",
    "i also have to",
    "i still have to",
    "i must",
    "i should",
    "i should also",
    "i've got to",
    "ive got to",
    "i got to",
    "i gotta",
    "i ought to",
    "i'm supposed to",
    "we need to",
    "we have to",
    "we must",
    "we should",
    "need to",
    "have to",
    "gotta",
    "got to",
    "must",
    "i mustn't forget to",
    "i must not forget to",
    "i shouldn't forget to",
    "i need a reminder to",
    "i need to remember to",
    "i have to remember to",
    "i should remember to",
    "i can't forget to",
    "i don't want to forget to",
];

const WISH: &[&str] = &[
    "i want to",
    "i'd like to",
    "i would like to",
    "i'm going to",
    "i am going to",
    "i plan to",
    "i will",
    "i'll",
    "i wanna",
    "i'm gonna",
    "i intend to",
    "we want to",
    "we're going to",
];

/// Before an appointment: "I have a meeting tomorrow at 9".
const HAVE: &[&str] = &[
    "i have a",
    "i have an",
    "i've got a",
    "i've got an",
    "we have a",
    "we have an",
    "there is a",
    "there is an",
    "there's a",
    "there's an",
    "i have my",
    "we've got a",
    "i got a",
];

/// Verbs of everyday errands, which nobody asks of an assistant.
pub(super) const ERRANDS: &[&str] = &[
    "buy", "call", "pay", "phone", "ring", "pick", "clean", "wash", "water", "feed", "mow", "vacuum",
    "return", "renew", "visit", "collect", "fetch", "walk", "iron", "hoover", "deposit", "refill", "repair",
    "pack",
];

/// Verbs of tasks that may also be asked of an assistant.
pub(super) const CHORES: &[&str] = &[
    "email",
    "e-mail",
    "mail",
    "text",
    "message",
    "book",
    "send",
    "finish",
    "fix",
    "prepare",
    "submit",
    "order",
    "schedule",
    "review",
    "check",
    "meet",
    "see",
    "do",
    "go",
    "take",
    "bring",
    "get",
    "cook",
    "bake",
    "study",
    "read",
    "practice",
    "practise",
    "start",
    "update",
    "install",
    "file",
    "print",
    "sign",
    "apply",
    "register",
    "cancel",
    "attend",
    "talk",
    "discuss",
    "contact",
    "reply",
    "respond",
    "follow",
    "ask",
    "arrange",
    "plan",
    "organize",
    "organise",
    "work",
    "write",
    "draft",
    "plant",
    "paint",
    "build",
    "make",
    "learn",
    "replace",
    "change",
    "set",
    "put",
    "turn",
    "confirm",
    "invite",
    "deliver",
    "hand",
    "upload",
    "backup",
    "deploy",
    "release",
    "test",
    "drop",
    "sell",
    "donate",
    "train",
    "exercise",
    "run",
    "workout",
    "dentist",
    "doctor",
    "meeting",
    "lunch",
    "dinner",
    "appointment",
    "gym",
];

/// Verbs that address the assistant.
fn is_talk(verb: &str) -> bool {
    matches!(
        verb,
        "know"
            | "understand"
            | "talk"
            | "tell"
            | "explain"
            | "ask"
            | "translate"
            | "summarize"
            | "summarise"
            | "define"
            | "describe"
            | "compare"
            | "calculate"
            | "compute"
            | "draw"
            | "generate"
            | "sing"
            | "solve"
            | "imagine"
            | "recommend"
            | "suggest"
            | "hear"
            | "say"
            | "help"
            | "give"
            | "convert"
            | "code"
    )
}

/// "Write me a poem": what only a model can do.
fn asks_for_words(body: Phrase<'_>) -> bool {
    let made = |word: &str| {
        matches!(
            word,
            "poem"
                | "haiku"
                | "joke"
                | "story"
                | "essay"
                | "song"
                | "function"
                | "script"
                | "code"
                | "python"
                | "javascript"
                | "regex"
                | "sql"
                | "lyrics"
                | "limerick"
                | "article"
                | "riddle"
                | "rust"
                | "java"
                | "css"
                | "html"
        )
    };
    matches!(body.lower(1), "me" | "us") && !matches!(body.lower(0), "call" | "text" | "email" | "meet")
        || matches!(
            body.lower(0),
            "write" | "make" | "build" | "read" | "check" | "fix" | "review" | "draft"
        ) && body.tokens().iter().any(|token| made(&token.lower))
}

fn is_question(word: &str) -> bool {
    matches!(
        word,
        "what"
            | "what's"
            | "who"
            | "who's"
            | "why"
            | "how"
            | "when"
            | "where"
            | "which"
            | "whose"
            | "is"
            | "are"
            | "do"
            | "does"
            | "did"
            | "was"
            | "were"
            | "will"
            | "would"
            | "could"
            | "should"
            | "can"
            | "am"
            | "has"
            | "have"
            | "if"
    )
}

/// Finds what a request begins with; `None` when it asks for no new task.
fn opener(phrase: Phrase<'_>) -> Option<Opener> {
    if let Some(opener) = with_noun(phrase) {
        return Some(opener);
    }
    let len = begins(phrase, REMIND)?;
    let list =
        matches!(phrase.lower(0), "todo" | "todos") && matches!(phrase.lower(1), "list" | "lists" | "items");
    if list || (phrase.len() == 1 && phrase.lower(0) == "todo") {
        return None;
    }
    let plural = matches!(phrase.lower(0), "tasks" | "todos" | "to-dos")
        || phrase.lower(len - 1) == ":" && phrase.lower(0) == "add";
    // "add the following: …", "add three: …"
    Some(Opener {
        len,
        named: false,
        several: plural.then_some(None),
        priority: None,
    })
}

/// "add a new high priority task called", "create 3 tasks:", "new todo", "set a reminder to".
fn with_noun(phrase: Phrase<'_>) -> Option<Opener> {
    let mut i = match (phrase.lower(0), phrase.lower(1)) {
        ("set" | "write" | "jot" | "note" | "put" | "take", "up" | "down") => 2,
        ("add" | "create" | "make" | "insert" | "enter" | "register" | "log" | "record" | "set", _) => 1,
        ("i" | "we", "need" | "want") => 2,
        ("i" | "we", "have") if phrase.tokens().iter().any(|token| token.lower == ":") => 2,
        ("i'd", "like") => 2,
        ("new" | "another" | "task" | "todo", _) => 0,
        _ => return None,
    };
    let verbless = i == 0;
    let mut opener = Opener::default();
    if phrase.lower(i) == "me" {
        i += 1;
    }
    let (mut new, mut following) = (false, false);
    loop {
        match phrase.lower(i) {
            "a" | "an" | "another" | "the" | "some" | "my" | "one" | "quick" | "simple" | "separate"
            | "this" => i += 1,
            "new" => (i, new) = (i + 1, true),
            "these" | "those" | "following" | "several" | "multiple" => {
                (i, following) = (i + 1, true);
            }
            "more" | "other" | "extra" => i += 1,
            word => match count(word).filter(|_| is_noun(phrase.lower(i + 1)).is_some()) {
                Some(count) => {
                    opener.several = Some(Some(count));
                    i += 1;
                }
                None => match priority::read(phrase, i)
                    .filter(|found| opener.priority.is_none() && found.len > 0)
                {
                    Some(found)
                        if is_noun(phrase.lower(i + found.len)).is_some()
                            || phrase.lower(i + found.len) == "new" =>
                    {
                        opener.priority = Some(found.priority);
                        i += found.len;
                    }
                    _ => break,
                },
            },
        }
    }
    let plural = match is_noun(phrase.lower(i)).filter(|_| !phrase.is_quoted(i)) {
        Some(plural) => plural,
        None if following && (phrase.lower(i) == ":" || i == phrase.len()) => {
            opener.several = Some(None);
            opener.len = i;
            return Some(opener);
        }
        None => return None,
    };
    if verbless && !new && phrase.lower(0) != "another" {
        return None;
    }
    // "Set task 2 as done" is about a task that exists.
    if phrase.lower(0) == "set" && !phrase.lower(i).starts_with("reminder") {
        return None;
    }
    i += 1;
    if opener.several.is_some()
        && phrase.lower(i) == "to"
        && matches!(phrase.lower(i + 1), "do" | "remember")
        && phrase.lower(i + 2) == ":"
    {
        i += 2;
    }
    // "add task list to wiki" and "make a task manager" name no task.
    if matches!(
        phrase.lower(i),
        "list" | "manager" | "management" | "force" | "board"
    ) {
        return None;
    }
    if plural || following {
        opener.several = opener.several.or(Some(None));
    }
    opener.len = i;
    opener.named = phrase.is_quoted(i);
    Some(opener)
}

fn count(word: &str) -> Option<usize> {
    match word {
        "two" | "2" => Some(2),
        "three" | "3" => Some(3),
        "four" | "4" => Some(4),
        "five" | "5" => Some(5),
        "six" | "6" => Some(6),
        _ => None,
    }
}

/// Whether a word means a task, and whether several.
fn is_noun(word: &str) -> Option<bool> {
    match word {
        "task" | "todo" | "to-do" | "item" | "reminder" | "entry" | "chore" | "errand" | "todo:" => {
            Some(false)
        }
        "tasks" | "todos" | "to-dos" | "items" | "reminders" | "entries" | "chores" | "errands"
        | "things" => Some(true),
        _ => None,
    }
}

/// Drafts from what follows the opener; empty when nothing does.
fn drafts(body: Phrase<'_>, opener: Opener) -> Vec<Draft> {
    // "Add 5 tasks for tomorrow" says no title.
    if opener.several.is_some() && dates::read_whole(body).is_some() {
        return Vec::new();
    }
    let head = Head::strip(body, opener.named, opener.len > 0);
    let named = opener.named || head.named;
    let several = opener.several.or(head.colon_list.then_some(None));
    let pieces = match several {
        Some(count) => items::split(head.body, count),
        None => items::split_if_plain(head.body),
    };
    let mut drafts: Vec<Draft> = pieces
        .into_iter()
        .map(|piece| titles::draft(piece, named))
        .filter(|draft| !draft.title.is_empty())
        .collect();
    let shared = if drafts.len() > 1 {
        items::shared_date(head.body)
    } else {
        None
    };
    let shared = shared.or_else(|| {
        drafts
            .last()
            .filter(|_| several.is_none())
            .and_then(|draft| draft.when)
    });
    for draft in &mut drafts {
        draft.priority = draft.priority.or(head.priority).or(opener.priority);
        draft.when = draft.when.or(head.when).or(shared);
    }
    drafts
}

/// What comes between "a task" and its title: "for tomorrow:", "with high priority called", "to".
struct Head<'a> {
    body: Phrase<'a>,
    named: bool,
    when: Option<dates::When>,
    priority: Option<TaskPriority>,
    colon_list: bool,
}

impl<'a> Head<'a> {
    fn strip(body: Phrase<'a>, named: bool, opened: bool) -> Self {
        let mut head = Self {
            body,
            named,
            when: None,
            priority: None,
            colon_list: false,
        };
        while opened && head.step() {}
        head.body = head.body.without_leading_marks();
        head
    }

    fn take(&mut self, len: usize) -> bool {
        self.body = self.body.skip(len);
        true
    }

    fn step(&mut self) -> bool {
        let body = self.body;
        if body.is_quoted(0) || body.is_empty() {
            return false;
        }
        if let Some(len) = begins(body, NAMING) {
            self.named = true;
            return self.take(len);
        }
        if body.is_punct(0) && !body.lower(0).starts_with("!!") && !matches!(body.lower(0), "(" | "[") {
            return self.take(1);
        }
        if let Some(found) = priority::read(body, 0).filter(|found| self.priority.is_none() && found.sure)
            && goes_on(body, found.len)
        {
            self.priority = Some(found.priority);
            return self.take(found.len);
        }
        if let Some(found) = dates::read(body, 0).filter(|_| self.when.is_none())
            && goes_on(body, found.len)
        {
            self.when = Some(found.when);
            return self.take(found.len);
        }
        match body.lower(0) {
            "to" | "for" | "about" | "that" | "which" | "of"
                if body.len() > 1 && dates::read(body, 0).is_none() =>
            {
                self.take(1)
            }
            _ => false,
        }
    }
}

/// Whether a title is announced after a date or priority in front.
fn goes_on(body: Phrase<'_>, at: usize) -> bool {
    let rest = body.skip(at);
    matches!(rest.lower(0), "to" | ":" | "-" | ",")
        || begins(rest, NAMING).is_some()
        || rest.is_quoted(0)
        || dates::read(rest, 0).is_some_and(|found| matches!(rest.lower(found.len), ":" | "to"))
        || priority::read(rest, 0).is_some_and(|found| matches!(rest.lower(found.len), ":" | "to"))
}

const NAMING: &[&str] = &[
    "called",
    "named",
    "titled",
    "entitled",
    "labelled",
    "labeled",
    "with the title",
    "with title",
    "with a title",
    "with the name",
    "with name",
    "saying",
    "that says",
    "which says",
    "reading",
    "title :",
    "name :",
    "title",
    "whose title is",
];
