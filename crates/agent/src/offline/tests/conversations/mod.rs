//! Conversations to their end, over the real loop and tools.

mod changes;
mod references;
mod stories;

use super::desk::Desk;

/// Plays a conversation; a line without an expectation is only said.
async fn chat(desk: &mut Desk, lines: &[(&str, &str)]) {
    for (message, expected) in lines {
        let answer = desk.say(message).await;
        for part in expected.split(" … ").filter(|part| !part.is_empty()) {
            assert!(
                answer.contains(part),
                "{message}\n  wanted: {part}\n     got: {answer}\n   calls: {:?}",
                desk.calls
            );
        }
    }
}
