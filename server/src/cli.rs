//! The command line.

use lexopt::prelude::*;

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Run the server.
    Serve,
    /// Bring the database to this version's schema and end.
    Migrate,
    /// Print [`HELP`].
    Help,
    /// Print the version.
    Version,
}

/// What `--help` prints.
pub const HELP: &str = "\
Greenlit, a self-hosted assistant for your tasks

greenlit             start the server
greenlit migrate     bring the database up to date and end

  -h, --help         show this
  -V, --version      show the version

Settings come from the environment and from `.env` in the current folder; docs/CONFIGURATION.md and
.env.example list them. The ones most often set:

  LEPTOS_SITE_ADDR   address to listen on (127.0.0.1:3000)
  PUBLIC_URL         the origin people use, such as https://todo.example.com
  DATABASE_URL       Postgres 14 or newer; unset: a private one, made by the server itself
  OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL
                     the model; unset: the built-in offline assistant
";

/// Reads the arguments.
///
/// # Errors
/// For an argument that is none of ours.
pub fn parse(mut parser: lexopt::Parser) -> Result<Command, lexopt::Error> {
    let mut command = Command::Serve;
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help),
            Short('V') | Long("version") => return Ok(Command::Version),
            Value(word) if word == "migrate" && command == Command::Serve => command = Command::Migrate,
            other => return Err(other.unexpected()),
        }
    }
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_few() {
        let parse = |words: &[&str]| parse(lexopt::Parser::from_args(words));
        assert_eq!(parse(&[]).unwrap(), Command::Serve);
        assert_eq!(parse(&["migrate"]).unwrap(), Command::Migrate);
        assert_eq!(parse(&["migrate", "--help"]).unwrap(), Command::Help);
        assert_eq!(parse(&["-V"]).unwrap(), Command::Version);
        for wrong in [&["serve"] as &[_], &["--port"], &["migrate", "migrate"]] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
