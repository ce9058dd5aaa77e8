//! The thread follows its newest line, unless the reader has scrolled up to read.
//!
//! The scroller is a column in reverse (see the style sheet), so it starts at the end without a script, and its
//! `scrollTop` is 0 there and negative above. When the thread grows while the reader is further up, the distance to the
//! end grows with it; otherwise the text would run away under their eyes.

use std::cell::Cell;
use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::ResizeObserver;

use super::state::ChatState;
use crate::browser;

// How far above the end still counts as at the end, in CSS pixels.
const NEAR: i32 = 80;

/// Watches the thread's size and the reader's position for as long as the page lives.
pub(super) fn follow_newest(chat: ChatState) {
    let (Some(scroller), Some(thread)) = (browser::by_id("scroll"), browser::by_id("thread")) else {
        return;
    };
    let height = Rc::new(Cell::new(thread.offset_height()));
    let on_scroll = {
        let scroller = scroller.clone();
        move || {
            let at_end = scroller.scroll_top() > -NEAR;
            if chat.at_end.get_untracked() != at_end {
                chat.at_end.set(at_end);
            }
        }
    };
    let on_resize = {
        let scroller = scroller.clone();
        let thread = thread.clone();
        move || {
            let grown = thread.offset_height() - height.replace(thread.offset_height());
            if !chat.at_end.get_untracked() {
                scroller.set_scroll_top(scroller.scroll_top() - grown);
            }
        }
    };
    // Both live as long as the page does.
    let on_scroll = Closure::<dyn FnMut()>::new(on_scroll).into_js_value();
    let on_resize = Closure::<dyn FnMut()>::new(on_resize).into_js_value();
    let _ = scroller.add_event_listener_with_callback("scroll", on_scroll.unchecked_ref());
    if let Ok(observer) = ResizeObserver::new(on_resize.unchecked_ref()) {
        observer.observe(&thread);
        // Dropping the handle does not end the observation, which the page wants until it is left.
    }
    Effect::new(move || {
        chat.sends.track();
        to_newest(&scroller);
    });
}

/// Goes to the end.
pub(super) fn to_newest(scroller: &web_sys::HtmlElement) {
    scroller.set_scroll_top(0);
}
