//! Questions about single tasks, and searches.

use std::sync::LazyLock;

use super::super::dates::Range;
use super::super::intent::{Intent, Query, Target, Unknown};
use super::super::pattern::Pattern;
use super::super::words::{Phrase, one_of};
use super::super::{change, query, target};

/// "Is the milk done?", "did I finish the report?": shows what matches.
pub(super) fn is_done(phrase: Phrase<'_>) -> Option<Intent> {
    static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
        [
            "is|are|was {x} already|still|now? done|finished|completed|complete|open|overdue|due|\
             on_my_list|on_the_list|in_my_list|late yet|already|today|tomorrow?",
            "did|have i|we already? finish|complete|do|finished|completed|done|add|added {x} yet|already?",
            "when is {x} due",
        ]
        .map(Pattern::new)
        .into()
    });
    let bare = phrase.without_end_marks();
    let captures = PATTERNS.iter().find_map(|pattern| pattern.matches(bare))?;
    let (Target::Title(text) | Target::Exact(text)) = target::parse(captures.get('x')) else {
        return None;
    };
    Some(Intent::List(Query {
        text: Some(text),
        both: true,
        ..Default::default()
    }))
}

/// "Milk done?", "everything finished?": asks what it would otherwise say.
pub(super) fn state(phrase: Phrase<'_>) -> Option<Intent> {
    let target = match change::parse(phrase)? {
        Intent::Complete(target) | Intent::Reopen(target) => target,
        _ => return None,
    };
    Some(match target {
        Target::Title(text) | Target::Exact(text) => Intent::List(Query {
            text: Some(text),
            both: true,
            ..Query::default()
        }),
        Target::Every(query) => Intent::List(query),
        Target::Positions { .. } => Intent::Show(target),
        _ => query::question(phrase).map_or(Intent::Unknown(Unknown::General), Intent::List),
    })
}

/// "Completed tasks", "done today": an adjective in front is no verb.
pub(super) fn adjective_list(phrase: Phrase<'_>) -> Option<Intent> {
    let adjective = one_of(
        phrase.lower(0),
        "completed finished done open closed overdue pending",
    );
    let pronoun = phrase
        .tokens()
        .iter()
        .any(|token| one_of(token.lower.as_str(), "it that them those with all everything"));
    let query = query::question(phrase).filter(|_| adjective && !pronoun)?;
    let listed = query.range.is_some()
        || phrase
            .tokens()
            .iter()
            .any(|token| one_of(token.lower.as_str(), "tasks todos items ones list"));
    (listed || phrase.lower(0) == "overdue" || phrase.lower(0) == "open" || phrase.lower(0) == "pending")
        .then_some(Intent::List(query))
}

/// "What is due first?", "when is my next task due?"
pub(super) fn due_first(phrase: Phrase<'_>) -> Option<Intent> {
    static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
        [
            "what's|what_is|whats|show|which_is|when_is|when's me? the|my next|nearest|closest|first|\
             upcoming deadline|due_date",
            "what|which_task|which_one|what's|whats is? due first|next|soonest",
            "when is my|the next task|one|deadline due?",
        ]
        .map(Pattern::new)
        .into()
    });
    let bare = phrase.without_end_marks();
    PATTERNS
        .iter()
        .any(|pattern| pattern.matches(bare).is_some())
        .then(|| {
            Intent::List(Query {
                range: Some(Range::Dated),
                first: Some(1),
                ..Query::default()
            })
        })
}

/// "Find the report", "do I have a task about taxes?", "when is the report due?"
pub(super) fn search(phrase: Phrase<'_>) -> Option<Intent> {
    static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
        [
            "find|search|look_for|search_for|look_up|locate|filter|filter_by me? tasks|todos|task|for|\
             my|all|any|the? about|for|with|containing|called|named? {x}",
            "search|look through|in my tasks|list|todos for {x}",
            "do i|we have|already_have any|a|an|some? task|tasks|todo|todos|reminder|anything about|for|\
             to|called|named|with|regarding|on {x}",
            "is|are there any|a|an|something|anything? task|tasks|todo|todos|reminder|about? about|for|\
             to|called|named|with|regarding|on? {x}",
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
    let outside = |word: &str| one_of(word, "web internet google online nearby wikipedia");
    if captures
        .get('x')
        .tokens()
        .iter()
        .any(|token| outside(&token.lower))
    {
        return None;
    }
    let text = match target::parse(captures.get('x')) {
        Target::Title(text) | Target::Exact(text) => text,
        _ => return None,
    };
    Some(Intent::List(Query {
        text: Some(text),
        both: true,
        ..Default::default()
    }))
}

/// "Show me task 2", "details of the report", "what's the note on 1?"
pub(super) fn details(phrase: Phrase<'_>) -> Option<Intent> {
    static PATTERNS: LazyLock<Vec<(Pattern, bool)>> = LazyLock::new(|| {
        [
            (
                "show|open|view|display|see|describe|tell|give|get me? the|all|more? details|description|\
              note|notes|info|information|more about|of|for|on|about {x}",
                true,
            ),
            ("details|info|more about|of|for|on {x}", true),
            (
                "what's|what_is|what_are|what_does the? note|notes|description|details of|for|on|about {x}",
                true,
            ),
            ("show|open|view|display|see|tell me? about? {x}", false),
            ("what's|what_is|what_about|and {x}", false),
        ]
        .map(|(pattern, any)| (Pattern::new(pattern), any))
        .into()
    });
    let bare = phrase.without_end_marks();
    if !bare.is_empty() && matches!(bare.lower(bare.len() - 1), "tasks" | "todos" | "items") {
        return None;
    }
    PATTERNS.iter().find_map(|(pattern, any)| {
        let target = target::parse(pattern.matches(bare)?.get('x'));
        let plain = matches!(target, Target::Positions { .. } | Target::Exact(_));
        (plain || (*any && matches!(target, Target::It | Target::Title(_) | Target::Newest)))
            .then_some(Intent::Show(target))
    })
}
