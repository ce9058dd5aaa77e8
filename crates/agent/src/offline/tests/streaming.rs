//! What the provider's stream looks like to the loop.

use futures::StreamExt;
use jiff::tz::TimeZone;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tokio::time::{Duration, Instant};

use super::super::OfflineAssistant;
use crate::llm::{ChatMessage, ChatRequest, Clock, FinishReason, Provider, ProviderEvent, RequestedCall};
use crate::tools::Registry;

fn request(messages: Vec<ChatMessage>) -> ChatRequest {
    ChatRequest {
        messages,
        tools: Registry::built_in().definitions(),
        clock: Clock {
            now: "2026-11-25T13:30:00Z".parse().unwrap(),
            time_zone: TimeZone::get("Europe/Berlin").unwrap(),
        },
    }
}

async fn events(request: ChatRequest) -> Vec<ProviderEvent> {
    let assistant = OfflineAssistant::with_pace(Duration::ZERO);
    let stream = assistant.stream(request).await.unwrap();
    stream.map(Result::unwrap).collect().await
}

/// The calls of an answer: tool, arguments.
fn calls(events: &[ProviderEvent]) -> Vec<(String, Value)> {
    events
        .iter()
        .filter_map(|event| match event {
            ProviderEvent::ToolCall(call) => Some((
                call.tool_name.clone(),
                serde_json::from_str(&call.arguments).unwrap(),
            )),
            _ => None,
        })
        .collect()
}

fn text(events: &[ProviderEvent]) -> String {
    events
        .iter()
        .filter_map(|event| match event {
            ProviderEvent::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

fn user(text: &str) -> ChatMessage {
    ChatMessage::User(text.into())
}

/// A step of the assistant and what its calls came to.
fn step(made: &[(&str, &str, Value, &str)]) -> Vec<ChatMessage> {
    let mut messages = vec![ChatMessage::Assistant {
        text: String::new(),
        tool_calls: made
            .iter()
            .map(|(call_id, tool_name, arguments, _)| RequestedCall {
                call_id: (*call_id).into(),
                tool_name: (*tool_name).into(),
                arguments: arguments.to_string(),
            })
            .collect(),
    }];
    messages.extend(
        made.iter()
            .map(|(call_id, tool_name, _, content)| ChatMessage::ToolResult {
                call_id: (*call_id).into(),
                tool_name: (*tool_name).into(),
                content: (*content).into(),
            }),
    );
    messages
}

fn task(id: u8, title: &str) -> Value {
    json!({
        "id": format!("00000000-0000-0000-0000-0000000000{id:02}"), "title": title, "description": "", "status": "open",
        "priority": "normal", "due_at": null, "completed_at": null,
        "created_at": "2026-11-01T00:00:00.000Z", "updated_at": "2026-11-01T00:00:00.000Z",
    })
}

#[test]
fn it_has_a_name() {
    let assistant = OfflineAssistant::new();
    assert_eq!(
        (assistant.name(), assistant.model()),
        ("offline", "Offline assistant")
    );
}

#[tokio::test]
async fn calls_come_with_ids_of_their_own_and_an_end() {
    let mut messages = vec![user("add milk")];
    messages.extend(step(&[("call-7", "add_task", json!({"title": "Milk"}), "away")]));
    messages.push(user("add tasks: eggs, bread"));
    let events = events(request(messages)).await;
    let ids: Vec<&str> = events
        .iter()
        .filter_map(|event| match event {
            ProviderEvent::ToolCall(call) => Some(call.call_id.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(ids, ["call-8", "call-9"]);
    assert_eq!(
        events.last(),
        Some(&ProviderEvent::Finished(FinishReason::ToolCalls))
    );
    assert_eq!(
        calls(&events),
        [
            ("add_task".into(), json!({"title": "Eggs"})),
            ("add_task".into(), json!({"title": "Bread"})),
        ]
    );
}

#[tokio::test]
async fn an_answer_taken_up_again_makes_only_the_calls_that_are_missing() {
    let done = json!({ "task": task(1, "Milk") }).to_string();
    let mut messages = vec![user("add tasks: milk, eggs, bread")];
    messages.extend(step(&[
        ("a", "add_task", json!({"title": "Milk"}), &done),
        (
            "b",
            "add_task",
            json!({"title": "Eggs"}),
            "The call was interrupted before it did anything.",
        ),
    ]));
    assert_eq!(
        calls(&events(request(messages)).await),
        [
            ("add_task".into(), json!({"title": "Eggs"})),
            ("add_task".into(), json!({"title": "Bread"})),
        ]
    );
}

#[tokio::test]
async fn a_refusal_is_told() {
    let list = json!({ "tasks": [task(1, "Milk")], "count": 1 }).to_string();
    let id = task(1, "")["id"].clone();
    for (refusal, told) in [
        (
            "The user did not allow this call; it did nothing.",
            "you did not allow it",
        ),
        (
            "There is no task with the id 1; it may have been deleted.",
            "no longer on your list",
        ),
        ("Some other reason.", "Some other reason."),
    ] {
        let mut messages = vec![user("delete milk")];
        messages.extend(step(&[("a", "list_tasks", json!({"q": "milk"}), &list)]));
        messages.extend(step(&[("b", "delete_task", json!({"task_id": id}), refusal)]));
        let said = text(&events(request(messages)).await);
        assert!(
            said.contains("couldn't delete **Milk**") && said.contains(told),
            "{said}"
        );
    }
}

#[tokio::test]
async fn without_tools_it_answers_in_words() {
    let mut first = request(vec![user("add milk")]);
    first.tools.clear();
    let said = text(&events(first).await);
    assert!(said.contains("add_task"), "{said}");
    let list = json!({ "tasks": [task(1, "Milk")], "count": 1 }).to_string();
    let mut messages = vec![user("delete milk")];
    messages.extend(step(&[("a", "list_tasks", json!({"q": "milk"}), &list)]));
    let mut last = request(messages);
    last.tools.clear();
    let said = text(&events(last).await);
    assert!(said.contains("as far as I get"), "{said}");
}

#[tokio::test]
async fn a_transcript_that_somebody_else_began_is_not_mistaken() {
    let mut messages = vec![user("add milk")];
    messages.extend(step(&[(
        "a",
        "list_tasks",
        json!({}),
        "{\"tasks\":[],\"count\":0}",
    )]));
    let events = events(request(messages)).await;
    assert_eq!(calls(&events), []);
    assert!(text(&events).contains("interrupted"));
    assert!(!text(&self::events(request(vec![])).await).is_empty());
}

#[tokio::test]
async fn a_list_cut_short_keeps_its_numbers() {
    let tasks: Vec<Value> = (1..=9).map(|id| task(id, &format!("Task {id}"))).collect();
    let whole = json!({ "count": 9, "tasks": tasks }).to_string();
    let cut = format!("{} … (shortened)", &whole[..whole.len() / 2]);
    let mut messages = vec![user("show my tasks")];
    messages.extend(step(&[(
        "a",
        "list_tasks",
        json!({"status": "open", "limit": 50}),
        &cut,
    )]));
    let shown: Vec<String> = (1..=9).map(|id| format!("{id}. **Task {id}**")).collect();
    messages.push(ChatMessage::Assistant {
        text: format!("You have 9 open tasks:\n\n{}", shown.join("\n")),
        tool_calls: vec![],
    });
    messages.push(user("done with 2"));
    let events = events(request(messages.clone())).await;
    assert_eq!(
        calls(&events),
        [("complete_task".into(), json!({"task_id": task(2, "")["id"]}))]
    );
    // The ninth is not known any more; no other task may take its place.
    messages.pop();
    messages.push(user("done with 9"));
    let events = self::events(request(messages)).await;
    assert_eq!(calls(&events).len(), 1);
    assert!(!(1..=8).any(|id| calls(&events)[0].1["task_id"] == task(id, "")["id"]));
}

#[tokio::test(start_paused = true)]
async fn words_come_one_by_one_and_never_take_long() {
    for (message, least, most) in [("thanks", 20, 1500), ("help", 1000, 1600)] {
        let begun = Instant::now();
        let assistant = OfflineAssistant::new();
        let stream = assistant.stream(request(vec![user(message)])).await.unwrap();
        let events: Vec<_> = stream.map(Result::unwrap).collect().await;
        let taken = begun.elapsed();
        assert!(
            taken >= Duration::from_millis(least) && taken <= Duration::from_millis(most),
            "{message}: {taken:?}"
        );
        assert!(events.len() > 3);
        assert!(
            events
                .iter()
                .all(|event| !matches!(event, ProviderEvent::Text(text) if text.is_empty()))
        );
        assert_eq!(events.last(), Some(&ProviderEvent::Finished(FinishReason::Stop)));
    }
}
