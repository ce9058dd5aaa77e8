//! Dragging a task to another place among those that are due at the same moment. The keyboard's way, and that of a
//! browser without a script, is the task's menu.

use std::cell::RefCell;

use leptos::prelude::document;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, KeyboardEvent, Node, PointerEvent};

use crate::browser::{self, Refusal, call};
use crate::features::toast;

/// A task in somebody's hand.
struct Drag {
    task: Element,
    /// Where it stood: right before this one, or last.
    home: Option<Node>,
}

thread_local! {
    static DRAG: RefCell<Option<Drag>> = const { RefCell::new(None) };
}

/// Listens on the whole page, so that lists that come later are served too.
pub fn listen() {
    on("pointerdown", |event: PointerEvent| {
        if let Some(grip) = target(&event).and_then(|target| target.closest("[data-grip]").ok()?)
            && event.button() == 0
        {
            event.prevent_default();
            take(&grip, event.pointer_id());
        }
    });
    on("pointermove", |event: PointerEvent| {
        with_task(|task| move_to(task, &event));
    });
    on("pointerup", |_: PointerEvent| {
        if let Some(drag) = end() {
            put(drag);
        }
    });
    on("pointercancel", |_: PointerEvent| give_up());
    on("keydown", |event: KeyboardEvent| {
        if event.key() == "Escape" {
            give_up();
        }
    });
}

fn on<E: JsCast + wasm_bindgen::convert::FromWasmAbi + 'static>(name: &str, act: fn(E)) {
    // For as long as the page lives.
    let listener = Closure::<dyn FnMut(E)>::new(act).into_js_value();
    let _ = document().add_event_listener_with_callback(name, listener.unchecked_ref());
}

fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

fn take(grip: &Element, pointer: i32) {
    let Ok(Some(task)) = grip.closest("[data-moment]") else {
        return;
    };
    let _ = grip.set_pointer_capture(pointer);
    let _ = task.set_attribute("data-dragged", "");
    let home = task.next_sibling();
    DRAG.with_borrow_mut(|drag| *drag = Some(Drag { task, home }));
}

fn with_task(act: impl FnOnce(&Element)) {
    // The list may have been shown anew meanwhile.
    if let Some(task) = DRAG.with_borrow(|drag| drag.as_ref().map(|drag| drag.task.clone()))
        && task.is_connected()
    {
        act(&task);
    }
}

fn end() -> Option<Drag> {
    let drag = DRAG.take()?;
    let _ = drag.task.remove_attribute("data-dragged");
    drag.task.is_connected().then_some(drag)
}

fn give_up() {
    if let Some(drag) = end() {
        back(&drag);
    }
}

fn back(drag: &Drag) {
    if let Some(list) = drag.task.parent_node() {
        let _ = list.insert_before(&drag.task, drag.home.as_ref());
    }
}

/// Whether two tasks are due at the same moment and stand in one list.
fn beside(task: &Element, other: &Element) -> bool {
    let moment = |task: &Element| task.get_attribute("data-moment");
    moment(other).is_some() && moment(other) == moment(task) && other.parent_node() == task.parent_node()
}

fn move_to(task: &Element, event: &PointerEvent) {
    let y = event.client_y() as f32;
    let under = document()
        .element_from_point(event.client_x() as f32, y)
        .and_then(|element| element.closest("[data-moment]").ok()?);
    let Some(other) = under.filter(|other| other != task && beside(task, other)) else {
        return;
    };
    let place = other.get_bounding_client_rect();
    let above = y < (place.top() + place.height() / 2.0) as f32;
    let before: Option<Node> = if above {
        Some(other.into())
    } else {
        other.next_sibling()
    };
    if let Some(list) = task.parent_node() {
        let _ = list.insert_before(task, before.as_ref());
    }
}

/// Has the server put it where it was let go.
fn put(drag: Drag) {
    if drag.task.next_sibling() == drag.home {
        return;
    }
    let id = |task: Element| task.id().trim_start_matches("task-").to_owned();
    let below = drag
        .task
        .next_element_sibling()
        .filter(|other| beside(&drag.task, other));
    let above = drag
        .task
        .previous_element_sibling()
        .filter(|other| beside(&drag.task, other));
    let (side, neighbour) = match (below, above) {
        (Some(below), _) => ("before", id(below)),
        (None, Some(above)) => ("after", id(above)),
        (None, None) => return,
    };
    spawn_local(async move {
        let task = id(drag.task.clone());
        let fields = [("task_id", task.as_str()), (side, &neighbour), ("dragged", "yes")];
        match call::<String>("/api/fn/move_task", &fields).await {
            Ok(html) => {
                if let Some(board) = browser::by_id("board") {
                    toast::show_html(&board, &html);
                }
            }
            Err(Refusal(sentence)) => {
                back(&drag);
                browser::set_text("tasks-error", &sentence);
            }
        }
    });
}
