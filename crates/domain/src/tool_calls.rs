//! What the assistant did: the journal of tool calls, taking back and doing again.

use protocol::limits::CHANGES_PAGE;
use protocol::{MessageId, ToolCall, ToolCallId, ToolCallStatus};
use store::conversations::Probed;
use store::{Scope, messages, tool_calls};

pub use store::tool_calls::{Change, ChangeRecord, ToolCallRecord};

use crate::error::again;
use crate::turns::{Turned, Way, turn};
use crate::{Actor, Domain, Error, page};

/// Tool calls of a [`Domain`].
pub struct ToolCalls<'a> {
    domain: &'a Domain,
}

/// A page of what the assistant changed.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangePage {
    pub changes: Vec<ChangeRecord>,
    /// Opaque; `None` on the last page.
    pub next_cursor: Option<String>,
}

impl<'a> ToolCalls<'a> {
    pub(crate) fn new(domain: &'a Domain) -> Self {
        Self { domain }
    }

    /// What the assistant changed in all conversations, the newest first.
    ///
    /// # Errors
    /// `Invalid` for a broken cursor.
    pub async fn changes(&self, actor: &Actor, cursor: Option<&str>) -> Result<ChangePage, Error> {
        let after = cursor.map(page::read_id).transpose()?.map(ToolCallId::from);
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        let mut changes = tool_calls::changes(&mut tx, actor.user_id(), after, CHANGES_PAGE + 1).await?;
        tx.commit().await?;
        let more = changes.len() > CHANGES_PAGE as usize;
        changes.truncate(CHANGES_PAGE as usize);
        let next_cursor = changes
            .last()
            .filter(|_| more)
            .map(|change| page::write_id(change.record.call.id.0));
        Ok(ChangePage { changes, next_cursor })
    }

    /// One call.
    pub async fn get(&self, actor: &Actor, id: ToolCallId) -> Result<ToolCall, Error> {
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        let found = tool_calls::find(&mut tx, id).await?;
        tx.commit().await?;
        match found {
            Some(record) => Ok(record.call),
            None => Err(self.domain.not_found(actor, Probed::ToolCall, id.0).await),
        }
    }

    /// Takes back what a call changed and returns the call, now undone. With `overwrite` also what was changed since goes
    /// (and comes back with a redo).
    ///
    /// # Errors
    /// `Conflict` when it changed nothing or was undone already, `ChangedSince` when a task was changed since.
    pub async fn undo(&self, actor: &Actor, id: ToolCallId, overwrite: bool) -> Result<ToolCall, Error> {
        again(|| self.turn_one(actor, id, Way::Undo, overwrite)).await
    }

    /// Does an undone call's changes again and returns the call, which stands now.
    ///
    /// # Errors
    /// `Conflict` when it was not undone, `ChangedSince` when a task was changed since.
    pub async fn redo(&self, actor: &Actor, id: ToolCallId, overwrite: bool) -> Result<ToolCall, Error> {
        again(|| self.turn_one(actor, id, Way::Redo, overwrite)).await
    }

    /// Takes back everything of an answer that stands, the newest first; all of it or nothing. Returns the calls.
    ///
    /// # Errors
    /// `Conflict` when nothing stands, `ChangedSince` when tasks were changed since.
    pub async fn undo_answer(
        &self,
        actor: &Actor,
        id: MessageId,
        overwrite: bool,
    ) -> Result<Vec<ToolCall>, Error> {
        again(|| self.turn_answer(actor, id, Way::Undo, overwrite)).await
    }

    /// Does everything of an answer that was undone again, the oldest first; all of it or nothing. Returns the calls.
    ///
    /// # Errors
    /// `Conflict` when nothing is undone, `ChangedSince` when tasks were changed since.
    pub async fn redo_answer(
        &self,
        actor: &Actor,
        id: MessageId,
        overwrite: bool,
    ) -> Result<Vec<ToolCall>, Error> {
        again(|| self.turn_answer(actor, id, Way::Redo, overwrite)).await
    }

    async fn turn_one(
        &self,
        actor: &Actor,
        id: ToolCallId,
        way: Way,
        overwrite: bool,
    ) -> Result<ToolCall, Error> {
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        let Some(record) = tool_calls::find_for_update(&mut tx, id).await? else {
            drop(tx);
            return Err(self.domain.not_found(actor, Probed::ToolCall, id.0).await);
        };
        let (code, detail) = match (way, record.call.status) {
            (Way::Undo, _) if record.call.undoable => ("", ""),
            (Way::Redo, _) if record.call.redoable => ("", ""),
            (Way::Undo, ToolCallStatus::Undone) => ("already_undone", "This was undone already."),
            (Way::Undo, _) => (
                "nothing_to_undo",
                "This call changed nothing that could be undone.",
            ),
            (Way::Redo, _) => (
                "nothing_to_redo",
                "This call was not undone, so it cannot be redone.",
            ),
        };
        if !code.is_empty() {
            return Err(conflict(code, detail));
        }
        match turn(&mut tx, &[record], way, overwrite).await? {
            Turned::Done { mut calls, .. } => {
                tx.commit().await?;
                calls
                    .pop()
                    .map(|record| record.call)
                    .ok_or(Error::NotFound("tool call"))
            }
            Turned::Conflict(changes) => Err(Error::ChangedSince(changes)),
        }
    }

    async fn turn_answer(
        &self,
        actor: &Actor,
        id: MessageId,
        way: Way,
        overwrite: bool,
    ) -> Result<Vec<ToolCall>, Error> {
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        if messages::find(&mut tx, id).await?.is_none() {
            drop(tx);
            return Err(self.domain.not_found(actor, Probed::Message, id.0).await);
        }
        let mut calls = tool_calls::of_answer_for_update(&mut tx, id, way.from()).await?;
        if calls.is_empty() {
            return Err(match way {
                Way::Undo => conflict("nothing_to_undo", "Nothing of this answer can be undone."),
                Way::Redo => conflict("nothing_to_redo", "Nothing of this answer was undone."),
            });
        }
        if way == Way::Undo {
            calls.reverse();
        }
        match turn(&mut tx, &calls, way, overwrite).await? {
            Turned::Done { calls, .. } => {
                tx.commit().await?;
                Ok(calls.into_iter().map(|record| record.call).collect())
            }
            Turned::Conflict(changes) => Err(Error::ChangedSince(changes)),
        }
    }
}

fn conflict(code: &'static str, detail: &str) -> Error {
    Error::Conflict {
        code,
        detail: detail.to_owned(),
    }
}
