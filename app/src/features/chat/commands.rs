//! What a message that begins with a slash can ask of the page itself.

/// A command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    New,
    Tasks,
    Search,
    Rename,
    Export,
    Theme,
    Help,
}

impl Command {
    pub const ALL: [Self; 7] = [
        Self::New,
        Self::Tasks,
        Self::Search,
        Self::Rename,
        Self::Export,
        Self::Theme,
        Self::Help,
    ];

    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "/new",
            Self::Tasks => "/tasks",
            Self::Search => "/search",
            Self::Rename => "/rename",
            Self::Export => "/export",
            Self::Theme => "/theme",
            Self::Help => "/help",
        }
    }

    /// What has to follow it; empty for nothing.
    pub fn wants(self) -> &'static str {
        match self {
            Self::Search => "words",
            Self::Rename => "title",
            Self::Theme => "dark, light or system",
            _ => "",
        }
    }

    /// What it does, in a few words.
    pub fn does(self) -> &'static str {
        match self {
            Self::New => "Begin a new conversation",
            Self::Tasks => "Open the task list",
            Self::Search => "Search conversations",
            Self::Rename => "Rename this conversation",
            Self::Export => "Save this conversation as Markdown",
            Self::Theme => "Choose the theme",
            Self::Help => "Show all commands and keys",
        }
    }

    /// The commands that what was typed so far may become; none unless it is the beginning of one word.
    pub fn matching(text: &str) -> Vec<Self> {
        let typed = text.to_lowercase();
        Self::ALL
            .into_iter()
            .filter(|command| typed.starts_with('/') && command.name().starts_with(&typed))
            .collect()
    }

    /// Reads a whole message: the command and what follows it. `None` for anything else, such as a path.
    pub fn parse(text: &str) -> Option<(Self, &str)> {
        let text = text.trim();
        let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let word = word.to_lowercase();
        let command = Self::ALL.into_iter().find(|command| command.name() == word)?;
        Some((command, rest.trim()))
    }
}

/// Where a message leads that is a command, for a page without a script. `None` for one that has to be sent.
#[cfg(feature = "ssr")]
pub(super) fn path_of(text: &str, conversation_id: &str) -> Option<String> {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    let (command, rest) = Command::parse(text)?;
    match command {
        Command::New => Some("/dashboard/chat".into()),
        Command::Tasks => Some("/dashboard/tasks".into()),
        Command::Search => Some(format!(
            "/dashboard/search?q={}",
            utf8_percent_encode(rest, NON_ALPHANUMERIC)
        )),
        Command::Export if !conversation_id.is_empty() => {
            let id = utf8_percent_encode(conversation_id, NON_ALPHANUMERIC);
            Some(format!("/api/chat/conversations/{id}/export?format=md"))
        }
        Command::Theme => Some("/dashboard/settings".into()),
        Command::Rename | Command::Export | Command::Help => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_finds_its_commands() {
        assert_eq!(Command::matching("/").len(), Command::ALL.len());
        assert_eq!(Command::matching("/T"), [Command::Tasks, Command::Theme]);
        assert_eq!(Command::matching("/tasks now"), []);
        assert_eq!(Command::matching("tasks"), []);
        assert_eq!(Command::matching(""), []);
    }

    #[test]
    fn only_a_whole_word_is_a_command() {
        assert_eq!(
            Command::parse(" /Search  milk and bread "),
            Some((Command::Search, "milk and bread"))
        );
        assert_eq!(Command::parse("/new"), Some((Command::New, "")));
        assert_eq!(Command::parse("/newspaper"), None);
        assert_eq!(Command::parse("/etc/hosts"), None);
        assert_eq!(Command::parse("new"), None);
    }
}
