//! Leaves out what a reasoning model thinks aloud: some servers give it as text, in a `<think>` block
//! at the very beginning of the answer.

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Lets text through, the first block of thoughts left out.
#[derive(Debug)]
pub(super) enum Thoughts {
    /// Nothing but white space or a beginning of the opening mark came so far.
    Beginning(String),
    /// In the block; holds what may be a beginning of the closing mark.
    Inside(String),
    Past,
}

impl Default for Thoughts {
    fn default() -> Self {
        Self::Beginning(String::new())
    }
}

impl Thoughts {
    /// What of this text is meant for the user.
    pub(super) fn push(&mut self, text: &str) -> String {
        match self {
            Self::Past => text.to_owned(),
            Self::Beginning(held) => {
                held.push_str(text);
                let begun = held.trim_start();
                if let Some(inside) = begun.strip_prefix(OPEN) {
                    let inside = inside.to_owned();
                    *self = Self::Inside(String::new());
                    self.push(&inside)
                } else if OPEN.starts_with(begun) {
                    String::new()
                } else {
                    self.end()
                }
            }
            Self::Inside(held) => {
                held.push_str(text);
                if let Some(at) = held.find(CLOSE) {
                    let after = held.split_off(at + CLOSE.len());
                    *self = Self::Past;
                    return after;
                }
                let kept = held.floor_char_boundary(held.len().saturating_sub(CLOSE.len()));
                held.drain(..kept);
                String::new()
            }
        }
    }

    /// The answer is over: what was held back and is no thought.
    pub(super) fn end(&mut self) -> String {
        match std::mem::replace(self, Self::Past) {
            Self::Beginning(held) => held,
            Self::Inside(_) | Self::Past => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn only_a_block_at_the_beginning_is_left_out() {
        for (text, shown) in [
            ("Hello <think>x</think>", "Hello <think>x</think>"),
            ("\n<think>a < b</thin é</think>\n\nHello", "\n\nHello"),
            ("<think>never closed", ""),
            ("<thinking>", "<thinking>"),
            ("<th", "<th"),
            (" \n", " \n"),
            ("<think></think>", ""),
            ("<think>a</think><think>b</think>", "<think>b</think>"),
        ] {
            for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
                let mut thoughts = Thoughts::default();
                let out = thoughts.push(&text[..at]) + &thoughts.push(&text[at..]) + &thoughts.end();
                assert_eq!(out, shown, "{text} cut at {at}");
            }
        }
    }
}
