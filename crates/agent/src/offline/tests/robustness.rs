//! Whatever is typed, an answer comes, in good time, and without a task in the past.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::super::dates;
use super::super::understand::understand;
use super::super::words::{Phrase, tokenize};
use super::desk::Desk;

fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "add",
        "task",
        "tasks",
        "delete",
        "the",
        "milk",
        "and",
        "then",
        ",",
        ".",
        "!",
        "?",
        ":",
        "tomorrow",
        "on",
        "Friday",
        "at",
        "5pm",
        "17:30",
        "in",
        "3",
        "days",
        "every",
        "move",
        "to",
        "it",
        "all",
        "done",
        "mark",
        "as",
        "rename",
        "'",
        "\"",
        "“",
        "”",
        "high",
        "priority",
        "due",
        "by",
        "next",
        "week",
        "show",
        "my",
        "what's",
        "undo",
        "note",
        "-",
        "\n",
        "1",
        "2",
        "first",
        "last",
        "one",
        "please",
        "(",
        ")",
        "🎉",
        "é",
        "Dec",
        "31",
        "2026-12-03",
        "3.12.",
        "12/3",
        "half",
        "past",
        "noon",
        "end",
        "of",
        "month",
        "a",
        "from",
        "with",
        "description",
        "create",
        "called",
        "remind",
        "me",
        "today",
        "not",
        "is",
        "I",
        "need",
    ])
}

proptest! {
    #[test]
    fn any_text_is_understood_somehow(message in ".{0,200}") {
        prop_assert!(!understand(&message).is_empty());
    }

    #[test]
    fn any_words_are_understood_somehow(words in prop::collection::vec(word(), 0..40)) {
        prop_assert!(!understand(&words.join(" ")).is_empty());
    }

    #[test]
    fn a_date_is_never_in_the_past_unless_it_says_so(
        words in prop::collection::vec(word(), 1..8),
        seconds in 1_700_000_000_i64..2_000_000_000,
        zone in prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati", "Australia/Lord_Howe", "UTC"]),
    ) {
        let line = words.join(" ");
        let tokens = tokenize(&line);
        let phrase = Phrase::new(&line, &tokens);
        let now = Timestamp::from_second(seconds).unwrap().to_zoned(TimeZone::get(zone).unwrap());
        let explicit = line.contains("2026") || line.contains("last") || line.contains("today") || line.contains("past");
        for i in 0..phrase.len() {
            if let Some(found) = dates::read(phrase, i) {
                prop_assert!(found.len > 0 && i + found.len <= phrase.len());
                let due = found.when.resolve(&now);
                prop_assert!(explicit || due.moment(now.time_zone()) >= now.timestamp(), "{line}: {due:?} at {now}");
            }
        }
    }

    #[test]
    fn any_moment_can_be_reckoned_from(millis in any::<i64>(), words in prop::collection::vec(word(), 1..6)) {
        let moment = Timestamp::from_millisecond(millis).unwrap_or(if millis > 0 { Timestamp::MAX } else { Timestamp::MIN });
        let now = moment.to_zoned(TimeZone::UTC);
        let line = words.join(" ");
        let tokens = tokenize(&line);
        if let Some(found) = dates::read(Phrase::new(&line, &tokens), 0) {
            let _ = found.when.resolve(&now).argument();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_conversation_gets_answers(messages in prop::collection::vec(prop::collection::vec(word(), 1..10), 1..8)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let mut desk = Desk::new();
            desk.has("Buy milk @2026-11-26");
            desk.has("Drink milk");
            for message in &messages {
                desk.say(&message.join(" ")).await;
            }
        });
    }
}

#[test]
fn the_longest_message_is_read_quickly() {
    for words in [
        "add milk and ",
        "a, ",
        "move x to ",
        "delete 1 then ",
        "' \" ",
        "x ",
        "on Friday at 5 ",
        "- a\n",
        "is ",
        "add a note to ",
    ] {
        let message: String = words.repeat(10_000 / words.len());
        let begun = Instant::now();
        let _ = understand(&message);
        let taken = begun.elapsed();
        // Unoptimised and on a busy machine; a run away takes minutes.
        assert!(taken < Duration::from_secs(10), "{words:?} took {taken:?}");
    }
}
