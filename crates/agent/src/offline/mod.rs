//! The offline assistant: a provider without a model, for when no key is set.
