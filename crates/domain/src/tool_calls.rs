//! What the assistant did: the journal of tool calls, and taking one back.

use protocol::limits::CHANGES_PAGE;
use protocol::{Task, ToolCall, ToolCallId, ToolCallStatus};
use store::conversations::Probed;
use store::tasks::TaskRecord;
use store::{Scope, Tx, tasks, tool_calls};

pub use store::tool_calls::{Change, ChangeRecord, ToolCallRecord};

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

    /// Takes back what a call changed and returns the call, now undone.
    ///
    /// # Errors
    /// `Conflict` when it changed nothing, was undone already, or a task was changed since.
    pub async fn undo(&self, actor: &Actor, id: ToolCallId) -> Result<ToolCall, Error> {
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        let Some(record) = tool_calls::find_for_update(&mut tx, id).await? else {
            drop(tx);
            return Err(self.domain.not_found(actor, Probed::ToolCall, id.0).await);
        };
        if record.call.status == ToolCallStatus::Undone {
            return Err(conflict("already_undone", "This was undone already."));
        }
        if !record.call.undoable {
            return Err(conflict(
                "nothing_to_undo",
                "This call changed nothing that could be undone.",
            ));
        }
        match undo_record(&mut tx, &record).await? {
            Some(undone) => {
                tx.commit().await?;
                Ok(undone.call)
            }
            None => Err(conflict(
                "changed_since",
                "The task was changed since. Undoing this would overwrite that change.",
            )),
        }
    }
}

fn conflict(code: &'static str, detail: &str) -> Error {
    Error::Conflict {
        code,
        detail: detail.to_owned(),
    }
}

/// Takes back a standing call's changes, newest first. `None`, with nothing changed, when a task is
/// not as the call left it. The call's row must be locked.
pub(crate) async fn undo_record(
    tx: &mut Tx,
    record: &ToolCallRecord,
) -> Result<Option<ToolCallRecord>, store::Error> {
    let mut back = vec![];
    for change in record.changes.iter().rev() {
        let Some(id) = change
            .before
            .as_ref()
            .or(change.after.as_ref())
            .map(|task| task.id)
        else {
            continue;
        };
        match tasks::find_for_update(tx, id).await? {
            Some(now) if stands(change, &now) => back.push((change, now)),
            _ => return Ok(None),
        }
    }
    for (change, now) in back {
        match &change.before {
            Some(before) => tasks::save(tx, before, false).await?,
            None => tasks::save(tx, &now.task, true).await?,
        };
    }
    Ok(Some(tool_calls::mark_undone(tx, record.call.id).await?))
}

/// Whether a task is as a change left it. Content is compared, not times: what was changed and
/// changed back stands again.
fn stands(change: &Change, now: &TaskRecord) -> bool {
    match &change.after {
        None => now.deleted,
        Some(after) => !now.deleted && content(after) == content(&now.task),
    }
}

fn content(task: &Task) -> impl PartialEq {
    (
        task.title.clone(),
        task.description.clone(),
        task.status.as_str(),
        task.priority.as_str(),
        task.due_at.map(protocol::Timestamp::as_millis),
    )
}
