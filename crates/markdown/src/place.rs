//! Where in the tree that a browser made of some HTML a beginning of that HTML ends. With it a page puts what is new
//! where it belongs and leaves everything before as it is: the elements, and whatever of them is selected.

use protocol::html::Place;

/// Elements of ours that have no end.
const VOID: &[&str] = &["br", "hr", "input"];

/// The place at or before byte `keep` of `html` from which on the tree can be built anew, and the byte that it is at.
/// `html` is balanced, and escaped as this crate does.
pub(crate) fn place(html: &str, keep: usize) -> (usize, Place) {
    let mut path = Vec::new();
    // How many nodes there are so far in the block and in each open element.
    let mut counts = vec![0_u32];
    let mut at = 0;
    let mut units = 0;
    while at < keep {
        let rest = &html[at..];
        if !rest.starts_with('<') {
            let end = at + rest.find('<').unwrap_or(rest.len());
            let stop = text_stop(html, at, end.min(keep));
            units = units_of(&html[at..stop]);
            at = stop;
            if stop < end {
                break;
            }
            continue;
        }
        let end = at + rest.find('>').map_or(rest.len(), |end| end + 1);
        if end > keep {
            break;
        }
        if units > 0 {
            units = 0;
            if let Some(count) = counts.last_mut() {
                *count += 1;
            }
        }
        let tag = &html[at + 1..end];
        if tag.starts_with('/') {
            path.pop();
            if counts.len() > 1 {
                counts.pop();
            }
        } else {
            let count = counts.last_mut().map_or(0, |count| {
                *count += 1;
                *count - 1
            });
            if !is_void(tag) {
                path.push(count);
                counts.push(0);
            }
        }
        at = end;
    }
    let node = counts.last().copied().unwrap_or_default();
    let ends = ends(&html[at..], path.len());
    (
        at,
        Place {
            path,
            node,
            units,
            ends,
        },
    )
}

fn is_void(tag: &str) -> bool {
    VOID.contains(&tag.split([' ', '>', '/']).next().unwrap_or_default())
}

/// Where the open elements end in what follows, the innermost first.
fn ends(rest: &str, open: usize) -> Vec<u32> {
    let mut ends = Vec::with_capacity(open);
    let mut depth = 0_usize;
    for (at, _) in rest.match_indices('<') {
        if ends.len() == open {
            break;
        }
        let tag = &rest[at + 1..];
        if !tag.starts_with('/') {
            depth += usize::from(!is_void(tag));
        } else if depth == 0 {
            ends.push(u32::try_from(at).unwrap_or(u32::MAX));
        } else {
            depth -= 1;
        }
    }
    ends
}

/// Not within an entity.
fn text_stop(html: &str, start: usize, stop: usize) -> usize {
    match html[start..stop].rfind('&') {
        Some(entity) if !html[start + entity..stop].contains(';') => start + entity,
        _ => stop,
    }
}

/// The length of some escaped text as browsers count, in units of UTF-16. Each entity that we write is one.
fn units_of(escaped: &str) -> u32 {
    let mut in_entity = false;
    let mut units = 0;
    for c in escaped.chars() {
        match c {
            '&' => (in_entity, units) = (true, units + 1),
            ';' if in_entity => in_entity = false,
            _ if in_entity => {}
            c => units += c.len_utf16(),
        }
    }
    u32::try_from(units).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(html: &str, keep: usize) -> (usize, Vec<u32>, u32, u32, Vec<u32>) {
        let (at, place) = place(html, keep);
        (at, place.path, place.node, place.units, place.ends)
    }

    #[test]
    fn places_are_at_tags_and_in_texts() {
        let html = "<p>a<br>b&amp;\u{1f600}<b>c</b>d</p>";
        assert_eq!(at(html, 0), (0, vec![], 0, 0, vec![]));
        assert_eq!(at(html, 2), (0, vec![], 0, 0, vec![]), "within a tag");
        assert_eq!(at(html, 3), (3, vec![0], 0, 0, vec![24]));
        assert_eq!(at(html, 4), (4, vec![0], 0, 1, vec![23]));
        assert_eq!(at(html, 6), (4, vec![0], 0, 1, vec![23]));
        assert_eq!(at(html, 8), (8, vec![0], 2, 0, vec![19]));
        assert_eq!(at(html, 11), (9, vec![0], 2, 1, vec![18]), "within an entity");
        let emoji = html.find("<b>").unwrap();
        assert_eq!(at(html, emoji), (emoji, vec![0], 2, 4, vec![9]));
        assert_eq!(at(html, emoji + 3), (emoji + 3, vec![0, 3], 0, 0, vec![1, 6]));
        assert_eq!(at(html, html.len() - 4), (html.len() - 4, vec![0], 4, 1, vec![0]));
        assert_eq!(at(html, html.len()), (html.len(), vec![], 1, 0, vec![]));
    }
}
