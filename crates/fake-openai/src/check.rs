//! What every request must keep to, whatever the answer.

use std::collections::HashSet;

use serde_json::Value;

/// How a request breaks the protocol; empty if it does not.
///
/// One system message, first. Then users and assistants take turns. Each tool call has exactly one
/// result after it and before the next turn, and each result its call. Call ids are used once. The
/// last word is the user's or a tool's.
pub fn violations(body: &Value) -> Vec<String> {
    let mut check = Check::default();
    if body["model"].as_str().is_none_or(str::is_empty) {
        check.fail("`model` is missing.");
    }
    if body["stream"] != true {
        check.fail("`stream` is not true.");
    }
    check.tools(body);
    match body["messages"].as_array() {
        None => check.fail("`messages` is no array."),
        Some(messages) => check.messages(messages),
    }
    check.violations
}

#[derive(Default)]
struct Check<'a> {
    violations: Vec<String>,
    /// Ids of calls without a result so far.
    open: Vec<&'a str>,
    used: HashSet<&'a str>,
    last_role: &'a str,
}

impl<'a> Check<'a> {
    fn fail(&mut self, why: impl Into<String>) {
        self.violations.push(why.into());
    }

    fn tools(&mut self, body: &'a Value) {
        let mut names = HashSet::new();
        for tool in body["tools"].as_array().unwrap_or(&Vec::new()) {
            let name = tool["function"]["name"].as_str().unwrap_or_default();
            let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            if tool["type"] != "function" || !(1..=64).contains(&name.len()) || !name.chars().all(allowed) {
                self.fail(format!("A tool is not named as functions are: {name:?}."));
            }
            if !names.insert(name) {
                self.fail(format!("Two tools are named {name}."));
            }
            if tool["function"]["parameters"]["type"] != "object" {
                self.fail(format!("The parameters of {name} are no object."));
            }
        }
    }

    fn messages(&mut self, messages: &'a [Value]) {
        for (at, message) in messages.iter().enumerate() {
            let role = message["role"].as_str().unwrap_or_default();
            let turn_begins_too_early = role != "tool" && !self.open.is_empty();
            if turn_begins_too_early {
                let open = std::mem::take(&mut self.open);
                self.fail(format!("Message {at} comes before the results of {open:?}."));
            }
            match role {
                "system" if at == 0 => self.text(at, message),
                "user" if matches!(self.last_role, "system" | "assistant" | "tool") => self.text(at, message),
                "assistant" if matches!(self.last_role, "user" | "tool") => self.assistant(at, message),
                "tool" => self.result(at, message),
                role => {
                    let last = self.last_role;
                    self.fail(format!("Message {at} is of {role:?} after {last:?}."));
                }
            }
            self.last_role = role;
        }
        let open = std::mem::take(&mut self.open);
        if !open.is_empty() {
            self.fail(format!("The results of {open:?} are missing."));
        }
        if !matches!(self.last_role, "user" | "tool") {
            let last = self.last_role;
            self.fail(format!("The last message is of {last:?}."));
        }
        if messages.first().is_none_or(|message| message["role"] != "system") {
            self.fail("There is no system prompt.");
        }
    }

    fn text(&mut self, at: usize, message: &Value) {
        if message["content"]
            .as_str()
            .is_none_or(|text| text.trim().is_empty())
        {
            self.fail(format!("Message {at} has no text."));
        }
    }

    fn assistant(&mut self, at: usize, message: &'a Value) {
        let Some(calls) = message["tool_calls"].as_array() else {
            return self.text(at, message);
        };
        if calls.is_empty() {
            self.fail(format!("Message {at} has an empty list of calls."));
        }
        for call in calls {
            let id = call["id"].as_str().unwrap_or_default();
            if id.is_empty() || !self.used.insert(id) {
                self.fail(format!(
                    "Message {at} has a call whose id {id:?} is empty or used before."
                ));
            }
            let arguments = call["function"]["arguments"].as_str().unwrap_or_default();
            if !matches!(serde_json::from_str(arguments), Ok(Value::Object(_))) {
                self.fail(format!("The arguments of {id} are no JSON object."));
            }
            if call["type"] != "function" || call["function"]["name"].as_str().is_none_or(str::is_empty) {
                self.fail(format!("The call {id} is not of a function with a name."));
            }
            self.open.push(id);
        }
    }

    fn result(&mut self, at: usize, message: &'a Value) {
        let id = message["tool_call_id"].as_str().unwrap_or_default();
        match self.open.iter().position(|open| *open == id) {
            Some(open) => {
                self.open.remove(open);
            }
            None => self.fail(format!("Message {at} is a result without its call: {id:?}.")),
        }
        if !message["content"].is_string() {
            self.fail(format!("Message {at} is a result without content."));
        }
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::*;

    fn of(messages: Value) -> Vec<String> {
        violations(&json!({ "model": "m", "stream": true, "messages": messages }))
    }

    fn call(id: &str, arguments: &str) -> Value {
        json!({ "id": id, "type": "function", "function": { "name": "x", "arguments": arguments } })
    }

    #[test]
    fn a_whole_transcript_breaks_nothing() {
        let transcript = json!([
            { "role": "system", "content": "s" },
            { "role": "user", "content": "u" },
            { "role": "assistant", "content": null, "tool_calls": [call("a", "{}"), call("b", "{}")] },
            { "role": "tool", "tool_call_id": "b", "content": "" },
            { "role": "tool", "tool_call_id": "a", "content": "" },
            { "role": "assistant", "content": "t" },
            { "role": "user", "content": "u" },
        ]);
        assert_eq!(of(transcript), Vec::<String>::new());
    }

    #[test]
    fn each_break_is_named() {
        let system = json!({ "role": "system", "content": "s" });
        let user = json!({ "role": "user", "content": "u" });
        let calling = json!({ "role": "assistant", "tool_calls": [call("a", "{}")] });
        let result = json!({ "role": "tool", "tool_call_id": "a", "content": "r" });
        for (transcript, part) in [
            (json!([user]), "no system prompt"),
            (json!([system, user, user]), "after \"user\""),
            (
                json!([system, user, { "role": "assistant", "content": "x" }]),
                "last message",
            ),
            (
                json!([system, user, { "role": "assistant", "content": "" }, user]),
                "no text",
            ),
            (json!([system, user, calling]), "are missing"),
            (json!([system, user, calling, user]), "before the results"),
            (json!([system, user, calling, result, result]), "without its call"),
            (json!([system, user, result]), "without its call"),
            (
                json!([system, user, calling, result, calling, result]),
                "used before",
            ),
            (
                json!([system, user, { "role": "assistant", "tool_calls": [call("a", "{")] }, result]),
                "no JSON object",
            ),
            (
                json!([system, user, { "role": "assistant", "tool_calls": [] }, user]),
                "empty list",
            ),
        ] {
            let broken = of(transcript.clone());
            assert!(
                broken.iter().any(|why| why.contains(part)),
                "{transcript}: {broken:?}"
            );
        }
    }
}
