//! Dark and light.

/// The cookie that remembers the choice.
pub const THEME_COOKIE: &str = "theme";

/// A chosen theme; without one the system decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    Dark,
    Light,
}

impl Theme {
    /// The word in the cookie and in `data-theme`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }

    /// Reads the word; `None` for any other, `system` among them.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Dark, Self::Light]
            .into_iter()
            .find(|theme| theme.as_str() == text)
    }
}
