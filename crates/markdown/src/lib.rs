//! Markdown to safe HTML, whole or while it is being written.
//!
//! The text comes from a model, which anything it read may have talked into anything. So the
//! output is built from a closed list of elements, attributes and URL schemes: HTML in the text is
//! shown as text, a link leads to `http`, `https` or `mailto` or stays on the page, an image is
//! shown as a link and never loaded.
//!
//! [`render`] and [`StreamRenderer`] give a list of strings, one per top-level block; a page shows
//! one after the other. For the same text both give the same HTML, so a page that followed a
//! stream shows what a reload shows. While a text is being written, marks at its end that are not
//! closed yet are shown as if they were (`unfinished`), by [`render_unfinished`] and by the stream
//! alike.
//!
//! ```text
//! text ─▶ unfinished ─▶ pulldown-cmark ─▶ document (events by top-level block) ─▶ writer ─▶ HTML per block
//!                       ▲                                                         │ │ └─▶ math, mathml
//!       dollars (which of them mean math)              links (what may be linked) ◀─┘ └─▶ code, highlight
//! ```

mod code;
mod document;
mod dollars;
mod escape;
mod highlight;
mod links;
mod math;
mod mathml;
mod place;
mod slug;
mod stream;
mod unfinished;
mod writer;

pub use highlight::HIGHLIGHT_CLASSES;
pub use stream::{Patch, StreamRenderer};

/// What differs from one rendered text to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Put before every `id`, and before the target of every link within the text, so that several
    /// texts can stand on one page. A message's id and a hyphen, for instance.
    pub id_prefix: String,
}

impl Options {
    /// Options for the text with this prefix for its ids.
    pub fn new(id_prefix: impl Into<String>) -> Self {
        Self {
            id_prefix: id_prefix.into(),
        }
    }
}

/// Renders a whole text: the HTML of each top-level block, in order. An empty text, or one of link
/// definitions only, has none.
pub fn render(text: &str, options: &Options) -> Vec<String> {
    let mut highlighted = code::Cache::default();
    let blocks = document::render_from(text, 0, options, &slug::Slugs::default(), &mut highlighted);
    blocks.into_iter().map(|block| block.html).collect()
}

/// Renders a text that is not at its end, as [`StreamRenderer::patches`] does.
pub fn render_unfinished(text: &str, options: &Options) -> Vec<String> {
    let mut highlighted = code::Cache::default();
    let blocks =
        document::render_unfinished_from(text, 0, options, &slug::Slugs::default(), &mut highlighted);
    blocks.into_iter().map(|block| block.html).collect()
}

/// Loads the grammars for highlighting, which takes some 20 ms once. Without this call the first
/// block of code waits for it.
pub fn warm_up() {
    highlight::load();
}
