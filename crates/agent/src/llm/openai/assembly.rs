//! Payloads to events.

use std::collections::VecDeque;

use serde_json::Value;

use super::halves::{Halves, with_stand_ins};
use super::pieces::Pieces;
use super::status::error_of;
use super::thoughts::Thoughts;
use crate::llm::{FinishReason, LlmError, ProviderEvent, Usage};

/// The payload that ends a stream.
pub(super) const DONE: &str = "[DONE]";

/// Most bytes of text and tool calls in one answer.
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;

/// An answer as far as it came.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    thoughts: Thoughts,
    pieces: Pieces,
    /// Set once half a character came; others are not looked for before that.
    halves: Option<Halves>,
    usage: Option<Usage>,
    finish: Option<FinishReason>,
    is_done: bool,
    is_answer: bool,
    bytes: usize,
    events: VecDeque<ProviderEvent>,
}

impl Assembly {
    /// Reads one payload.
    ///
    /// # Errors
    /// When it is no JSON, tells of an error, or makes the answer too large.
    pub(super) fn push(&mut self, payload: &str) -> Result<(), LlmError> {
        let payload = payload.trim();
        if payload == DONE {
            self.is_done = true;
            return Ok(());
        }
        if payload.is_empty() {
            return Ok(());
        }
        let read = serde_json::from_str(payload).or_else(|error| {
            let json = with_stand_ins(payload);
            if json == payload {
                return Err(error);
            }
            self.halves.get_or_insert_default();
            serde_json::from_str(&json)
        });
        let payload: Value =
            read.map_err(|error| LlmError::Garbage(format!("a payload is no JSON: {error}")))?;
        self.read(&payload)
    }

    /// Reads one chunk, or a whole answer that came without streaming.
    pub(super) fn read(&mut self, payload: &Value) -> Result<(), LlmError> {
        let choices = payload.get("choices").and_then(Value::as_array);
        let choice = choices.and_then(|choices| choices.first());
        let error = error_of(payload).or_else(|| choice.and_then(error_of));
        if let Some(error) = error {
            return Err(error.in_stream());
        }
        self.is_answer |= choices.is_some();
        if let Some(usage) = payload.get("usage").and_then(usage) {
            self.usage = Some(usage);
        }
        if let Some(choice) = choice {
            self.read_choice(choice);
        }
        if self.bytes > LARGEST_ANSWER {
            return Err(LlmError::Garbage("the answer is over 4 MiB".into()));
        }
        Ok(())
    }

    fn read_choice(&mut self, choice: &Value) {
        let delta = ["delta", "message"]
            .into_iter()
            .filter_map(|name| choice.get(name))
            .find(|delta| delta.is_object())
            .unwrap_or(choice);
        for name in ["content", "text", "refusal"] {
            if let Some(text) = delta.get(name).map(text_of)
                && !text.is_empty()
            {
                self.bytes += text.len();
                let text = match &mut self.halves {
                    Some(halves) => halves.push(&text),
                    None => text,
                };
                let text = self.thoughts.push(&text);
                self.say(text);
            }
        }
        match delta.get("tool_calls") {
            Some(Value::Array(pieces)) => {
                for piece in pieces.iter().filter(|piece| piece.is_object()) {
                    self.bytes += self.pieces.push(piece);
                }
            }
            Some(piece @ Value::Object(_)) => self.bytes += self.pieces.push(piece),
            _ => {}
        }
        // What tool calls were called before there could be several.
        if let Some(call) = delta.get("function_call").filter(|call| call.is_object()) {
            self.bytes += self.pieces.push(call);
        }
        if let Some(reason) = choice.get("finish_reason").and_then(Value::as_str)
            && !reason.is_empty()
        {
            self.finish = Some(finish_reason(reason));
        }
    }

    /// Whether the model said that it is done; what may follow is its usage and the end mark.
    pub(super) fn is_finished(&self) -> bool {
        self.finish.is_some() || self.is_done
    }

    /// Whether the end mark came.
    pub(super) fn is_done(&self) -> bool {
        self.is_done
    }

    /// The next event that is ready.
    pub(super) fn next(&mut self) -> Option<ProviderEvent> {
        self.events.pop_front()
    }

    /// The stream is over: the events that were waiting for that, `Finished` last.
    ///
    /// # Errors
    /// When the answer itself was not over.
    pub(super) fn end(mut self) -> Result<VecDeque<ProviderEvent>, LlmError> {
        if !self.is_finished() {
            return Err(LlmError::Cut(None));
        }
        if !self.is_answer {
            return Err(LlmError::Garbage("no payload had any choices".into()));
        }
        let half = self.halves.as_mut().map_or("", Halves::end);
        let rest = self.thoughts.push(half) + &self.thoughts.end();
        self.say(rest);
        let mut events = self.events;
        let before = events.len();
        for mut call in self.pieces.finish() {
            if self.halves.is_some() {
                let mut halves = Halves::default();
                call.arguments = halves.push(&call.arguments) + halves.end();
            }
            events.push_back(ProviderEvent::ToolCall(call));
        }
        let has_calls = events.len() > before;
        events.extend(self.usage.map(ProviderEvent::Usage));
        let finish = self.finish.unwrap_or(if has_calls {
            FinishReason::ToolCalls
        } else {
            FinishReason::Stop
        });
        events.push_back(ProviderEvent::Finished(finish));
        Ok(events)
    }

    /// Whether anything came that belongs to an answer.
    pub(super) fn is_answer(&self) -> bool {
        self.is_answer
    }

    fn say(&mut self, text: String) {
        if !text.is_empty() {
            self.events.push_back(ProviderEvent::Text(text));
        }
    }
}

/// A text, or the texts of an array of parts.
fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .filter_map(|part| match part {
                Value::String(text) => Some(text.as_str()),
                // Anything but text (reasoning, say) has another type.
                part => match part.get("type").and_then(Value::as_str) {
                    None | Some("text" | "output_text") => part.get("text")?.as_str(),
                    Some(_) => None,
                },
            })
            .collect(),
        _ => String::new(),
    }
}

fn usage(usage: &Value) -> Option<Usage> {
    let count = |names: [&str; 2]| {
        names.into_iter().find_map(|name| {
            let count = usage.get(name)?;
            count
                .as_u64()
                .or_else(|| count.as_f64().map(|count| count as u64))
        })
    };
    let (input, output) = (
        count(["prompt_tokens", "input_tokens"]),
        count(["completion_tokens", "output_tokens"]),
    );
    (input.is_some() || output.is_some()).then(|| Usage {
        input_tokens: input.unwrap_or_default(),
        output_tokens: output.unwrap_or_default(),
    })
}

fn finish_reason(reason: &str) -> FinishReason {
    match reason {
        "tool_calls" | "function_call" | "tool_use" => FinishReason::ToolCalls,
        "length" | "max_tokens" => FinishReason::Length,
        "content_filter" => FinishReason::ContentFilter,
        _ => FinishReason::Stop,
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::*;

    fn assembled(payloads: &[Value]) -> Result<Vec<ProviderEvent>, LlmError> {
        let mut assembly = Assembly::default();
        for payload in payloads {
            assembly.push(&payload.to_string())?;
        }
        assembly.push(DONE)?;
        assembly.end().map(Vec::from)
    }

    fn delta(delta: Value) -> Value {
        json!({ "choices": [{ "index": 0, "delta": delta, "finish_reason": null }], "usage": null, "new": 1 })
    }

    fn said(texts: &[&str], finish: FinishReason) -> Vec<ProviderEvent> {
        let text = |text: &&str| ProviderEvent::Text((*text).into());
        texts
            .iter()
            .map(text)
            .chain([ProviderEvent::Finished(finish)])
            .collect()
    }

    #[test]
    fn text_comes_in_many_dresses_and_reasoning_in_none() {
        let events = assembled(&[
            delta(json!({"role": "assistant", "content": ""})),
            delta(json!({"reasoning_content": "hm", "reasoning": "hm", "content": null})),
            delta(json!({"content": "a"})),
            delta(
                json!({"content": [{"type": "text", "text": "b"}, {"type": "thinking", "text": "hm"}, "c"]}),
            ),
            json!({"choices": [{"message": {"content": "d"}}]}),
            json!({"choices": [{"text": "e"}]}),
            delta(json!({"refusal": "f", "tool_calls": null, "function_call": null})),
            json!({"choices": [{"delta": null, "finish_reason": ""}]}),
            json!({"type": "ping"}),
        ]);
        assert_eq!(
            events.unwrap(),
            said(&["a", "bc", "d", "e", "f"], FinishReason::Stop)
        );
    }

    #[test]
    fn usage_may_come_last_and_is_told_once() {
        let events = assembled(&[
            json!({"choices": [{"delta": {"content": "a"}, "finish_reason": "length"}], "usage": {"prompt_tokens": 1}}),
            json!({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 3.0}}),
        ]);
        assert_eq!(
            events.unwrap()[1..],
            [
                ProviderEvent::Usage(Usage {
                    input_tokens: 9,
                    output_tokens: 3
                }),
                ProviderEvent::Finished(FinishReason::Length)
            ]
        );
    }

    #[test]
    fn characters_cut_in_half_are_made_whole() {
        let mut assembly = Assembly::default();
        for delta in [
            r#"{"content":"a\ud83d"}"#,
            r#"{"content":"\ude00b","tool_calls":[{"id":"x","function":{"name":"y","arguments":"\"\ud83d"}}]}"#,
            r#"{"tool_calls":[{"id":"x","function":{"arguments":"\ude00\""}}]}"#,
        ] {
            assembly
                .push(&format!(r#"{{"choices":[{{"delta":{delta}}}]}}"#))
                .unwrap();
        }
        assembly.push(DONE).unwrap();
        let events = Vec::from(assembly.end().unwrap());
        let text: String = events
            .iter()
            .filter_map(|event| match event {
                ProviderEvent::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(text, "a😀b");
        assert!(
            events
                .iter()
                .any(|event| matches!(event, ProviderEvent::ToolCall(call) if call.arguments == "\"😀\""))
        );
    }

    #[test]
    fn an_old_function_call_is_a_tool_call() {
        let events = assembled(&[
            delta(json!({"function_call": {"name": "add_task", "arguments": "{\"title\""}})),
            delta(json!({"function_call": {"arguments": ":\"Milk\"}"}})),
        ])
        .unwrap();
        let [
            ProviderEvent::ToolCall(call),
            ProviderEvent::Finished(FinishReason::ToolCalls),
        ] = &events[..]
        else {
            panic!("{events:?}");
        };
        assert_eq!(
            (call.tool_name.as_str(), call.arguments.as_str()),
            ("add_task", r#"{"title":"Milk"}"#)
        );
    }

    #[test]
    fn errors_end_an_answer() {
        let error = assembled(&[json!({"error": {"message": "Too many", "code": 429}})]).unwrap_err();
        assert!(matches!(error, LlmError::RateLimited { .. }));
        let in_choice = json!({"choices": [{"delta": {}, "error": {"message": "x", "code": 502}}]});
        assert!(matches!(
            assembled(&[in_choice]),
            Err(LlmError::Status { status: 502, .. })
        ));
        assert!(matches!(
            assembled(&[json!({"hello": 1})]),
            Err(LlmError::Garbage(_))
        ));
        assert!(matches!(
            Assembly::default().push("{not json"),
            Err(LlmError::Garbage(_))
        ));
        let mut cut = Assembly::default();
        cut.push(&delta(json!({"content": "Half"})).to_string()).unwrap();
        assert!(matches!(cut.end(), Err(LlmError::Cut(None))));
        let large = delta(json!({"content": "a".repeat(LARGEST_ANSWER / 2 + 1)}));
        assert!(matches!(
            assembled(&[large.clone(), large]),
            Err(LlmError::Garbage(_))
        ));
    }
}
