//! What makes one page out of the chat page's islands: their common state, and the forms inside finished messages.

use leptos::mount::mount_to;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{ConversationId, ToolCall};
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlElement, HtmlFormElement};

use super::api::undo_tool_call;
use super::badge::tool_badge;
use super::model::ConversationRow;
use super::state::{ChatState, Entry, Part};

/// Gives the islands inside it one [`ChatState`].
#[island]
pub fn ChatScope(
    conversation_id: Option<ConversationId>,
    title: String,
    conversations: Vec<ConversationRow>,
    children: Children,
) -> impl IntoView {
    let chat = ChatState::new(conversation_id, title, conversations);
    provide_context(chat);
    // Finished messages are plain HTML without an island of their own, so their forms are heard of here.
    let submitted = move |event: web_sys::SubmitEvent| {
        let Some(form) = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlFormElement>().ok())
        else {
            return;
        };
        let field = |name| {
            FormData::new_with_form(&form)
                .ok()
                .and_then(|data| data.get(name).as_string())
        };
        match form.get_attribute("data-do").as_deref() {
            Some("undo") => {
                if let Some(call) = field("call_id") {
                    event.prevent_default();
                    spawn_local(undo(chat, form, call));
                }
            }
            Some("retry") => {
                if let Some(run) = field("run_id").and_then(|run| run.parse().ok()) {
                    event.prevent_default();
                    spawn_local(async move {
                        match chat.retry(run).await {
                            Ok(()) => form.remove(),
                            Err(error) => say(&form, &error.0.detail),
                        }
                    });
                }
            }
            _ => {}
        }
    };
    view! {
        <div class="app chat" on:submit=submitted>
            {children()}
        </div>
    }
}

async fn undo(chat: ChatState, form: HtmlFormElement, id: String) {
    match undo_tool_call(id).await {
        Ok(call) => {
            chat.announcement.set("Undone".into());
            chat.tool_effects.update(|effects| *effects += 1);
            show_undone(chat, &form, call);
        }
        Err(error) => say(&form, &error.0.detail),
    }
}

fn show_undone(chat: ChatState, form: &HtmlFormElement, call: ToolCall) {
    let live = chat.entries.with_untracked(|entries| {
        entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Answer(answer) => Some(answer.parts.get_untracked()),
                Entry::Mine(_) => None,
            })
            .flatten()
            .find_map(|part| match part {
                Part::Tool(known) if known.with_untracked(|known| known.id == call.id) => Some(known),
                _ => None,
            })
    });
    match live {
        Some(known) => known.set(call),
        None => replace_badge(form, call),
    }
}

fn replace_badge(form: &HtmlFormElement, call: ToolCall) {
    let Some(old) = form.parent_element() else {
        return;
    };
    let holder: HtmlElement = document()
        .create_element("div")
        .expect("a div can be made")
        .unchecked_into();
    holder.set_class_name("part");
    let _ = old.replace_with_with_node_1(&holder);
    mount_to(holder, move || tool_badge(&call)).forget();
}

/// Says beside a form why it had no effect.
fn say(form: &HtmlFormElement, sentence: &str) {
    let Ok(Some(button)) = form.query_selector("button") else {
        return;
    };
    let _ = button.set_attribute("disabled", "");
    button.set_text_content(Some(sentence));
}
