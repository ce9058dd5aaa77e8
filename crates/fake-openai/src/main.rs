//! `fake-openai [--port 4010] [--scenario auto]`: the fake model server by itself, for tests that are
//! no Rust programs and for trying things out by hand.

use std::net::SocketAddr;
use std::process::ExitCode;

use fake_openai::{FakeOpenAi, scenarios};

const HELP: &str = "\
A fake model server that speaks OpenAI's chat-completions protocol.

fake-openai [--port NUMBER] [--scenario NAME]

  --port      on 127.0.0.1; 4010 if left out, 0 for any free one
  --scenario  for requests that name none; auto if left out
";

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("fake-openai: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let (mut port, mut scenario) = (4010u16, String::from("auto"));
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("port") => port = arguments.value()?.to_string_lossy().parse()?,
            lexopt::Arg::Long("scenario") => scenario = arguments.value()?.to_string_lossy().into_owned(),
            lexopt::Arg::Long("help") | lexopt::Arg::Short('h') => {
                println!("{HELP}\nScenarios: {}", scenarios::NAMES.join(", "));
                return Ok(());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    if !scenarios::NAMES.contains(&scenario.as_str()) {
        return Err(format!(
            "there is no scenario {scenario}; there are {}",
            scenarios::NAMES.join(", ")
        )
        .into());
    }
    let server = FakeOpenAi::start_on(SocketAddr::from(([127, 0, 0, 1], port)), &scenario).await?;
    println!("OPENAI_BASE_URL={}", server.base_url());
    server.wait().await;
    Ok(())
}
