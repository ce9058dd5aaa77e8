//! A person's decision about a tool call that waits for it. The run rests meanwhile and nothing of it is held anywhere;
//! whichever server hears the decision goes on with it.

use agent::llm::Clock;
use agent::tools::{ToolContext, ToolError};
use protocol::{RunId, ToolCall, ToolCallId, ToolCallStatus};
use serde_json::Value;
use store::conversations::Probed;
use store::runs::{RunRecord, RunStatus};
use store::{Scope, Tx, runs, tool_calls};

use super::host::without_nul;
use super::port::Port;
use super::takeover::restore;
use crate::{Actor, Domain, Error, clock};

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
    let decision = checked(decision)?;
    let mut tx = domain.store().begin(Scope::Actor(actor.user_id())).await?;
    let Some(run) = runs::find(&mut tx, run_id).await? else {
        drop(tx);
        return Err(domain.not_found(actor, Probed::Run, run_id.0).await);
    };
    let found = tool_calls::find_for_update(&mut tx, call_id).await?;
    let Some(record) = found.filter(|record| record.run_id == Some(run.id)) else {
        drop(tx);
        return Err(domain.not_found(actor, Probed::ToolCall, call_id.0).await);
    };
    if record.call.status != ToolCallStatus::AwaitingApproval {
        return Err(decided_already());
    }
    if let Decision::Approve {
        arguments: Some(arguments),
    } = &decision
    {
        try_out(domain, actor, &mut tx, &run, &record.call.tool_name, arguments).await?;
    }
    let decided = note(&mut tx, &record.call, &decision).await?;
    go_on(domain, actor, tx, run.id).await?;
    Ok(decided)
}

/// The same answer for every call of a run that waits.
pub(super) async fn decide_all(
    domain: &Domain,
    actor: &Actor,
    run_id: RunId,
    decision: &Decision,
) -> Result<Vec<ToolCall>, Error> {
    let mut tx = domain.store().begin(Scope::Actor(actor.user_id())).await?;
    let waiting = tool_calls::waiting_of_run_for_update(&mut tx, run_id).await?;
    let mut decided = vec![];
    for record in &waiting {
        decided.push(note(&mut tx, &record.call, decision).await?);
    }
    if decided.is_empty() {
        return Err(decided_already());
    }
    go_on(domain, actor, tx, run_id).await?;
    Ok(decided)
}

/// Which run a call belongs to.
pub(super) async fn run_of(domain: &Domain, actor: &Actor, call: ToolCallId) -> Result<RunId, Error> {
    let mut tx = domain.store().begin(Scope::Actor(actor.user_id())).await?;
    let found = tool_calls::find(&mut tx, call).await?;
    tx.commit().await?;
    match found {
        Some(record) => record.run_id.ok_or_else(decided_already),
        None => Err(domain.not_found(actor, Probed::ToolCall, call.0).await),
    }
}

fn decided_already() -> Error {
    Error::Conflict {
        code: "not_waiting",
        detail: "This was decided already.".into(),
    }
}

fn checked(decision: Decision) -> Result<Decision, Error> {
    match decision {
        Decision::Approve {
            arguments: Some(arguments),
        } if !arguments.is_object() => Err(Error::invalid("arguments", "must be an object")),
        Decision::Approve { arguments } => Ok(Decision::Approve {
            arguments: arguments.map(without_nul),
        }),
        Decision::Deny => Ok(Decision::Deny),
    }
}

/// Refuses changed arguments that the tool would refuse, while whoever changed them is still there to mend them.
async fn try_out(
    domain: &Domain,
    actor: &Actor,
    tx: &mut Tx,
    run: &RunRecord,
    tool: &str,
    arguments: &Value,
) -> Result<(), Error> {
    let clock = Clock {
        now: clock::now(),
        time_zone: actor.time_zone.clone(),
    };
    tx.savepoint().await?;
    let mut port = Port::new(tx, run);
    let mut context = ToolContext {
        tasks: &mut port,
        clock: &clock,
    };
    let tools = &domain.inner.tools;
    let tried = tools.dispatch(tool, &arguments.to_string(), &mut context).await;
    tx.rollback_to_savepoint().await?;
    match tried {
        Ok(_) => Ok(()),
        Err(ToolError::Respond(refusal)) => Err(Error::invalid(
            "arguments",
            format!("were not taken: {}", refusal.summary),
        )),
        Err(ToolError::Fatal(source)) => Err(match source.downcast::<store::Error>() {
            Ok(error) => (*error).into(),
            Err(source) => Error::Internal(source),
        }),
    }
}

async fn note(tx: &mut Tx, call: &ToolCall, decision: &Decision) -> Result<ToolCall, Error> {
    let told = Value::String("The user did not allow this call; it did nothing.".into());
    let summary = format!("Not allowed: {}", call.summary);
    let decision = match decision {
        Decision::Approve { arguments } => tool_calls::Decision::Approve {
            arguments: arguments.as_ref(),
        },
        Decision::Deny => tool_calls::Decision::Deny {
            told: &told,
            summary: &summary,
        },
    };
    Ok(tool_calls::decide(tx, call.id, &decision).await?)
}

/// Commits, and goes on with the run if it rests. A worker that is about to let it rest locks the run as this does: either
/// it sees the decision, or this sees that it rests. Calls are locked before their run here, as in every write of a worker;
/// the other way round the two would wait for each other.
async fn go_on(domain: &Domain, actor: &Actor, mut tx: Tx, run: RunId) -> Result<(), Error> {
    let run = runs::find_for_update(&mut tx, run).await?;
    let run = run
        .filter(|run| !run.status.is_final() && !run.cancel_requested)
        .ok_or_else(decided_already)?;
    let woken = match run.status {
        RunStatus::AwaitingApproval => Some(runs::wake(&mut tx, run.id, domain.lease()).await?),
        _ => None,
    };
    tx.commit().await?;
    if let Some(woken) = woken {
        let (run, message) = restore(domain, actor.user_id(), woken.id).await?;
        // Another server may have claimed it by then.
        if run.lease_epoch == woken.lease_epoch {
            domain.work_on(run, message);
        }
    }
    Ok(())
}
