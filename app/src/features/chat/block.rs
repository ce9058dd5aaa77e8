//! A block of an answer that grows: what is new is put behind what is there, and everything before it stays the element
//! that it is. So a selection survives, nothing flickers, and a token costs the same however long the block is.

use leptos::html::Div;
use leptos::prelude::*;
use protocol::html::{BlockChange, Place};
use wasm_bindgen::JsCast;
use web_sys::{Element, Node, Text};

/// A block's HTML, and what of it is not on the page yet.
#[derive(Debug, Default)]
pub struct Block {
    html: String,
    edits: Vec<Edit>,
}

#[derive(Debug)]
struct Edit {
    /// `None`: the whole block is new.
    place: Option<Place>,
    html: String,
}

impl Block {
    /// One that came with the page.
    pub fn new(html: String) -> Self {
        Self { html, edits: vec![] }
    }

    /// All of it.
    pub fn html(&self) -> &str {
        &self.html
    }

    /// Brings it up to date. A change for another HTML than this does nothing.
    pub fn change(&mut self, change: BlockChange) {
        let keep = change.keep as usize;
        if !self.html.is_char_boundary(keep) || self.html[keep..] == change.html {
            return;
        }
        self.html.truncate(keep);
        self.html.push_str(&change.html);
        self.edits.push(Edit {
            place: change.place,
            html: change.html,
        });
    }
}

/// The block on the page.
pub fn block_view(block: ArcRwSignal<Block>) -> impl IntoView {
    let holder = NodeRef::<Div>::new();
    let shown = block.try_update_untracked(|block| {
        block.edits.clear();
        block.html.clone()
    });
    Effect::new(move || {
        block.track();
        if let Some(holder) = holder.get_untracked() {
            block.update_untracked(|block| {
                let edits = std::mem::take(&mut block.edits);
                if edits.iter().any(|edit| edit.apply(&holder).is_none()) {
                    holder.set_inner_html(&block.html);
                }
            });
        }
    });
    view! { <div class="blk" node_ref=holder inner_html=shown></div> }
}

impl Edit {
    /// Does it to the elements of the block. `None`: they are not those that it was made for.
    fn apply(&self, block: &Element) -> Option<()> {
        let place = self.place.as_ref()?;
        let mut around = vec![];
        let mut element = block.clone();
        for index in &place.path {
            let inner = child(&element, *index)?.dyn_into::<Element>().ok()?;
            around.push(std::mem::replace(&mut element, inner));
        }
        let mut pieces = pieces(&self.html, &place.ends)?.into_iter();
        let first = pieces.next()?;
        if place.units == 0 {
            while let Some(node) = child(&element, place.node) {
                element.remove_child(&node).ok()?;
            }
            append(&element, first)?;
        } else {
            let text = child(&element, place.node)?.dyn_into::<Text>().ok()?;
            let (more, elements) = split_text(first);
            remove_after(&text)?;
            let surplus = text.length().checked_sub(place.units)?;
            text.replace_data(place.units, surplus, &unescaped(more)).ok()?;
            append(&element, elements)?;
        }
        for (piece, outer) in pieces.zip(around.into_iter().rev()) {
            remove_after(&element)?;
            append(&outer, piece)?;
            element = outer;
        }
        Some(())
    }
}

fn child(element: &Element, index: u32) -> Option<Node> {
    element.child_nodes().item(index)
}

fn remove_after(node: &Node) -> Option<()> {
    while let Some(next) = node.next_sibling() {
        next.parent_node()?.remove_child(&next).ok()?;
    }
    Some(())
}

fn append(element: &Element, html: &str) -> Option<()> {
    // A text by itself: the parser would be asked for every word.
    let (text, elements) = split_text(html);
    if !text.is_empty() {
        element.insert_adjacent_text("beforeend", &unescaped(text)).ok()?;
    }
    if !elements.is_empty() {
        element.insert_adjacent_html("beforeend", elements).ok()?;
    }
    Some(())
}

/// What belongs into each open element, the innermost first, and into the block.
fn pieces<'h>(html: &'h str, ends: &[u32]) -> Option<Vec<&'h str>> {
    let mut pieces = Vec::with_capacity(ends.len() + 1);
    let mut from = 0;
    for end in ends {
        let end = *end as usize;
        pieces.push(html.get(from..end)?);
        from = end + html[end..].find('>')? + 1;
    }
    pieces.push(&html[from..]);
    Some(pieces)
}

fn split_text(html: &str) -> (&str, &str) {
    html.split_at(html.find('<').unwrap_or(html.len()))
}

/// The entities that the server writes.
fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ];
    entities
        .into_iter()
        .fold(text.to_owned(), |text, (entity, character)| {
            text.replace(entity, character)
        })
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_cut_where_elements_end() {
        assert_eq!(pieces("b</p>", &[1]), Some(vec!["b", ""]));
        assert_eq!(
            pieces("a</b>c<i>d</i></p>", &[1, 14]),
            Some(vec!["a", "c<i>d</i>", ""])
        );
        assert_eq!(pieces("a", &[]), Some(vec!["a"]));
        assert_eq!(pieces("a", &[7]), None);
        assert_eq!(split_text("a &lt;<b>c"), ("a &lt;", "<b>c"));
        assert_eq!(unescaped("&amp;lt; &lt;&#39;"), "&lt; <'");
    }

    #[test]
    fn what_is_there_already_is_no_change() {
        let change = |keep, html: &str| BlockChange {
            index: 0,
            keep,
            html: html.into(),
            place: None,
        };
        let mut block = Block::new("<p>ü</p>".into());
        block.change(change(0, "<p>ü</p>"));
        block.change(change(4, "no character ends here"));
        assert!(block.edits.is_empty());
        block.change(change(5, "b</p>"));
        assert_eq!((block.html(), block.edits.len()), ("<p>üb</p>", 1));
    }
}
