//! A run from end to end: the loop, the client and the tools are real; the list is in memory.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use agent::llm::openai::{ApiKey, OpenAi, OpenAiConfig, Timing};
use agent::llm::{ChatMessage, Clock, RequestedCall, Usage};
use agent::run::{Called, HostError, RunError, RunHost, RunLimits, RunOutcome, RunRequest, run};
use agent::tools::{
    NewTask, Registry, TaskChange, TaskFilter, TaskPatch, TaskPort, ToolContext, ToolError, TurnOutcome,
};
use async_trait::async_trait;
use fake_openai::FakeOpenAi;
use jiff::tz::TimeZone;
use protocol::{Task, TaskId, TaskStatus, Timestamp};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) const KEY: &str = "sk-hunter2";
pub(crate) const QUESTION: &str = "What about the zebra?";

/// Quick where the real client is patient.
pub(crate) fn timing() -> Timing {
    Timing {
        connect: Duration::from_secs(5),
        silence: Duration::from_secs(20),
        after_finish: Duration::from_secs(1),
        backoff: Duration::from_millis(1),
        ..Timing::default()
    }
}

pub(crate) fn client(base_url: &str, model: &str, timing: Timing) -> OpenAi {
    OpenAi::new(OpenAiConfig {
        base_url: base_url.parse().unwrap(),
        api_key: Some(ApiKey::new(KEY)),
        model: model.into(),
        timing,
    })
    .unwrap()
}

fn clock() -> Clock {
    Clock {
        now: "2026-11-21T10:00:00Z".parse().unwrap(),
        time_zone: TimeZone::UTC,
    }
}

pub(crate) fn request(question: &str) -> RunRequest {
    RunRequest {
        messages: vec![
            ChatMessage::System("Prompt.".into()),
            ChatMessage::User(question.into()),
        ],
        chars: 0,
        tools: Registry::built_in().definitions(),
        clock: clock(),
        limits: RunLimits::default(),
    }
}

/// What came of a run.
pub(crate) struct Ran {
    pub(crate) outcome: Result<RunOutcome, RunError>,
    pub(crate) content: String,
    /// Names and arguments of the calls.
    pub(crate) calls: Vec<(String, String)>,
    pub(crate) titles: Vec<String>,
    pub(crate) usage: Vec<Usage>,
}

impl Ran {
    /// The failure's code; panics if the run did not fail.
    pub(crate) fn code(&self) -> String {
        self.outcome
            .as_ref()
            .expect_err("the run must fail")
            .failure()
            .code
    }
}

/// Runs one answer against the server.
pub(crate) async fn ran(server: &FakeOpenAi, model: &str) -> Ran {
    ran_with(
        &client(&server.base_url(), model, timing()),
        QUESTION,
        &CancellationToken::new(),
    )
    .await
}

pub(crate) async fn ran_with(client: &OpenAi, question: &str, cancel: &CancellationToken) -> Ran {
    let host = Host::default();
    let outcome = run(client, request(question), &host, cancel).await;
    let seen = Arc::into_inner(host.seen).unwrap().into_inner().unwrap();
    Ran {
        outcome,
        content: seen.content,
        calls: seen.calls,
        titles: seen.list.tasks.into_iter().map(|task| task.title).collect(),
        usage: seen.usage,
    }
}

#[derive(Default)]
struct Host {
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    content: String,
    calls: Vec<(String, String)>,
    usage: Vec<Usage>,
    list: List,
}

#[async_trait]
impl RunHost for Host {
    async fn thinking(&self) -> Result<(), HostError> {
        Ok(())
    }

    async fn text(&self, delta: &str) -> Result<(), HostError> {
        assert!(!delta.is_empty());
        self.seen.lock().unwrap().content.push_str(delta);
        Ok(())
    }

    async fn plan(&self, _calls: &[RequestedCall]) -> Result<(), HostError> {
        Ok(())
    }

    async fn call_tool(&self, call: &RequestedCall) -> Result<Called, HostError> {
        let mut list = {
            let mut seen = self.seen.lock().unwrap();
            seen.calls.push((call.tool_name.clone(), call.arguments.clone()));
            std::mem::take(&mut seen.list)
        };
        let mut context = ToolContext {
            tasks: &mut list,
            clock: &clock(),
        };
        let registry = Registry::built_in();
        let told = match registry
            .dispatch(&call.tool_name, &call.arguments, &mut context)
            .await
        {
            Ok(output) => output.result.to_string(),
            Err(ToolError::Respond(refusal)) => refusal.told,
            Err(ToolError::Fatal(source)) => return Err(HostError(source)),
        };
        self.seen.lock().unwrap().list = list;
        Ok(Called::Told(told))
    }

    async fn usage(&self, usage: Usage) -> Result<(), HostError> {
        self.seen.lock().unwrap().usage.push(usage);
        Ok(())
    }
}

/// Adding and listing are all that the scenarios need.
#[derive(Default)]
struct List {
    tasks: Vec<Task>,
}

fn not_here<T>() -> Result<T, ToolError> {
    Err(ToolError::Fatal("no scenario does this".into()))
}

#[async_trait]
impl TaskPort for List {
    async fn add(&mut self, task: NewTask) -> Result<Task, ToolError> {
        let now = Timestamp::from_millis(0);
        self.tasks.push(Task {
            id: Uuid::from_u128(self.tasks.len() as u128).into(),
            title: task.title,
            description: task.description,
            status: TaskStatus::Open,
            priority: task.priority,
            due_at: task.due_at,
            completed_at: None,
            created_at: now,
            updated_at: now,
        });
        Ok(self.tasks[self.tasks.len() - 1].clone())
    }

    async fn list(&mut self, _filter: TaskFilter) -> Result<Vec<Task>, ToolError> {
        Ok(self.tasks.clone())
    }

    async fn find(&mut self, _id: TaskId) -> Result<Option<Task>, ToolError> {
        not_here()
    }

    async fn update(&mut self, _id: TaskId, _patch: TaskPatch) -> Result<Option<TaskChange>, ToolError> {
        not_here()
    }

    async fn delete(&mut self, _id: TaskId) -> Result<Option<Task>, ToolError> {
        not_here()
    }

    async fn undo_last(&mut self, _overwrite: bool) -> Result<TurnOutcome, ToolError> {
        not_here()
    }

    async fn redo_last(&mut self, _overwrite: bool) -> Result<TurnOutcome, ToolError> {
        not_here()
    }
}
