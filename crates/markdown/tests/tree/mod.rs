//! A page's elements, as small as the test needs them: what a browser does with HTML and with a patch.

use markdown::Patch;
use protocol::html::Place;

#[derive(Debug, Clone)]
enum Node {
    Text(String),
    Element { tag: String, children: Vec<Node> },
}

/// The blocks of one text.
#[derive(Debug, Default)]
pub(crate) struct Page(Vec<Vec<Node>>);

impl Page {
    pub(crate) fn apply(&mut self, patch: &Patch) {
        for change in &patch.changes {
            let index = change.index as usize;
            if index == self.0.len() {
                self.0.push(vec![]);
                assert_eq!(change.place, None, "a block that is new");
            }
            match &change.place {
                None => self.0[index] = parsed(&change.html),
                Some(place) => {
                    let pieces = pieces(&change.html, place);
                    continue_at(&mut self.0[index], &place.path, place, &pieces);
                }
            }
        }
        self.0.truncate(patch.blocks as usize);
    }

    pub(crate) fn html(&self) -> Vec<String> {
        self.0
            .iter()
            .map(|block| block.iter().map(Node::html).collect())
            .collect()
    }
}

/// What belongs into each open element, the innermost first, and into the block.
fn pieces<'h>(html: &'h str, place: &Place) -> Vec<&'h str> {
    assert_eq!(place.ends.len(), place.path.len());
    let mut from = 0;
    let mut pieces = Vec::new();
    for end in &place.ends {
        let end = *end as usize;
        pieces.push(&html[from..end]);
        assert!(html[end..].starts_with("</"));
        from = end + html[end..].find('>').unwrap() + 1;
    }
    pieces.push(&html[from..]);
    pieces
}

fn continue_at(nodes: &mut Vec<Node>, path: &[u32], place: &Place, pieces: &[&str]) {
    let (own, inner) = pieces.split_last().unwrap();
    let mut new = parsed(own);
    if let Some((child, path)) = path.split_first() {
        nodes.truncate(*child as usize + 1);
        let Some(Node::Element { children, .. }) = nodes.last_mut() else {
            panic!("no element at {place:?}")
        };
        continue_at(children, path, place, inner);
    } else if place.units > 0 {
        nodes.truncate(place.node as usize + 1);
        assert_eq!(nodes.len(), place.node as usize + 1);
        let Some(Node::Text(text)) = nodes.last_mut() else {
            panic!("no text at {place:?}")
        };
        let mut units: Vec<u16> = text.encode_utf16().collect();
        assert!(units.len() >= place.units as usize);
        units.truncate(place.units as usize);
        *text = String::from_utf16(&units).unwrap();
        if let Some(Node::Text(more)) = new.first() {
            text.push_str(more);
            new.remove(0);
        }
    } else {
        assert!(nodes.len() >= place.node as usize);
        nodes.truncate(place.node as usize);
        assert!(
            !matches!(
                (nodes.last(), new.first()),
                (Some(Node::Text(_)), Some(Node::Text(_)))
            ),
            "two texts side by side"
        );
    }
    nodes.extend(new);
}

fn parsed(html: &str) -> Vec<Node> {
    let mut open: Vec<(String, Vec<Node>)> = vec![(String::new(), vec![])];
    let mut rest = html;
    while !rest.is_empty() {
        if !rest.starts_with('<') {
            let end = rest.find('<').unwrap_or(rest.len());
            open.last_mut()
                .unwrap()
                .1
                .push(Node::Text(unescaped(&rest[..end])));
            rest = &rest[end..];
            continue;
        }
        let (tag, behind) = rest.split_once('>').unwrap();
        let tag = format!("{tag}>");
        rest = behind;
        if tag.starts_with("</") {
            let (tag, children) = open.pop().unwrap();
            open.last_mut()
                .expect("balanced")
                .1
                .push(Node::Element { tag, children });
        } else if is_void(&tag) {
            let children = vec![];
            open.last_mut().unwrap().1.push(Node::Element { tag, children });
        } else {
            open.push((tag, vec![]));
        }
    }
    assert_eq!(open.len(), 1, "balanced: {html}");
    open.pop().unwrap().1
}

fn name(tag: &str) -> &str {
    tag.trim_start_matches('<').split([' ', '>']).next().unwrap()
}

fn is_void(tag: &str) -> bool {
    ["br", "hr", "input"].contains(&name(tag))
}

const ENTITIES: [(&str, &str); 5] = [
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    ("&amp;", "&"),
];

fn unescaped(text: &str) -> String {
    ENTITIES.iter().fold(text.to_owned(), |text, (entity, plain)| {
        text.replace(entity, plain)
    })
}

impl Node {
    fn html(&self) -> String {
        match self {
            Self::Text(text) => {
                let escape = |text: String, (entity, plain): &(&str, &str)| text.replace(plain, entity);
                ENTITIES.iter().rev().fold(text.clone(), escape)
            }
            Self::Element { tag, .. } if is_void(tag) => tag.clone(),
            Self::Element { tag, children } => {
                let content: String = children.iter().map(Node::html).collect();
                format!("{tag}{content}</{}>", name(tag))
            }
        }
    }
}
