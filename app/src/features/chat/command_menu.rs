//! The list of commands above the box, while what is typed may become one.

use leptos::prelude::*;
use web_sys::{Element, HtmlTextAreaElement, MouseEvent};

use super::commands::Command;

/// Which commands are offered and which of them is marked.
#[derive(Clone, Copy)]
pub(super) struct Menu {
    offered: RwSignal<Vec<Command>>,
    marked: RwSignal<usize>,
}

impl Menu {
    pub(super) fn new() -> Self {
        Self {
            offered: RwSignal::new(vec![]),
            marked: RwSignal::new(0),
        }
    }

    /// Ties the box to the list for who cannot see it.
    pub(super) fn describe(self, area: &Element) {
        let _ = area.set_attribute("aria-autocomplete", "list");
        let _ = area.set_attribute("aria-controls", "commands");
    }

    pub(super) fn typed(self, area: &HtmlTextAreaElement, text: &str) {
        let offered = Command::matching(text);
        if self.offered.with_untracked(|old| *old != offered) {
            self.offered.set(offered);
            self.mark(area, 0);
        }
    }

    /// The marked command, while the list is open. Not tracked.
    pub(super) fn chosen(self) -> Option<Command> {
        let marked = self.marked.get_untracked();
        self.offered
            .with_untracked(|offered| offered.get(marked).copied())
    }

    /// Marks the next one or the one before. Returns whether the list is open.
    pub(super) fn step(self, area: &HtmlTextAreaElement, by: isize) -> bool {
        let count = self.offered.with_untracked(Vec::len);
        if count > 0 {
            let marked = self.marked.get_untracked().wrapping_add_signed(by);
            self.mark(
                area,
                if marked < count {
                    marked
                } else if by > 0 {
                    0
                } else {
                    count - 1
                },
            );
        }
        count > 0
    }

    /// Closes the list. Returns whether it was open.
    pub(super) fn close(self, area: &HtmlTextAreaElement) -> bool {
        let open = self.offered.with_untracked(|offered| !offered.is_empty());
        if open {
            self.offered.set(vec![]);
            self.mark(area, 0);
        }
        open
    }

    fn mark(self, area: &HtmlTextAreaElement, index: usize) {
        self.marked.set(index);
        let _ = match self.chosen() {
            Some(command) => area.set_attribute("aria-activedescendant", &id(command)),
            None => area.remove_attribute("aria-activedescendant"),
        };
    }

    /// The list; `choose` is called with the command that was clicked.
    pub(super) fn view(self, choose: impl Fn(Command) + Copy + Send + 'static) -> impl IntoView {
        let hidden = Signal::derive(move || self.offered.with(Vec::is_empty));
        let is_marked = move |command| {
            let marked = self.marked.get();
            self.offered.with(|offered| offered.get(marked) == Some(&command))
        };
        view! {
            <ul class="commands" id="commands" role="listbox" aria-label="Commands" hidden=hidden>
                <For each=move || self.offered.get() key=|command| command.name() children=move |command| {
                    // Before the box loses the focus.
                    let pressed = move |event: MouseEvent| {
                        event.prevent_default();
                        choose(command);
                    };
                    let selected = Signal::derive(move || if is_marked(command) { "true" } else { "false" });
                    view! {
                        <li id=id(command) role="option" aria-selected=selected on:mousedown=pressed>
                            <code>{command.name()}</code>
                            <i>{command.wants()}</i>
                            <span>{command.does()}</span>
                        </li>
                    }
                }/>
            </ul>
        }
    }
}

fn id(command: Command) -> String {
    format!("command-{}", &command.name()[1..])
}
