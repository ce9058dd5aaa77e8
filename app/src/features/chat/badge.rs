//! A tool call as the thread shows it: one line that opens to what was asked and what came of it.
//!
//! Only the server makes badges; while an answer is written they reach the page as HTML, like its text.

use leptos::prelude::*;
use protocol::html::ToolHtml;
use protocol::{ToolCall, ToolCallStatus};
use serde_json::Value;

use crate::ui::{Icon, icon};

/// The words of the line: a sentence, and a tool's name to set in code after it.
fn headline(call: &ToolCall) -> (&str, Option<&str>) {
    let named = |sentence| (sentence, Some(call.tool_name.as_str()));
    match call.status {
        ToolCallStatus::Running => named("AI is using:"),
        ToolCallStatus::AwaitingApproval => named("Waits for your approval:"),
        ToolCallStatus::Denied => named("Was not allowed:"),
        _ if !call.summary.is_empty() => (&call.summary, None),
        ToolCallStatus::Error => named("Failed:"),
        _ => named("Used:"),
    }
}

/// JSON as people read it. A text stays as it is, and nothing is nothing.
fn pretty(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => serde_json::to_string_pretty(other).ok(),
    }
}

fn block(title: &'static str, value: &Value) -> impl IntoView + use<> {
    pretty(value).map(|text| {
        view! {
            <h3>{title}</h3>
            <pre tabindex="0" role="group" aria-label=title>
                {text}
            </pre>
        }
    })
}

/// The badge as `tool.html` and `undo_tool_call` carry it.
pub fn badge_html(call: &ToolCall) -> String {
    tool_badge(call).to_html()
}

/// A tool call's event for the page.
pub fn tool_html(call: &ToolCall) -> ToolHtml {
    ToolHtml {
        id: call.id,
        running: call.status == ToolCallStatus::Running,
        summary: call.summary.clone(),
        html: badge_html(call),
    }
}

/// The badge.
pub fn tool_badge(call: &ToolCall) -> impl IntoView + use<> {
    let (sentence, name) = headline(call);
    let sign = match call.status {
        ToolCallStatus::Running => None,
        ToolCallStatus::Success => Some(Icon::Check),
        ToolCallStatus::Undone => Some(Icon::Undo),
        ToolCallStatus::AwaitingApproval => Some(Icon::Lock),
        ToolCallStatus::Error | ToolCallStatus::Denied => Some(Icon::Cross),
    };
    let undoable = call.undoable && call.status == ToolCallStatus::Success;
    let id = call.id.to_string();
    let undo_label = format!("Undo: {}", call.summary);
    view! {
        <div class="tool" data-status=call.status.as_str() data-call=call.id.to_string()>
            <details>
                <summary>
                    <span class="sign">{sign.map(icon)}</span>
                    <span class="what">
                        {sentence.to_owned()} {name.map(|name| view! { <code>{name.to_owned()}</code> })}
                    </span>
                    {(call.status == ToolCallStatus::Undone).then(|| view! { <span class="chip">"Undone"</span> })}
                    {call.duration_ms.map(|ms| view! { <span class="ms">{format!("{ms} ms")}</span> })}
                </summary>
                <div class="detail">
                    <p>
                        <code>{call.tool_name.clone()}</code>
                        {call.duration_ms.map(|ms| format!(" took {ms} ms"))}
                    </p>
                    {block("Arguments", &call.arguments)}
                    {block("Result", &call.result)}
                </div>
            </details>
            {undoable
                .then(move || {
                    view! {
                        <form method="post" action="/api/fn/undo_tool_call" data-do="undo">
                            <input type="hidden" name="call_id" value=id/>
                            <button class="quiet" aria-label=undo_label>
                                "Undo"
                            </button>
                        </form>
                    }
                })}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
        }
    }

    #[test]
    fn a_running_call_says_what_is_used() {
        let html = tool_badge(&call(ToolCallStatus::Running)).to_html();
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
        let html = tool_badge(&call).to_html();
        assert!(
            html.contains("Created task: Milk") && html.contains("12 ms"),
            "{html}"
        );
        assert!(html.contains("action=\"/api/fn/undo_tool_call\""), "{html}");

        call.status = ToolCallStatus::Undone;
        let html = tool_badge(&call).to_html();
        assert!(html.contains("Undone"), "{html}");
        assert!(!html.contains("<form"), "{html}");
    }
}
