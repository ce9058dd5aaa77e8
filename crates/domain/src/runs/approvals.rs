//! A person's decision about a tool call that waits for it. The run rests meanwhile and nothing of it is held anywhere;
//! whichever server hears the decision goes on with it.

use protocol::{RunId, ToolCall, ToolCallId, ToolCallStatus};
use serde_json::Value;
use store::conversations::Probed;
use store::runs::RunStatus;
use store::{Scope, runs, tool_calls};

use super::host::without_nul;
use super::takeover::restore;
use crate::{Actor, Domain, Error};

/// What a person says to a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// Do it, with other arguments if there are any.
    Approve {
        /// An object.
        arguments: Option<Value>,
    },
    /// Do not.
    Deny,
}

pub(super) async fn decide(
    domain: &Domain,
    actor: &Actor,
    run_id: RunId,
    call_id: ToolCallId,
    decision: Decision,
) -> Result<ToolCall, Error> {
    let is_allowed = matches!(decision, Decision::Approve { .. });
    let arguments = match decision {
        Decision::Approve {
            arguments: Some(arguments),
        } if arguments.is_object() => Some(without_nul(arguments)),
        Decision::Approve { arguments: Some(_) } => {
            return Err(Error::invalid("arguments", "must be an object"));
        }
        Decision::Approve { arguments: None } | Decision::Deny => None,
    };
    let mut tx = domain.store().begin(Scope::Actor(actor.user_id())).await?;
    // The run's row first: a worker that lets the run rest takes it, and of the two one sees the other.
    let Some(run) = runs::find_for_update(&mut tx, run_id).await? else {
        drop(tx);
        return Err(domain.not_found(actor, Probed::Run, run_id.0).await);
    };
    let found = tool_calls::find_for_update(&mut tx, call_id).await?;
    let Some(record) = found.filter(|record| record.run_id == Some(run.id)) else {
        drop(tx);
        return Err(domain.not_found(actor, Probed::ToolCall, call_id.0).await);
    };
    if record.call.status != ToolCallStatus::AwaitingApproval || run.status.is_final() {
        return Err(Error::Conflict {
            code: "not_waiting",
            detail: "This was decided already.".into(),
        });
    }
    let told = Value::String("The user did not allow this call; it did nothing.".into());
    let summary = format!("Not allowed: {}", record.call.summary);
    let decision = if is_allowed {
        tool_calls::Decision::Approve {
            arguments: arguments.as_ref(),
        }
    } else {
        tool_calls::Decision::Deny {
            told: &told,
            summary: &summary,
        }
    };
    let decided = tool_calls::decide(&mut tx, call_id, &decision).await?;
    let woken = match run.status {
        RunStatus::AwaitingApproval => Some(runs::wake(&mut tx, run.id, domain.lease()).await?),
        // Whoever works on it sees the decision before it rests.
        _ => None,
    };
    tx.commit().await?;
    if let Some(run) = woken {
        let (run, message) = restore(domain, actor.user_id(), run.id).await?;
        domain.work_on(run, message);
    }
    Ok(decided)
}
