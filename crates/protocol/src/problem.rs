//! The one error shape of every API: RFC 9457 `application/problem+json`.

use serde::{Deserialize, Serialize};

use crate::Overwrite;

/// An error as a client sees it: no internals, no SQL, no stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `about:blank`, or an address that explains the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in a few words; the same for every case of it.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// A sentence on this case, with what to do next.
    pub detail: String,
    /// A stable lower_snake word for programs, such as `not_found`.
    pub code: String,
    pub request_id: String,
    /// Which fields were wrong and what they want.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// With `changed_since`: what was changed since and would be overwritten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Overwrite>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    pub field: String,
    /// Continues "<field> …": "must have at most 200 characters, but has 201".
    pub message: String,
}
