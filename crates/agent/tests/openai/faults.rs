//! What goes wrong, and what the person is told of it.

use std::time::{Duration, Instant};

use agent::llm::LlmError;
use agent::llm::openai::Timing;
use agent::run::{RunError, RunOutcome};
use fake_openai::{FakeOpenAi, Reply, Step};
use pretty_assertions::assert_eq;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::{QUESTION, client, ran, ran_with, timing};

/// A server that plays these replies.
async fn scripted(replies: impl IntoIterator<Item = Reply>) -> FakeOpenAi {
    let server = FakeOpenAi::start().await.unwrap();
    server.script(replies);
    server
}

#[tokio::test]
async fn a_cut_answer_keeps_what_was_said_and_is_not_asked_for_again() {
    for (model, code) in [
        ("cut", "model_cut_off"),
        ("cut-clean", "model_cut_off"),
        ("error-in-stream", "model_error"),
    ] {
        let server = FakeOpenAi::start().await.unwrap();
        let ran = ran(&server, model).await;
        assert_eq!(ran.code(), code);
        assert_eq!(ran.content, "Half of a sentence that ");
        assert_eq!(server.requests().len(), 1, "{model}");
    }
}

#[tokio::test]
async fn a_payload_that_ends_in_the_middle_is_a_cut() {
    let half = Step::Raw("data: {\"choices\": [{\"delta\": {\"con".into());
    let server = scripted([Reply::stream([Step::Text("Half ".into()), half])]).await;
    assert_eq!(ran(&server, "scripted").await.code(), "model_cut_off");
}

#[tokio::test]
async fn silence_ends_the_run() {
    let server = FakeOpenAi::start().await.unwrap();
    let hasty = Timing {
        silence: Duration::from_millis(700),
        ..timing()
    };
    let client = client(&server.base_url(), "silence", hasty);
    let begun = Instant::now();
    let ran = ran_with(&client, QUESTION, &CancellationToken::new()).await;
    assert_eq!(ran.code(), "model_timeout");
    assert_eq!(ran.content, "Half of a sentence that ");
    assert!(begun.elapsed() >= Duration::from_millis(700));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn comments_are_not_silence() {
    let beat = || [Step::Pause(100), Step::Raw(": still here\n\n".into())];
    let steps = (0..4)
        .flat_map(|_| beat())
        .chain(Step::words("Here."))
        .chain(Step::end("stop"));
    let server = scripted([Reply::stream(steps)]).await;
    let hasty = Timing {
        silence: Duration::from_secs(1),
        ..timing()
    };
    let client = client(&server.base_url(), "scripted", hasty);
    assert_eq!(
        ran_with(&client, QUESTION, &CancellationToken::new())
            .await
            .content,
        "Here."
    );
}

#[tokio::test]
async fn a_server_that_never_closes_after_its_end_is_not_waited_for() {
    let open = Step::words("Done.")
        .into_iter()
        .chain([Step::Finish("stop".into()), Step::Silence]);
    let server = scripted([Reply::stream(open)]).await;
    let ran = ran(&server, "scripted").await;
    assert!(matches!(ran.outcome, Ok(RunOutcome::Completed(_))));
    assert_eq!(ran.content, "Done.");
}

#[tokio::test]
async fn what_is_no_protocol_is_garbage() {
    let page = Reply::Answer {
        status: 200,
        headers: [("content-type".to_owned(), "text/html".to_owned())].into(),
        body: json!("<!doctype html>\n<title>Not a model</title>"),
    };
    let other = Reply::Answer {
        status: 200,
        headers: [].into(),
        body: json!({ "hello": "world" }),
    };
    for reply in [
        page,
        other,
        Reply::stream([Step::Payload("{}".into()), Step::Done]),
    ] {
        let server = scripted([reply]).await;
        assert_eq!(ran(&server, "scripted").await.code(), "model_garbage");
        assert_eq!(server.requests().len(), 1);
    }
    for model in ["garbage", "overlong-line"] {
        let server = FakeOpenAi::start().await.unwrap();
        assert_eq!(ran(&server, model).await.code(), "model_garbage", "{model}");
    }
}

#[tokio::test]
async fn a_busy_server_is_tried_three_times() {
    for (model, code) in [
        ("429-always", "model_rate_limited"),
        ("500-always", "model_error"),
    ] {
        let server = FakeOpenAi::start().await.unwrap();
        assert_eq!(ran(&server, model).await.code(), code);
        assert_eq!(server.requests().len(), 3, "{model}");
    }
}

#[tokio::test]
async fn what_breaks_before_the_first_word_is_tried_again() {
    let limited = json!({ "error": { "message": "x", "type": "rate_limit_exceeded" } });
    let server = scripted([
        Reply::stream([Step::Delta(json!({ "role": "assistant" })), Step::Cut]),
        Reply::stream([Step::Payload(limited.to_string())]),
        Reply::text("Here."),
    ])
    .await;
    assert_eq!(ran(&server, "scripted").await.content, "Here.");
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn retry_after_is_honoured_up_to_half_a_minute() {
    let busy = |seconds| Reply::error(429, "rate_limit_exceeded", "x").with_header("retry-after", seconds);
    let server = scripted([busy("1"), Reply::text("Here.")]).await;
    let begun = Instant::now();
    assert_eq!(ran(&server, "scripted").await.content, "Here.");
    assert!(begun.elapsed() >= Duration::from_secs(1));

    let server = scripted([busy("31"), Reply::text("Here.")]).await;
    let ran = ran(&server, "scripted").await;
    let Err(RunError::Llm(LlmError::RateLimited { retry_after })) = ran.outcome else {
        panic!("{:?}", ran.outcome);
    };
    assert_eq!(retry_after, Some(Duration::from_secs(31)));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn what_will_not_change_is_not_tried_again() {
    let server = FakeOpenAi::start().await.unwrap();
    for (number, model, code) in [
        (1, "unauthorized", "model_unauthorized"),
        (2, "unknown-model", "model_unknown"),
    ] {
        assert_eq!(ran(&server, model).await.code(), code);
        assert_eq!(server.requests().len(), number);
    }
    // A bad request is tried once more without its optional fields, and told in the first's words.
    let refused = |message| Reply::error(400, "invalid_request_error", message);
    let server = scripted([refused("Your input is too long."), refused("Still.")]).await;
    let failure = ran(&server, "scripted").await.outcome.unwrap_err().failure();
    assert!(
        failure.message.contains("“Your input is too long.”"),
        "{}",
        failure.message
    );
    assert_eq!(server.requests().len(), 2);
}
