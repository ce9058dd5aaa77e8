//! Puts tool calls together from the pieces in which servers send them.

use rand::Rng;
use serde_json::Value;

use crate::llm::RequestedCall;

/// Calls in the making, in the order in which they began.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    calls: Vec<Partial>,
}

#[derive(Debug, Default)]
struct Partial {
    index: Option<u64>,
    id: String,
    name: String,
    arguments: String,
}

impl Pieces {
    /// Reads one piece: an element of `delta.tool_calls`, or of `message.tool_calls` with all in one.
    /// Returns how many bytes it added.
    pub(super) fn push(&mut self, piece: &Value) -> usize {
        let index = piece.get("index").and_then(Value::as_u64);
        let id = text(piece.get("id"));
        // Some servers leave the inner object out.
        let function = piece.get("function").unwrap_or(piece);
        let name = text(function.get("name"));
        let arguments = function.get("arguments").unwrap_or(&Value::Null);
        let at = self.whose(index, id, name).unwrap_or_else(|| {
            self.calls.push(Partial {
                index,
                ..Partial::default()
            });
            self.calls.len() - 1
        });
        self.calls[at].extend(id, name, arguments)
    }

    /// The finished calls. A call to nothing with nothing is none.
    pub(super) fn finish(self) -> impl Iterator<Item = RequestedCall> {
        let real = |call: &Partial| !call.name.is_empty() || !call.arguments.is_empty();
        self.calls.into_iter().filter(real).map(|call| RequestedCall {
            call_id: if call.id.is_empty() {
                format!("call_{:016x}", rand::rng().random::<u64>())
            } else {
                call.id
            },
            tool_name: call.name,
            arguments: call.arguments,
        })
    }

    /// The call that a piece belongs to; `None` for the first piece of a new one.
    fn whose(&self, index: Option<u64>, id: &str, name: &str) -> Option<usize> {
        if index.is_some() {
            let at = self.calls.iter().rposition(|call| call.index == index)?;
            // There are servers that give every call the same index.
            let known = &self.calls[at].id;
            let other = !id.is_empty() && !known.is_empty() && id != known && !name.is_empty();
            return (!other).then_some(at);
        }
        let last = self.calls.len().checked_sub(1)?;
        if !id.is_empty() {
            let same = self.calls.iter().rposition(|call| call.id == id);
            return same.or_else(|| (self.calls[last].id.is_empty() && name.is_empty()).then_some(last));
        }
        let call = &self.calls[last];
        let repeated = name == call.name && !is_json(&call.arguments);
        (name.is_empty() || call.arguments.is_empty() || repeated).then_some(last)
    }
}

impl Partial {
    fn extend(&mut self, id: &str, name: &str, arguments: &Value) -> usize {
        let before = self.id.len() + self.name.len() + self.arguments.len();
        if self.id.is_empty() {
            self.id.push_str(id);
        }
        // The whole name again with every piece, the name so far, or the next piece of it.
        if name.starts_with(&self.name) {
            name.clone_into(&mut self.name);
        } else {
            self.name.push_str(name);
        }
        match arguments {
            Value::Null => {}
            Value::String(more) => self.arguments.push_str(more),
            // An object where the protocol has a text is complete, and may come with each piece.
            whole => self.arguments = whole.to_string(),
        }
        (self.id.len() + self.name.len() + self.arguments.len()).saturating_sub(before)
    }
}

fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn finished(pieces: &[Value]) -> Vec<(String, String, String)> {
        let mut calls = Pieces::default();
        for piece in pieces {
            calls.push(piece);
        }
        calls
            .finish()
            .map(|call| (call.call_id, call.tool_name, call.arguments))
            .collect()
    }

    fn made(id: &str, name: &str, arguments: &str) -> (String, String, String) {
        (id.into(), name.into(), arguments.into())
    }

    fn piece(index: Option<u64>, id: Option<&str>, name: Option<&str>, arguments: Value) -> Value {
        json!({ "index": index, "id": id, "function": { "name": name, "arguments": arguments } })
    }

    #[test]
    fn pieces_are_told_apart_by_their_index() {
        let pieces = [
            piece(Some(0), Some("a"), Some("add_task"), json!("")),
            piece(Some(1), Some("b"), Some("list_tasks"), json!("{")),
            piece(Some(0), None, None, json!("{\"title\":")),
            piece(Some(1), None, None, json!("}")),
            piece(Some(0), None, None, json!("1}")),
        ];
        let expected = [
            made("a", "add_task", "{\"title\":1}"),
            made("b", "list_tasks", "{}"),
        ];
        assert_eq!(finished(&pieces), expected);
    }

    #[test]
    fn accents_of_servers_are_understood() {
        let whole = |index, id, name| piece(index, id, Some(name), json!("{}"));
        let two = [made("a", "x", "{}"), made("b", "x", "{}")];
        // The same index for all, none at all, no inner object, arguments as an object.
        assert_eq!(
            finished(&[whole(Some(0), Some("a"), "x"), whole(Some(0), Some("b"), "x")]),
            two
        );
        assert_eq!(
            finished(&[whole(None, Some("a"), "x"), whole(None, Some("b"), "x")]),
            two
        );
        assert_eq!(
            finished(&[
                json!({"id": "a", "name": "x", "arguments": {}}),
                json!({"id": "b", "name": "x", "arguments": {}}),
            ]),
            two
        );
        // Neither index nor id: a complete call is followed by another one.
        let nameless = finished(&[whole(None, None, "x"), whole(None, None, "x")]);
        assert_eq!(nameless.len(), 2);
        assert!(nameless[0].0.starts_with("call_") && nameless[0].0 != nameless[1].0);
        // A new id with every piece, but the name only once.
        let pieces = [
            piece(Some(0), Some("a"), Some("x"), json!("{")),
            piece(Some(0), Some("c"), None, json!("}")),
        ];
        assert_eq!(finished(&pieces), two[..1]);
        // The id late, the name again each time or in pieces.
        for names in [["add_task", "add_task"], ["add_", "task"], ["add_", "add_task"]] {
            let pieces = [
                piece(None, None, Some(names[0]), Value::Null),
                piece(None, None, Some(names[1]), json!("{")),
                piece(None, Some("a"), None, json!("}")),
            ];
            assert_eq!(finished(&pieces), [made("a", "add_task", "{}")], "{names:?}");
        }
        assert_eq!(
            finished(&[json!({}), piece(Some(1), Some("a"), Some(""), Value::Null)]),
            []
        );
    }

    proptest! {
        #[test]
        fn arguments_cut_anywhere_come_out_whole(
            titles in prop::collection::vec("\\PC{0,20}", 1..4),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
            with_index in any::<bool>(),
        ) {
            let mut pieces = Vec::new();
            let mut expected = Vec::new();
            for (number, title) in titles.iter().enumerate() {
                let arguments = json!({ "title": title }).to_string();
                let id = format!("id{number}");
                let mut ends: Vec<usize> = cuts
                    .iter()
                    .map(|cut| arguments.floor_char_boundary(cut.index(arguments.len())))
                    .collect();
                ends.extend([0, arguments.len()]);
                ends.sort_unstable();
                let index = with_index.then_some(number as u64);
                pieces.push(piece(index, Some(&id), Some("add_task"), Value::Null));
                for range in ends.windows(2) {
                    pieces.push(piece(index, None, None, json!(arguments[range[0]..range[1]])));
                }
                expected.push(made(&id, "add_task", &arguments));
            }
            prop_assert_eq!(finished(&pieces), expected);
        }
    }
}
