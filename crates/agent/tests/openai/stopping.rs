//! Cancelling, at every place where it can hit.

use agent::run::RunOutcome;
use fake_openai::{FakeOpenAi, Reply, Step};
use pretty_assertions::assert_eq;
use tokio_util::sync::CancellationToken;

use crate::support::{QUESTION, Ran, client, ran_with, timing};

/// Runs until the server holds, then cancels.
async fn cancelled_at_the_hold(reply: Reply) -> (Ran, FakeOpenAi) {
    let server = FakeOpenAi::start().await.unwrap();
    server.script([reply]);
    let client = client(&server.base_url(), "scripted", timing());
    let cancel = CancellationToken::new();
    let (ran, ()) = tokio::join!(ran_with(&client, QUESTION, &cancel), async {
        server.held(1).await;
        cancel.cancel();
    });
    (ran, server)
}

#[tokio::test]
async fn before_the_first_word() {
    let (ran, server) = cancelled_at_the_hold(Reply::stream([Step::Hold])).await;
    assert_eq!(ran.outcome.unwrap(), RunOutcome::Cancelled);
    assert_eq!(ran.content, "");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn in_the_middle_of_a_tool_call_nothing_is_done() {
    let mut steps = Step::call(0, "call_1", "add_task", r#"{"title":"Milk"}"#);
    steps.push(Step::Hold);
    let (ran, _server) = cancelled_at_the_hold(Reply::stream(steps)).await;
    assert_eq!(ran.outcome.unwrap(), RunOutcome::Cancelled);
    assert!(ran.calls.is_empty() && ran.titles.is_empty());
}

#[tokio::test]
async fn a_held_stream_goes_on_when_released() {
    let server = FakeOpenAi::start().await.unwrap();
    let client = client(&server.base_url(), "hold", timing());
    let cancel = CancellationToken::new();
    let (ran, ()) = tokio::join!(ran_with(&client, QUESTION, &cancel), async {
        server.held(1).await;
        server.release();
    });
    assert_eq!(ran.content, "Hello from the fake model.");
}
