//! A tool call as the thread shows it: one line that opens to what was asked and what came of it.
//!
//! Only the server makes badges; while an answer is written they reach the page as HTML, like its text.

use std::borrow::Cow;

use leptos::prelude::*;
use protocol::html::ToolHtml;
use protocol::{INTERRUPTED, ToolCall, ToolCallStatus};

use super::badge_approval::{question, said, sentence};
use super::badge_detail::detail;
use super::turns::{Question, REDO, UNDO};
use crate::dates::Now;
use crate::ui::{Icon, icon};

/// The words of the line: a sentence, and a tool's name to set in code after it.
fn headline(call: &ToolCall) -> (Cow<'_, str>, Option<&str>) {
    let named = |sentence| (Cow::Borrowed(sentence), Some(call.tool_name.as_str()));
    if let Some(sentence) = sentence(call.status, &call.summary) {
        return (sentence.into(), None);
    }
    match call.status {
        ToolCallStatus::Running => named("AI is using:"),
        _ if !call.summary.is_empty() => (call.summary.as_str().into(), None),
        ToolCallStatus::Error => named("Failed:"),
        _ => named("Used:"),
    }
}

/// The badge as `tool.html` and `undo_tool_call` carry it. `now` is the reader's clock: dates are said as it shows
/// them.
pub fn badge_html(call: &ToolCall, now: &Now) -> String {
    tool_badge(call, now).to_html()
}

/// A tool call's event for the page.
pub fn tool_html(call: &ToolCall, now: &Now) -> ToolHtml {
    ToolHtml {
        id: call.id,
        running: matches!(
            call.status,
            ToolCallStatus::Running | ToolCallStatus::AwaitingApproval
        ),
        asks: call.status == ToolCallStatus::AwaitingApproval,
        summary: said(call),
        html: badge_html(call, now),
    }
}

/// The badge with a question in it.
pub(super) fn asking_html(call: &ToolCall, now: &Now, question: &Question) -> String {
    badge(call, now, Some(question)).to_html()
}

/// The badge.
pub fn tool_badge(call: &ToolCall, now: &Now) -> impl IntoView + use<> {
    badge(call, now, None)
}

fn badge(call: &ToolCall, now: &Now, asks: Option<&Question>) -> impl IntoView + use<> {
    let (sentence, name) = headline(call);
    let (sign, word) = match call.status {
        ToolCallStatus::Running => (None, None),
        ToolCallStatus::Success => (Some(Icon::Check), None),
        ToolCallStatus::Undone => (Some(Icon::Undo), Some("Undone")),
        ToolCallStatus::AwaitingApproval => (Some(Icon::Lock), None),
        ToolCallStatus::Error if call.summary.starts_with(INTERRUPTED) => {
            (Some(Icon::Barred), Some("Stopped"))
        }
        ToolCallStatus::Error => (Some(Icon::Cross), Some("Failed")),
        ToolCallStatus::Denied => (Some(Icon::Barred), Some("Denied")),
    };
    let way = match call.status {
        ToolCallStatus::Success if call.undoable => Some(&UNDO),
        ToolCallStatus::Undone if call.redoable => Some(&REDO),
        _ => None,
    };
    let way = way.filter(|_| asks.is_none());
    let id = call.id.to_string();
    let summary = call.summary.clone();
    view! {
        <div class="tool" data-status=call.status.as_str() data-call=call.id.to_string()>
            <details>
                <summary>
                    <span class="sign">{sign.map(icon)}</span>
                    <span class="what">
                        <bdi>{sentence.into_owned()}</bdi>
                        {name.map(|name| view! { " "<code>{name.to_owned()}</code> })}
                    </span>
                    {word.map(|word| view! { <span class="chip">{word}</span> })}
                    {call.duration_ms.map(|ms| view! { <span class="ms">{format!("{ms} ms")}</span> })}
                </summary>
                {detail(call, now)}
            </details>
            {question(call)}
            {way
                .map(move |way| {
                    view! {
                        <form method="post" action=way.call data-do="undo">
                            <input type="hidden" name="call_id" value=id/>
                            <button class="quiet" aria-label=format!("{}: {summary}", way.word)>
                                {way.word}
                            </button>
                        </form>
                    }
                })}
            {asks.map(Question::in_badge)}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn call(status: ToolCallStatus) -> ToolCall {
        ToolCall {
            id: "01890000-0000-7000-8000-000000000001".parse().unwrap(),
            tool_name: "add_task".into(),
            arguments: json!({"title": "<b>Milk</b>"}),
            result: Value::Null,
            status,
            summary: String::new(),
            timestamp: protocol::Timestamp::from_millis(0),
            duration_ms: None,
            undoable: false,
            redoable: false,
        }
    }

    fn now() -> Now {
        "2026-11-21T12:00:00[Europe/Warsaw]"
            .parse::<jiff::Zoned>()
            .unwrap()
            .into()
    }

    #[test]
    fn a_running_call_says_what_is_used() {
        let html = tool_badge(&call(ToolCallStatus::Running), &now()).to_html();
        assert!(html.contains("AI is using:"), "{html}");
        assert!(html.contains("<code>add_task</code>"), "{html}");
        assert!(
            html.contains("&lt;b&gt;Milk"),
            "arguments are text, not HTML: {html}"
        );
        assert!(!html.contains("Result"), "{html}");
    }

    #[test]
    fn a_finished_call_can_be_undone_once() {
        let mut call = call(ToolCallStatus::Success);
        call.summary = "Created task: Milk".into();
        call.duration_ms = Some(12);
        call.undoable = true;
        let html = tool_badge(&call, &now()).to_html();
        assert!(
            html.contains("Created task: Milk") && html.contains("12 ms"),
            "{html}"
        );
        assert!(html.contains("action=\"/api/fn/undo_tool_call\""), "{html}");

        call.status = ToolCallStatus::Undone;
        let html = tool_badge(&call, &now()).to_html();
        assert!(html.contains("Undone"), "{html}");
        assert!(!html.contains("<form"), "{html}");

        call.redoable = true;
        let html = tool_badge(&call, &now()).to_html();
        assert!(html.contains("action=\"/api/fn/redo_tool_call\""), "{html}");
        assert!(html.contains("aria-label=\"Redo: Created task: Milk\""), "{html}");
    }

    #[test]
    fn a_call_that_was_stopped_says_what_it_did_not_do() {
        let mut call = call(ToolCallStatus::Error);
        for (summary, line) in [
            (
                "Interrupted: Deleted task: Milk",
                "Was stopped before it could delete: Milk",
            ),
            (
                "Interrupted: add_task",
                "Was stopped before it did anything: add_task",
            ),
        ] {
            call.summary = summary.into();
            let html = tool_badge(&call, &now()).to_html();
            assert!(html.contains(line), "{html}");
            assert!(html.contains("<span class=\"chip\">Stopped</span>"), "{html}");
        }
    }

    #[test]
    fn every_end_but_success_has_a_word_of_its_own() {
        for (status, word) in [
            (ToolCallStatus::Error, "Failed"),
            (ToolCallStatus::Denied, "Denied"),
            (ToolCallStatus::Undone, "Undone"),
        ] {
            let mut call = call(status);
            call.summary = "Couldn't find that task".into();
            let html = tool_badge(&call, &now()).to_html();
            assert!(
                html.contains(&format!("<span class=\"chip\">{word}</span>")),
                "{html}"
            );
            assert!(
                html.contains(&format!("data-status=\"{}\"", status.as_str())),
                "{html}"
            );
        }
    }
}
