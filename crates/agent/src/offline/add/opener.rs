//! What a request for new tasks begins with.

use std::sync::LazyLock;

use protocol::TaskPriority;

use super::super::pattern::Openers;
use super::super::priority;
use super::super::words::{Phrase, one_of};

/// What a request begins with before its titles.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Opener {
    /// How many tokens it takes.
    pub(super) len: usize,
    /// A quotation that follows is the whole title.
    pub(super) named: bool,
    /// Several tasks were announced ("add these tasks:"), and how many if that was said.
    pub(super) several: Option<Option<usize>>,
    pub(super) priority: Option<TaskPriority>,
}

/// Openers without a noun.
static REMIND: LazyLock<Openers> = LazyLock::new(|| {
    Openers::new(&[
        "remind me|us to|about|that|of|:?",
        "remember to|that|about|:",
        "don't|dont|do_not forget to|about?",
        "don't|dont let me forget to|about?",
        "make sure i|to",
        "make|take a note to|of|that|:?",
        "note to self :|to|-?",
        "todo",
        "todo|to-do|to_do|task|tasks|todos|to-dos|reminder|new|also :",
        "jot|write|note|take down",
        "add :?",
    ])
});

impl Opener {
    /// Finds what a request begins with; `None` when it asks for no new task.
    pub(super) fn find(phrase: Phrase<'_>) -> Option<Self> {
        if let Some(opener) = Self::with_noun(phrase) {
            return Some(opener);
        }
        let len = REMIND.begin(phrase)?;
        let first = phrase.lower(0);
        let todo = matches!(first, "todo" | "todos");
        if todo && (phrase.len() == 1 || matches!(phrase.lower(1), "list" | "lists" | "items")) {
            return None;
        }
        let plural =
            matches!(first, "tasks" | "todos" | "to-dos") || phrase.lower(len - 1) == ":" && first == "add";
        Some(Self {
            len,
            several: plural.then_some(None),
            ..Self::default()
        })
    }

    /// "add a new high priority task called", "create 3 tasks:", "new todo", "set a reminder to".
    fn with_noun(phrase: Phrase<'_>) -> Option<Self> {
        let verb = verb(phrase)?;
        let mut opener = Self {
            len: verb + usize::from(phrase.lower(verb) == "me"),
            ..Self::default()
        };
        let mut found = Adjectives::default();
        while opener.adjective(phrase, &mut found) {}
        let at = opener.len;
        let Some(plural) = plural(phrase.lower(at)).filter(|_| !phrase.is_quoted(at)) else {
            // "Add the following: …"
            let list = found.several && (phrase.lower(at) == ":" || at == phrase.len());
            opener.several = Some(None);
            return list.then_some(opener);
        };
        let announced =
            one_of(phrase.lower(at + 1), "called named titled : to for") || phrase.is_quoted(at + 1);
        let verbless = verb == 0 && !found.new && !announced;
        // "Set task 2 as done" is about a task that exists.
        let setting = phrase.lower(0) == "set" && !phrase.lower(at).starts_with("reminder");
        // So is "make task 2 important".
        let numbered = at == verb && phrase.lower(at + 1).bytes().all(|byte| byte.is_ascii_digit());
        if verbless || setting || (numbered && at + 1 < phrase.len()) {
            return None;
        }
        opener.len += 1;
        let to_do = phrase.lower(at + 1) == "to" && matches!(phrase.lower(at + 2), "do" | "remember");
        if to_do && phrase.lower(at + 3) == ":" && opener.several.is_some() {
            opener.len += 2;
        }
        // "Add task list to wiki" and "make a task manager" name no task.
        if one_of(phrase.lower(opener.len), "list manager management force board") {
            return None;
        }
        if plural || found.several {
            opener.several = opener.several.or(Some(None));
        }
        opener.named = phrase.is_quoted(opener.len);
        Some(opener)
    }

    /// Takes one word or priority in front of the noun; `false` when there is none.
    fn adjective(&mut self, phrase: Phrase<'_>, found: &mut Adjectives) -> bool {
        let at = self.len;
        let word = phrase.lower(at);
        if one_of(
            word,
            "a an another the some my one quick simple separate this more other extra",
        ) {
            self.len += 1;
        } else if word == "new" {
            found.new = true;
            self.len += 1;
        } else if one_of(word, "these those following several multiple") {
            found.several = true;
            self.len += 1;
        } else if let Some(count) = count(word).filter(|_| plural(phrase.lower(at + 1)).is_some()) {
            self.several = Some(Some(count));
            self.len += 1;
        } else if let Some(read) = priority::read(phrase, at).filter(|_| self.priority.is_none())
            && (plural(phrase.lower(at + read.len)).is_some() || phrase.lower(at + read.len) == "new")
        {
            self.priority = Some(read.priority);
            self.len += read.len;
        } else {
            return false;
        }
        true
    }
}

#[derive(Default)]
struct Adjectives {
    new: bool,
    several: bool,
}

/// How many tokens the verb takes; none for "new task".
fn verb(phrase: Phrase<'_>) -> Option<usize> {
    Some(match (phrase.lower(0), phrase.lower(1)) {
        ("set" | "write" | "jot" | "note" | "put" | "take", "up" | "down") => 2,
        ("add" | "create" | "make" | "insert" | "enter" | "register" | "log" | "record" | "set", _) => 1,
        ("i" | "we", "need" | "want") => 2,
        ("i" | "we", "have") if phrase.tokens().iter().any(|token| token.lower == ":") => 2,
        ("i'd", "like") => 2,
        ("new" | "another", _) | ("a" | "one", "new" | "task" | "todo" | "reminder" | "high" | "low") => 0,
        ("task" | "todo", "called" | "named" | "titled") => 0,
        _ => return None,
    })
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

/// Whether a word means several tasks; `None` when it means none.
fn plural(word: &str) -> Option<bool> {
    if one_of(word, "task todo to-do item reminder entry chore errand") {
        return Some(false);
    }
    one_of(
        word,
        "tasks todos to-dos items reminders entries chores errands things",
    )
    .then_some(true)
}
