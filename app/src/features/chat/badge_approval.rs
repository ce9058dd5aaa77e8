//! A tool call that waits to be allowed: what it would do, said as a wish, and the forms that answer it.

use leptos::either::Either;
use leptos::prelude::*;
use protocol::{INTERRUPTED, ToolCall, ToolCallStatus};
use serde_json::Value;

use super::badge_detail::{field_name, field_place};
use crate::server_context::Flash;
use crate::ui::text_area::escaped;

/// The fields of a change that was refused, for the page that a plain form comes back to.
#[derive(Debug, Clone)]
pub(super) struct Typed(pub(super) Flash);

/// What a tool's summary says of the deed, as the beginning of it said of the wish.
const WISHES: [(&str, &str); 9] = [
    ("Created task: ", "create: "),
    ("Deleted task: ", "delete: "),
    ("Completed task: ", "complete: "),
    ("Already completed: ", "complete: "),
    ("Reopened task: ", "reopen: "),
    ("Updated task: ", "change: "),
    ("Unchanged task: ", "change: "),
    ("Undid: ", "undo: "),
    ("Redid: ", "redo: "),
];

/// What a call would do or was refused to do, to follow a "to": "delete: Milk".
pub(crate) fn wish(summary: &str) -> String {
    let summary = summary.strip_prefix("Not allowed: ").unwrap_or(summary);
    let known = WISHES
        .iter()
        .find_map(|(deed, wish)| Some(format!("{wish}{}", summary.strip_prefix(deed)?)));
    known.unwrap_or_else(|| format!("do this: {summary}"))
}

/// The line of a call that waits, was refused or was stopped before it ran, if it is one.
pub(crate) fn sentence(status: ToolCallStatus, summary: &str) -> Option<String> {
    match status {
        ToolCallStatus::AwaitingApproval => Some(format!("Wants to {}", wish(summary))),
        ToolCallStatus::Denied => Some(format!("Was not allowed to {}", wish(summary))),
        ToolCallStatus::Error => {
            let what = summary.strip_prefix(INTERRUPTED)?;
            Some(match what.contains(' ') {
                true => format!("Was stopped before it could {}", wish(what)),
                // A call that was never rehearsed is known by its tool's name alone.
                false => format!("Was stopped before it did anything: {what}"),
            })
        }
        _ => None,
    }
}

/// What a screen reader is told of a call.
pub(super) fn said(call: &ToolCall) -> String {
    match call.status {
        ToolCallStatus::AwaitingApproval => {
            format!("Greenlit asks for your permission to {}", wish(&call.summary))
        }
        status => sentence(status, &call.summary).unwrap_or_else(|| call.summary.clone()),
    }
}

/// The question under the line of a call that waits.
pub(super) fn question(call: &ToolCall) -> Option<impl IntoView + use<>> {
    (call.status == ToolCallStatus::AwaitingApproval).then(|| {
        let id = call.id.to_string();
        let wish = wish(&call.summary);
        view! {
            <div class="ask" id=place(&id) role="group" aria-label="Your permission">
                {decision(&id, true, false, "Allow", Some(&wish))}
                {decision(&id, false, false, "Don't allow", Some(&wish))}
                {change(call)}
                // Shown under the last of several, by the style sheet.
                <div class="every">
                    {decision(&id, true, true, "Allow all", None)}
                    {decision(&id, false, true, "Allow none", None)}
                </div>
            </div>
        }
    })
}

fn place(call: &str) -> String {
    format!("ask-{call}")
}

fn decision(
    call: &str,
    approve: bool,
    every: bool,
    words: &'static str,
    wish: Option<&str>,
) -> impl IntoView + use<> {
    let class = if approve && !every {
        "btn small go"
    } else {
        "btn small"
    };
    view! {
        <form method="post" action="/api/fn/decide_call" data-do="swap" data-target=place(call)>
            <input type="hidden" name="call_id" value=call.to_owned()/>
            <input type="hidden" name="approve" value=approve.to_string()/>
            {every.then(|| view! { <input type="hidden" name="every" value="true"/> })}
            <button class=class aria-label=wish.map(|wish| format!("{words}: {wish}"))>
                {words}
            </button>
        </form>
    }
}

/// The texts that the model gave, to be changed before the call is allowed. Not ids: nobody types those.
fn change(call: &ToolCall) -> Option<impl IntoView + use<>> {
    let mut given: Vec<(&str, &str)> = call
        .arguments
        .as_object()?
        .iter()
        .filter(|(name, _)| is_name(name) && !["task_id", "id"].contains(&name.as_str()))
        .filter_map(|(name, value)| match value {
            Value::String(text) => Some((name.as_str(), text.as_str())),
            _ => None,
        })
        .collect();
    if given.is_empty() {
        return None;
    }
    given.sort_by_key(|(name, _)| field_place(name));
    let id = call.id.to_string();
    let typed = use_context::<Typed>()
        .map(|Typed(flash)| flash)
        .filter(|flash| flash.value("call_id") == id);
    let fields = given
        .into_iter()
        .map(|(name, text)| {
            let text = typed.as_ref().map_or(text, |flash| flash.value(name));
            field(&id, name, text)
        })
        .collect_view();
    let is_refused = typed.is_some();
    let problem = format!("ask-error-{id}");
    let (target, error) = (place(&id), problem.clone());
    Some(view! {
        <details class="change" data-escape open=is_refused>
            <summary class="btn small" data-cancel>
                <span>"Change…"</span>
                <span>"Cancel"</span>
            </summary>
            <form
                class="stack"
                method="post"
                action="/api/fn/decide_call"
                data-do="swap"
                data-target=target
                data-error=error
            >
                <input type="hidden" name="call_id" value=id/>
                <input type="hidden" name="approve" value="true"/>
                {fields}
                <p class="field-error" role="alert" id=problem>
                    {typed.map(|flash| flash.message)}
                </p>
                <button class="btn small go">"Allow it like this"</button>
            </form>
        </details>
    })
}

// Others would be read as something else than a field of the arguments.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn field(call: &str, name: &str, text: &str) -> impl IntoView + use<> {
    let id = format!("{name}-{call}");
    let sent_as = format!("arguments[{name}]");
    let is_long = name == "description" || text.contains('\n');
    let input = if is_long {
        Either::Left(view! {
            <textarea class="input" id=id.clone() name=sent_as rows="3" autocomplete="off" inner_html=escaped(text)></textarea>
        })
    } else {
        Either::Right(view! {
            <input class="input" id=id.clone() name=sent_as type="text" autocomplete="off" value=text.to_owned()/>
        })
    };
    view! {
        <div class="field">
            <label for=id>{field_name(name)}</label>
            {input}
        </div>
    }
}

/// What stands in a question's place until the call's badge changes.
pub(super) fn decided_html(approve: bool, every: bool) -> String {
    let words = match (approve, every) {
        (true, _) => "Allowed. Going on…",
        (false, true) => "None allowed. Going on…",
        (false, false) => "Not allowed. Going on…",
    };
    view! {
        <p class="decided" tabindex="-1" data-focus>
            {words}
        </p>
    }
    .to_html()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(tool: &str, arguments: Value, summary: &str) -> ToolCall {
        ToolCall {
            id: "01890000-0000-7000-8000-000000000001".parse().unwrap(),
            tool_name: tool.into(),
            arguments,
            result: Value::Null,
            status: ToolCallStatus::AwaitingApproval,
            summary: summary.into(),
            timestamp: protocol::Timestamp::from_millis(0),
            duration_ms: None,
            undoable: false,
            redoable: false,
        }
    }

    fn html(call: &ToolCall) -> String {
        Owner::new().with(|| question(call).unwrap().to_html())
    }

    #[test]
    fn what_was_done_is_said_as_what_is_wanted() {
        for (summary, wanted) in [
            ("Created task: Milk", "create: Milk"),
            ("Deleted task: Deleted task: Milk", "delete: Deleted task: Milk"),
            ("Completed task: Milk", "complete: Milk"),
            ("Already completed: Milk", "complete: Milk"),
            ("Reopened task: Milk", "reopen: Milk"),
            ("Updated task: Milk", "change: Milk"),
            ("Unchanged task: Milk", "change: Milk"),
            ("Undid: Created task: Milk", "undo: Created task: Milk"),
            ("Not allowed: Deleted task: Milk", "delete: Milk"),
            ("Nothing to undo", "do this: Nothing to undo"),
        ] {
            assert_eq!(wish(summary), wanted);
        }
    }

    #[test]
    fn a_question_can_be_answered_both_ways_and_says_about_what() {
        let html = html(&call(
            "delete_task",
            json!({"task_id": "x"}),
            "Deleted task: <b>Milk</b>",
        ));
        assert!(
            html.contains("aria-label=\"Allow: delete: &lt;b&gt;Milk"),
            "{html}"
        );
        assert!(html.contains("aria-label=\"Don't allow: delete: "), "{html}");
        assert_eq!(
            html.matches("name=\"approve\" value=\"true\"").count(),
            2,
            "{html}"
        );
        assert_eq!(
            html.matches("name=\"approve\" value=\"false\"").count(),
            2,
            "{html}"
        );
        assert_eq!(html.matches("name=\"every\"").count(), 2, "{html}");
        assert!(!html.contains("Change…"), "an id is nothing to type: {html}");
    }

    #[test]
    fn the_texts_that_were_given_can_be_changed() {
        let arguments = json!({
            "title": "a \"b\"", "description": "</textarea>", "task_id": "x", "count": 3, "a[b]": "c", "": "d"
        });
        let call = call("add_task", arguments, "Created task: a");
        let form = html(&call);
        assert!(form.contains("name=\"arguments[title]\""), "{form}");
        assert!(form.contains("value=\"a &quot;b&quot;\""), "{form}");
        assert!(form.contains("&lt;/textarea&gt;</textarea>"), "{form}");
        assert_eq!(form.matches("name=\"arguments[").count(), 2, "{form}");
        assert!(form.find("[title]") < form.find("[description]"), "{form}");
        assert!(
            !form.contains("<details class=\"change\" data-escape open"),
            "{form}"
        );

        let flash = Flash {
            form: "approval".into(),
            values: vec![
                ("call_id".into(), call.id.to_string()),
                ("title".into(), "typed".into()),
            ],
            errors: vec![],
            message: "The title was too long.".into(),
        };
        let again = Owner::new().with(|| {
            provide_context(Typed(flash));
            question(&call).unwrap().to_html()
        });
        assert!(again.contains("value=\"typed\""), "{again}");
        assert!(again.contains("The title was too long."), "{again}");
        assert!(again.contains(" open"), "{again}");
    }
}
