//! What somebody says about the product, in public.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Timestamp;

/// A published testimonial. Who wrote it is known by the name that they chose and by nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Testimonial {
    pub id: Uuid,
    /// Plain text.
    pub text: String,
    pub display_name: String,
    pub published_at: Timestamp,
}
