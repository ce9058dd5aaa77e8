//! Understanding a whole message: its lines, lists and sentences, one intent each.

use super::add;
use super::change;
use super::intent::{Draft, Intent, NewDue, Talk, Target, Unknown};
use super::query;
use super::talk;
use super::titles;
use super::words::{Phrase, tokenize};

/// Everything a message asks for, in its order; never empty.
pub(super) fn understand(message: &str) -> Vec<Intent> {
    let lines: Vec<&str> = message
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let mut intents = list(&lines).unwrap_or_else(|| lines.iter().flat_map(|line| sentences(line)).collect());
    if intents.iter().any(|intent| !is_aside(intent)) {
        intents.retain(|intent| !is_aside(intent));
    }
    let mut intents = fold(intents);
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
fn list(lines: &[&str]) -> Option<Vec<Intent>> {
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
            let verb = head.text();
            let verb = verb.strip_suffix(':').unwrap_or(verb);
            let verb = [
                "these tasks",
                "the following tasks",
                "these",
                "the following",
                "those",
                "tasks",
                "following",
            ]
            .iter()
            .find_map(|tail| verb.strip_suffix(tail))
            .unwrap_or(verb);
            let text = format!("{} {item}", verb.trim());
            intents.extend(sentences(&text));
        }
    }
    if intents.iter().all(|intent| matches!(intent, Intent::Unknown(_))) {
        return vec![Intent::Unknown(Unknown::General)];
    }
    intents
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
    let question = matches!(
        head.lower(0),
        "what" | "which" | "how" | "why" | "who" | "explain" | "write" | "translate" | "summarize" | "show"
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
    let only_date = super::dates::read_whole(Phrase::new(&text, &tokens[..tokens.len() - 1]));
    draft.when = draft.when.or(head_date(headline)).or(only_date);
    draft.priority = draft.priority.or(head.priority);
    Intent::Add(vec![draft])
}

/// The date in a headline, wherever it stands.
fn head_date(headline: &str) -> Option<super::dates::When> {
    let tokens = tokenize(headline);
    let phrase = Phrase::new(headline, &tokens);
    (0..phrase.len())
        .find_map(|i| super::dates::read(phrase, i))
        .map(|found| found.when)
}

/// Reads one line of running text.
fn sentences(line: &str) -> Vec<Intent> {
    let tokens = tokenize(bullet(line).unwrap_or(line));
    let phrase = Phrase::new(bullet(line).unwrap_or(line), &tokens);
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
        || !matches!(
            polite.lower(0),
            "mark" | "move" | "make" | "set" | "rename" | "change" | "reschedule" | "postpone" | "push"
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
    if talk::answer(phrase).is_some() || talk::parse(phrase).is_some() {
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
    let then = |offset: usize| matches!(phrase.lower(i + offset), "then" | "afterwards" | "also" | "next");
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
        .find(|i| super::understand::joint(right, *i).is_some_and(|(joint, _)| joint != Joint::Comma))
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
                && (is_plain(&intent, probe)
                    || !matches!(left_intent, Intent::Add(_))
                    || matches!(intent, Intent::Add(_)))
        }
        Joint::Then => understood && is_plain(&intent, probe),
        Joint::And | Joint::Comma => understood && is_strong(&intent, probe, &left_intent),
    }
}

/// Whether a request is one even after "then" or a full stop.
fn is_plain(intent: &Intent, _phrase: Phrase<'_>) -> bool {
    !matches!(intent, Intent::Talk(Talk::Greeting | Talk::Identity))
}

/// Whether the words after a mere "and" are a request, not the second half of a title: "add pack
/// boxes and remove the old wallpaper" is one task, "add milk and delete the eggs task" are two
/// requests.
fn is_strong(intent: &Intent, phrase: Phrase<'_>, left: &Intent) -> bool {
    let verb = phrase.lower(0);
    if phrase.len() == 1 && matches!(verb, "done" | "finished" | "completed" | "complete") {
        return false;
    }
    let adding = matches!(left, Intent::Add(_) | Intent::Schedule(_));
    match intent {
        Intent::Add(_) => {
            matches!(verb, "add" | "remind" | "don't" | "put")
                || (matches!(verb, "create" | "make" | "set") && add::parse(phrase).is_some())
                || (!adding && add::parse(phrase).is_some())
        }
        Intent::Delete(target) | Intent::Complete(target) | Intent::Reopen(target) => {
            let software = matches!(verb, "delete" | "mark" | "complete" | "tick" | "reopen");
            let listed = matches!(phrase.lower(phrase.len() - 1), "task" | "todo" | "list" | "one")
                || phrase.lower(1) == "task";
            software
                || !adding && verb != "done"
                || listed
                || !matches!(target, Target::Title(_) | Target::Missing)
        }
        Intent::Change(target, change) => {
            let renames = change.title.is_some();
            let listed = matches!(
                verb,
                "rename" | "reschedule" | "postpone" | "prioritize" | "retitle"
            );
            !adding
                || listed
                || !matches!(target, Target::Title(_))
                || (!renames
                    && matches!(verb, "make" | "mark" | "set" | "move")
                    && !matches!(change.due, Some(NewDue::Shift(_))))
        }
        Intent::List(_) | Intent::Show(_) | Intent::Next | Intent::Organize => matches!(
            verb,
            "show"
                | "list"
                | "what"
                | "what's"
                | "tell"
                | "how"
                | "which"
                | "give"
                | "display"
                | "see"
                | "organize"
        ),
        Intent::AskDate(_) | Intent::AskTitle(_) => !adding,
        Intent::Undo(_) | Intent::Oops | Intent::Split(_) => true,
        Intent::Talk(talk) => matches!(talk, Talk::Help),
        Intent::Schedule(_) => !adding,
        Intent::Answer(_) | Intent::Unknown(_) => false,
    }
}

/// Reads one request.
pub(super) fn clause_intent(phrase: Phrase<'_>) -> Intent {
    let bare = phrase.without_leading_marks();
    if let Some(intent) = talk::answer(bare).or_else(|| talk::parse(phrase)) {
        return intent;
    }
    let phrase = polite(bare);
    if phrase.is_empty() {
        return talk::parse(bare).unwrap_or(Intent::Unknown(Unknown::General));
    }
    // A question about how things are is answered, never acted on.
    if phrase.len() <= 3
        && phrase.lower(phrase.len() - 1) == "?"
        && matches!(phrase.lower(0), "done" | "finished" | "completed" | "all")
    {
        return query::question(phrase).map_or(Intent::Unknown(Unknown::General), Intent::List);
    }
    let asks = phrase.lower(phrase.len() - 1).starts_with('?')
        && matches!(
            phrase.lower(0),
            "is" | "are" | "did" | "have" | "was" | "were" | "does" | "do" | "am" | "has"
        );
    if asks {
        return asked(phrase);
    }
    change::fields(phrase)
        .or_else(|| add::parse(phrase))
        .or_else(|| talk::parse(phrase))
        .or_else(|| adjective_list(phrase))
        .or_else(|| change::parse(phrase))
        .or_else(|| details(phrase))
        .or_else(|| query::question(phrase).map(Intent::List))
        .or_else(|| search(phrase))
        .or_else(|| schedule(phrase))
        .or_else(|| wished(phrase))
        .or_else(|| add::parse_weak(phrase))
        .unwrap_or_else(|| talk::unknown(phrase))
}

/// "I want to delete a task": a wish that speaks of the list is a request.
fn wished(phrase: Phrase<'_>) -> Option<Intent> {
    let len = add::wish(phrase)?;
    let listed = phrase.tokens().iter().any(|token| {
        matches!(
            token.lower.as_str(),
            "task" | "tasks" | "todo" | "todos" | "list" | "reminder" | "to-do" | "reminders"
        )
    });
    let intent = listed.then(|| clause_intent(phrase.skip(len)))?;
    (!matches!(intent, Intent::Unknown(_))).then_some(intent)
}

fn asked(phrase: Phrase<'_>) -> Intent {
    query::question(phrase)
        .map(Intent::List)
        .or_else(|| search(phrase))
        .or_else(|| is_done(phrase))
        .unwrap_or_else(|| talk::unknown(phrase))
}

/// "Is the milk done?", "did I finish the report?": shows what matches.
fn is_done(phrase: Phrase<'_>) -> Option<Intent> {
    use super::pattern::Pattern;
    static PATTERNS: std::sync::LazyLock<Vec<Pattern>> = std::sync::LazyLock::new(|| {
        [
            "is|are|was {x} already|still|now? done|finished|completed|complete|open|overdue|due|on_my_list|on_the_list|in_my_list|late yet|already|today|tomorrow?",
            "did|have i|we already? finish|complete|do|finished|completed|done|add|added {x} yet|already?",
            "when is {x} due",
        ]
        .map(Pattern::new)
        .into()
    });
    let bare = phrase.without_end_marks();
    let captures = PATTERNS.iter().find_map(|pattern| pattern.matches(bare))?;
    let (Target::Title(text) | Target::Exact(text)) = super::target::parse(captures.get('x')) else {
        return None;
    };
    Some(Intent::List(super::intent::Query {
        text: Some(text),
        both: true,
        ..Default::default()
    }))
}

/// "Completed tasks", "done today": an adjective in front is no verb.
fn adjective_list(phrase: Phrase<'_>) -> Option<Intent> {
    let adjective = matches!(
        phrase.lower(0),
        "completed" | "finished" | "done" | "open" | "closed" | "overdue" | "pending"
    );
    let pronoun = phrase.tokens().iter().any(|token| {
        matches!(
            token.lower.as_str(),
            "it" | "that" | "them" | "those" | "with" | "all" | "everything"
        )
    });
    let query = query::question(phrase).filter(|_| adjective && !pronoun)?;
    let listed = query.range.is_some()
        || phrase.tokens().iter().any(|token| {
            matches!(
                token.lower.as_str(),
                "tasks" | "todos" | "items" | "ones" | "list"
            )
        });
    (listed || phrase.lower(0) == "overdue" || phrase.lower(0) == "open" || phrase.lower(0) == "pending")
        .then_some(Intent::List(query))
}

/// "Find the report", "do I have a task about taxes?", "when is the report due?"
fn search(phrase: Phrase<'_>) -> Option<Intent> {
    use super::pattern::Pattern;
    static PATTERNS: std::sync::LazyLock<Vec<Pattern>> = std::sync::LazyLock::new(|| {
        [
            "find|search|look_for|search_for|look_up|locate|filter|filter_by me? tasks|todos|task|for|my|all|any|the? about|for|with|containing|called|named? {x}",
            "search|look through|in my tasks|list|todos for {x}",
            "do i|we have|already_have any|a|an|some? task|tasks|todo|todos|reminder|anything about|for|to|called|named|with|regarding|on {x}",
            "is|are there any|a|an|something|anything? task|tasks|todo|todos|reminder|about? about|for|to|called|named|with|regarding|on? {x}",
            "anything|something|stuff about|for|with|on|regarding {x}",
            "when is|are|'s the|my? {x} due",
            "when do|must|should i have_to|need_to? {x}",
            "when's {x} due",
            "what's|what_is the? priority|status|due_date|deadline|date|description of|for {x}",
        ]
        .map(Pattern::new)
        .into()
    });
    let bare = phrase.without_end_marks();
    let captures = PATTERNS.iter().find_map(|pattern| pattern.matches(bare))?;
    let outside = |word: &str| {
        matches!(
            word,
            "web" | "internet" | "google" | "online" | "nearby" | "wikipedia"
        )
    };
    if captures
        .get('x')
        .tokens()
        .iter()
        .any(|token| outside(&token.lower))
    {
        return None;
    }
    let text = match super::target::parse(captures.get('x')) {
        Target::Title(text) | Target::Exact(text) => text,
        _ => return None,
    };
    Some(Intent::List(super::intent::Query {
        text: Some(text),
        both: true,
        ..Default::default()
    }))
}

/// "Show me task 2", "details of the report", "what's the note on 1?"
fn details(phrase: Phrase<'_>) -> Option<Intent> {
    use super::pattern::Pattern;
    static PATTERNS: std::sync::LazyLock<Vec<(Pattern, bool)>> = std::sync::LazyLock::new(|| {
        [
            ("show|open|view|display|see|describe|tell|give|get me? the|all|more? details|description|note|notes|info|information|more about|of|for|on|about {x}", true),
            ("details|info|more about|of|for|on {x}", true),
            ("what's|what_is|what_are|what_does the? note|notes|description|details of|for|on|about {x}", true),
            ("show|open|view|display|see|tell me? about? {x}", false),
            ("what's|what_is|what_about|and {x}", false),
        ]
        .map(|(pattern, any)| (Pattern::new(pattern), any))
        .into()
    });
    let bare = phrase.without_end_marks();
    if bare.len() > 0 && matches!(bare.lower(bare.len() - 1), "tasks" | "todos" | "items") {
        return None;
    }
    PATTERNS.iter().find_map(|(pattern, any)| {
        let target = super::target::parse(pattern.matches(bare)?.get('x'));
        let plain = matches!(target, Target::Positions { .. } | Target::Exact(_));
        (plain || (*any && matches!(target, Target::It | Target::Title(_) | Target::Newest)))
            .then_some(Intent::Show(target))
    })
}

/// "Schedule the dentist for Friday at 10".
fn schedule(phrase: Phrase<'_>) -> Option<Intent> {
    use super::pattern::Pattern;
    static IS_ON: std::sync::LazyLock<Pattern> =
        std::sync::LazyLock::new(|| Pattern::new("my|the|our {x} is|are now? {d:date}"));
    if let Some(captures) = IS_ON.matches(phrase.without_end_marks()) {
        let mut draft = titles::draft(captures.get('x'), false);
        draft.when = super::dates::read_whole(captures.get('d'));
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

/// Without "please", "could you", "I'd like you to" around a request.
pub(super) fn polite(phrase: Phrase<'_>) -> Phrase<'_> {
    const FRONT: &[&str] = &[
        "please",
        "pls",
        "plz",
        "kindly",
        "can you",
        "could you",
        "would you",
        "will you",
        "can u",
        "could u",
        "would you mind",
        "i'd like you to",
        "i would like you to",
        "i want you to",
        "i need you to",
        "you can",
        "you could",
        "you should",
        "go ahead and",
        "let's",
        "lets",
        "let us",
        "just",
        "also",
        "and",
        "then",
        "now",
        "ok",
        "okay",
        "so",
        "well",
        "hey",
        "hi",
        "hello",
        "great",
        "alright",
        "right",
        "good",
        "thanks",
        "thank you",
        "actually",
        "maybe",
        "oh",
        "yo",
        "um",
        "uh",
        "hmm",
        "dear assistant",
        "assistant",
        "greenlit",
        "perhaps",
        "can we",
        "could we",
        "shall we",
        "try to",
        "help me to",
        "next",
        "afterwards",
        "finally",
        "first",
        "sorry",
        "but",
        "no",
        "yes",
        "yeah",
        "sure",
        "good morning",
        "good evening",
        "hi there",
        "hello there",
        "hey there",
        "quickly",
        "i'd like to add",
        "i want to add",
        "i would like to add",
        "can i",
        "could i",
        "may i",
        "i'd like to see",
        "i want to see",
        "i need to see",
        "let me see",
        "i wanna see",
        "i would like to see",
        "oops",
        "btw",
        "by the way",
        "for me",
        "help me add",
        "help me create",
        "help me make",
        "help me set",
        "help me delete",
        "help me remove",
        "help me schedule",
        "help me find",
        "help me mark",
        "help me remember",
    ];
    let mut phrase = phrase.without_leading_marks();
    'front: loop {
        for words in FRONT {
            let len = words.split(' ').count();
            let fits = words
                .split(' ')
                .enumerate()
                .all(|(i, word)| phrase.lower(i) == word && !phrase.is_quoted(i));
            if !fits {
                continue;
            }
            // "next week", "first aid kit", "good morning yoga": these words also begin a phrase.
            let loose = matches!(
                *words,
                "next"
                    | "first"
                    | "good"
                    | "right"
                    | "no"
                    | "yes"
                    | "great"
                    | "well"
                    | "now"
                    | "so"
                    | "maybe"
                    | "sure"
                    | "hi"
                    | "hello"
            );
            if loose
                && phrase.lower(len) != ","
                && !matches!(*words, "now" | "so" | "maybe" | "hi" | "hello" | "well")
            {
                continue;
            }
            // What was stripped may be the verb itself.
            let back = match *words {
                words
                    if words.ends_with(" add")
                        || words.ends_with(" see")
                        || words.starts_with("help me ") =>
                {
                    1
                }
                _ => 0,
            };
            let rest = phrase.skip(len - back).without_leading_marks();
            if rest.is_empty() {
                return phrase;
            }
            if back == 1 {
                phrase = rest;
                break 'front;
            }
            phrase = rest;
            continue 'front;
        }
        break;
    }
    without_thanks(phrase)
}

/// Without "please" and "thanks" at the end.
pub(super) fn without_thanks(phrase: Phrase<'_>) -> Phrase<'_> {
    const BACK: &[&str] = &[
        "please",
        "pls",
        "plz",
        "thanks",
        "thank you",
        "thx",
        "thank you very much",
        "thanks a lot",
        "many thanks",
        "if you can",
        "if possible",
        "would you",
        "will you",
        "ok",
        "okay",
        "right",
    ];
    let marks = phrase.len() - phrase.without_end_marks().len();
    let bare = phrase.without_end_marks();
    for words in BACK {
        let len = words.split(' ').count();
        if bare.len() > len
            && words
                .split(' ')
                .enumerate()
                .all(|(i, word)| bare.lower(bare.len() - len + i) == word)
        {
            let rest = bare.slice(0, bare.len() - len);
            // A question stays one.
            let asks = marks > 0 && phrase.lower(phrase.len() - 1).starts_with('?');
            if !asks {
                return without_thanks(rest.without_end_marks());
            }
        }
    }
    phrase
}

/// Puts what belongs to a new task into it, and joins new tasks that follow each other.
fn fold(intents: Vec<Intent>) -> Vec<Intent> {
    let mut folded: Vec<Intent> = Vec::new();
    for intent in intents {
        match (folded.last_mut(), intent) {
            (Some(Intent::Add(drafts)), Intent::Add(more)) if !drafts.is_empty() && !more.is_empty() => {
                drafts.extend(more)
            }
            (
                Some(Intent::Add(drafts)),
                Intent::Change(Target::It | Target::Newest | Target::Them, change),
            ) if can_fold(drafts, &change) => {
                for draft in drafts {
                    apply(draft, &change);
                }
            }
            (Some(last), intent)
                if *last == intent
                    && matches!(intent, Intent::Talk(_) | Intent::Unknown(_) | Intent::Answer(_)) => {}
            (Some(Intent::Add(drafts)), Intent::List(query))
                if is_priority_alone(&query) && !drafts.is_empty() =>
            {
                for draft in drafts {
                    draft.priority = query.priority.or(draft.priority);
                }
            }
            (_, intent) => folded.push(intent),
        }
    }
    folded
}

/// "High priority" on a line of its own.
fn is_priority_alone(query: &super::intent::Query) -> bool {
    let alone = super::intent::Query {
        priority: query.priority,
        ..Default::default()
    };
    query.priority.is_some() && *query == alone
}

fn can_fold(drafts: &[Draft], change: &super::intent::Change) -> bool {
    !drafts.is_empty()
        && !change.clear_note
        && change.title.is_none()
        && matches!(change.due, None | Some(NewDue::At(_)))
}

fn apply(draft: &mut Draft, change: &super::intent::Change) {
    if let Some(NewDue::At(when)) = change.due {
        draft.when = Some(when);
    }
    if let Some(note) = &change.note {
        draft.description.clone_from(note);
    }
    draft.priority = change.priority.or(draft.priority);
}
