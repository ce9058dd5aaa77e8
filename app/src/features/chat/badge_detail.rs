//! What a tool call's badge opens to: what was asked for and what came of it, in people's words. The JSON itself stands
//! behind a second fold.

use jiff::civil::DateTime;
use leptos::prelude::*;
use protocol::{Task, TaskPriority, TaskStatus, Timestamp, ToolCall, ToolCallStatus};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::dates::{self, Now};
use crate::ui::{Icon, icon};

/// The open part of a badge.
pub(super) fn detail(call: &ToolCall, now: &Now) -> impl IntoView + use<> {
    let took = call.duration_ms.map(|ms| format!(" took {ms} ms"));
    view! {
        <div class="detail">
            <p>
                <code>{call.tool_name.clone()}</code>
                {took}
            </p>
            {given(&call.arguments, now)}
            {outcome(call, now)}
            {raw(call)}
        </div>
    }
}

/// The arguments by the names that people have for them.
fn given(arguments: &Value, now: &Now) -> Option<AnyView> {
    let fields = match arguments {
        Value::Object(fields) => fields,
        Value::String(text) if !text.is_empty() => {
            return Some(
                view! {
                    <h3>"Arguments"</h3>
                    <p class="told" dir="auto">
                        {text.clone()}
                    </p>
                }
                .into_any(),
            );
        }
        _ => return None,
    };
    let rows = rows(fields, now);
    (!rows.is_empty()).then(|| {
        let rows = rows
            .into_iter()
            .map(|(name, words)| {
                view! {
                    <div>
                        <dt>{name}</dt>
                        <dd dir="auto">{words}</dd>
                    </div>
                }
            })
            .collect_view();
        view! {
            <h3>"Arguments"</h3>
            <dl class="given">{rows}</dl>
        }
        .into_any()
    })
}

/// The order in which people would say it, then whatever else there is.
const FIELDS: &[(&str, &str)] = &[
    ("title", "Title"),
    ("description", "Description"),
    ("due_at", "Due"),
    ("due_date", "Due"),
    ("due", "Due"),
    ("priority", "Priority"),
    ("status", "Status"),
    ("q", "Search"),
    ("limit", "At most"),
    ("task_id", "Task"),
    ("id", "Task"),
];

/// Where an argument comes among the others.
pub(super) fn field_place(field: &str) -> usize {
    let place = FIELDS.iter().position(|(known, _)| *known == field);
    place.unwrap_or(FIELDS.len())
}

/// What people call an argument.
pub(super) fn field_name(field: &str) -> String {
    FIELDS.iter().find(|(known, _)| *known == field).map_or_else(
        || capitalised(&field.replace('_', " ")),
        |(_, name)| (*name).to_owned(),
    )
}

fn rows(fields: &Map<String, Value>, now: &Now) -> Vec<(String, String)> {
    let known = FIELDS.iter().filter_map(|(field, name)| {
        let value = fields.get(*field)?;
        Some(((*name).to_owned(), words(field, value, now)?))
    });
    let others = fields
        .iter()
        .filter(|(field, _)| FIELDS.iter().all(|(known, _)| known != field))
        .filter_map(|(field, value)| Some((field_name(field), words(field, value, now)?)));
    known.chain(others).collect()
}

fn words(field: &str, value: &Value, now: &Now) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.trim(),
        other => return Some(other.to_string()),
    };
    Some(match (field, text) {
        ("due_at" | "due_date" | "due", "") => "No date".into(),
        (_, "") => return None,
        ("due_at" | "due_date" | "due", text) => due(text, now).unwrap_or_else(|| text.to_owned()),
        ("priority" | "status", text) => capitalised(&text.to_lowercase()),
        (_, text) => text.to_owned(),
    })
}

/// A due date as the reader's clock shows it, from any of the forms that tools take.
fn due(text: &str, now: &Now) -> Option<String> {
    let zone = now.time_zone();
    let local = || {
        let at = text.parse::<DateTime>().ok()?.to_zoned(zone.clone()).ok()?;
        Some(Timestamp::from_millis(at.timestamp().as_millisecond()))
    };
    let at = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| dates::moment_of_fields(text, "", zone).filter(|_| text.len() == "2026-11-22".len()))
        .or_else(local)?;
    Some(dates::due_words(&dates::local(at, now), now).label)
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// What came of it: a task as a task, a list as a list, an undone change and a refusal as sentences.
fn outcome(call: &ToolCall, now: &Now) -> Option<AnyView> {
    let undone =
        (call.status == ToolCallStatus::Undone).then(|| view! { <p>"This change was taken back."</p> });
    let result = match &call.result {
        Value::Null => None,
        Value::String(text) => Some(
            view! {
                <p class="told" dir="auto">
                    {text.clone()}
                </p>
            }
            .into_any(),
        ),
        Value::Object(result) => structured(call, result, now),
        _ => None,
    };
    (undone.is_some() || result.is_some()).then(|| {
        view! {
            <h3>"Result"</h3>
            {undone}
            {result}
        }
        .into_any()
    })
}

fn structured(call: &ToolCall, result: &Map<String, Value>, now: &Now) -> Option<AnyView> {
    if let Some(task) = result.get("task").and_then(task_of) {
        let deleted = call.tool_name == "delete_task";
        return Some(view! { <div class="card">{card(&task, deleted, now)}</div> }.into_any());
    }
    if let Some(Value::Array(tasks)) = result.get("tasks") {
        let cards = tasks
            .iter()
            .filter_map(task_of)
            .map(|task| view! { <li class="card">{card(&task, false, now)}</li> })
            .collect_view();
        let more = result
            .get("truncated")
            .is_some()
            .then(|| view! { <p>"There are more."</p> });
        return Some(if tasks.is_empty() {
            view! { <p>"No tasks."</p> }.into_any()
        } else {
            view! {
                <ul class="cards" tabindex="0" aria-label="Tasks found">
                    {cards}
                </ul>
                {more}
            }
            .into_any()
        });
    }
    let undone = result.get("undone")?;
    Some(match undone["summary"].as_str() {
        Some(summary) => view! { <p dir="auto">{format!("Taken back: {summary}")}</p> }.into_any(),
        None => view! { <p>"There was nothing to take back."</p> }.into_any(),
    })
}

fn task_of(value: &Value) -> Option<Task> {
    Task::deserialize(value).ok()
}

/// A task: its state, its title, when it is due and how much it matters.
fn card(task: &Task, deleted: bool, now: &Now) -> impl IntoView + use<> {
    let done = task.status == TaskStatus::Done;
    let state = match task.status {
        _ if deleted => "Deleted",
        TaskStatus::Done => "Done",
        TaskStatus::Open => "Open",
    };
    let due = task
        .due_at
        .map(|at| dates::due_words(&dates::local(at, now), now).label);
    let priority = match task.priority {
        TaskPriority::High => Some("High priority".to_owned()),
        TaskPriority::Low => Some("Low priority".to_owned()),
        TaskPriority::Normal => None,
    };
    let note: Vec<String> = std::iter::once(state.to_owned())
        .chain(due)
        .chain(priority)
        .collect();
    let description = (!task.description.is_empty()).then(|| {
        let text = task.description.clone();
        view! { <p dir="auto">{text}</p> }
    });
    view! {
        <span class="ring" data-done=done.then_some("")>
            {done.then(|| icon(Icon::Check))}
        </span>
        <div>
            <p class="name" dir="auto">
                {task.title.clone()}
            </p>
            {description}
            <small>{note.join(" · ")}</small>
        </div>
    }
}

fn raw(call: &ToolCall) -> impl IntoView + use<> {
    let json = serde_json::json!({ "arguments": call.arguments, "result": call.result });
    let text = serde_json::to_string_pretty(&json).unwrap_or_default();
    view! {
        <details class="raw">
            <summary>"JSON"</summary>
            <pre tabindex="0" role="group" aria-label="JSON" dir="ltr">
                {text}
            </pre>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use protocol::Timestamp;
    use serde_json::json;

    use super::*;

    fn now() -> Now {
        "2026-11-21T12:00:00[Europe/Warsaw]"
            .parse::<jiff::Zoned>()
            .unwrap()
            .into()
    }

    fn html(tool: &str, status: ToolCallStatus, arguments: Value, result: Value) -> String {
        let call = ToolCall {
            id: "01890000-0000-7000-8000-000000000001".parse().unwrap(),
            tool_name: tool.into(),
            arguments,
            result,
            status,
            summary: String::new(),
            timestamp: Timestamp::from_millis(0),
            duration_ms: None,
            undoable: false,
            redoable: false,
        };
        detail(&call, &now()).to_html()
    }

    fn task(status: &str) -> Value {
        json!({
            "id": "01890000-0000-7000-8000-000000000002", "title": "<b>Milk</b>", "description": "2 l",
            "status": status, "priority": "high", "due_at": "2026-11-22T09:00:00.000Z", "completed_at": null,
            "created_at": "2026-11-21T09:00:00.000Z", "updated_at": "2026-11-21T09:00:00.000Z"
        })
    }

    #[test]
    fn arguments_have_names_and_dates_the_reader_s_words() {
        let rows = |value: Value| rows(value.as_object().unwrap(), &now());
        let said = rows(json!({
            "priority": "HIGH", "due_at": "2026-11-22", "title": "Milk", "time_spent": 3, "description": "", "q": null
        }));
        let said: Vec<_> = said
            .iter()
            .map(|(name, words)| format!("{name}: {words}"))
            .collect();
        assert_eq!(
            said,
            ["Title: Milk", "Due: Tomorrow", "Priority: High", "Time spent: 3"]
        );
        for (given, words) in [
            ("2026-11-21T15:00", "Today, 15:00"),
            ("2026-11-21T15:00:00Z", "Today, 16:00"),
            ("soon", "soon"),
            ("", "No date"),
        ] {
            assert_eq!(
                rows(json!({ "due_at": given })),
                [("Due".to_owned(), words.to_owned())]
            );
        }
    }

    #[test]
    fn a_task_is_shown_as_a_task() {
        let html = html(
            "add_task",
            ToolCallStatus::Success,
            json!({}),
            json!({ "task": task("open") }),
        );
        assert!(html.contains("&lt;b&gt;Milk&lt;/b&gt;"), "{html}");
        assert!(html.contains("Open · Tomorrow, 10:00 · High priority"), "{html}");
        let json = html.find("<details class=\"raw\">").unwrap();
        assert!(!html[..json].contains("{"), "JSON only behind its fold: {html}");
    }

    #[test]
    fn lists_undone_changes_and_refusals_are_said() {
        let success = ToolCallStatus::Success;
        let list = html(
            "list_tasks",
            success,
            json!({}),
            json!({"tasks": [task("done"), task("open")], "count": 2, "truncated": true}),
        );
        assert_eq!(list.matches("<li class=\"card\">").count(), 2, "{list}");
        assert!(list.contains("There are more."), "{list}");
        assert!(html("list_tasks", success, json!({}), json!({"tasks": []})).contains("No tasks."));
        let undone = json!({"undone": {"call_id": "x", "summary": "Created task: Milk"}});
        assert!(
            html("undo_last_change", success, json!({}), undone).contains("Taken back: Created task: Milk")
        );
        assert!(
            html("undo_last_change", success, json!({}), json!({"undone": null}))
                .contains("There was nothing to take back.")
        );
        let told = html(
            "x",
            ToolCallStatus::Error,
            json!("{\"title\": "),
            json!("No tool <x>."),
        );
        assert!(told.contains("No tool &lt;x&gt;."), "{told}");
        let back = html(
            "add_task",
            ToolCallStatus::Undone,
            json!({}),
            json!({ "task": task("open") }),
        );
        assert!(back.contains("This change was taken back."), "{back}");
    }
}
