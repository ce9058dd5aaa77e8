//! A conversation's title, asked of the model.

use futures::StreamExt;
use protocol::limits::{AUTO_TITLE_CHARS, excerpt};

use crate::llm::{ChatMessage, ChatRequest, Clock, LlmError, Provider, ProviderEvent};

/// How the request begins; test servers know it by this.
pub const PROMPT: &str = "Name this conversation. Answer with a title of two to six words in the language of the message, \
     and nothing else: no quotation marks, no full stop.";
/// How much is read of what the model writes; a title is far shorter.
const READ_CHARS: usize = 300;
/// How much the model is shown of each side.
const SHOWN_CHARS: usize = 2_000;

/// Asks for a title after the first exchange; `None` when what came is none. No tools, no history: it must cost little.
///
/// # Errors
/// Those of the provider.
pub async fn suggest(
    provider: &dyn Provider,
    question: &str,
    answer: &str,
    clock: Clock,
) -> Result<Option<String>, LlmError> {
    let cut = |text: &str| text.chars().take(SHOWN_CHARS).collect::<String>();
    let exchange = format!("Message:\n{}\n\nAnswer:\n{}", cut(question), cut(answer));
    let request = ChatRequest {
        messages: vec![
            ChatMessage::System(PROMPT.to_owned()),
            ChatMessage::User(exchange),
        ],
        tools: vec![],
        clock,
    };
    let mut events = provider.stream(request).await?;
    let mut text = String::new();
    while let Some(event) = events.next().await {
        match event? {
            ProviderEvent::Text(more) => text.push_str(&more),
            ProviderEvent::Finished(_) => break,
            _ => {}
        }
        // Dropping the stream ends the request: a model that rambles costs no more than this.
        if text.chars().count() > READ_CHARS {
            break;
        }
    }
    Ok(tidy(&text))
}

/// Whether a request asks for a title: for providers of tests, which answer it apart from the conversation.
pub fn is_asked(request: &ChatRequest) -> bool {
    matches!(request.messages.first(), Some(ChatMessage::System(prompt)) if prompt == PROMPT)
}

/// The title in what a model wrote: its first line without ornaments.
fn tidy(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let line = line.strip_prefix("Title:").unwrap_or(line);
    let ornaments =
        |letter: char| letter.is_whitespace() || letter.is_control() || "\"'“”„‘’«»*_#`.".contains(letter);
    let title: String = line
        .trim_matches(ornaments)
        .chars()
        .filter(|letter| !letter.is_control())
        .collect();
    Some(excerpt(&title, AUTO_TITLE_CHARS)).filter(|title| !title.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ornaments_are_taken_off() {
        for (written, title) in [
            ("Board meeting\n", Some("Board meeting")),
            (
                "\n\"Board meeting.\"\n\nI chose this because",
                Some("Board meeting"),
            ),
            ("**Title: x**", Some("Title: x")),
            ("Title: “Zebranie”", Some("Zebranie")),
            ("# Plan", Some("Plan")),
            (" \n", None),
            ("\"\"", None),
        ] {
            assert_eq!(tidy(written).as_deref(), title, "{written}");
        }
        let long = tidy(&"word ".repeat(40)).unwrap();
        assert!(long.chars().count() <= AUTO_TITLE_CHARS, "{long}");
    }
}
