//! What `undo_last_change` and `redo_last_change` have in common.

use protocol::{Overwrite, Timestamp};
use serde_json::{Value, json};

use super::{Arguments, Effect, ToolError, TurnOutcome};
use crate::llm::Clock;

/// The schema of their arguments.
pub(super) fn parameters() -> Value {
    json!({
        "type": "object",
        "properties": {
            "overwrite": {
                "type": "boolean",
                "description": "True only if the user was told what would be overwritten and wants it all the same.",
            },
        },
        "additionalProperties": false,
    })
}

/// What somebody changed since may be gone afterwards, if it is to be overwritten.
pub(super) fn effect_of(arguments: &Arguments) -> Effect {
    match arguments.overwrite() {
        Ok(true) => Effect::Destroys,
        _ => Effect::Changes,
    }
}

/// The two words of a direction.
pub(super) struct Words {
    /// "undone".
    pub(super) done: &'static str,
    /// "undoing".
    pub(super) doing: &'static str,
    pub(super) tool: &'static str,
}

/// The result (`{"undone": {"call_id", "summary"}}`, with `overwrote` where it was changed since, or `{"undone": null}`),
/// and the summary of what was turned, with what that overwrote.
///
/// # Errors
/// [`ToolError::Respond`] when it would overwrite what was changed since.
pub(super) fn told(
    outcome: TurnOutcome,
    words: &Words,
    clock: &Clock,
) -> Result<(Value, Option<String>), ToolError> {
    let Words { done, doing, tool } = words;
    match outcome {
        TurnOutcome::Turned {
            call_id,
            summary,
            overwrote,
        } => {
            let mut turned = json!({ "call_id": call_id, "summary": summary });
            let mut said = summary;
            if !overwrote.is_empty() {
                let since = Overwrite::sentence(&overwrote, |at| local(at, clock));
                said = format!("{said}, although since then {since}");
                turned["overwrote"] = since.into();
            }
            Ok((json!({ *done: turned }), Some(said)))
        }
        TurnOutcome::Nothing => Ok((json!({ *done: null }), None)),
        TurnOutcome::Conflict { summary, overwrites } => {
            let since = Overwrite::sentence(&overwrites, |at| local(at, clock));
            Err(ToolError::respond(
                format!(
                    "Not {done}: “{summary}”. Since then {since}, and {doing} would overwrite that. Tell the user so. If \
                     they want it all the same, call {tool} with \"overwrite\": true."
                ),
                format!("Not {done}, since the task was changed later"),
            ))
        }
    }
}

fn local(at: Timestamp, clock: &Clock) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis())
        .map(|at| {
            at.to_zoned(clock.time_zone.clone())
                .strftime("%A, %-d %B %Y, %H:%M")
                .to_string()
        })
        .unwrap_or_else(|_| at.to_string())
}
