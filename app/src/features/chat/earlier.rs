//! Earlier messages come by themselves when the thread's top comes near. Without a script there is a link to them.
//!
//! They are put above what is there, which moves nothing that is being read (see [`super::scroll`]).

use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::MessageId;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, MouseEvent};

use super::scroll::listen;
use super::state::ChatState;
use crate::browser::{self, Refusal, call};
use crate::error::AppError;

/// How far below the top, in CSS pixels, the next ones are fetched: they are there before the reader is.
const AHEAD: i32 = 1500;

/// Messages that go above those of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// As the page shows them, under their days' headings.
    pub html: String,
    /// How many there are.
    pub count: usize,
    /// The first of them, if there are still earlier ones.
    pub before: Option<MessageId>,
}

/// The messages before one.
///
/// # Errors
/// `forbidden`; `not_found` also for a message of another conversation.
#[server(prefix = "/api/fn", endpoint = "earlier_messages")]
pub async fn earlier_messages(conversation_id: String, before: String) -> Result<Earlier, AppError> {
    use super::history::History;
    use crate::forms::id;
    use crate::server_context::actor;

    let actor = actor()?;
    let conversation = id(&conversation_id, "conversation")?;
    let before = Some(id(&before, "message")?);
    let (_, history) = History::load(&actor, conversation, before, None).await?;
    Ok(Earlier {
        count: history.finished.len(),
        before: oldest(&history),
        html: history.view(&actor).to_html(),
    })
}

/// The message before which a page's earlier ones are.
#[cfg(feature = "ssr")]
fn oldest(history: &super::history::History) -> Option<MessageId> {
    history
        .finished
        .first()
        .map(|message| message.id)
        .filter(|_| history.has_more)
}

/// The thread's upper end: the way to what was before, or that this is the beginning. Nothing above a conversation that
/// one page shows.
#[cfg(feature = "ssr")]
pub(super) fn earlier_view(
    conversation: protocol::ConversationId,
    history: &super::history::History,
) -> Option<impl IntoView + use<>> {
    let before = oldest(history);
    if before.is_none() && !history.is_older_page {
        return None;
    }
    let address = before.map(|before| format!("/dashboard/chat/{conversation}?before={before}"));
    Some(view! {
        <div
            class="earlier"
            id="earlier"
            data-state=if before.is_some() { "more" } else { "beginning" }
            data-conversation=conversation.to_string()
            data-before=before.map(|before| before.to_string())
        >
            <a class="more" href=address>
                "Earlier messages"
            </a>
            // As many lines as two messages have.
            <div class="bones" aria-hidden="true">
                <i></i>
                <i></i>
                <i></i>
                <i></i>
            </div>
            <p class="failed">
                <span id="earlier-error"></span>
                <button class="btn small" type="button">
                    "Try again"
                </button>
            </p>
            <p class="beginning">"The conversation begins here"</p>
        </div>
    })
}

/// Watches the thread's upper end for as long as the page lives.
pub(super) fn load_on_scroll(chat: ChatState) {
    let (Some(scroller), Some(place)) = (browser::by_id("scroll"), browser::by_id("earlier")) else {
        return;
    };
    let end = UpperEnd {
        chat,
        scroller,
        place,
    };
    end.clone().load_if_near();
    let (scrolled, clicked) = (end.clone(), end.clone());
    listen(&end.scroller, "scroll", move |_: Event| {
        scrolled.clone().load_if_near();
    });
    listen(&end.place, "click", move |event: Event| {
        clicked.clone().click(&event)
    });
}

/// The element of [`earlier_view`] in the browser. Its `data-state` is `more`, `loading`, `failed` or `beginning`.
#[derive(Clone)]
struct UpperEnd {
    chat: ChatState,
    scroller: HtmlElement,
    place: HtmlElement,
}

impl UpperEnd {
    fn is(&self, state: &str) -> bool {
        self.place.get_attribute("data-state").as_deref() == Some(state)
    }

    fn set(&self, state: &str) {
        let _ = self.place.set_attribute("data-state", state);
    }

    fn load_if_near(self) {
        if self.is("more") && self.is_near() {
            spawn_local(self.load());
        }
    }

    fn is_near(&self) -> bool {
        let scroller = &self.scroller;
        // In a column in reverse `scrollTop` counts from the end, downwards.
        scroller.scroll_height() + scroller.scroll_top() - scroller.client_height() < AHEAD
    }

    /// On the link or on "Try again".
    fn click(self, event: &Event) {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let elsewhere = event
            .dyn_ref::<MouseEvent>()
            .is_some_and(|click| click.ctrl_key() || click.meta_key() || click.shift_key());
        if elsewhere || !target.is_some_and(|target| matches!(target.closest("a, button"), Ok(Some(_)))) {
            return;
        }
        event.prevent_default();
        if !self.is("loading") {
            spawn_local(self.load());
        }
    }

    /// Fetches what was before, and again as long as the reader is near the top of what is there.
    async fn load(self) {
        loop {
            self.set("loading");
            // The button that was pressed is hidden now.
            if let Some(link) = self
                .link()
                .filter(|link| self.has_focus() && !link.matches(":focus").unwrap_or(true))
            {
                browser::focus(&link);
            }
            let value = |name: &str| self.place.get_attribute(name).unwrap_or_default();
            let (conversation, before) = (value("data-conversation"), value("data-before"));
            let fields = [("conversation_id", &*conversation), ("before", &*before)];
            match call::<Earlier>("/api/fn/earlier_messages", &fields).await {
                Ok(earlier) => self.show(earlier),
                Err(Refusal(sentence)) => self.fail(sentence),
            }
            if !self.is("more") || !self.is_near() {
                return;
            }
        }
    }

    fn show(&self, earlier: Earlier) {
        // A day that goes on across the seam has its heading above.
        let seam = self.place.next_element_sibling().filter(is_day);
        let _ = self.place.insert_adjacent_html("afterend", &earlier.html);
        if let Some(seam) = seam
            && day_above(&seam).is_some_and(|day| day.text_content() == seam.text_content())
        {
            seam.remove();
        }
        let mut said = format!("{} earlier messages loaded.", earlier.count);
        match earlier.before {
            Some(before) => {
                let before = before.to_string();
                let _ = self.place.set_attribute("data-before", &before);
                if let Some(link) = self.link() {
                    let _ = link.set_attribute("href", &format!("?before={before}"));
                }
                self.set("more");
            }
            None => {
                said.push_str(" The conversation begins here.");
                let had_focus = self.has_focus();
                self.set("beginning");
                if had_focus {
                    browser::focus(&self.scroller);
                }
            }
        }
        self.chat.announcement.set(said);
    }

    fn fail(&self, sentence: String) {
        let had_focus = self.has_focus();
        browser::set_text("earlier-error", &sentence);
        self.set("failed");
        if had_focus && let Ok(Some(again)) = self.place.query_selector("button") {
            browser::focus(&again);
        }
        self.chat.announcement.set(sentence);
    }

    fn link(&self) -> Option<Element> {
        self.place.query_selector("a").ok()?
    }

    /// Whether what is focused is about to be hidden.
    fn has_focus(&self) -> bool {
        document()
            .active_element()
            .is_some_and(|focused| self.place.contains(Some(&focused)))
    }
}

fn is_day(element: &Element) -> bool {
    element.class_list().contains("day")
}

fn day_above(element: &Element) -> Option<Element> {
    let mut above = element.previous_element_sibling();
    while let Some(element) = above.take_if(|element| !is_day(element)) {
        above = element.previous_element_sibling();
    }
    above
}
