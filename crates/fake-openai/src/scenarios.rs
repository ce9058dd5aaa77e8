//! The named behaviours.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::reply::{Reply, Step};
use crate::state::State;

/// Every scenario.
pub const NAMES: &[&str] = &[
    "auto",
    "plain",
    "markdown",
    "tool",
    "parallel-tools",
    "bad-arguments",
    "unknown-tool",
    "split-utf8",
    "split-arguments",
    "reasoning",
    "think-tags",
    "legacy-function-call",
    "no-done",
    "no-stream",
    "slow",
    "hold",
    "chaos",
    "loop-forever",
    "empty",
    "too-long",
    "filtered",
    "cut",
    "cut-clean",
    "silence",
    "garbage",
    "overlong-line",
    "error-in-stream",
    "429-once",
    "429-always",
    "500-once",
    "500-always",
    "unauthorized",
    "unknown-model",
    "refuses-options",
    "refuses-tools",
];

/// A text with everything that needs more than one byte.
pub const UNICODE: &str = "Grüße, 世界! 😀 — naïve café";

const MARKDOWN: &str = "## Your week\n\nHere is a **plan**, with *emphasis* and `code`:\n\n1. Review the report\n2. Call \
     the bank\n   - ask about fees\n\n```rust\nfn main() {\n    println!(\"Hello, 世界\");\n}\n```\n\n| Day | Task |\n| --- \
     | --- |\n| Monday | Report |\n\n> Small steps.\n\nSee <https://example.com> or [this](https://example.org).\n";

/// What the server answers to this request.
pub(crate) fn reply(state: &State, body: &Value) -> Reply {
    let seen = Seen::of(body);
    let named = |name: &&&str| {
        seen.question.contains(&format!("[{name}]")) || seen.question.contains(&format!("[{name} "))
    };
    let name = NAMES
        .iter()
        .filter(|name| **name != "hold")
        .find(named)
        .or_else(|| NAMES.iter().find(|name| body["model"] == **name))
        .map_or(state.default_scenario.as_str(), |name| name);
    working(name, &seen)
        .or_else(|| broken(name))
        .or_else(|| refusing(name, state, body))
        .unwrap_or_else(|| Reply::text("Hello from the fake model."))
}

/// The answer to a request for a conversation's title: what the message has as `[title: …]`, or nothing.
pub(crate) fn title(body: &Value) -> Option<Reply> {
    let prompt = body["messages"][0]["content"].as_str()?;
    if !prompt.starts_with("Name this conversation.") {
        return None;
    }
    let question = body["messages"][1]["content"].as_str().unwrap_or_default();
    let title = question
        .split_once("[title: ")
        .and_then(|(_, rest)| rest.split_once(']'));
    Some(Reply::text(title.map_or("", |(title, _)| title)))
}

/// What matters of a request.
struct Seen<'a> {
    question: &'a str,
    /// Results of tools since the question.
    results: Vec<&'a str>,
    has_tools: bool,
}

impl<'a> Seen<'a> {
    fn of(body: &'a Value) -> Self {
        let messages = body["messages"].as_array().map_or(&[][..], Vec::as_slice);
        let content = |message: &'a Value| message["content"].as_str().unwrap_or_default();
        let asked = messages.iter().rposition(|message| message["role"] == "user");
        Self {
            question: asked.map_or("", |at| content(&messages[at])),
            results: messages[asked.unwrap_or(0)..]
                .iter()
                .filter(|message| message["role"] == "tool")
                .map(content)
                .collect(),
            has_tools: body["tools"].as_array().is_some_and(|tools| !tools.is_empty()),
        }
    }
}

/// Scenarios in which the answer comes to its end.
fn working(name: &str, seen: &Seen<'_>) -> Option<Reply> {
    let done = !seen.results.is_empty();
    let told = || Reply::text(&format!("I was told: {}", seen.results.join(" | ")));
    Some(match name {
        "auto" => auto(seen),
        "plain" => Reply::text("Hello from the fake model."),
        "markdown" => Reply::text(MARKDOWN),
        "tool"
        | "parallel-tools"
        | "bad-arguments"
        | "unknown-tool"
        | "split-arguments"
        | "legacy-function-call"
            if done =>
        {
            told()
        }
        "tool" => Reply::stream(
            [
                Step::words("On it."),
                Step::call(0, "call_1", "add_task", REPORT),
                Step::end("tool_calls"),
            ]
            .concat(),
        ),
        "parallel-tools" => parallel_tools(),
        "bad-arguments" => Reply::call("call_1", "add_task", r#"{"title": "Brok"#),
        "unknown-tool" => Reply::call("call_1", "launch_rocket", "{}"),
        "split-utf8" => Reply::text(UNICODE).cut_into(1),
        "split-arguments" => {
            let arguments = json!({ "title": UNICODE, "priority": "high" }).to_string();
            let pieces = arguments.chars().map(|piece| {
                Step::ToolCall(json!({ "index": 0, "function": { "arguments": piece.to_string() } }))
            });
            let first = Step::call(0, "call_1", "add_task", "");
            Reply::stream(first.into_iter().chain(pieces).chain(Step::end("tool_calls"))).cut_into(1)
        }
        "legacy-function-call" => Reply::stream([
            Step::Delta(json!({ "function_call": { "name": "add_task", "arguments": "" } })),
            Step::Delta(json!({ "function_call": { "arguments": REPORT } })),
            Step::Finish("function_call".into()),
            Step::Done,
        ]),
        "reasoning" => reasoning(),
        "think-tags" => Reply::text("<think>The user says hello. </think>\n\nHello from the fake model."),
        "no-done" => Reply::stream([Step::Text("Hello.".into()), Step::Finish("stop".into())]),
        "no-stream" => no_stream(),
        "slow" => slow(),
        "hold" => held("Hello from the fake model."),
        "chaos" => chaos(seen),
        "loop-forever" if seen.has_tools => {
            let id = format!("call_{}", seen.results.len() + 1);
            Reply::call(&id, "list_tasks", "{}")
        }
        "loop-forever" => Reply::text("I looked at the list again and again, and stop now."),
        "empty" => Reply::stream(Step::end("stop")),
        "too-long" => Reply::stream([Step::words("This answer was"), Step::end("length")].concat()),
        "filtered" => Reply::stream(Step::end("content_filter")),
        _ => return None,
    })
}

const REPORT: &str = r#"{"title":"Review Q4 report"}"#;

/// Scenarios in which the stream breaks.
fn broken(name: &str) -> Option<Reply> {
    let half = || Step::words("Half of a sentence that ");
    Some(Reply::stream(match name {
        "cut" => [half(), vec![Step::Cut]].concat(),
        "cut-clean" => half(),
        "silence" => [half(), vec![Step::Silence]].concat(),
        "garbage" => vec![Step::Payload("{not json".into())],
        "overlong-line" => vec![Step::Text("a".repeat(2 * 1024 * 1024))],
        "error-in-stream" => {
            let error = json!({ "error": { "message": "The server had an error", "type": "server_error" } });
            [half(), vec![Step::Payload(error.to_string())]].concat()
        }
        _ => return None,
    }))
}

/// Scenarios in which there is no stream, at least not at first.
fn refusing(name: &str, state: &State, body: &Value) -> Option<Reply> {
    let busy =
        || Reply::error(429, "rate_limit_exceeded", "Rate limit reached").with_header("retry-after", "0");
    let failing = || Reply::error(500, "server_error", "The server had an error");
    let bad = |message| Reply::error(400, "invalid_request_error", message);
    Some(match name {
        "429-once" if state.is_first(body) => busy(),
        "500-once" if state.is_first(body) => failing(),
        "429-always" => busy(),
        "500-always" => failing(),
        "unauthorized" => Reply::error(401, "invalid_api_key", "Incorrect API key provided"),
        "unknown-model" => Reply::error(404, "model_not_found", "The model does not exist"),
        "refuses-options" if body.get("stream_options").is_some() => {
            bad("Unrecognized field: stream_options")
        }
        "refuses-tools" if body.get("stream_options").is_some() || body.get("tools").is_some() => {
            bad("fake does not support tools")
        }
        _ => return None,
    })
}

/// Three steps that say who they are for, so that nothing else has to be known of a request: `[chaos NAME]` adds the tasks
/// NAME-a and NAME-b, then completes the first, then says so. Slow enough to be interrupted anywhere.
fn chaos(seen: &Seen<'_>) -> Reply {
    let name = seen.question.split_once("[chaos ").map_or("", |(_, rest)| rest);
    let name = name.split(']').next().unwrap_or_default();
    let say = |text: &str| {
        let words = text.split_inclusive(' ').map(|word| Step::Text(word.to_owned()));
        words.flat_map(|word| [word, Step::Pause(10)]).collect::<Vec<_>>()
    };
    let add = |index: u64, letter: &str| {
        let arguments = json!({ "title": format!("{name}-{letter}") }).to_string();
        Step::call(index, &format!("call_{letter}"), "add_task", &arguments)
    };
    match seen.results.as_slice() {
        [] => Reply::stream(
            [
                say(&format!("Two tasks for {name} are on their way to your list: ")),
                add(0, "a"),
                add(1, "b"),
                Step::end("tool_calls"),
            ]
            .concat(),
        ),
        [first, _] => {
            let first: Value = serde_json::from_str(first).unwrap_or_default();
            let arguments = json!({ "task_id": first["task"]["id"] }).to_string();
            let call = Step::call(0, "call_c", "complete_task", &arguments);
            Reply::stream(
                [
                    say("Now the first of them is ticked off: "),
                    call,
                    Step::end("tool_calls"),
                ]
                .concat(),
            )
        }
        results => {
            let text = format!(
                "All {} calls for {name} were made, and that is the end of it.",
                results.len()
            );
            Reply::stream([say(&text), Step::end("stop")].concat())
        }
    }
}

/// A small assistant: adds a task when asked to, and shows some Markdown otherwise.
fn auto(seen: &Seen<'_>) -> Reply {
    let Some(title) = title_in(seen.question) else {
        let text = format!(
            "I am a **fake model** and heard: {}\n\n- I add tasks, one at a time\n- I show *Markdown*\n\n```rust\nfn \
             main() {{\n    println!(\"Hello\");\n}}\n```\n\nSay: Create a task called 'Review Q4 report'.",
            seen.question.lines().next().unwrap_or_default()
        );
        return maybe_held(seen, &text);
    };
    match seen.results.last() {
        None => {
            let arguments = json!({ "title": title, "priority": "normal" }).to_string();
            let text = Step::words(&format!("I'll add “{title}” to your list."));
            Reply::stream(
                [
                    text,
                    Step::call(0, "call_1", "add_task", &arguments),
                    Step::end("tool_calls"),
                ]
                .concat(),
            )
        }
        Some(result) => match serde_json::from_str::<Value>(result) {
            Ok(result) if result["task"]["title"].is_string() => {
                let title = result["task"]["title"].as_str().unwrap_or_default();
                let text = format!(
                    "**Done!** The task *{title}* is on your list.\n\n- Say *complete it* when it is done\n- Or undo \
                     it right there"
                );
                maybe_held(seen, &text)
            }
            _ => Reply::text(&format!("That did not work: {result}")),
        },
    }
}

/// With `[hold]` in the question, the stream waits in the middle.
fn maybe_held(seen: &Seen<'_>, text: &str) -> Reply {
    if seen.question.contains("[hold]") {
        held(text)
    } else {
        Reply::text(text)
    }
}

fn held(text: &str) -> Reply {
    let mut steps = Step::words(text);
    steps.insert(steps.len().div_ceil(2), Step::Hold);
    steps.extend(Step::end("stop"));
    Reply::stream(steps)
}

/// The title in "Create a task called 'X'", with any quotation marks or none.
fn title_in(question: &str) -> Option<&str> {
    const MARKS: &[char] = &['\'', '"', '‘', '’', '“', '”', '`'];
    let at = ["task called ", "task named "].into_iter().find_map(|phrase| {
        let at = question.to_ascii_lowercase().find(phrase)?;
        Some(at + phrase.len())
    })?;
    let rest = question[at..].lines().next()?.trim();
    let title = match rest.strip_prefix(MARKS) {
        Some(quoted) => &quoted[..quoted.rfind(MARKS).unwrap_or(quoted.len())],
        None => rest.trim_end_matches(['.', '!']),
    };
    (!title.is_empty()).then_some(title)
}

/// Three calls whose pieces come mixed.
fn parallel_tools() -> Reply {
    let milk = Step::call(0, "call_1", "add_task", r#"{"title":"Milk"}"#);
    let bread = Step::call(
        1,
        "call_2",
        "create_task",
        r#"{"title":"Bread","priority":"HIGH"}"#,
    );
    let list = Step::call(2, "call_3", "list_tasks", r#"{"limit":"10"}"#);
    let longest = milk.len().max(bread.len()).max(list.len());
    let mixed = (0..longest).flat_map(|at| {
        [&milk, &bread, &list]
            .into_iter()
            .filter_map(move |call| call.get(at).cloned())
            .collect::<Vec<_>>()
    });
    Reply::stream(mixed.chain(Step::end("tool_calls")))
}

fn reasoning() -> Reply {
    let think = |name: &str, text: &str| Step::Delta(json!({ name: text, "content": null }));
    let thoughts = vec![
        think("reasoning_content", "The user says hello."),
        think("reasoning", "So do I."),
    ];
    Reply::stream(
        [
            thoughts,
            Step::words("Hello from the fake model."),
            Step::end("stop"),
        ]
        .concat(),
    )
}

fn no_stream() -> Reply {
    Reply::Answer {
        status: 200,
        headers: BTreeMap::new(),
        body: json!({
            "id": "chatcmpl-fake", "object": "chat.completion", "created": 1_790_000_000, "model": "fake",
            "choices": [{
                "index": 0,
                "message": { "role": "assistant", "content": "Hello from the fake model." },
                "finish_reason": "stop",
            }],
            "usage": { "prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120 },
        }),
    }
}

/// A hundred words, twenty a second, to look at.
fn slow() -> Reply {
    let words = (1..=100).flat_map(|number| [Step::Text(format!("word {number} ")), Step::Pause(50)]);
    Reply::stream(words.chain(Step::end("stop")))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn request(model: &str, question: &str) -> Value {
        json!({ "model": model, "messages": [{ "role": "user", "content": question }] })
    }

    #[test]
    fn every_scenario_has_an_answer_of_its_own() {
        let state = State::new("auto");
        for name in NAMES.iter().filter(|name| **name != "plain") {
            let mut body = request(name, "Hi");
            body["tools"] = json!([{}]);
            body["stream_options"] = json!({});
            assert_ne!(
                reply(&state, &body),
                Reply::text("Hello from the fake model."),
                "{name}"
            );
        }
    }

    #[test]
    fn the_question_outweighs_the_model_and_that_the_default() {
        let state = State::new("markdown");
        let plain = reply(&state, &request("plain", "Hi"));
        assert_eq!(plain, Reply::text("Hello from the fake model."));
        assert_eq!(reply(&state, &request("gpt-5", "Hi")), Reply::text(MARKDOWN));
        assert_eq!(reply(&state, &request("plain", "[no-stream] Hi")), no_stream());
    }

    #[test]
    fn titles_are_found_in_any_quotation_marks() {
        for (question, title) in [
            (
                "Create a task called 'Review Q4 report'",
                Some("Review Q4 report"),
            ),
            ("please create a Task called “Ann's cake”!", Some("Ann's cake")),
            ("Add a task named Milk.", Some("Milk")),
            ("Help me organize my tasks", None),
        ] {
            assert_eq!(title_in(question), title, "{question}");
        }
    }
}
