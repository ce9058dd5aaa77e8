//! Origins: scheme, host and port.

use std::fmt;

use url::Url;

/// A web origin in the form browsers send it: `https://todo.example.com`, the port only where it is
/// not the scheme's own.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Origin(String);

impl Origin {
    /// Reads an http(s) address that has no path, query or user; a slash at the end is forgiven.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let is_bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        is_bare.then(|| Self::of(&url)).flatten()
    }

    /// The origin of an http(s) address; `None` for any other.
    pub fn of(url: &Url) -> Option<Self> {
        let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
        is_web.then(|| Self(url.origin().ascii_serialization()))
    }

    /// As browsers send it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Host and port, as in the `Host` header.
    pub fn authority(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, authority)| authority)
    }

    /// Whether it is https.
    pub fn is_secure(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_bare_and_normal() {
        for (text, origin) in [
            ("https://Todo.Example.com/", "https://todo.example.com"),
            ("https://todo.example.com:443", "https://todo.example.com"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(
                Origin::parse(text).map(|o| o.to_string()).as_deref(),
                Some(origin)
            );
        }
        for text in [
            "",
            "todo.example.com",
            "localhost:3000",
            "ftp://a.example",
            "https://a.example/path",
            "https://a.example?q",
            "https://u:p@a.example",
            "*",
            "null",
        ] {
            assert_eq!(Origin::parse(text), None, "{text}");
        }
    }
}
