//! The model that answers, by the settings.

use std::sync::Arc;

use agent::llm::Provider;
use agent::llm::openai::{ApiKey, OpenAi, OpenAiConfig, Timing};
use agent::offline::OfflineAssistant;

use crate::config::Config;
use crate::start::StartError;

/// The server of `OPENAI_*`, or the offline assistant when none is set.
pub(crate) fn provider(config: &Config) -> Result<Arc<dyn Provider>, StartError> {
    let Some(model) = &config.model else {
        return Ok(Arc::new(OfflineAssistant::new()));
    };
    let config = OpenAiConfig {
        base_url: model.base_url.clone(),
        api_key: model.api_key.as_ref().map(|key| ApiKey::new(key.reveal())),
        model: model.model.clone(),
        timing: Timing::default(),
    };
    Ok(Arc::new(OpenAi::new(config)?))
}
