//! Names for headings, as a link within the text (`#getting-started`) expects them.

use std::collections::HashMap;

/// The longest name, in characters.
const LONGEST: usize = 80;

/// The names given so far in one text. A repeated one gets a number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slugs(HashMap<String, usize>);

impl Slugs {
    /// A name for a heading with this text that no other heading has. `None` if nothing in it can
    /// be part of a name.
    pub(crate) fn take(&mut self, heading: &str) -> Option<String> {
        let base = slug(heading);
        if base.is_empty() {
            return None;
        }
        // `Setup`, `Setup 1` and `Setup` again: the third must not become `setup-1`.
        loop {
            let count = self.0.entry(base.clone()).or_insert(0);
            let name = if *count == 0 {
                base.clone()
            } else {
                format!("{base}-{count}")
            };
            *count += 1;
            if name == base || !self.0.contains_key(&name) {
                self.0.entry(name.clone()).or_insert(1);
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
