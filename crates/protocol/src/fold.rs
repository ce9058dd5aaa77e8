//! The reducer: how an event changes the assistant's message. The server's snapshot and the page's
//! live view both use it, so a reload shows exactly what streaming showed.

use crate::{INTERRUPTED, Message, MessageStatus, Part, RunEvent, ToolCall, ToolCallStatus};

impl Message {
    /// Changes this assistant message as one event of its run says. Events that do not concern the
    /// message itself change nothing.
    pub fn apply(&mut self, event: &RunEvent) {
        match event {
            RunEvent::TextDelta { text } => self.append_text(text),
            RunEvent::TextReset { text } => self.reset_text(text),
            RunEvent::ToolStarted(call)
            | RunEvent::ToolFinished(call)
            | RunEvent::ToolApprovalRequired(call) => {
                self.put_tool_call(call);
                self.wait_or_go_on();
            }
            RunEvent::MessageCompleted(message) => *self = (**message).clone(),
            RunEvent::RunFailed(failure) => {
                self.status = MessageStatus::Failed;
                self.failure = Some(failure.clone());
                self.end_open_calls();
            }
            RunEvent::RunCancelled {} => {
                self.status = MessageStatus::Cancelled;
                self.end_open_calls();
            }
            RunEvent::RunCreated(_)
            | RunEvent::RunThinking {}
            | RunEvent::ConversationUpdated(_)
            | RunEvent::RunCompleted {} => {}
        }
    }

    fn append_text(&mut self, more: &str) {
        self.content.push_str(more);
        match self.parts.last_mut() {
            Some(Part::Text { text }) => text.push_str(more),
            _ => self.parts.push(Part::Text {
                text: more.to_owned(),
            }),
        }
    }

    fn reset_text(&mut self, text: &str) {
        let mut left = if self.content.starts_with(text) {
            text.len()
        } else {
            0
        };
        let replaced = left == 0 && !text.is_empty();
        self.parts.retain_mut(|part| match part {
            Part::ToolCall { .. } => true,
            Part::Text { text } => {
                text.truncate(left.min(text.len()));
                left -= text.len();
                !text.is_empty()
            }
        });
        self.content = text.to_owned();
        if replaced {
            self.parts.push(Part::Text {
                text: text.to_owned(),
            });
        }
    }

    fn put_tool_call(&mut self, call: &ToolCall) {
        match self.tool_calls.iter_mut().find(|known| known.id == call.id) {
            Some(known) => *known = call.clone(),
            None => {
                self.tool_calls.push(call.clone());
                self.parts.push(Part::ToolCall { id: call.id });
            }
        }
    }

    /// An answer waits as long as one of its calls does.
    fn wait_or_go_on(&mut self) {
        if self.status.is_final() {
            return;
        }
        let waits = |call: &ToolCall| call.status == ToolCallStatus::AwaitingApproval;
        self.status = if self.tool_calls.iter().any(waits) {
            MessageStatus::AwaitingApproval
        } else {
            MessageStatus::Streaming
        };
    }

    // A call that was still open when its run ended never had an effect: effects and the
    // `tool.finished` event are committed together.
    fn end_open_calls(&mut self) {
        for call in &mut self.tool_calls {
            if matches!(
                call.status,
                ToolCallStatus::Running | ToolCallStatus::AwaitingApproval
            ) {
                call.status = ToolCallStatus::Error;
                let what = match call.summary.as_str() {
                    "" => &call.tool_name,
                    summary => summary,
                };
                call.summary = format!("{INTERRUPTED}{what}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::{Role, Timestamp};

    fn message() -> Message {
        Message {
            id: Uuid::from_u128(1).into(),
            conversation_id: Uuid::from_u128(2).into(),
            role: Role::Assistant,
            content: String::new(),
            tool_calls: vec![],
            status: MessageStatus::Streaming,
            created_at: Timestamp::from_millis(0),
            run_id: None,
            parts: vec![],
            failure: None,
            versions: vec![],
            feedback: None,
        }
    }

    fn call(status: ToolCallStatus) -> Box<ToolCall> {
        Box::new(ToolCall {
            id: Uuid::from_u128(3).into(),
            tool_name: "add_task".into(),
            arguments: json!({"title": "Milk"}),
            result: Value::Null,
            status,
            summary: String::new(),
            timestamp: Timestamp::from_millis(0),
            duration_ms: None,
            undoable: false,
            redoable: false,
        })
    }

    fn delta(text: &str) -> RunEvent {
        RunEvent::TextDelta { text: text.into() }
    }

    #[test]
    fn parts_keep_the_order_in_which_things_happened() {
        let mut message = message();
        for event in [
            delta("On "),
            delta("it."),
            RunEvent::ToolStarted(call(ToolCallStatus::Running)),
            RunEvent::ToolFinished(call(ToolCallStatus::Success)),
            delta("\n\nDone."),
        ] {
            message.apply(&event);
        }
        assert_eq!(message.content, "On it.\n\nDone.");
        assert_eq!(
            message.parts,
            [
                Part::Text {
                    text: "On it.".into()
                },
                Part::ToolCall {
                    id: Uuid::from_u128(3).into()
                },
                Part::Text {
                    text: "\n\nDone.".into()
                },
            ]
        );
        assert_eq!(message.tool_calls, [*call(ToolCallStatus::Success)]);
    }

    #[test]
    fn a_reset_takes_back_only_what_came_after_it() {
        let mut message = message();
        for event in [
            delta("One "),
            RunEvent::ToolStarted(call(ToolCallStatus::Running)),
            delta("two"),
            delta(" three"),
        ] {
            message.apply(&event);
        }
        message.apply(&RunEvent::TextReset {
            text: "One tw".into(),
        });
        assert_eq!(message.content, "One tw");
        assert_eq!(message.parts[2], Part::Text { text: "tw".into() });
        message.apply(&RunEvent::TextReset { text: String::new() });
        assert_eq!(
            message.parts,
            [Part::ToolCall {
                id: Uuid::from_u128(3).into()
            }]
        );
    }

    #[test]
    fn an_ended_run_leaves_no_call_running() {
        for event in [
            RunEvent::RunCancelled {},
            RunEvent::RunFailed(crate::message::RunFailure {
                code: "x".into(),
                message: "X".into(),
                retryable: true,
            }),
        ] {
            let mut message = message();
            message.apply(&RunEvent::ToolStarted(call(ToolCallStatus::Running)));
            message.apply(&event);
            assert!(message.status.is_final());
            assert_eq!(message.tool_calls[0].status, ToolCallStatus::Error);
        }
    }

    #[test]
    fn events_survive_the_wire() {
        for event in [
            delta("é"),
            RunEvent::RunThinking {},
            RunEvent::ToolStarted(call(ToolCallStatus::Running)),
            RunEvent::RunCompleted {},
        ] {
            let data = serde_json::from_str(&event.data_json().unwrap()).unwrap();
            assert_eq!(RunEvent::from_name_and_data(event.name(), data).unwrap(), event);
        }
    }
}
