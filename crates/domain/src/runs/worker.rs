//! The worker of one run: loads what the model needs, runs the agent's loop, and ends the run one
//! way or another. It belongs to the server; no request waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

use agent::context::{WindowLimits, window};
use agent::llm::{ChatMessage, Clock, RequestedCall, Usage};
use agent::run::{HostError, RunError, RunHost, RunLimits, RunOutcome, RunRequest};
use agent::tools::{ToolContext, ToolError, ToolOutput};
use async_trait::async_trait;
use protocol::event::RunCreated;
use protocol::limits::{PREVIEW_CHARS, excerpt};
use protocol::message::RunFailure;
use protocol::{Message, MessageStatus, RunEvent, ToolCallStatus};
use serde_json::Value;
use store::messages::Range;
use store::runs::{Lease, RunRecord, RunStatus};
use store::tool_calls::{Finished, NewToolCall};
use store::{Scope, accounts, conversations, messages, preferences, runs, tool_calls};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::port::Port;
use super::writer::{WriteError, Writer};
use crate::plain::plain;
use crate::{Actor, Domain, Error, clock};

/// How long a lease holds without a heartbeat, in seconds.
pub(super) const LEASE_SECONDS: f64 = 5.0;
const HEARTBEAT: Duration = Duration::from_millis(1500);
/// How long a run's end is tried while the database is away; afterwards the lease has lapsed and
/// whoever takes the run over ends it.
const END_TRIES: u32 = 20;
/// How much is kept of arguments that are no JSON.
const RAW_ARGUMENTS_CHARS: usize = 2_000;

impl Domain {
    pub(super) fn lease(&self) -> Lease {
        Lease {
            owner: self.inner.node,
            seconds: LEASE_SECONDS,
        }
    }

    /// Starts working on a run whose lease this server just took. Watchers find it from now on.
    pub(super) fn work_on(&self, run: RunRecord, message: Message) {
        let base = run.last_seq;
        let channel = self.hub().open(run.id, base, message);
        let writer = Arc::new(Writer::new(self.store().clone(), run, channel.clone(), base));
        if writer.run().cancel_requested {
            channel.cancel.cancel();
        }
        let domain = self.clone();
        self.inner.tasks.spawn(async move {
            let next = domain.work(&writer, &channel.cancel).await;
            domain.hub().close(writer.run().id, &channel);
            domain.spawn_title(writer.run(), writer.message_with(&[]));
            if let Some(next) = next {
                domain.work_on_next(next).await;
            }
        });
    }

    pub(super) async fn work_on_next(&self, run: RunRecord) {
        match self.empty_answer(&run).await {
            Ok(message) => self.work_on(run, message),
            // Its lease lapses, and a sweep picks it up.
            Err(error) => tracing::warn!(run.id = %run.id, error = %error, "a queued run could not begin"),
        }
    }

    async fn empty_answer(&self, run: &RunRecord) -> Result<Message, Error> {
        let mut tx = self.store().begin(Scope::Actor(&run.user_id)).await?;
        let record = messages::find(&mut tx, run.assistant_message_id).await?;
        tx.commit().await?;
        record
            .map(|record| record.message)
            .ok_or(Error::NotFound("message"))
    }

    async fn work(&self, writer: &Arc<Writer>, cancel: &CancellationToken) -> Option<RunRecord> {
        let stop = CancellationToken::new();
        let storing = tokio::spawn({
            let (writer, stop) = (writer.clone(), stop.clone());
            async move { writer.keep_storing(stop).await }
        });
        let beating = tokio::spawn(heartbeat(
            self.clone(),
            writer.clone(),
            cancel.clone(),
            stop.clone(),
        ));
        let outcome = tokio::select! {
            () = writer.lost.cancelled() => None,
            () = self.inner.halting.cancelled() => Some(End::Failed(interrupted())),
            outcome = self.answer(writer, cancel) => Some(End::of(outcome)),
        };
        let next = match outcome {
            // What made the loop fail may be that the run is somebody else's.
            Some(end) if !writer.lost.is_cancelled() => self.end(writer, &end).await,
            _ => None,
        };
        stop.cancel();
        let _ = tokio::join!(storing, beating);
        next
    }

    /// Everything between the first and the last event.
    async fn answer(&self, writer: &Arc<Writer>, cancel: &CancellationToken) -> Result<RunOutcome, RunError> {
        let host_error = |error: WriteError| {
            writer.note(&error);
            RunError::Host(HostError(Box::new(error)))
        };
        let run = writer.run();
        let mut commit = writer.begin().await.map_err(host_error)?;
        let loaded = load(&mut commit.tx, run, self.config().window).await;
        let Loaded {
            actor,
            history,
            user_message,
            limits,
        } = loaded.map_err(|error| host_error(WriteError::Store(error)))?;
        let created = RunCreated {
            run_id: run.id,
            conversation_id: run.conversation_id,
            user_message,
            assistant_message_id: run.assistant_message_id,
        };
        commit
            .finish(vec![RunEvent::RunCreated(Box::new(created))])
            .await
            .map_err(host_error)?;

        let clock = Clock {
            now: clock::now(),
            time_zone: actor.time_zone.clone(),
        };
        let messages: Vec<ChatMessage> = window(&history, limits, &clock, &actor.user.name);
        let host = Host {
            domain: self,
            writer,
            clock: clock.clone(),
            calls: AtomicI32::new(0),
        };
        let request = RunRequest {
            messages,
            tools: self.inner.tools.definitions(),
            clock,
            limits: RunLimits::default(),
        };
        agent::run::run(self.config().provider.as_ref(), request, &host, cancel).await
    }

    /// Ends the run; tries on while the database is away. Returns the run that is next.
    pub(super) async fn end(&self, writer: &Writer, end: &End) -> Option<RunRecord> {
        for attempt in 0..END_TRIES {
            match self.try_end(writer, end).await {
                Ok(next) => return next,
                Err(error) => {
                    writer.note(&error);
                    if matches!(error, WriteError::Lost) {
                        return None;
                    }
                }
            }
            tokio::time::sleep(Duration::from_millis(100 << attempt.min(4))).await;
        }
        None
    }

    async fn try_end(&self, writer: &Writer, end: &End) -> Result<Option<RunRecord>, WriteError> {
        let run = writer.run();
        let mut commit = writer.begin().await?;
        tool_calls::interrupt_running(&mut commit.tx, run.id).await?;
        let mut message = writer.message_with(&[]);
        // A call may have been undone while the answer went on.
        message.tool_calls = tool_calls::of_messages(&mut commit.tx, &[run.assistant_message_id])
            .await?
            .into_iter()
            .map(|record| record.call)
            .collect();
        let preview = preview(&message);
        conversations::touch(&mut commit.tx, run.conversation_id, preview.as_deref()).await?;
        // Whoever stopped it was there.
        if !matches!(end, End::Cancelled) {
            conversations::mark_unread(&mut commit.tx, run.conversation_id).await?;
        }
        let conversation = conversations::find(&mut commit.tx, run.conversation_id).await?;
        let mut events: Vec<RunEvent> = conversation
            .map(|mut conversation| {
                conversation.running = false;
                // Whoever sees this event looks at it.
                conversation.unread = false;
                RunEvent::ConversationUpdated(Box::new(conversation))
            })
            .into_iter()
            .collect();
        let status = match end {
            End::Completed => {
                message.status = MessageStatus::Complete;
                events.push(RunEvent::MessageCompleted(Box::new(message)));
                events.push(RunEvent::RunCompleted {});
                RunStatus::Completed
            }
            End::Failed(failure) => {
                events.push(RunEvent::RunFailed(failure.clone()));
                RunStatus::Failed
            }
            End::Cancelled => {
                events.push(RunEvent::RunCancelled {});
                RunStatus::Cancelled
            }
        };
        commit.end(status, events, self.lease()).await
    }
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

/// How a run ends.
#[derive(Debug, Clone)]
pub(super) enum End {
    Completed,
    Failed(RunFailure),
    Cancelled,
}

impl End {
    fn of(outcome: Result<RunOutcome, RunError>) -> Self {
        match outcome {
            Ok(RunOutcome::Completed(_) | RunOutcome::StepLimit) => Self::Completed,
            Ok(RunOutcome::Cancelled) => Self::Cancelled,
            Err(error) => {
                tracing::warn!(error = %error, "a run failed");
                Self::Failed(error.failure())
            }
        }
    }
}

/// Its server stopped or died under it.
pub(super) fn interrupted() -> RunFailure {
    RunFailure {
        code: "interrupted".into(),
        message: "The server was restarted while it was answering. What was written is saved. \
                  Try again to get the rest."
            .into(),
        retryable: true,
    }
}

/// What the list shows of an answer: its text, or else what it did last.
pub(crate) fn preview(message: &Message) -> Option<String> {
    let text = excerpt(&plain(&message.content), PREVIEW_CHARS);
    if !text.is_empty() {
        return Some(text);
    }
    message
        .tool_calls
        .last()
        .map(|call| excerpt(&call.summary, PREVIEW_CHARS))
}

struct Loaded {
    actor: Actor,
    /// Ends with the message to be answered.
    history: Vec<Message>,
    user_message: Message,
    /// The server's, or as many messages as the user chose.
    limits: WindowLimits,
}

async fn load(tx: &mut store::Tx, run: &RunRecord, mut limits: WindowLimits) -> Result<Loaded, store::Error> {
    let gone = store::Error::Lost("message");
    let user = accounts::find_user(tx, &run.user_id)
        .await?
        .ok_or(store::Error::Lost("user"))?;
    let Some(user_message) = messages::find(tx, run.user_message_id).await? else {
        return Err(gone);
    };
    let Some(answer) = messages::find(tx, run.assistant_message_id).await? else {
        return Err(gone);
    };
    let chosen = preferences::find(tx, &run.user_id).await?.context_messages;
    if let Some(count) = chosen.and_then(|count| usize::try_from(count).ok()) {
        limits.messages = count;
    }
    let limit = u32::try_from(limits.messages).unwrap_or(u32::MAX).max(1);
    let records = messages::list(tx, run.conversation_id, Range::Before(answer.position), limit).await?;
    let mut history: Vec<Message> = records.into_iter().map(|record| record.message).collect();
    // A second try comes after the first one's answer: the model sees what that did, then the
    // message again.
    if history
        .last()
        .is_none_or(|last| last.id != user_message.message.id)
    {
        history.push(user_message.message.clone());
    }
    Ok(Loaded {
        actor: crate::accounts::actor_of(user),
        history,
        user_message: user_message.message,
        limits,
    })
}

async fn heartbeat(domain: Domain, writer: Arc<Writer>, cancel: CancellationToken, stop: CancellationToken) {
    let run = writer.run();
    let mut ticks = tokio::time::interval(HEARTBEAT);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    ticks.tick().await;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        match beat(&domain, run).await {
            Ok(true) => cancel.cancel(),
            Ok(false) => {}
            Err(store::Error::Lost(_)) if stop.is_cancelled() => return,
            Err(error @ store::Error::Lost(_)) => {
                // An end that is being written right now looks the same from here.
                if !matches!(ended_by_itself(&domain, run).await, Ok(true)) {
                    writer.note(&WriteError::Lost);
                    tracing::debug!(error = %error, "heartbeat refused");
                }
                return;
            }
            Err(error) => writer.note(&WriteError::Store(error)),
        }
    }
}

async fn beat(domain: &Domain, run: &RunRecord) -> Result<bool, store::Error> {
    let mut tx = domain.store().begin(Scope::Actor(&run.user_id)).await?;
    let cancel = runs::heartbeat(&mut tx, run.id, run.lease_epoch, LEASE_SECONDS).await?;
    tx.commit().await?;
    Ok(cancel)
}

async fn ended_by_itself(domain: &Domain, run: &RunRecord) -> Result<bool, store::Error> {
    let mut tx = domain.store().begin(Scope::Actor(&run.user_id)).await?;
    let stored = runs::find(&mut tx, run.id).await?;
    Ok(stored.is_some_and(|stored| stored.lease_epoch == run.lease_epoch && stored.status.is_final()))
}

/// Where the agent's loop hands what happens.
struct Host<'a> {
    domain: &'a Domain,
    writer: &'a Writer,
    clock: Clock,
    /// Tool calls so far; positions within the answer.
    calls: AtomicI32,
}

impl Host<'_> {
    fn failed(&self, error: impl Into<WriteError>) -> HostError {
        let error = error.into();
        self.writer.note(&error);
        HostError(Box::new(error))
    }

    /// Journals the call as running and shows it.
    async fn begin_call(&self, call: &RequestedCall) -> Result<protocol::ToolCall, WriteError> {
        let run = self.writer.run();
        let arguments = serde_json::from_str(&call.arguments)
            .unwrap_or_else(|_| Value::String(call.arguments.chars().take(RAW_ARGUMENTS_CHARS).collect()));
        let arguments = without_nul(arguments);
        let tool_name = self
            .domain
            .inner
            .tools
            .canonical_name(&call.tool_name)
            .unwrap_or(&call.tool_name);
        let new = NewToolCall {
            id: Uuid::now_v7().into(),
            user: &run.user_id,
            conversation_id: run.conversation_id,
            run_id: run.id,
            message_id: run.assistant_message_id,
            position: self.calls.fetch_add(1, Ordering::Relaxed) + 1,
            provider_call_id: &call.call_id,
            tool_name,
            arguments: &arguments,
        };
        let mut commit = self.writer.begin().await?;
        let started = tool_calls::insert(&mut commit.tx, &new).await?;
        commit
            .finish(vec![RunEvent::ToolStarted(Box::new(started.clone()))])
            .await?;
        Ok(started)
    }

    /// The call's effect, its end in the journal and its event: one transaction.
    async fn run_call(
        &self,
        call: &RequestedCall,
        started: &protocol::ToolCall,
    ) -> Result<String, WriteError> {
        let run = self.writer.run();
        let began = Instant::now();
        let mut commit = self.writer.begin().await?;
        commit.tx.savepoint().await?;
        let mut port = Port::new(&mut commit.tx, run);
        let outcome = {
            let mut context = ToolContext {
                tasks: &mut port,
                clock: &self.clock,
            };
            self.domain
                .inner
                .tools
                .dispatch(&call.tool_name, &call.arguments, &mut context)
                .await
        };
        let changes = port.into_changes();
        let (status, result, summary, told, changes) = match outcome {
            Ok(ToolOutput { result, summary }) => {
                let told = result.to_string();
                (ToolCallStatus::Success, result, summary, told, changes)
            }
            Err(ToolError::Respond(refusal)) => {
                // Nothing of a refused call stands.
                commit.tx.rollback_to_savepoint().await?;
                (
                    ToolCallStatus::Error,
                    Value::String(refusal.told.clone()),
                    refusal.summary,
                    refusal.told,
                    vec![],
                )
            }
            Err(ToolError::Fatal(source)) => {
                return Err(match source.downcast::<store::Error>() {
                    Ok(error) => WriteError::Store(*error),
                    Err(source) => WriteError::Tool(source),
                });
            }
        };
        let finished = Finished {
            status,
            result: &without_nul(result),
            summary: &summary.replace('\0', ""),
            changes: &changes,
            duration_ms: u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX),
        };
        let ended = tool_calls::finish(&mut commit.tx, started.id, &finished).await?;
        commit
            .finish(vec![RunEvent::ToolFinished(Box::new(ended))])
            .await?;
        Ok(told)
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

    async fn call_tool(&self, call: &RequestedCall) -> Result<String, HostError> {
        let started = self.begin_call(call).await.map_err(|error| self.failed(error))?;
        self.run_call(call, &started)
            .await
            .map_err(|error| self.failed(error))
    }

    async fn usage(&self, usage: Usage) -> Result<(), HostError> {
        let run = self.writer.run();
        let store = async {
            let mut tx = self.domain.store().begin(Scope::Actor(&run.user_id)).await?;
            runs::add_usage(&mut tx, run.id, usage.input_tokens, usage.output_tokens).await?;
            tx.commit().await
        };
        store.await.map_err(|error| self.failed(error))
    }
}
