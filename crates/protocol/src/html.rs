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
    /// The same for the page's elements; `None` for a block that is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// Where `html` belongs in the elements of the block that it continues, so that those before it stay the elements that
/// they are. As JSON one list of numbers: `node`, `units`, `path`, `ends`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<u32>", into = "Vec<u32>")]
pub struct Place {
    /// The element that is continued: which child of the block, which child of that, and so on. Empty for the block.
    pub path: Vec<u32>,
    /// The first of its child nodes that does not stay as it is.
    pub node: u32,
    /// How much of that node stays, if it is a text: in units of UTF-16. 0: nothing.
    pub units: u32,
    /// Where in the change's `html` the closing tags of the elements of `path` are, the innermost first.
    pub ends: Vec<u32>,
}

impl From<Place> for Vec<u32> {
    fn from(place: Place) -> Self {
        let mut numbers = vec![place.node, place.units];
        numbers.extend(place.path);
        numbers.extend(place.ends);
        numbers
    }
}

impl From<Vec<u32>> for Place {
    fn from(mut numbers: Vec<u32>) -> Self {
        let depth = numbers.len().saturating_sub(2) / 2;
        let ends = numbers.split_off(numbers.len() - depth);
        let path = numbers.split_off(numbers.len() - depth);
        Self {
            path,
            node: numbers.first().copied().unwrap_or_default(),
            units: numbers.get(1).copied().unwrap_or_default(),
            ends,
        }
    }
}

/// A tool call as the page shows it: what `tool.html` carries where clients that render for
/// themselves get `tool.started`, `tool.finished` and `tool.approval_required`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolHtml {
    pub id: ToolCallId,
    /// It has not ended yet.
    pub running: bool,
    /// It waits to be allowed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks: bool,
    /// What is said about it: the call's summary, or what it asks.
    pub summary: String,
    /// The badge.
    pub html: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_list_of_numbers() {
        let place = Place {
            path: vec![0, 3],
            node: 7,
            units: 5,
            ends: vec![1, 9],
        };
        let json = serde_json::to_string(&place).unwrap();
        assert_eq!(json, "[7,5,0,3,1,9]");
        assert_eq!(serde_json::from_str::<Place>(&json).unwrap(), place);
        for short in ["[]", "[1]", "[1,2,3]"] {
            assert!(serde_json::from_str::<Place>(short).is_ok(), "{short}");
        }
    }
}
