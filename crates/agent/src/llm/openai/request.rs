//! Writes a request.

use serde_json::{Map, Value, json};

use super::status::Refusal;
use crate::llm::{ChatMessage, ChatRequest, LlmError, RequestedCall, ToolDefinition};

/// How much of the protocol a server understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Full = 0,
    /// Without `stream_options`, `tool_choice` and `parallel_tool_calls`.
    Plain = 1,
    /// Without tools as well: the model or the server has none.
    NoTools = 2,
}

/// Told to a model that cannot be given tools.
const NO_TOOLS: &str = "\n\n## No tools\nThis model has no tools here: you can neither see nor change the task list. If the \
     user wants that, say so, and that another model has to be set up for it.";

impl Dialect {
    pub(super) fn from_number(number: u8) -> Self {
        match number {
            0 => Self::Full,
            1 => Self::Plain,
            _ => Self::NoTools,
        }
    }

    /// What to try next after this refusal, if it may be one of a field.
    pub(super) fn simpler(self, refusal: &Refusal) -> Option<Self> {
        let LlmError::Status {
            status: 400 | 422,
            detail,
        } = &refusal.error
        else {
            return None;
        };
        let detail = detail.to_lowercase();
        let names = |words: &[&str]| words.iter().any(|word| detail.contains(word));
        // A request that is too long may name its functions as well, hence the second word.
        let refuses_tools = names(&["tool", "function"])
            && names(&[
                "support",
                "require",
                "unknown",
                "unrecogni",
                "unexpected",
                "not permitted",
                "extra",
            ]);
        match self {
            Self::Full => Some(Self::Plain),
            Self::Plain if refuses_tools => Some(Self::NoTools),
            Self::Plain | Self::NoTools => None,
        }
    }
}

/// The request's JSON.
pub(super) fn body(model: &str, request: &ChatRequest, dialect: Dialect) -> Value {
    let mut body = Map::new();
    body.insert("model".into(), json!(model));
    body.insert("messages".into(), messages(&request.messages, dialect));
    body.insert("stream".into(), json!(true));
    if dialect == Dialect::Full {
        body.insert("stream_options".into(), json!({ "include_usage": true }));
    }
    if !request.tools.is_empty() && dialect != Dialect::NoTools {
        body.insert("tools".into(), request.tools.iter().map(tool).collect());
        if dialect == Dialect::Full {
            body.insert("tool_choice".into(), json!("auto"));
            body.insert("parallel_tool_calls".into(), json!(true));
        }
    }
    Value::Object(body)
}

fn messages(messages: &[ChatMessage], dialect: Dialect) -> Value {
    let with_tools = dialect != Dialect::NoTools;
    messages
        .iter()
        .filter_map(|message| match message {
            ChatMessage::System(text) if with_tools => Some(json!({ "role": "system", "content": text })),
            ChatMessage::System(text) => {
                Some(json!({ "role": "system", "content": format!("{text}{NO_TOOLS}") }))
            }
            ChatMessage::User(text) => Some(json!({ "role": "user", "content": text })),
            ChatMessage::Assistant { text, tool_calls } if with_tools && !tool_calls.is_empty() => {
                Some(json!({
                    "role": "assistant",
                    "content": if text.is_empty() { Value::Null } else { json!(text) },
                    "tool_calls": tool_calls.iter().map(call).collect::<Value>(),
                }))
            }
            ChatMessage::Assistant { text, .. } => {
                (!text.is_empty()).then(|| json!({ "role": "assistant", "content": text }))
            }
            ChatMessage::ToolResult { call_id, content, .. } => {
                with_tools.then(|| json!({ "role": "tool", "tool_call_id": call_id, "content": content }))
            }
        })
        .collect()
}

fn call(call: &RequestedCall) -> Value {
    json!({
        "id": call.call_id,
        "type": "function",
        "function": { "name": call.tool_name, "arguments": object_text(&call.arguments) },
    })
}

/// Some servers read the arguments of earlier calls again and refuse the whole request if they are
/// no JSON object. The call's result says that they were none.
fn object_text(arguments: &str) -> &str {
    match serde_json::from_str(arguments) {
        Ok(Value::Object(_)) => arguments,
        _ => "{}",
    }
}

fn tool(tool: &ToolDefinition) -> Value {
    json!({
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": tool.parameters,
        },
    })
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use pretty_assertions::assert_eq;
    use protocol::Timestamp;

    use super::*;
    use crate::llm::Clock;

    fn request() -> ChatRequest {
        let call = |id: &str, arguments: &str| RequestedCall {
            call_id: id.into(),
            tool_name: "add_task".into(),
            arguments: arguments.into(),
        };
        let result = |id: &str| ChatMessage::ToolResult {
            call_id: id.into(),
            tool_name: "add_task".into(),
            content: "done".into(),
        };
        ChatRequest {
            messages: vec![
                ChatMessage::System("Be short.".into()),
                ChatMessage::User("Hi".into()),
                ChatMessage::Assistant {
                    text: String::new(),
                    tool_calls: vec![call("a", r#"{"title":"Milk"}"#), call("b", r#"{"title":"Mil"#)],
                },
                result("a"),
                result("b"),
                ChatMessage::Assistant {
                    text: "Done.".into(),
                    tool_calls: vec![],
                },
                ChatMessage::User("Thanks".into()),
            ],
            tools: vec![ToolDefinition {
                name: "add_task".into(),
                description: "Adds.".into(),
                parameters: json!({ "type": "object" }),
            }],
            clock: Clock {
                now: Timestamp::from_millis(0),
                time_zone: TimeZone::UTC,
            },
        }
    }

    #[test]
    fn a_request_has_the_protocols_shape() {
        let call = |id, arguments| json!({ "id": id, "type": "function", "function": { "name": "add_task", "arguments": arguments } });
        assert_eq!(
            body("m", &request(), Dialect::Full),
            json!({
                "model": "m",
                "messages": [
                    { "role": "system", "content": "Be short." },
                    { "role": "user", "content": "Hi" },
                    {
                        "role": "assistant",
                        "content": null,
                        "tool_calls": [call("a", r#"{"title":"Milk"}"#), call("b", "{}")],
                    },
                    { "role": "tool", "tool_call_id": "a", "content": "done" },
                    { "role": "tool", "tool_call_id": "b", "content": "done" },
                    { "role": "assistant", "content": "Done." },
                    { "role": "user", "content": "Thanks" },
                ],
                "stream": true,
                "stream_options": { "include_usage": true },
                "tools": [{
                    "type": "function",
                    "function": { "name": "add_task", "description": "Adds.", "parameters": { "type": "object" } },
                }],
                "tool_choice": "auto",
                "parallel_tool_calls": true,
            })
        );
    }

    #[test]
    fn what_is_optional_can_be_left_out() {
        let keys = |dialect| {
            let body = body("m", &request(), dialect);
            body.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(keys(Dialect::Plain), ["messages", "model", "stream", "tools"]);
        assert_eq!(keys(Dialect::NoTools), ["messages", "model", "stream"]);
        let mut bare = request();
        bare.tools.clear();
        assert_eq!(body("m", &bare, Dialect::Full).get("parallel_tool_calls"), None);
    }

    #[test]
    fn a_model_without_tools_is_told_so_and_shown_no_calls() {
        let body = body("m", &request(), Dialect::NoTools);
        let messages = body["messages"].as_array().unwrap();
        let roles: Vec<&str> = messages
            .iter()
            .map(|message| message["role"].as_str().unwrap())
            .collect();
        assert_eq!(roles, ["system", "user", "assistant", "user"]);
        assert!(
            messages[0]["content"]
                .as_str()
                .unwrap()
                .contains("neither see nor change")
        );
    }

    #[test]
    fn only_a_refusal_that_may_be_of_a_field_leads_to_a_simpler_request() {
        let refused = |status, detail: &str| {
            Refusal::from(LlmError::Status {
                status,
                detail: detail.into(),
            })
        };
        assert_eq!(Dialect::Full.simpler(&refused(400, "x")), Some(Dialect::Plain));
        assert_eq!(Dialect::Full.simpler(&refused(500, "x")), None);
        let too_long = "Maximum context length is 8192, you asked for 9000 (500 in the functions)";
        assert_eq!(Dialect::Plain.simpler(&refused(400, too_long)), None);
        assert_eq!(
            Dialect::Plain.simpler(&refused(422, "m does not support Tools")),
            Some(Dialect::NoTools)
        );
        assert_eq!(Dialect::NoTools.simpler(&refused(400, "tools unsupported")), None);
    }
}
