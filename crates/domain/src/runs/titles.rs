//! A better title for a conversation, asked of the model once: after the first answer, when the first message did not
//! fit into the automatic title and nobody has written another. The run is over by then, so nothing waits for it, its
//! failures are nobody's trouble, and it is in no history.

use std::time::Duration;

use agent::llm::Clock;
use protocol::limits::{AUTO_TITLE_CHARS, excerpt};
use protocol::{Message, MessageStatus};
use store::conversations::TitleSource;
use store::runs::RunRecord;
use store::{Scope, conversations, messages};

use crate::{Domain, Error, clock};

/// How long a model may take for it.
const PATIENCE: Duration = Duration::from_secs(20);

impl Domain {
    /// Asks for a title in the background, if the run's conversation is to have one.
    pub(super) fn spawn_title(&self, run: &RunRecord, answer: Message) {
        // The offline assistant writes no titles; the beginning of the message serves well for it.
        if self.is_offline() || answer.status != MessageStatus::Complete {
            return;
        }
        let (domain, run) = (self.clone(), run.clone());
        self.inner.tasks.spawn(async move {
            let named = tokio::select! {
                () = domain.inner.stopping.cancelled() => return,
                named = tokio::time::timeout(PATIENCE, domain.name_conversation(&run, &answer)) => named,
            };
            match named {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(run.id = %run.id, error = %error, "no title was stored"),
                Err(_) => tracing::debug!(run.id = %run.id, "the model took too long for a title"),
            }
        });
    }

    async fn name_conversation(&self, run: &RunRecord, answer: &Message) -> Result<(), Error> {
        let mut tx = self.store().begin(Scope::Actor(&run.user_id)).await?;
        let is_auto = conversations::has_auto_title(&mut tx, run.conversation_id).await?;
        let first = messages::find(&mut tx, run.user_message_id).await?;
        tx.commit().await?;
        let Some(first) = first.filter(|first| is_auto && first.position == 1) else {
            return Ok(());
        };
        let question = &first.message.content;
        // All of it is in the title already: nothing could say it better.
        if excerpt(question, AUTO_TITLE_CHARS) == excerpt(question, usize::MAX) {
            return Ok(());
        }
        let clock = Clock {
            now: clock::now(),
            time_zone: jiff::tz::TimeZone::UTC,
        };
        let provider = self.config().provider.as_ref();
        let title = match agent::title::suggest(provider, question, &answer.content, clock).await {
            Ok(Some(title)) => title,
            Ok(None) => return Ok(()),
            Err(error) => {
                tracing::debug!(run.id = %run.id, error = %error, "the model gave no title");
                return Ok(());
            }
        };
        let mut tx = self.store().begin(Scope::Actor(&run.user_id)).await?;
        conversations::replace_auto_title(&mut tx, run.conversation_id, &title, TitleSource::Model).await?;
        Ok(tx.commit().await?)
    }
}
