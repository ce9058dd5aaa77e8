//! The HTTP client underneath.

use std::sync::Arc;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, Url};
use rustls::{ClientConfig, RootCertStore};
use zeroize::Zeroizing;

use super::{OpenAiConfig, OpenAiConfigError};

const MOST_REDIRECTS: usize = 3;

/// The address that answers chat completions.
pub(super) fn endpoint(base_url: &Url) -> Result<Url, OpenAiConfigError> {
    if !matches!(base_url.scheme(), "http" | "https") || base_url.host_str().is_none() {
        return Err(OpenAiConfigError::BaseUrl);
    }
    let mut endpoint = base_url.clone();
    endpoint.set_fragment(None);
    endpoint
        .path_segments_mut()
        .map_err(|()| OpenAiConfigError::BaseUrl)?
        .pop_if_empty()
        .extend(["chat", "completions"]);
    Ok(endpoint)
}

pub(super) fn build(config: &OpenAiConfig) -> Result<Client, OpenAiConfigError> {
    let mut headers = HeaderMap::new();
    headers.insert(
        ACCEPT,
        HeaderValue::from_static("text/event-stream, application/json"),
    );
    if let Some(key) = &config.api_key
        && !key.0.is_empty()
    {
        let mut value = HeaderValue::from_str(&Zeroizing::new(format!("Bearer {}", key.0.as_str())))
            .map_err(|_| OpenAiConfigError::ApiKey)?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    let mut builder = Client::builder()
        .default_headers(headers)
        .user_agent(concat!("greenlit/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(config.timing.connect)
        .redirect(Policy::custom(same_origin))
        .tls_backend_preconfigured(tls()?);
    if is_this_machine(&config.base_url) {
        // A proxy for the outside world cannot reach it.
        builder = builder.no_proxy();
    }
    builder.build().map_err(OpenAiConfigError::Client)
}

/// The conversation and the key go where the settings say and nowhere else.
fn same_origin(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let asked = attempt.previous().first().map(Url::origin);
    if asked == Some(attempt.url().origin()) && attempt.previous().len() <= MOST_REDIRECTS {
        attempt.follow()
    } else {
        attempt.stop()
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// Trusts what the system trusts; on machines without certificates of their own (small containers),
/// what Mozilla trusts.
fn tls() -> Result<ClientConfig, OpenAiConfigError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(OpenAiConfigError::Tls)?;
    let mut config = match rustls_platform_verifier::Verifier::new(provider) {
        Ok(verifier) => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth(),
        Err(_) => builder
            .with_root_certificates(RootCertStore::from_iter(
                webpki_roots::TLS_SERVER_ROOTS.iter().cloned(),
            ))
            .with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::llm::openai::{ApiKey, Timing};

    #[test]
    fn the_base_url_is_taken_as_it_is_given() {
        for (base, expected) in [
            (
                "https://api.openai.com/v1",
                "https://api.openai.com/v1/chat/completions",
            ),
            (
                "https://api.openai.com/v1/",
                "https://api.openai.com/v1/chat/completions",
            ),
            ("http://localhost:8080", "http://localhost:8080/chat/completions"),
            (
                "https://x.example/openai/v1?api-version=2#a",
                "https://x.example/openai/v1/chat/completions?api-version=2",
            ),
        ] {
            assert_eq!(endpoint(&base.parse().unwrap()).unwrap().as_str(), expected);
        }
        for base in ["ftp://x.example/v1", "mailto:a@b.example"] {
            assert!(matches!(
                endpoint(&base.parse().unwrap()),
                Err(OpenAiConfigError::BaseUrl)
            ));
        }
    }

    #[test]
    fn the_key_is_in_no_debug_output_and_must_fit_a_header() {
        let mut config = OpenAiConfig {
            base_url: "https://x.example/v1".parse().unwrap(),
            api_key: Some(ApiKey::new(" sk-hunter2\n")),
            model: "m".into(),
            timing: Timing::default(),
        };
        let client = build(&config).unwrap();
        for shown in [format!("{config:?}"), format!("{client:?}")] {
            assert!(!shown.contains("hunter2"), "{shown}");
        }
        config.api_key = Some(ApiKey::new("a\nb"));
        assert!(matches!(build(&config), Err(OpenAiConfigError::ApiKey)));
    }

    #[test]
    fn this_machine_is_reached_without_a_proxy() {
        let is_local = |url: &str| is_this_machine(&url.parse().unwrap());
        assert!(
            is_local("http://127.0.0.1:1/v1") && is_local("http://[::1]/") && is_local("http://localhost/")
        );
        assert!(!is_local("https://api.openai.com/v1") && !is_local("http://10.0.0.1/"));
    }
}
