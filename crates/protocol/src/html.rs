//! How what the server rendered travels to the page. The browser holds no Markdown parser and no
//! reader of tool calls: the server renders both and sends what changed.

use serde::{Deserialize, Serialize};

use crate::ToolCallId;

/// What brings the HTML of one text part up to date. A part's HTML is a list of top-level blocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HtmlPatch {
    /// The part's index in [`crate::Message::parts`].
    pub part: u32,
    /// How many blocks the part has now; blocks beyond are gone.
    pub blocks: u32,
    pub changes: Vec<BlockChange>,
}

/// A block's new HTML: the first `keep` bytes of what the page has for it, then `html`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockChange {
    pub index: u32,
    /// In bytes of UTF-8, on a character boundary.
    pub keep: u32,
    pub html: String,
}

/// A tool call as the page shows it: what `tool.html` carries where clients that render for
/// themselves get `tool.started`, `tool.finished` and `tool.approval_required`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolHtml {
    pub id: ToolCallId,
    /// It has not ended yet.
    pub running: bool,
    /// What is said about it: the call's summary.
    pub summary: String,
    /// The badge.
    pub html: String,
}
