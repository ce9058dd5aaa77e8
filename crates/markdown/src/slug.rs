//! Names for headings, as a link within the text (`#getting-started`) expects them.

use std::collections::HashMap;

/// The longest name, in characters.
const LONGEST: usize = 80;

/// The names given so far in one text, of which a repeated one gets a number, and the headings that the next one may
/// stand under.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slugs {
    names: HashMap<String, usize>,
    /// The levels, as written, of the last heading and those around it.
    open: Vec<u8>,
}

impl Slugs {
    /// How deep a heading of this written level is nested in others: 1 for the outermost. Models begin at any level and
    /// leave some out; what readers of headings are given has no gaps.
    pub(crate) fn nest(&mut self, level: u8) -> usize {
        while self.open.last().is_some_and(|last| *last >= level) {
            self.open.pop();
        }
        self.open.push(level);
        self.open.len()
    }

    /// A name for a heading with this text that no other heading has. `None` if nothing in it can
    /// be part of a name.
    pub(crate) fn take(&mut self, heading: &str) -> Option<String> {
        let base = slug(heading);
        if base.is_empty() {
            return None;
        }
        // `Setup`, `Setup 1` and `Setup` again: the third must not become `setup-1`.
        loop {
            let count = self.names.entry(base.clone()).or_insert(0);
            let name = if *count == 0 {
                base.clone()
            } else {
                format!("{base}-{count}")
            };
            *count += 1;
            if name == base || !self.names.contains_key(&name) {
                self.names.entry(name.clone()).or_insert(1);
                return Some(name);
            }
        }
    }
}

/// Lower case, letters and digits of any script, spaces as hyphens.
pub(crate) fn slug(text: &str) -> String {
    text.trim()
        .chars()
        .filter_map(|c| match c {
            c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
            c if c.is_whitespace() => Some('-'),
            _ => None,
        })
        .take(LONGEST)
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_nest_without_gaps() {
        let mut slugs = Slugs::default();
        let depths: Vec<_> = [2, 4, 3, 3, 6, 2, 1, 2].map(|level| slugs.nest(level)).into();
        assert_eq!(depths, [1, 2, 2, 2, 3, 1, 1, 2]);
    }

    #[test]
    fn slugs_are_unique() {
        let mut slugs = Slugs::default();
        let names: Vec<_> = ["Setup", "Setup 1", "Setup", "Setup", "Grüße & Küsse!", "???"]
            .iter()
            .map(|heading| slugs.take(heading))
            .collect();
        let names: Vec<_> = names.iter().map(|name| name.as_deref().unwrap_or("-")).collect();
        assert_eq!(
            names,
            ["setup", "setup-1", "setup-2", "setup-3", "grüße--küsse", "-"]
        );
    }
}
