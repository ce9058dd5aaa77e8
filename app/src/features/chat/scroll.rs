//! The thread follows its newest line, unless the reader has scrolled up to read.
//!
//! The scroller is a column in reverse (see the style sheet), so it starts at the end without a script, and its
//! `scrollTop` is 0 there and negative above. When the thread grows while the reader is further up, the distance to the
//! end grows with it; otherwise the text would run away under their eyes.

use std::cell::Cell;
use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::convert::FromWasmAbi;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, HtmlElement, ResizeObserver};

use super::state::ChatState;
use crate::browser;

// How far above the end still counts as at the end, in CSS pixels.
const NEAR: i32 = 80;

/// Watches the thread's size and the reader's position for as long as the page lives.
pub(super) fn follow_newest(chat: ChatState) {
    let (Some(scroller), Some(thread)) = (browser::by_id("scroll"), browser::by_id("thread")) else {
        return;
    };
    // The reader opened or closed something, and wants to see that.
    let unfolded = Rc::new(Cell::new(false));
    let on_scroll = {
        let scroller = scroller.clone();
        move |_: Event| {
            let at_end = scroller.scroll_top() > -NEAR;
            if chat.at_end.get_untracked() != at_end {
                chat.at_end.set(at_end);
            }
        }
    };
    let on_click = {
        let unfolded = unfolded.clone();
        move |event: Event| {
            let target = event
                .target()
                .and_then(|target| target.dyn_into::<Element>().ok());
            if target.is_some_and(|target| matches!(target.closest("summary"), Ok(Some(_)))) {
                unfolded.set(true);
            }
        }
    };
    listen(&scroller, "scroll", on_scroll);
    listen(&thread, "click", on_click);
    let height = Cell::new(thread.offset_height());
    let on_resize = {
        let (scroller, thread) = (scroller.clone(), thread.clone());
        move |_: JsValue| {
            let now = thread.offset_height();
            let grown = now - height.replace(now);
            if unfolded.replace(false) || !chat.at_end.get_untracked() {
                scroller.set_scroll_top(scroller.scroll_top() - grown);
            }
        }
    };
    // Dropping the observer does not end the observation, which lasts as long as the page.
    if let Ok(observer) = ResizeObserver::new(forever(on_resize).unchecked_ref()) {
        observer.observe(&thread);
    }
    Effect::new(move || {
        chat.sends.track();
        to_newest(&scroller);
    });
}

fn listen(element: &HtmlElement, event: &str, heard: impl FnMut(Event) + 'static) {
    let _ = element.add_event_listener_with_callback(event, forever(heard).unchecked_ref());
}

fn forever<T: FromWasmAbi + 'static>(function: impl FnMut(T) + 'static) -> JsValue {
    Closure::<dyn FnMut(T)>::new(function).into_js_value()
}

/// Goes to the end.
pub(super) fn to_newest(scroller: &HtmlElement) {
    scroller.set_scroll_top(0);
}
