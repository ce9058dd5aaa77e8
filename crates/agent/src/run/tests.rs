use std::sync::Mutex;

use jiff::tz::TimeZone;
use pretty_assertions::assert_eq;
use protocol::Timestamp;
use tokio::time::{Duration, Instant};

use super::*;
use crate::llm::ProviderEvent;
use crate::llm::scripted::{Act, Scripted, calls, says};

/// Writes down what happens, in order.
#[derive(Default)]
struct Notes {
    lines: Mutex<Vec<String>>,
    /// Cancelled by the tool call with this id, while it runs.
    cancel_in: Option<(&'static str, CancellationToken)>,
    /// How long each tool call takes.
    tool_time: Duration,
    fails: bool,
    planned: Mutex<Vec<String>>,
    /// The call with this id waits for a person.
    waits: Option<&'static str>,
}

impl Notes {
    fn note(&self, line: String) -> Result<(), HostError> {
        self.lines.lock().unwrap().push(line);
        Ok(())
    }

    fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    fn content(&self) -> String {
        self.lines()
            .iter()
            .filter_map(|line| line.strip_prefix("text "))
            .collect()
    }
}

#[async_trait]
impl RunHost for Notes {
    async fn thinking(&self) -> Result<(), HostError> {
        self.note("thinking".into())
    }

    async fn text(&self, delta: &str) -> Result<(), HostError> {
        self.note(format!("text {delta}"))
    }

    async fn plan(&self, calls: &[RequestedCall]) -> Result<(), HostError> {
        *self.planned.lock().unwrap() = calls.iter().map(|call| call.call_id.clone()).collect();
        Ok(())
    }

    async fn call_tool(&self, call: &RequestedCall) -> Result<Called, HostError> {
        let planned = self.planned.lock().unwrap().contains(&call.call_id);
        assert!(planned, "{} was not planned", call.call_id);
        self.note(format!("{} begins", call.call_id))?;
        if let Some((id, cancel)) = &self.cancel_in
            && *id == call.call_id
        {
            cancel.cancel();
        }
        tokio::time::sleep(self.tool_time).await;
        if self.fails {
            return Err(HostError("away".into()));
        }
        if self.waits == Some(&*call.call_id) {
            self.note(format!("{} waits", call.call_id))?;
            return Ok(Called::Waits);
        }
        self.note(format!("{} ends", call.call_id))?;
        Ok(Called::Told(format!("{}({})", call.tool_name, call.arguments)))
    }

    async fn usage(&self, usage: Usage) -> Result<(), HostError> {
        self.note(format!("usage {} {}", usage.input_tokens, usage.output_tokens))
    }
}

fn request() -> RunRequest {
    RunRequest {
        messages: vec![
            ChatMessage::System("Prompt".into()),
            ChatMessage::User("Hi".into()),
        ],
        chars: 0,
        tools: crate::tools::Registry::built_in().definitions(),
        clock: Clock {
            now: Timestamp::from_millis(0),
            time_zone: TimeZone::UTC,
        },
        limits: RunLimits::default(),
    }
}

async fn run_with(provider: &Scripted, host: &Notes) -> Result<RunOutcome, RunError> {
    let cancel = match &host.cancel_in {
        Some((_, cancel)) => cancel.clone(),
        None => CancellationToken::new(),
    };
    run(provider, request(), host, &cancel).await
}

fn text(text: &str) -> Act {
    Act::Event(ProviderEvent::Text(text.into()))
}

fn finished(reason: FinishReason) -> Act {
    Act::Event(ProviderEvent::Finished(reason))
}

const COMPLETED: RunOutcome = RunOutcome::Completed(FinishReason::Stop);

#[tokio::test]
async fn plain_text_is_passed_on_as_it_comes() {
    let usage = Usage {
        input_tokens: 3,
        output_tokens: 2,
    };
    let provider = Scripted::new([vec![
        text("Hel"),
        text("lo"),
        Act::Event(ProviderEvent::Usage(usage)),
        finished(FinishReason::Stop),
    ]]);
    let notes = Notes::default();
    assert_eq!(run_with(&provider, &notes).await.unwrap(), COMPLETED);
    assert_eq!(notes.lines(), ["thinking", "text Hel", "text lo", "usage 3 2"]);
}

#[tokio::test]
async fn calls_run_in_order_and_the_model_is_told() {
    let mut first = vec![text("On it.\n")];
    first.extend(calls(&[("a", "add_task", "{}"), ("b", "list_tasks", "{}")]));
    let provider = Scripted::new([first, says("\n \nDone.")]);
    let notes = Notes::default();
    assert_eq!(run_with(&provider, &notes).await.unwrap(), COMPLETED);
    assert_eq!(
        notes.lines(),
        [
            "thinking",
            "text On it.\n",
            "a begins",
            "a ends",
            "b begins",
            "b ends",
            "thinking",
            "text \n\nDone."
        ]
    );
    let second = &provider.requests()[1];
    assert_eq!(second.tools.len(), 7);
    assert_eq!(
        second.messages[3],
        ChatMessage::ToolResult {
            call_id: "a".into(),
            tool_name: "add_task".into(),
            content: "add_task({})".into(),
        }
    );
    assert_eq!(second.messages.len(), 5);
}

#[tokio::test]
async fn a_paragraph_begins_only_after_text() {
    let provider = Scripted::new([
        calls(&[("a", "add_task", "{}")]),
        vec![
            text("\n"),
            text("  "),
            text("code"),
            text("\n"),
            finished(FinishReason::Length),
        ],
    ]);
    let notes = Notes::default();
    let outcome = run_with(&provider, &notes).await.unwrap();
    assert_eq!(outcome, RunOutcome::Completed(FinishReason::Length));
    assert_eq!(notes.content(), "  code\n");
}

#[tokio::test]
async fn repeated_call_ids_are_told_apart() {
    let provider = Scripted::new([
        calls(&[
            ("a", "add_task", "{}"),
            ("a", "add_task", "{}"),
            ("", "add_task", "{}"),
        ]),
        calls(&[("a", "add_task", "{}"), ("", "add_task", "{}")]),
        says("Done."),
    ]);
    let notes = Notes::default();
    run_with(&provider, &notes).await.unwrap();
    let begun: Vec<String> = notes
        .lines()
        .into_iter()
        .filter(|line| line.ends_with("begins"))
        .collect();
    assert_eq!(
        begun,
        [
            "a begins",
            "a-2 begins",
            "call begins",
            "a-3 begins",
            "call-2 begins"
        ]
    );
}

#[tokio::test]
async fn after_eight_rounds_the_model_sums_up_without_tools() {
    let mut answers: Vec<Vec<Act>> = (0..8).map(|_| calls(&[("a", "list_tasks", "{}")])).collect();
    let mut last = calls(&[("a", "list_tasks", "{}")]);
    last.insert(0, text("I looked often."));
    answers.push(last);
    let provider = Scripted::new(answers);
    let notes = Notes::default();
    assert_eq!(run_with(&provider, &notes).await.unwrap(), RunOutcome::StepLimit);
    let requests = provider.requests();
    assert_eq!(requests.len(), 9);
    assert!(requests[..8].iter().all(|request| !request.tools.is_empty()));
    assert!(requests[8].tools.is_empty());
    let ChatMessage::System(prompt) = &requests[8].messages[0] else {
        panic!("no system prompt");
    };
    assert!(prompt.starts_with("Prompt\n") && prompt.contains("what is still missing"));
    assert_eq!(
        notes.lines().iter().filter(|line| line.ends_with("ends")).count(),
        8
    );
    assert_eq!(notes.content(), "I looked often.");
}

#[tokio::test]
async fn nothing_is_asked_for_once_more() {
    let empty = || vec![text(" \n"), finished(FinishReason::Stop)];
    let provider = Scripted::new([empty(), says("Here.")]);
    let notes = Notes::default();
    assert_eq!(run_with(&provider, &notes).await.unwrap(), COMPLETED);
    assert_eq!(notes.lines(), ["thinking", "text Here."]);

    let provider = Scripted::new([empty(), empty()]);
    let error = run_with(&provider, &Notes::default()).await.unwrap_err();
    assert_eq!(error.to_string(), "the model said nothing");

    let provider = Scripted::new([vec![finished(FinishReason::ContentFilter)]]);
    let error = run_with(&provider, &Notes::default()).await.unwrap_err();
    assert_eq!(error.failure().code, "model_filtered");
}

#[tokio::test]
async fn errors_end_the_run_and_what_was_said_stands() {
    let provider = Scripted::new([vec![text("Half"), Act::Fail(LlmError::Silence)]]);
    let notes = Notes::default();
    let error = run_with(&provider, &notes).await.unwrap_err();
    assert!(matches!(error, RunError::Llm(LlmError::Silence)));
    assert_eq!(notes.content(), "Half");

    let provider = Scripted::new([vec![Act::Fail(LlmError::Unauthorized)]]);
    let error = run_with(&provider, &Notes::default()).await.unwrap_err();
    assert!(matches!(error, RunError::Llm(LlmError::Unauthorized)));

    let provider = Scripted::new([vec![text("No end")]]);
    let error = run_with(&provider, &Notes::default()).await.unwrap_err();
    assert!(matches!(error, RunError::Llm(LlmError::Cut(None))));

    let provider = Scripted::new([calls(&[("a", "add_task", "{}"), ("b", "add_task", "{}")])]);
    let notes = Notes {
        fails: true,
        ..Notes::default()
    };
    let error = run_with(&provider, &notes).await.unwrap_err();
    assert!(matches!(error, RunError::Host(_)));
    assert_eq!(notes.lines(), ["thinking", "a begins"]);
}

#[tokio::test]
async fn cancelling_in_the_middle_of_text_keeps_it() {
    let provider = Scripted::new([vec![text("Half"), Act::Hold, text(" more")]]);
    let notes = Notes::default();
    let cancel = CancellationToken::new();
    let (outcome, ()) = tokio::join!(run(&provider, request(), &notes, &cancel), async {
        provider.held(1).await;
        cancel.cancel();
    });
    assert_eq!(outcome.unwrap(), RunOutcome::Cancelled);
    assert_eq!(notes.content(), "Half");
}

#[tokio::test(start_paused = true)]
async fn a_begun_call_is_finished_and_the_next_not_begun() {
    let provider = Scripted::new([calls(&[("a", "add_task", "{}"), ("b", "add_task", "{}")])]);
    let notes = Notes {
        cancel_in: Some(("a", CancellationToken::new())),
        tool_time: Duration::from_secs(5),
        ..Notes::default()
    };
    assert_eq!(run_with(&provider, &notes).await.unwrap(), RunOutcome::Cancelled);
    assert_eq!(notes.lines(), ["thinking", "a begins", "a ends"]);
}

#[tokio::test]
async fn a_run_cancelled_before_it_began_asks_nothing() {
    let provider = Scripted::new([]);
    let notes = Notes::default();
    let cancel = CancellationToken::new();
    cancel.cancel();
    let outcome = run(&provider, request(), &notes, &cancel).await.unwrap();
    assert_eq!(outcome, RunOutcome::Cancelled);
    assert!(notes.lines().is_empty() && provider.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn ten_minutes_are_all_a_run_has() {
    let begin = Instant::now();
    let provider = Scripted::new([vec![text("Half"), Act::Hold]]);
    let error = run_with(&provider, &Notes::default()).await.unwrap_err();
    assert!(matches!(error, RunError::TimedOut));
    assert_eq!(begin.elapsed().as_secs(), 600);

    // A tool that takes longer is finished, but nothing is begun after it.
    let provider = Scripted::new([calls(&[("a", "add_task", "{}"), ("b", "add_task", "{}")])]);
    let notes = Notes {
        tool_time: Duration::from_secs(601),
        ..Notes::default()
    };
    let error = run_with(&provider, &notes).await.unwrap_err();
    assert!(matches!(error, RunError::TimedOut));
    assert_eq!(notes.lines(), ["thinking", "a begins", "a ends"]);
}

#[tokio::test]
async fn a_call_that_waits_lets_the_others_of_its_step_run_and_then_ends_the_run() {
    let provider = Scripted::new([calls(&[("a", "delete_task", "{}"), ("b", "list_tasks", "{}")])]);
    let notes = Notes {
        waits: Some("a"),
        ..Notes::default()
    };
    assert_eq!(run_with(&provider, &notes).await.unwrap(), RunOutcome::Waiting);
    assert_eq!(
        notes.lines(),
        ["thinking", "a begins", "a waits", "b begins", "b ends"]
    );
}

#[tokio::test]
async fn an_answer_that_is_gone_on_with_begins_a_new_paragraph() {
    let provider = Scripted::new([says("More.")]);
    let notes = Notes::default();
    let request = RunRequest {
        chars: 20,
        ..request()
    };
    run(&provider, request, &notes, &CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(notes.content(), "\n\nMore.");
}

#[tokio::test]
async fn an_answer_has_so_much_text_and_ends_there() {
    // Of characters that take more than a byte, in pieces that do not end at the limit.
    let piece = "é".repeat(60_000);
    let mut acts: Vec<Act> = (0..5).map(|_| text(&piece)).collect();
    acts.push(finished(FinishReason::Stop));
    let provider = Scripted::new([acts]);
    let notes = Notes::default();
    let outcome = run_with(&provider, &notes).await.unwrap();
    assert_eq!(outcome, RunOutcome::Completed(FinishReason::Length));
    assert_eq!(notes.content().chars().count(), limits::ANSWER_CHARS);

    // All steps of an answer together, and what fits to the last character is not cut.
    let first = [text(&"a".repeat(limits::ANSWER_CHARS - 6))]
        .into_iter()
        .chain(calls(&[("a", "add_task", "{}")]));
    let provider = Scripted::new([first.collect(), says("Done")]);
    let notes = Notes::default();
    assert_eq!(run_with(&provider, &notes).await.unwrap(), COMPLETED);
    assert_eq!(notes.content().chars().count(), limits::ANSWER_CHARS);
}

#[tokio::test]
async fn an_answer_that_is_gone_on_with_has_no_more_text_than_another() {
    let provider = Scripted::new([says("And so on.")]);
    let notes = Notes::default();
    let request = RunRequest {
        chars: limits::ANSWER_CHARS - 8,
        ..request()
    };
    let outcome = run(&provider, request, &notes, &CancellationToken::new()).await;
    assert_eq!(outcome.unwrap(), RunOutcome::Completed(FinishReason::Length));
    assert_eq!(notes.content(), "\n\nAnd so");
}

#[tokio::test]
async fn a_step_makes_so_many_calls() {
    let ids: Vec<String> = (0..limits::TOOL_CALLS_PER_STEP + 8)
        .map(|nth| format!("c{nth}"))
        .collect();
    let many: Vec<_> = ids.iter().map(|id| (id.as_str(), "add_task", "{}")).collect();
    let provider = Scripted::new([calls(&many), says("Done.")]);
    let notes = Notes::default();
    assert_eq!(run_with(&provider, &notes).await.unwrap(), COMPLETED);
    let begun = notes
        .lines()
        .iter()
        .filter(|line| line.ends_with(" begins"))
        .count();
    assert_eq!(begun, limits::TOOL_CALLS_PER_STEP);
    // The transcript has those that were made, each with its result, or the script would have stopped.
    assert_eq!(
        provider.requests()[1].messages.len(),
        3 + limits::TOOL_CALLS_PER_STEP
    );
}
