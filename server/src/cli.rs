//! The command line.

use lexopt::prelude::*;
use uuid::Uuid;

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Run the server.
    Serve,
    /// Bring the database to this version's schema and end.
    Migrate,
    /// List the testimonials, or hide one (true) or show it again (false), and end.
    Testimonials(Option<(Uuid, bool)>),
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
greenlit testimonials            list what people say on the first page, and what is hidden
greenlit testimonials hide ID    take one from the first page; show ID brings it back

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
            Value(word) if word == "testimonials" && command == Command::Serve => {
                command = Command::Testimonials(None);
            }
            Value(word) if (word == "hide" || word == "show") && command == Command::Testimonials(None) => {
                let id = parser.value()?.parse()?;
                command = Command::Testimonials(Some((id, word == "hide")));
            }
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
        assert_eq!(parse(&["testimonials"]).unwrap(), Command::Testimonials(None));
        let id = "019ac000-0000-7000-8000-000000000001";
        assert_eq!(
            parse(&["testimonials", "hide", id]).unwrap(),
            Command::Testimonials(Some((id.parse().unwrap(), true)))
        );
        for wrong in [
            &["serve"] as &[_],
            &["--port"],
            &["migrate", "migrate"],
            &["hide", id],
            &["testimonials", "hide"],
            &["testimonials", "hide", "first"],
        ] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
