//! What the server can answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// One answer. In a script: `{"stream": {"steps": […]}}` or `{"answer": {"status": 429}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// A stream of server-sent events.
    Stream {
        steps: Vec<Step>,
        /// Send pieces of at most this many bytes, wherever that cuts.
        #[serde(default)]
        bytes_at_once: Option<usize>,
    },
    /// Everything at once; `body` is sent as JSON unless it is a string.
    Answer {
        status: u16,
        #[serde(default)]
        headers: BTreeMap<String, String>,
        #[serde(default)]
        body: Value,
    },
}

/// One thing that a stream does. In a script: `{"text": "Hi"}`, `"hold"`, `"done"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A chunk with this text.
    Text(String),
    /// A chunk with this `delta`.
    Delta(Value),
    /// A chunk with this element of `delta.tool_calls`.
    ToolCall(Value),
    /// The chunk with this `finish_reason`.
    Finish(String),
    /// The chunk without choices that tells input and output tokens.
    Usage(u64, u64),
    /// Any payload, in a `data` field.
    Payload(String),
    /// Anything, as it is.
    Raw(String),
    /// Anything, UTF-8 or not.
    Bytes(Vec<u8>),
    /// The end mark.
    Done,
    /// Waits until released.
    Hold,
    /// Waits so many milliseconds.
    Pause(u64),
    /// Breaks the connection off.
    Cut,
    /// Says nothing more and does not end.
    Silence,
}

impl Reply {
    /// A stream of these steps.
    pub fn stream(steps: impl IntoIterator<Item = Step>) -> Self {
        Self::Stream {
            steps: steps.into_iter().collect(),
            bytes_at_once: None,
        }
    }

    /// A stream with this text, word by word, that ends as it should.
    pub fn text(text: &str) -> Self {
        Self::stream(Step::words(text).into_iter().chain(Step::end("stop")))
    }

    /// A stream with one tool call, its arguments in pieces, that ends as it should.
    pub fn call(id: &str, name: &str, arguments: &str) -> Self {
        Self::stream(
            Step::call(0, id, name, arguments)
                .into_iter()
                .chain(Step::end("tool_calls")),
        )
    }

    /// A refusal as OpenAI words one.
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Self::Answer {
            status,
            headers: BTreeMap::new(),
            body: json!({ "error": { "message": message, "type": code, "param": null, "code": code } }),
        }
    }

    /// The same with one more header; streams have none.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.insert(name.into(), value.into());
        }
        self
    }

    /// The same stream, sent in pieces of so many bytes.
    pub fn cut_into(mut self, bytes: usize) -> Self {
        if let Self::Stream { bytes_at_once, .. } = &mut self {
            *bytes_at_once = Some(bytes);
        }
        self
    }
}

impl Step {
    /// A text, a step for each word.
    pub fn words(text: &str) -> Vec<Self> {
        text.split_inclusive([' ', '\n'])
            .map(|word| Self::Text(word.into()))
            .collect()
    }

    /// One tool call as OpenAI streams it: a first piece with id and name, then the arguments, a few
    /// characters at a time.
    pub fn call(index: u64, id: &str, name: &str, arguments: &str) -> Vec<Self> {
        let first = json!({
            "index": index, "id": id, "type": "function", "function": { "name": name, "arguments": "" },
        });
        let characters: Vec<char> = arguments.chars().collect();
        let pieces = characters.chunks(5).map(|piece| {
            let piece: String = piece.iter().collect();
            json!({ "index": index, "function": { "arguments": piece } })
        });
        std::iter::once(first).chain(pieces).map(Self::ToolCall).collect()
    }

    /// What ends a stream: the reason, the usage, the mark.
    pub fn end(reason: &str) -> Vec<Self> {
        vec![Self::Finish(reason.into()), Self::Usage(100, 20), Self::Done]
    }

    /// What goes over the wire; nothing for a step that only waits or ends.
    pub(crate) fn bytes(&self, model: &str) -> Vec<u8> {
        let chunk = |choices: Value, usage: Value| {
            let chunk = json!({
                "id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 1_790_000_000, "model": model,
                "system_fingerprint": null, "choices": choices, "usage": usage,
            });
            format!("data: {chunk}\n\n").into_bytes()
        };
        let delta = |delta: Value, finish: Value| {
            let choice = json!({ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish });
            chunk(json!([choice]), Value::Null)
        };
        match self {
            Self::Text(text) => delta(json!({ "content": text }), Value::Null),
            Self::Delta(fields) => delta(fields.clone(), Value::Null),
            Self::ToolCall(call) => delta(json!({ "tool_calls": [call] }), Value::Null),
            Self::Finish(reason) => delta(json!({}), json!(reason)),
            Self::Usage(input, output) => chunk(
                json!([]),
                json!({ "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output }),
            ),
            Self::Payload(payload) => format!("data: {payload}\n\n").into_bytes(),
            Self::Raw(text) => text.clone().into_bytes(),
            Self::Bytes(bytes) => bytes.clone(),
            Self::Done => b"data: [DONE]\n\n".to_vec(),
            Self::Hold | Self::Pause(_) | Self::Cut | Self::Silence => Vec::new(),
        }
    }
}
