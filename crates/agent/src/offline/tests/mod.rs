//! Tests of the whole: phrases to intents, and conversations to their end.

mod conversations;
mod dates;
mod desk;
mod phrases;
mod robustness;
mod streaming;
