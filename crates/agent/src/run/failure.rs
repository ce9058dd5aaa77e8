//! What a person and a program are told when a run fails.

use protocol::limits::{MODEL_SILENCE_SECONDS, excerpt};
use protocol::message::RunFailure;

use super::RunError;
use crate::llm::{FinishReason, LlmError};

/// How much of a server's own explanation is shown.
const DETAIL_CHARS: usize = 200;

impl RunError {
    /// A stable code for programs, a sentence with what to do next for a person, and whether asking
    /// again may help.
    pub fn failure(&self) -> RunFailure {
        let (code, message, retryable) = match self {
            Self::Llm(error) => return llm_failure(error),
            Self::Host(_) => (
                "internal",
                "Something went wrong on the server. What was written so far is kept. Try again in a moment.",
                true,
            ),
            Self::SaidNothing(FinishReason::ContentFilter) => (
                "model_filtered",
                "The model's content filter held the answer back. Put the message in other words.",
                false,
            ),
            Self::SaidNothing(FinishReason::Length) => (
                "model_empty",
                "The model used up its length limit before it said anything. Ask for less at once, or choose \
                 another OPENAI_MODEL.",
                true,
            ),
            Self::SaidNothing(_) => (
                "model_empty",
                "The model said nothing. Try again, or put the message in other words.",
                true,
            ),
            Self::TimedOut => (
                "run_timeout",
                "The answer took longer than ten minutes and was stopped. What was written so far is kept. Try \
                 again, or ask for less at once.",
                true,
            ),
        };
        failure(code, message, retryable)
    }
}

fn llm_failure(error: &LlmError) -> RunFailure {
    let retryable = error.is_retryable();
    match error {
        LlmError::Unreachable(_) => failure(
            "model_unreachable",
            "The model server can't be reached. Check OPENAI_BASE_URL and that it is running, then try again.",
            retryable,
        ),
        LlmError::Unauthorized => failure(
            "model_unauthorized",
            "The model server refused the key. Check OPENAI_API_KEY and that it may use this model, then restart \
             Greenlit.",
            retryable,
        ),
        LlmError::UnknownModel => failure(
            "model_unknown",
            "The model server does not know this model or address. Check OPENAI_MODEL and OPENAI_BASE_URL, then \
             restart Greenlit.",
            retryable,
        ),
        LlmError::RateLimited { retry_after } => {
            let wait = match retry_after.map(|wait| wait.as_secs()) {
                Some(seconds) if seconds > 90 => format!("about {} minutes", seconds.div_ceil(60)),
                Some(seconds) if seconds > 1 => format!("{seconds} seconds"),
                _ => "a minute".into(),
            };
            let message = format!(
                "The model server is busy or its quota is used up. Wait {wait}, then try again; if it stays so, \
                 look at your plan with the provider."
            );
            failure("model_rate_limited", &message, retryable)
        }
        LlmError::Status { status, detail } => status_failure(*status, detail, retryable),
        LlmError::Silence => {
            let message = format!(
                "The model sent nothing for {MODEL_SILENCE_SECONDS} seconds, so the answer was stopped. Try again."
            );
            failure("model_timeout", &message, retryable)
        }
        LlmError::Cut(_) => failure(
            "model_cut_off",
            "The connection to the model broke off in the middle of the answer. What was written so far is kept. \
             Try again.",
            retryable,
        ),
        LlmError::Garbage(_) => failure(
            "model_garbage",
            "The model server's answer could not be understood. Check that OPENAI_BASE_URL speaks the \
             chat-completions protocol (it usually ends in /v1), then try again.",
            retryable,
        ),
    }
}

fn status_failure(status: u16, detail: &str, retryable: bool) -> RunFailure {
    let detail = excerpt(detail, DETAIL_CHARS);
    let message = if status >= 500 || status == 408 {
        format!("The model server had an error of its own (status {status}). Try again in a moment.")
    } else if detail.is_empty() {
        format!(
            "The model server refused the request (status {status}). Check OPENAI_BASE_URL and OPENAI_MODEL."
        )
    } else {
        // What is wrong with the request only the server's own words can tell.
        format!("The model server refused the request (status {status}). It says: “{detail}”")
    };
    failure("model_error", &message, retryable)
}

fn failure(code: &str, message: &str, retryable: bool) -> RunFailure {
    RunFailure {
        code: code.into(),
        message: message.into(),
        retryable,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use pretty_assertions::assert_eq;

    use super::*;
    use crate::run::HostError;

    #[test]
    fn every_failure_has_its_code_and_says_what_to_do() {
        let status = |status| LlmError::Status {
            status,
            detail: "context too\nlong".into(),
        };
        let limited = |seconds| LlmError::RateLimited {
            retry_after: Some(Duration::from_secs(seconds)),
        };
        for (error, code, retryable, part) in [
            (
                LlmError::Unreachable("x".into()).into(),
                "model_unreachable",
                true,
                "OPENAI_BASE_URL",
            ),
            (
                LlmError::Unauthorized.into(),
                "model_unauthorized",
                false,
                "OPENAI_API_KEY",
            ),
            (
                LlmError::UnknownModel.into(),
                "model_unknown",
                false,
                "OPENAI_MODEL",
            ),
            (limited(20).into(), "model_rate_limited", true, "Wait 20 seconds,"),
            (
                limited(600).into(),
                "model_rate_limited",
                true,
                "Wait about 10 minutes,",
            ),
            (status(503).into(), "model_error", true, "Try again"),
            (
                status(400).into(),
                "model_error",
                false,
                "It says: “context too long”",
            ),
            (LlmError::Silence.into(), "model_timeout", true, "120 seconds"),
            (LlmError::Cut(None).into(), "model_cut_off", true, "kept"),
            (LlmError::Garbage("x".into()).into(), "model_garbage", true, "/v1"),
            (
                RunError::SaidNothing(FinishReason::Stop),
                "model_empty",
                true,
                "Try again",
            ),
            (
                RunError::SaidNothing(FinishReason::ContentFilter),
                "model_filtered",
                false,
                "other words",
            ),
            (RunError::TimedOut, "run_timeout", true, "ten minutes"),
            (HostError("x".into()).into(), "internal", true, "Try again"),
        ] {
            let failure = error.failure();
            assert_eq!((failure.code.as_str(), failure.retryable), (code, retryable));
            assert!(failure.message.contains(part), "{}", failure.message);
        }
    }
}
