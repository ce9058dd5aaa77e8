//! What the assistant did: the journal of tool calls, and taking one back.

use protocol::{ToolCall, ToolCallId};

use crate::{Actor, Domain, Error};

/// Tool calls of a [`Domain`].
pub struct ToolCalls<'a> {
    domain: &'a Domain,
}

impl<'a> ToolCalls<'a> {
    pub(crate) fn new(domain: &'a Domain) -> Self {
        Self { domain }
    }

    /// Takes back what a call changed and returns the call, now undone.
    ///
    /// # Errors
    /// `Conflict` when it changed nothing, was undone already, or a task was changed since.
    pub async fn undo(&self, _actor: &Actor, _id: ToolCallId) -> Result<ToolCall, Error> {
        unimplemented!()
    }
}
