//! Below the protocol: connections, redirects, and what the log shows.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use agent::llm::openai::Timing;
use fake_openai::{FakeOpenAi, Reply};
use pretty_assertions::assert_eq;
use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::support::{KEY, QUESTION, client, ran, ran_with, timing};

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    drop(listener);
    let ran = ran_with(
        &client(&url, "plain", timing()),
        QUESTION,
        &CancellationToken::new(),
    )
    .await;
    assert_eq!(ran.code(), "model_unreachable");
}

#[tokio::test]
async fn a_server_that_hangs_up_or_says_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let hasty = Timing {
        silence: Duration::from_millis(150),
        ..timing()
    };
    let accepted = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&accepted);
    let server = tokio::spawn(async move {
        let mut kept = vec![];
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            *counted.lock().unwrap() += 1;
            // The request is read before the connection closes, so that it is a clean end.
            let _ = socket.read(&mut [0; 16 * 1024]).await;
            if *counted.lock().unwrap() > 3 {
                kept.push(socket);
            }
        }
    });
    let patient = client(&url, "plain", timing());
    let hung_up = ran_with(&patient, QUESTION, &CancellationToken::new()).await;
    assert_eq!(hung_up.code(), "model_unreachable");
    assert_eq!(*accepted.lock().unwrap(), 3);
    let hasty = client(&url, "plain", hasty);
    let mute = ran_with(&hasty, QUESTION, &CancellationToken::new()).await;
    assert_eq!(mute.code(), "model_timeout");
    server.abort();
}

#[tokio::test]
async fn a_redirect_is_followed_on_the_same_origin_only() {
    let redirect = |to: &str| {
        Reply::Answer {
            status: 307,
            headers: [].into(),
            body: Value::Null,
        }
        .with_header("location", to)
    };
    let server = FakeOpenAi::start().await.unwrap();
    server.script([redirect("/v1/chat/completions"), Reply::text("Here.")]);
    assert_eq!(ran(&server, "scripted").await.content, "Here.");

    let stranger = FakeOpenAi::start().await.unwrap();
    server.script([redirect(&format!("{}/chat/completions", stranger.base_url()))]);
    assert_eq!(ran(&server, "scripted").await.code(), "model_error");
    assert_eq!(stranger.requests().len(), 0);
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_shows_neither_key_nor_conversation() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let server = FakeOpenAi::start().await.unwrap();
    for model in [
        "plain",
        "429-once",
        "500-always",
        "refuses-tools",
        "garbage",
        "unauthorized",
        "tool",
    ] {
        ran(&server, model).await;
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("the model server is busy; asking again"),
        "the log was caught"
    );
    for secret in [KEY, "zebra", "fake model", "Review Q4"] {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
}
