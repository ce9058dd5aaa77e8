//! Following a run in the browser: the names and data of its events, and the connection that brings them.

use protocol::RunId;
use protocol::html::{HtmlPatch, ToolHtml};
use serde::Deserialize;
use serde::de::IgnoredAny;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{EventSource, MessageEvent};

/// What a run's stream says, as far as the page shows it. Read from the event's own data, without going through
/// [`protocol::RunEvent`]: that brings a whole message's reader into the browser for fields that nobody looks at.
#[derive(Debug)]
pub enum LiveEvent {
    /// The model was asked, nothing came yet.
    Thinking,
    /// Text, as the change to its HTML.
    Html(HtmlPatch),
    /// A tool call began or ended.
    Tool(ToolHtml),
    /// The conversation changed; this is its title now.
    Conversation {
        title: String,
    },
    /// The whole message stands; it has this many tool calls.
    MessageCompleted {
        tool_calls: usize,
    },
    Completed,
    /// Why, as a sentence.
    Failed {
        message: String,
    },
    Cancelled,
}

#[derive(Deserialize)]
struct Titled {
    title: String,
}

#[derive(Deserialize)]
struct Failure {
    message: String,
}

#[derive(Deserialize)]
struct CompletedMessage {
    tool_calls: Vec<IgnoredAny>,
}

impl LiveEvent {
    /// The names to listen for.
    pub const NAMES: [&'static str; 8] = [
        "run.thinking",
        "text.html",
        "tool.html",
        "conversation.updated",
        "message.completed",
        "run.completed",
        "run.failed",
        "run.cancelled",
    ];

    /// Reads an event; `None` for one that the page does not show, or that a newer server wrote in another shape.
    pub fn parse(name: &str, data: &str) -> Option<Self> {
        Some(match name {
            "run.thinking" => Self::Thinking,
            "text.html" => Self::Html(serde_json::from_str(data).ok()?),
            "tool.html" => Self::Tool(serde_json::from_str(data).ok()?),
            "conversation.updated" => {
                let Titled { title } = serde_json::from_str(data).ok()?;
                Self::Conversation { title }
            }
            "message.completed" => {
                let message: CompletedMessage = serde_json::from_str(data).ok()?;
                Self::MessageCompleted {
                    tool_calls: message.tool_calls.len(),
                }
            }
            "run.completed" => Self::Completed,
            "run.failed" => {
                let Failure { message } = serde_json::from_str(data).ok()?;
                Self::Failed { message }
            }
            "run.cancelled" => Self::Cancelled,
            _ => return None,
        })
    }
}

/// What the connection hands on.
#[derive(Debug)]
pub enum Received {
    /// It stands.
    Open,
    Event(LiveEvent),
    /// It broke. It is closed, and what was sent last may not have been kept: follow the run again from its start.
    Lost,
}

/// A connection to a run's events; dropping it closes it.
pub struct RunStream {
    source: EventSource,
    // Called by the browser for as long as the connection lives.
    _on_event: Closure<dyn FnMut(MessageEvent)>,
    _on_state: Closure<dyn FnMut()>,
}

impl RunStream {
    /// Follows a run after the event with number `after` (0: from the start).
    pub fn open(run_id: RunId, after: u64, receive: impl Fn(Received) + Clone + 'static) -> Option<Self> {
        let source = EventSource::new(&format!(
            "/api/chat/runs/{run_id}/events?after={after}&render=html"
        ))
        .ok()?;
        let on_event = Closure::<dyn FnMut(MessageEvent)>::new({
            let receive = receive.clone();
            move |event: MessageEvent| {
                let data = event.data().as_string();
                if let Some(event) = data.and_then(|data| LiveEvent::parse(&event.type_(), &data)) {
                    receive(Received::Event(event));
                }
            }
        });
        for name in LiveEvent::NAMES {
            source
                .add_event_listener_with_callback(name, on_event.as_ref().unchecked_ref())
                .ok()?;
        }
        let on_state = Closure::<dyn FnMut()>::new({
            let source = source.clone();
            move || match source.ready_state() {
                EventSource::OPEN => receive(Received::Open),
                // The browser would go on after the last event it got. But text is sent before it is stored: after a
                // crash the server may know less than the page, and number other events alike.
                _ => {
                    source.close();
                    receive(Received::Lost);
                }
            }
        });
        source.set_onopen(Some(on_state.as_ref().unchecked_ref()));
        source.set_onerror(Some(on_state.as_ref().unchecked_ref()));
        Some(Self {
            source,
            _on_event: on_event,
            _on_state: on_state,
        })
    }
}

impl Drop for RunStream {
    fn drop(&mut self) {
        self.source.set_onopen(None);
        self.source.set_onerror(None);
        self.source.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_that_is_listened_for_is_read() {
        let call =
            r#"{"id":"01890000-0000-7000-8000-000000000001","running":true,"summary":"","html":"<div>"}"#;
        for name in LiveEvent::NAMES {
            let data = match name {
                "text.html" => r#"{"part":0,"blocks":1,"changes":[{"index":0,"keep":0,"html":"<p>"}]}"#,
                "tool.html" => call,
                "conversation.updated" => r#"{"id":"x","title":"T","pinned":false}"#,
                "message.completed" => r#"{"id":"x","tool_calls":[]}"#,
                "run.failed" => r#"{"code":"x","message":"X.","retryable":true}"#,
                _ => "{}",
            };
            assert!(LiveEvent::parse(name, data).is_some(), "{name}");
        }
        assert!(matches!(
            LiveEvent::parse("message.completed", r#"{"parts":[],"tool_calls":[{"id":"y"}]}"#),
            Some(LiveEvent::MessageCompleted { tool_calls: 1 })
        ));
        assert!(LiveEvent::parse("run.created", "{}").is_none());
        assert!(LiveEvent::parse("tool.html", "{").is_none());
    }
}
