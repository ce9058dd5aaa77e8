use jiff::tz::TimeZone;
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use protocol::{MessageStatus, Part, Timestamp, ToolCall, ToolCallStatus};
use serde_json::{Value, json};
use uuid::Uuid;

use super::transcript::CUT;
use super::*;
use crate::llm::RequestedCall;

const ROOMY: WindowLimits = WindowLimits {
    messages: 50,
    tokens: 16_000,
};

fn clock() -> Clock {
    Clock {
        now: "2026-11-21T23:30:00Z".parse().unwrap(),
        time_zone: TimeZone::get("Europe/Berlin").unwrap(),
    }
}

fn message(role: Role, content: &str) -> Message {
    Message {
        id: Uuid::from_u128(1).into(),
        conversation_id: Uuid::from_u128(2).into(),
        role,
        content: content.into(),
        tool_calls: vec![],
        status: MessageStatus::Complete,
        created_at: Timestamp::from_millis(0),
        run_id: None,
        parts: if content.is_empty() {
            vec![]
        } else {
            vec![Part::Text { text: content.into() }]
        },
        failure: None,
        versions: vec![],
        feedback: None,
    }
}

fn user(content: &str) -> Message {
    message(Role::User, content)
}

fn answer(content: &str) -> Message {
    message(Role::Assistant, content)
}

fn with_status(message: Message, status: MessageStatus) -> Message {
    Message { status, ..message }
}

fn call(id: u128, status: ToolCallStatus, result: Value) -> ToolCall {
    ToolCall {
        id: Uuid::from_u128(id).into(),
        tool_name: "add_task".into(),
        arguments: json!({"title": "Milk"}),
        result,
        status,
        summary: "Created task: Milk".into(),
        timestamp: Timestamp::from_millis(0),
        duration_ms: None,
        undoable: false,
        redoable: false,
    }
}

fn then(mut message: Message, text: &str, calls: Vec<ToolCall>) -> Message {
    for call in calls {
        message.parts.push(Part::ToolCall { id: call.id });
        message.tool_calls.push(call);
    }
    if !text.is_empty() {
        message.parts.push(Part::Text { text: text.into() });
        message.content.push_str(text);
    }
    message
}

/// The window without its system prompt.
fn shown(history: &[Message], limits: WindowLimits) -> Vec<ChatMessage> {
    let mut window = window(history, limits, &clock(), "Ada");
    assert!(matches!(window.remove(0), ChatMessage::System(_)));
    window
}

fn said(text: &str) -> ChatMessage {
    ChatMessage::Assistant {
        text: text.into(),
        tool_calls: vec![],
    }
}

fn asked(text: &str) -> ChatMessage {
    ChatMessage::User(text.into())
}

fn result(id: u128, content: &str) -> ChatMessage {
    ChatMessage::ToolResult {
        call_id: Uuid::from_u128(id).to_string(),
        tool_name: "add_task".into(),
        content: content.into(),
    }
}

fn calling(text: &str, ids: &[u128]) -> ChatMessage {
    ChatMessage::Assistant {
        text: text.into(),
        tool_calls: ids
            .iter()
            .map(|id| RequestedCall {
                call_id: Uuid::from_u128(*id).to_string(),
                tool_name: "add_task".into(),
                arguments: r#"{"title":"Milk"}"#.into(),
            })
            .collect(),
    }
}

#[test]
fn the_prompt_knows_who_where_and_when() {
    let prompt = system_prompt(&clock(), " Ada\n# {zone}");
    assert!(
        prompt.contains(
            "Where they are it is Sunday, 2026-11-22, 00:30, in the time zone Europe/Berlin (UTC+01:00)."
        ),
        "{prompt}"
    );
    assert!(prompt.contains("The user's name is Ada # {zone}."), "{prompt}");
    assert_eq!(system_prompt(&clock(), "").matches(['{', '}']).count(), 0);
}

#[test]
fn an_answer_is_told_in_the_order_in_which_it_came() {
    let made = |id| call(id, ToolCallStatus::Success, json!({"id": id as u32}));
    let history = [
        user("Add milk twice, then look"),
        then(
            then(answer("On it."), "\n\nNow once more.", vec![made(1), made(2)]),
            "\n\nDone.",
            vec![made(3)],
        ),
        user("Thanks"),
    ];
    assert_eq!(
        shown(&history, ROOMY),
        [
            asked("Add milk twice, then look"),
            calling("On it.", &[1, 2]),
            result(1, r#"{"id":1}"#),
            result(2, r#"{"id":2}"#),
            calling("Now once more.", &[3]),
            result(3, r#"{"id":3}"#),
            said("Done."),
            asked("Thanks"),
        ]
    );
}

#[test]
fn every_state_of_a_call_is_told_as_what_stands() {
    use ToolCallStatus::*;
    for (status, given, expected) in [
        (Success, json!({"a": 1}), r#"{"a":1}"#),
        (Success, json!("plain"), "plain"),
        (Error, json!("`title` is missing."), "`title` is missing."),
        (Error, Value::Null, "Created task: Milk"),
        (
            Denied,
            Value::Null,
            "The user did not allow this call; it did nothing.",
        ),
        (
            Undone,
            json!({"a": 1}),
            "This was done (“Created task: Milk”) and has been undone since; it no longer stands.",
        ),
        (
            Running,
            Value::Null,
            "The call was interrupted before it did anything.",
        ),
    ] {
        let history = [
            user("Hi"),
            then(answer(""), "", vec![call(1, status, given)]),
            user("And?"),
        ];
        assert_eq!(shown(&history, ROOMY)[2], result(1, expected));
    }
}

#[test]
fn the_answer_to_be_written_is_left_out() {
    let history = [user("Hi"), with_status(answer(""), MessageStatus::Streaming)];
    assert_eq!(shown(&history, ROOMY), [asked("Hi")]);
}

#[test]
fn an_ended_answer_without_text_keeps_the_turns_apart() {
    let history = [
        user("1"),
        with_status(answer(""), MessageStatus::Cancelled),
        user("2"),
        with_status(answer(""), MessageStatus::Failed),
        user("3"),
        with_status(answer("part"), MessageStatus::Failed),
        user("4"),
        with_status(answer(""), MessageStatus::Streaming),
    ];
    assert_eq!(
        shown(&history, ROOMY),
        [
            asked("1"),
            said("(stopped by the user before anything was written)"),
            asked("2"),
            said("(no answer: something went wrong)"),
            asked("3"),
            said("part"),
            asked("4"),
        ]
    );
}

#[test]
fn a_retry_sees_what_the_first_try_did_but_not_what_it_said_after() {
    let done = || vec![call(1, ToolCallStatus::Success, json!(true))];
    let failed = |message| with_status(message, MessageStatus::Failed);
    let history = [
        user("Add milk"),
        failed(answer("I will")),
        failed(then(answer("Now."), "I have ad", done())),
        with_status(answer(""), MessageStatus::Streaming),
    ];
    let told = [asked("Add milk"), calling("Now.", &[1]), result(1, "true")];
    assert_eq!(shown(&history, ROOMY), told);
    assert_eq!(shown(&history[..3], ROOMY), told);
    let tight = WindowLimits {
        messages: 1,
        tokens: 1,
    };
    assert_eq!(shown(&history, tight), told, "even where there is no room");
    let later = [&history[..3], &[answer("Added milk."), user("Thanks")]].concat();
    assert_eq!(
        shown(&later, ROOMY),
        [&told[..], &[said("Added milk."), asked("Thanks")]].concat()
    );
}

#[test]
fn the_newest_messages_stay_and_the_first_is_a_users() {
    let history: Vec<Message> = (0..20)
        .flat_map(|i| [user(&format!("q{i}")), answer(&format!("a{i}"))])
        .chain([user("last")])
        .collect();
    let limits = |messages| WindowLimits { messages, ..ROOMY };
    assert_eq!(shown(&history, limits(0)), [asked("last")]);
    assert_eq!(shown(&history, limits(2)), [asked("last")]);
    assert_eq!(
        shown(&history, limits(3)),
        [asked("q19"), said("a19"), asked("last")]
    );
    assert_eq!(shown(&history, limits(4)).len(), 3);
    assert_eq!(shown(&history, limits(50)).len(), 41);
}

#[test]
fn the_newest_answers_results_are_shortened_before_it_is_lost() {
    let long = |id| call(id, ToolCallStatus::Success, json!("é".repeat(30_000)));
    let history = [
        user("What is on my list?"),
        then(
            answer(""),
            "That.",
            vec![long(1), long(2), call(3, ToolCallStatus::Success, json!("short"))],
        ),
        user("Complete the second"),
    ];
    let shown = shown(&history, ROOMY);
    assert_eq!(shown[0], asked("What is on my list?"));
    assert_eq!(shown[4], result(3, "short"));
    let tokens: usize = shown.iter().map(estimated_tokens).sum();
    assert!((15_000..=16_000).contains(&tokens), "{tokens}");
    let lengths: Vec<usize> = shown[2..4]
        .iter()
        .map(|message| match message {
            ChatMessage::ToolResult { content, .. } => {
                assert!(content.ends_with(CUT));
                content.len()
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(
        lengths[0].abs_diff(lengths[1]) < 2_000,
        "both give way alike: {lengths:?}"
    );
}

fn any_call() -> impl Strategy<Value = (ToolCallStatus, usize)> {
    use ToolCallStatus::*;
    (
        prop::sample::select(vec![Running, Success, Error, AwaitingApproval, Denied, Undone]),
        prop_oneof![0..40usize, 0..3000usize],
    )
}

fn any_message() -> impl Strategy<Value = Message> {
    use MessageStatus::*;
    let steps = prop::collection::vec(("[a-zé ]{0,30}", prop::collection::vec(any_call(), 0..3)), 0..4);
    let status = prop::sample::select(vec![Complete, Streaming, AwaitingApproval, Failed, Cancelled]);
    let written = (steps, status).prop_map(|(steps, status)| {
        let mut message = with_status(answer(""), status);
        for (text, calls) in steps {
            let calls = calls
                .into_iter()
                .map(|(status, length)| call(rand::random(), status, json!("é".repeat(length))))
                .collect();
            message = then(message, &text, calls);
        }
        message
    });
    prop_oneof!["[a-zé]{1,40}".prop_map(|text| user(&text)), written]
}

/// Every call has its one result right after it, and every result its call.
fn assert_whole(shown: &[ChatMessage]) -> Result<(), TestCaseError> {
    let mut open: Vec<&str> = vec![];
    let mut seen = std::collections::HashSet::new();
    for message in shown {
        match message {
            ChatMessage::ToolResult { call_id, .. } => {
                let at = open.iter().position(|id| id == call_id);
                prop_assert!(at.is_some(), "a result without its call");
                open.remove(at.unwrap());
            }
            ChatMessage::Assistant { text, tool_calls } => {
                prop_assert!(open.is_empty(), "a call without its result");
                prop_assert!(!text.is_empty() || !tool_calls.is_empty());
                for call in tool_calls {
                    prop_assert!(seen.insert(call.call_id.as_str()));
                    open.push(&call.call_id);
                }
            }
            ChatMessage::User(_) => prop_assert!(open.is_empty(), "a call without its result"),
            ChatMessage::System(_) => prop_assert!(false, "one system prompt only"),
        }
    }
    prop_assert!(open.is_empty());
    Ok(())
}

proptest! {
    #[test]
    fn a_window_is_whole_ordered_and_within_its_limits(
        before in prop::collection::vec(any_message(), 0..30),
        question in "[a-zé]{1,40}",
        messages in 0..60usize,
        tokens in 0..4000usize,
    ) {
        let question = user(&question);
        let history: Vec<Message> = before.into_iter().chain([question.clone()]).collect();
        let shown = shown(&history, WindowLimits { messages, tokens });
        assert_whole(&shown)?;
        prop_assert_eq!(shown.last(), Some(&asked(&question.content)));
        prop_assert!(matches!(shown[0], ChatMessage::User(_)));
        prop_assert!(shown.iter().filter(|m| matches!(m, ChatMessage::User(_))).count() <= messages.max(1));
        let used: usize = shown.iter().map(estimated_tokens).sum();
        prop_assert!(used <= tokens.max(estimated_tokens(&asked(&question.content))));

        // In order and without a gap: an end of what an endless window shows, results shortened.
        let all = self::shown(&history, WindowLimits { messages: usize::MAX, tokens: usize::MAX });
        prop_assert!(shown.len() <= all.len());
        for (kept, full) in shown.iter().rev().zip(all.iter().rev()) {
            match (kept, full) {
                (ChatMessage::ToolResult { call_id, content, .. },
                 ChatMessage::ToolResult { call_id: id, content: whole, .. }) => {
                    prop_assert_eq!(call_id, id);
                    let cut = content.strip_suffix(CUT).is_some_and(|beginning| whole.starts_with(beginning));
                    prop_assert!(content == whole || cut);
                }
                _ => prop_assert_eq!(kept, full),
            }
        }
    }

    #[test]
    fn any_history_gives_a_whole_transcript(history in prop::collection::vec(any_message(), 0..20)) {
        let shown = shown(&history, ROOMY);
        assert_whole(&shown)?;
        let ends_with_answer = matches!(shown.last(), Some(ChatMessage::Assistant { .. }));
        prop_assert!(!ends_with_answer);
    }
}
