//! The thread follows its newest line, unless the reader has scrolled up to read.
//!
//! The scroller is a column in reverse (see the style sheet), so it starts at the end without a script, and its
//! `scrollTop` is 0 there and negative above. What grows or comes above the reader thereby moves nothing. What grows
//! below would push the text away under their eyes, so the distance to the end grows with it: the lowest message in view
//! stays where it is. (The lowest, since scrolling up it is the one whose size is known: those above are guessed until
//! they come near.) Browsers that anchor scrolling by themselves are told not to; some never do.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::convert::FromWasmAbi;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, HtmlElement, KeyboardEvent, ResizeObserver};

use super::state::ChatState;
use crate::browser;

// How far above the end still counts as at the end, in CSS pixels.
const NEAR: i32 = 80;

/// Watches the thread's size and the reader's position for as long as the page lives.
pub(super) fn follow_newest(chat: ChatState) {
    let (Some(scroller), Some(thread)) = (browser::by_id("scroll"), browser::by_id("thread")) else {
        return;
    };
    let reader = Rc::new(Reader {
        chat,
        scroller: scroller.clone(),
        thread: thread.clone(),
        place: RefCell::new(None),
        unfolded: Cell::new(false),
    });
    reader.look();
    let on_scroll = {
        let reader = reader.clone();
        move |_: Event| {
            // What changed since the last frame counts for the place that was looked at then.
            reader.stay();
            let at_end = reader.scroller.scroll_top() > -NEAR;
            if chat.at_end.get_untracked() != at_end {
                chat.at_end.set(at_end);
            }
        }
    };
    let on_click = {
        let reader = reader.clone();
        move |event: Event| reader.unfold(&event)
    };
    listen(&scroller, "scroll", on_scroll);
    listen(&scroller, "keydown", go_to_end);
    listen(&thread, "click", on_click);
    // Dropping the observer does not end the observation, which lasts as long as the page.
    let on_resize = move |_: JsValue| reader.stay();
    if let Ok(observer) = ResizeObserver::new(forever(on_resize).unchecked_ref()) {
        observer.observe(&thread);
    }
    // Not at the beginning: the address may lead to a message.
    Effect::new(move |before: Option<()>| {
        chat.sends.track();
        if before.is_some() {
            to_newest(&scroller);
        }
    });
}

/// Somebody reading, and what they look at.
struct Reader {
    chat: ChatState,
    scroller: HtmlElement,
    thread: HtmlElement,
    /// A message, and where it stood from the thread's end, in CSS pixels: scrolling does not change that.
    place: RefCell<Option<(HtmlElement, i32)>>,
    /// They opened or closed something, and want to see that.
    unfolded: Cell<bool>,
}

impl Reader {
    /// Undoes on screen what the thread's change did to the place that is looked at.
    fn stay(&self) {
        let moved = match &*self.place.borrow() {
            Some((message, stood)) if message.is_connected() => self.stands(message) - stood,
            _ => 0,
        };
        let stays = self.unfolded.get() || !self.chat.at_end.get_untracked();
        if stays && moved != 0 {
            self.unfolded.set(false);
            // Not by writing `scrollTop`, whose fraction we cannot read.
            self.scroller.scroll_by_with_x_and_y(0.0, f64::from(moved));
        }
        self.look();
    }

    /// Remembers the lowest message in view.
    fn look(&self) {
        let edge = self.thread.offset_height() + self.scroller.scroll_top();
        let messages = self.thread.get_elements_by_tag_name("article");
        let message = |index| messages.item(index).and_then(|message| message.dyn_into().ok());
        let (mut above, mut below) = (0, messages.length());
        while above < below {
            let middle = above.midpoint(below);
            if message(middle).is_some_and(|message: HtmlElement| message.offset_top() < edge) {
                above = middle + 1;
            } else {
                below = middle;
            }
        }
        self.look_at(above.checked_sub(1).and_then(message));
    }

    fn look_at(&self, message: Option<HtmlElement>) {
        let place = message.map(|message| {
            let stands = self.stands(&message);
            (message, stands)
        });
        self.place.replace(place);
    }

    fn stands(&self, message: &HtmlElement) -> i32 {
        message.offset_top() - self.thread.offset_height()
    }

    fn unfold(&self, event: &Event) {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let summary = target.and_then(|target| target.closest("summary").ok().flatten());
        if let Some(summary) = summary {
            self.unfolded.set(true);
            let message = summary.closest("article").ok().flatten();
            self.look_at(message.and_then(|message| message.dyn_into().ok()));
        }
    }
}

/// To either end at a stroke: browsers glide there, and stop where a message turns out to be longer than was guessed.
fn go_to_end(event: KeyboardEvent) {
    let on_scroller = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlElement>().ok())
        .filter(|target| target.id() == "scroll");
    let Some(scroller) = on_scroller.filter(|_| !(event.ctrl_key() || event.meta_key() || event.alt_key()))
    else {
        return;
    };
    match event.key().as_str() {
        "Home" => scroller.set_scroll_top(-scroller.scroll_height()),
        "End" => to_newest(&scroller),
        _ => return,
    }
    event.prevent_default();
}

/// Listens for as long as the page lives.
pub(super) fn listen<E: FromWasmAbi + 'static>(
    element: &HtmlElement,
    event: &str,
    heard: impl FnMut(E) + 'static,
) {
    let _ = element.add_event_listener_with_callback(event, forever(heard).unchecked_ref());
}

fn forever<T: FromWasmAbi + 'static>(function: impl FnMut(T) + 'static) -> JsValue {
    Closure::<dyn FnMut(T)>::new(function).into_js_value()
}

/// Goes to the end.
pub(super) fn to_newest(scroller: &HtmlElement) {
    scroller.set_scroll_top(0);
}
