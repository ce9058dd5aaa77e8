//! Where the agent's loop hands what happens: text to the writer, tool calls to the journal.
//!
//! A call is taken down with its step and an id of ours before anything of the step is run. From then on it is run *by that
//! id*: what the journal says of it decides whether there is anything left to do. So the same few lines serve the first
//! try, another one after the database was away, and another server after this one died.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use agent::context::told;
use agent::llm::{Clock, RequestedCall, Usage};
use agent::run::{Called, HostError, RunHost};
use agent::tools::{Effect, ToolContext, ToolError, ToolOutput};
use async_trait::async_trait;
use protocol::limits::TOOL_ARGUMENTS_BYTES;
use protocol::{Approval, Message, RunEvent, ToolCall, ToolCallId, ToolCallStatus};
use serde_json::Value;
use store::tool_calls::{Finished, NewToolCall};
use store::{Scope, Tx, runs, tool_calls};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::patience::settle;
use super::port::Port;
use super::writer::{WriteError, Writer};
use crate::{Domain, fault};

/// How much is kept of arguments that are no JSON.
const RAW_ARGUMENTS_CHARS: usize = 2_000;
/// So many tasks an answer may change before a person is asked, where only what destroys is asked about.
const UNASKED_CHANGES: u32 = 5;
/// How much is kept of a tool's name or a call's id.
const NAME_CHARS: usize = 200;

pub(super) struct Host<'a> {
    domain: &'a Domain,
    writer: &'a Writer,
    clock: Clock,
    /// When the run's user wants to be asked.
    approval: Approval,
    cancel: &'a CancellationToken,
    /// Our ids of the calls that were taken down, by the model's.
    planned: Mutex<HashMap<String, ToolCallId>>,
}

/// What is left of the steps so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    /// Nothing: the model can be asked.
    Nothing,
    /// A person's decision.
    Decision,
}

/// What is taken down of a call's arguments: of those that are too long as much as shows the tool that they are.
fn kept_arguments(text: &str) -> Value {
    if text.len() > TOOL_ARGUMENTS_BYTES {
        return Value::String(text[..text.ceil_char_boundary(TOOL_ARGUMENTS_BYTES + 1)].to_owned());
    }
    serde_json::from_str(text)
        .unwrap_or_else(|_| Value::String(text.chars().take(RAW_ARGUMENTS_CHARS).collect()))
}

/// A call that is about to be taken down.
struct Planned<'a> {
    id: ToolCallId,
    call: &'a RequestedCall,
    tool_name: String,
    arguments: Value,
    effect: Effect,
}

impl<'a> Host<'a> {
    pub(super) fn new(
        domain: &'a Domain,
        writer: &'a Writer,
        clock: Clock,
        approval: Approval,
        cancel: &'a CancellationToken,
    ) -> Self {
        Self {
            domain,
            writer,
            clock,
            approval,
            cancel,
            planned: Mutex::default(),
        }
    }

    /// Runs what was taken down and not run: by a server that died, or until a person allowed it.
    pub(super) async fn run_open_calls(&self) -> Result<Open, HostError> {
        if self.writer.message_with(&[]).tool_calls.is_empty() {
            return Ok(Open::Nothing);
        }
        settle!(self.writer, self.cancel, self.show_journal())?;
        let open = self.writer.message_with(&[]).tool_calls;
        let mut left = Open::Nothing;
        for call in open {
            if self.cancel.is_cancelled() {
                return Ok(Open::Nothing);
            }
            match call.status {
                ToolCallStatus::AwaitingApproval => left = Open::Decision,
                ToolCallStatus::Running => {
                    settle!(self.writer, self.cancel, self.run_by_id(call.id))?;
                }
                _ => {}
            }
        }
        Ok(left)
    }

    /// Shows what the journal says of the answer's calls and the answer does not.
    async fn show_journal(&self) -> Result<(), WriteError> {
        let mut commit = self.writer.begin().await?;
        let events = news(&mut commit.tx, self.writer).await?;
        if events.is_empty() {
            return Ok(());
        }
        commit.finish(events).await
    }

    /// Lets the run rest until a person has decided. False when somebody just did.
    pub(super) async fn rest(&self) -> Result<bool, HostError> {
        settle!(self.writer, self.cancel, self.try_rest())
    }

    async fn try_rest(&self) -> Result<bool, WriteError> {
        self.writer.begin().await?.rest().await
    }

    fn planned<'c>(&'c self, call: &'c RequestedCall) -> Planned<'c> {
        let tools = &self.domain.inner.tools;
        let kept = kept_name(&call.tool_name);
        let tool_name = tools.canonical_name(&kept).map_or(kept.clone(), str::to_owned);
        let arguments = without_nul(kept_arguments(&call.arguments));
        Planned {
            id: Uuid::now_v7().into(),
            call,
            // Of what will be run, not of what was said: the two may differ, and a person is asked about the former.
            effect: tools.effect(&tool_name, &said(&arguments)),
            tool_name,
            arguments,
        }
    }

    async fn take_down(&self, planned: &[Planned<'_>], before: i32) -> Result<(), WriteError> {
        let run = self.writer.run();
        let mut commit = self.writer.begin().await?;
        fault::point("plan.begun");
        let is_bulk = self.is_bulk(&mut commit.tx, planned).await?;
        let mut events = vec![];
        for (position, planned) in (before + 1..).zip(planned) {
            let asks = match self.approval {
                Approval::Never => false,
                Approval::Always => planned.effect != Effect::Reads,
                Approval::Destructive => {
                    planned.effect == Effect::Destroys || is_bulk && planned.effect == Effect::Changes
                }
            };
            // What would be refused anyway needs nobody's permission.
            let would = if asks {
                self.rehearse(&mut commit.tx, planned).await?
            } else {
                None
            };
            let status = if would.is_some() {
                ToolCallStatus::AwaitingApproval
            } else {
                ToolCallStatus::Running
            };
            let new = NewToolCall {
                id: planned.id,
                user: &run.user_id,
                conversation_id: run.conversation_id,
                run_id: run.id,
                message_id: run.assistant_message_id,
                position,
                provider_call_id: &kept_name(&planned.call.call_id),
                tool_name: &planned.tool_name,
                arguments: &planned.arguments,
                status,
                summary: would.as_deref().unwrap_or_default(),
            };
            events.extend(tool_calls::insert(&mut commit.tx, &new).await?.map(event));
            fault::point("plan.inserted");
        }
        commit.finish(events).await?;
        fault::point("plan.stored");
        Ok(())
    }

    /// What a call would do, said as if it had; `None` if it would be refused. Nothing of it stands.
    async fn rehearse(&self, tx: &mut Tx, planned: &Planned<'_>) -> Result<Option<String>, WriteError> {
        let outcome = self.dispatch(tx, &planned.tool_name, &planned.arguments).await?;
        tx.rollback_to_savepoint().await?;
        Ok(match outcome.status {
            ToolCallStatus::Success => Some(outcome.summary.replace('\0', "")),
            _ => None,
        })
    }

    async fn is_bulk(&self, tx: &mut Tx, planned: &[Planned<'_>]) -> Result<bool, WriteError> {
        let changes = planned.iter().filter(|call| call.effect != Effect::Reads).count();
        if self.approval != Approval::Destructive || changes == 0 {
            return Ok(false);
        }
        let changing = self.domain.inner.tools.changing();
        let so_far = tool_calls::unasked_changes(tx, self.writer.run().id, &changing).await?;
        let changes = u32::try_from(changes).unwrap_or(u32::MAX);
        Ok(so_far.saturating_add(changes) > UNASKED_CHANGES)
    }

    /// A call's effect, its end in the journal and its event: one transaction, unless it is over already.
    async fn run_by_id(&self, id: ToolCallId) -> Result<Called, WriteError> {
        let began = Instant::now();
        let mut commit = self.writer.begin().await?;
        let record = tool_calls::find_for_update(&mut commit.tx, id)
            .await?
            .ok_or(WriteError::Lost)?;
        match record.call.status {
            ToolCallStatus::Running => {}
            ToolCallStatus::AwaitingApproval => return Ok(Called::Waits),
            _ => return Ok(Called::Told(told(&record.call))),
        }
        fault::point("call.begun");
        let mut outcome = self
            .dispatch(&mut commit.tx, &record.call.tool_name, &record.call.arguments)
            .await?;
        fault::point("call.done");
        outcome.result = without_nul(outcome.result);
        let finished = Finished {
            status: outcome.status,
            result: &outcome.result,
            summary: &outcome.summary.replace('\0', ""),
            changes: &outcome.changes,
            duration_ms: u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX),
        };
        let ended = tool_calls::finish(&mut commit.tx, id, &finished).await?;
        fault::point("call.journaled");
        let told = told(&ended);
        commit
            .finish(vec![RunEvent::ToolFinished(Box::new(ended))])
            .await?;
        fault::point("call.stored");
        Ok(Called::Told(told))
    }

    async fn add_usage(&self, usage: Usage) -> Result<(), WriteError> {
        let run = self.writer.run();
        let mut tx = self.domain.store().begin(Scope::Actor(&run.user_id)).await?;
        let Usage {
            input_tokens: input,
            output_tokens: output,
        } = usage;
        runs::add_usage(&mut tx, run.id, run.lease_epoch, input, output)
            .await
            .map_err(WriteError::of)?;
        Ok(tx.commit().await?)
    }

    /// Runs a tool behind a savepoint; nothing of a refused call stands.
    async fn dispatch(&self, tx: &mut Tx, name: &str, arguments: &Value) -> Result<Outcome, WriteError> {
        tx.savepoint().await?;
        let mut port = Port::new(tx, self.writer.run());
        let mut context = ToolContext {
            tasks: &mut port,
            clock: &self.clock,
        };
        let tools = &self.domain.inner.tools;
        let outcome = tools.dispatch(name, &said(arguments), &mut context).await;
        let changes = port.into_changes();
        match outcome {
            Ok(ToolOutput { result, summary }) => Ok(Outcome {
                status: ToolCallStatus::Success,
                result,
                summary,
                changes,
            }),
            Err(ToolError::Respond(refusal)) => {
                tx.rollback_to_savepoint().await?;
                Ok(Outcome {
                    status: ToolCallStatus::Error,
                    result: Value::String(refusal.told),
                    summary: refusal.summary,
                    changes: vec![],
                })
            }
            Err(ToolError::Fatal(source)) => Err(match source.downcast::<store::Error>() {
                Ok(error) => WriteError::Store(*error),
                Err(source) => WriteError::Tool(source),
            }),
        }
    }
}

struct Outcome {
    status: ToolCallStatus,
    result: Value,
    summary: String,
    changes: Vec<tool_calls::Change>,
}

/// The event that tells of a call as it stands.
fn event(call: ToolCall) -> RunEvent {
    let call = Box::new(call);
    match call.status {
        ToolCallStatus::Running => RunEvent::ToolStarted(call),
        ToolCallStatus::AwaitingApproval => RunEvent::ToolApprovalRequired(call),
        _ => RunEvent::ToolFinished(call),
    }
}

/// What the journal says of a run's calls and its answer, as it is written so far, does not.
pub(super) async fn news(tx: &mut Tx, writer: &Writer) -> Result<Vec<RunEvent>, WriteError> {
    let message: Message = writer.message_with(&[]);
    let journal = tool_calls::of_run_for_update(tx, writer.run().id).await?;
    let changed = journal.into_iter().map(|record| record.call).filter(|call| {
        let known = message.tool_call(call.id);
        known.is_none_or(|known| known.status != call.status)
    });
    Ok(changed.map(event).collect())
}

/// Kept arguments as a tool reads them.
fn said(arguments: &Value) -> String {
    match arguments {
        Value::String(raw) => raw.clone(),
        value => value.to_string(),
    }
}

/// A name as a model gave it, without what Postgres does not hold and not endless.
fn kept_name(name: &str) -> String {
    name.chars().filter(|c| *c != '\0').take(NAME_CHARS).collect()
}

/// Postgres holds no NUL character, in text or in JSON, and models now and then write one.
pub(crate) fn without_nul(value: Value) -> Value {
    match value {
        Value::String(text) if text.contains('\0') => Value::String(text.replace('\0', "")),
        Value::Array(items) => Value::Array(items.into_iter().map(without_nul).collect()),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name.replace('\0', ""), without_nul(value)))
            .collect(),
        other => other,
    }
}

#[async_trait]
impl RunHost for Host<'_> {
    async fn thinking(&self) -> Result<(), HostError> {
        self.writer.show(RunEvent::RunThinking {});
        Ok(())
    }

    async fn text(&self, delta: &str) -> Result<(), HostError> {
        self.writer.text(delta);
        Ok(())
    }

    async fn plan(&self, calls: &[RequestedCall]) -> Result<(), HostError> {
        let planned: Vec<Planned<'_>> = calls.iter().map(|call| self.planned(call)).collect();
        self.planned
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(
                planned
                    .iter()
                    .map(|planned| (planned.call.call_id.clone(), planned.id)),
            );
        let before = i32::try_from(self.writer.message_with(&[]).tool_calls.len()).unwrap_or(i32::MAX);
        settle!(self.writer, self.cancel, self.take_down(&planned, before))
    }

    async fn call_tool(&self, call: &RequestedCall) -> Result<Called, HostError> {
        let id = self
            .planned
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&call.call_id)
            .copied();
        let id = id.ok_or_else(|| HostError("a call was not planned".into()))?;
        settle!(self.writer, self.cancel, self.run_by_id(id))
    }

    async fn usage(&self, usage: Usage) -> Result<(), HostError> {
        settle!(self.writer, self.cancel, self.add_usage(usage))
    }
}
