//! Questions about the list: "what's due this week?", "show my open tasks about the report".
//!
//! They are read as a bag of words: each word is either known (a status, a date, a noun, filler) or
//! the sentence is no such question. So word order hardly matters, and a question about the world
//! is never taken for one about tasks.

use protocol::TaskStatus;

use super::dates::{self, Range};
use super::intent::Query;
use super::priority;
use super::words::{Phrase, one_of};

/// Words that say nothing about which tasks are meant.
const FILLER: &str = "gimme wat lemme show me list display see view give get print tell what what's whats \
                      which are is do does i i've ive i'm we us have haven't got has had my our the a an \
                      of on in to that that's there any some all every each need needs must should can \
                      could please now currently right task tasks todo todos to-do to-dos item items thing \
                      things stuff lists agenda plate schedule calendar reminder reminders be been being \
                      were was with and or it them those these ones one up out look at let let's full \
                      whole entire current everything anything something due date deadline deadlines how \
                      many much count number total know want like would you your exactly again so far \
                      about only just also other then for today's going coming still yet already by \
                      overview existing did marked as am i'd assigned saved stored here go over read pull \
                      open check 's who's will planned plan plans happening there's theres status priority \
                      sorted ordered doing anyone order list's hello hi ok okay great more else remind \
                      summary summarize summarise remains not hasn't aren't isn't didn't never";

/// Nouns that make a question one about the list.
fn is_noun(word: &str) -> bool {
    one_of(
        word,
        "task tasks todo todos to-do to-dos agenda plate reminder reminders chores errands \
         deadlines deadline",
    )
}

fn is_plural_noun(word: &str) -> bool {
    one_of(
        word,
        "task tasks todos to-dos reminders items ones stuff things todo chores errands",
    )
}

/// A bag of words being filled.
#[derive(Default)]
struct Bag {
    query: Query,
    /// Something was said that only a list has.
    cue: bool,
    /// Said "list", "show", "all": enough together with a date or status.
    hint: bool,
    /// Said "haven't", "not": what follows as done is open.
    negated: bool,
}

/// Reads a phrase of which every word must be known, whether or not it asks for a list.
pub(super) fn parse(phrase: Phrase<'_>) -> Option<Query> {
    fill(phrase).map(|bag| bag.query)
}

/// Reads a question or command about the list; `None` when it is about something else.
pub(super) fn question(phrase: Phrase<'_>) -> Option<Query> {
    let bag = fill(phrase)?;
    let query = bag.query;
    let narrow = query.range.is_some() || query.status.is_some() || query.priority.is_some();
    let verb = one_of(
        phrase.without_leading_marks().lower(0),
        "show list display view see print",
    );
    (bag.cue || bag.hint && (narrow || verb) || (narrow && phrase.len() <= 3)).then_some(query)
}

fn fill(phrase: Phrase<'_>) -> Option<Bag> {
    let phrase = phrase.without_leading_marks().without_end_marks();
    if phrase.is_empty() || phrase.len() > 30 {
        return None;
    }
    let mut bag = Bag::default();
    let mut i = 0;
    while i < phrase.len() {
        i += bag.step(phrase, i)?;
    }
    if bag.query.text.as_deref().is_some_and(str::is_empty) {
        return None;
    }
    Some(bag)
}

impl Bag {
    /// Takes the next words; how many. `None` for an unknown one.
    fn step(&mut self, phrase: Phrase<'_>, i: usize) -> Option<usize> {
        if let Some(inner) = phrase.quotation(i) {
            self.query.text = Some(inner.to_owned());
            self.hint = true;
            return Some(1);
        }
        if let Some(len) = self.text(phrase, i) {
            return Some(len);
        }
        let found_range = dates::read_range(phrase, i)
            .filter(|_| self.query.range.is_none_or(|range| range == Range::Dated));
        if let Some((range, len)) = found_range {
            self.query.range = Some(range);
            self.cue |= range == Range::Overdue;
            return Some(len);
        }
        if let Some(len) = self.status(phrase, i) {
            return Some(len);
        }
        if let Some(found) = priority::read(phrase, i) {
            self.query.priority = Some(found.priority);
            return Some(found.len);
        }
        self.word(phrase, i)
    }

    /// Takes words that mean something together.
    fn idiom(&mut self, phrase: Phrase<'_>, i: usize) -> Option<usize> {
        match (phrase.lower(i), phrase.lower(i + 1), phrase.lower(i + 2)) {
            ("how", "many", _) | ("number" | "count", "of", _) => {
                self.query.count = true;
                self.hint = true;
                Some(2)
            }
            ("count", _, _) if i == 0 => {
                self.query.count = true;
                Some(1)
            }
            ("todo" | "to-do" | "task" | "tasks" | "my" | "the", "list" | "lists", _) => {
                self.cue = true;
                Some(2)
            }
            (
                "have" | "need" | "got" | "supposed" | "left" | "remains" | "things" | "stuff",
                "to",
                "do" | "be" | "get" | "finish" | "complete" | "tackle",
            ) => {
                self.cue |= phrase.lower(i + 2) != "be";
                Some(3)
            }
            ("should", "i", "do") | ("must", "i", "do") | ("to", "get", "done") => {
                self.cue = true;
                Some(3)
            }
            ("sorted" | "sort" | "ordered" | "order" | "grouped" | "group", "by", _) => {
                let due = usize::from(phrase.lower(i + 2) == "due" && phrase.lower(i + 3) == "date");
                self.cue |= i == 0;
                Some((3 + due).min(phrase.len() - i))
            }
            ("did", "i" | "we", "do" | "get" | "finish" | "complete" | "accomplish" | "achieve") => {
                self.query.status = Some(TaskStatus::Done);
                self.cue |= phrase.lower(i + 2) != "get";
                self.hint = true;
                Some(3)
            }
            ("free" | "busy" | "empty", _, _) => {
                self.hint = true;
                Some(1)
            }
            ("to", "do", _) => {
                self.cue |= i + 2 == phrase.len() || phrase.lower(i + 2) == "list" || i == 0;
                Some(2)
            }
            ("first" | "top" | "next" | "last", count, _) if i > 0 || is_plural_noun(phrase.lower(i + 2)) => {
                let count: usize = count.parse().ok().filter(|count| (1..=50).contains(count))?;
                self.query.first = Some(count);
                Some(2)
            }
            _ => None,
        }
    }

    fn word(&mut self, phrase: Phrase<'_>, i: usize) -> Option<usize> {
        let word = phrase.lower(i);
        if phrase.is_punct(i) {
            return one_of(word, ", - : ? . ! ' ( ) … ...").then_some(1);
        }
        if let Some(len) = self.idiom(phrase, i) {
            return Some(len);
        }
        if word == "work" && !is_plural_noun(phrase.lower(i + 1)) {
            return Some(1);
        }
        self.negated |= one_of(word, "haven't hasn't aren't isn't didn't not never");
        if is_noun(word) {
            self.cue = true;
            return Some(1);
        }
        if word == "due" || word == "deadline" {
            self.cue = true;
            self.query.range = self.query.range.or(Some(Range::Dated));
            return Some(1);
        }
        self.hint |= one_of(
            word,
            "list show everything anything all have got what's whats items what which things there's \
             did view see",
        );
        if one_of(word, FILLER) {
            return Some(1);
        }
        // "work tasks", "grocery items": unknown words in front of the noun.
        let nouns = (1..=2).find(|len| is_plural_noun(phrase.lower(i + len)))?;
        if self.query.text.is_some()
            || phrase
                .slice(i, i + nouns)
                .tokens()
                .iter()
                .any(|token| !is_name(&token.lower))
        {
            return None;
        }
        self.query.text = Some(phrase.slice(i, i + nouns).text().to_owned());
        Some(nouns)
    }

    fn status(&mut self, phrase: Phrase<'_>, i: usize) -> Option<usize> {
        let open = Some((TaskStatus::Open, 1));
        let done = Some((
            if self.negated {
                TaskStatus::Open
            } else {
                TaskStatus::Done
            },
            1,
        ));
        let (status, len) = match (phrase.lower(i), phrase.lower(i + 1), phrase.lower(i + 2)) {
            (
                "open" | "done" | "completed" | "finished",
                "and" | "or",
                "open" | "done" | "completed" | "finished",
            ) => {
                self.query.both = true;
                self.hint = true;
                return Some(3);
            }
            ("open", _, _) if i == 0 && phrase.len() > 1 && !is_plural_noun(phrase.lower(1)) => return None,
            ("not", "done" | "finished" | "completed" | "complete", _) => Some((TaskStatus::Open, 2)),
            (
                "not" | "haven't" | "aren't" | "isn't",
                "yet",
                "done" | "finished" | "completed" | "complete",
            ) => Some((TaskStatus::Open, 3)),
            ("haven't" | "aren't", "done" | "finished" | "completed" | "complete", _) => {
                Some((TaskStatus::Open, 2))
            }
            ("have" | "are", "not", "done" | "finished" | "completed") => Some((TaskStatus::Open, 3)),
            ("left", "to", "do") => Some((TaskStatus::Open, 3)).inspect(|_| self.cue = true),
            ("checked" | "ticked" | "crossed", "off", _) => Some((TaskStatus::Done, 2)),
            (
                "open" | "pending" | "unfinished" | "incomplete" | "uncompleted" | "undone" | "active"
                | "outstanding" | "remaining" | "left" | "unresolved",
                _,
                _,
            ) => open,
            (
                "done" | "completed" | "complete" | "finished" | "closed" | "accomplished" | "achieved"
                | "finish",
                _,
                _,
            ) => done,
            _ => None,
        }?;
        if self.query.status.is_some_and(|known| known != status) {
            self.query.both = true;
            self.query.status = None;
        } else {
            self.query.status = Some(status);
        }
        self.hint |= i > 0;
        Some(len)
    }

    /// "about the report", "with milk in the title", "containing …": everything up to a date.
    fn text(&mut self, phrase: Phrase<'_>, i: usize) -> Option<usize> {
        let len = match (
            phrase.lower(i),
            phrase.lower(i + 1),
            phrase.lower(i + 2),
            phrase.lower(i + 3),
        ) {
            ("related" | "relating" | "connected", "to", _, _) => 2,
            ("that" | "which", "mention" | "contain" | "include" | "say" | "mentions" | "contains", _, _) => {
                2
            }
            ("that" | "which", "have" | "has", "the", "word") => 4,
            ("with", "the", "word" | "text", _) => 3,
            ("have", "to", "do", "with") => 4,
            (
                "about" | "regarding" | "containing" | "mentioning" | "matching" | "concerning" | "including"
                | "named" | "called" | "titled",
                _,
                _,
                _,
            ) => 1,
            ("for" | "with" | "to", next, _, _)
                if i > 0
                    && is_plural_noun(phrase.lower(i - 1))
                    && is_name(next)
                    && dates::read_range(phrase, i).is_none()
                    && priority::read(phrase, i).is_none() =>
            {
                1
            }
            _ => return None,
        };
        if self.query.text.is_some() {
            return None;
        }
        let from = i + len;
        let quoted = phrase.quotation(from);
        let mut to = from;
        while to < phrase.len()
            && (to == from || dates::read_range(phrase, to).is_none())
            && !(to > from
                && matches!(phrase.lower(to), "that" | "which" | "in")
                && one_of(phrase.lower(to + 1), "are is the my"))
        {
            to += 1;
        }
        if to == from {
            return None;
        }
        let words = strip_articles(phrase.slice(from, to)).without_end_marks();
        self.query.text = Some(quoted.map_or_else(|| words.text().to_owned(), str::to_owned));
        self.hint = true;
        let tail = match (phrase.lower(to), phrase.lower(to + 1), phrase.lower(to + 2)) {
            ("in", "the" | "my" | "its", "title" | "name" | "list" | "tasks" | "titles") => 3,
            _ => 0,
        };
        Some(to + tail - i)
    }
}

fn strip_articles(phrase: Phrase<'_>) -> Phrase<'_> {
    let mut phrase = phrase;
    while phrase.len() > 1 && one_of(phrase.lower(0), "the my a an") {
        phrase = phrase.skip(1);
    }
    phrase
}

/// Whether a word can name what tasks are about.
fn is_name(word: &str) -> bool {
    let verb = one_of(
        word,
        "delete remove add adding stop create make complete finish rename move change never don't",
    );
    !word.is_empty() && !verb && !one_of(word, FILLER) && word.chars().any(char::is_alphanumeric)
}
