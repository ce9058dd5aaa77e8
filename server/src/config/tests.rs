use super::*;

fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let mut all = vec![("GREENLIT_DATA_DIR", "/tmp/greenlit-test")];
    all.extend_from_slice(pairs);
    Config::read(&all.into_iter().collect())
}

#[test]
fn nothing_set_is_a_working_configuration() {
    let config = read(&[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(config.public_url.origin.as_str(), "http://127.0.0.1:3000");
    assert!(!config.public_url.is_set && !config.public_url.is_secure());
    assert!(config.database.is_none() && config.secret.is_none() && config.model.is_none());
    assert_eq!((config.window.messages, config.window.tokens), (50, 16_000));
    assert_eq!((config.messages_per_minute, config.auth_per_minute), (30, 10));
    assert_eq!(config.requests_per_minute, 6_000);
    assert!(config.cors_origins.is_empty() && config.without_effect().is_empty());
    assert!(config.log.starts_with("info"));
}

#[test]
fn every_bad_value_is_one_line_that_names_its_setting() {
    let short_secret = "x".repeat(31);
    for (name, value, wants) in [
        ("LEPTOS_SITE_ADDR", "3000", "an address and port"),
        ("LEPTOS_SITE_ADDR", "localhost:99999", "an address and port"),
        ("PUBLIC_URL", "todo.example.com", "an origin"),
        ("PUBLIC_URL", "https://todo.example.com/app", "an origin"),
        ("PUBLIC_URL", "ftp://todo.example.com", "an origin"),
        (
            "DATABASE_URL",
            "mysql://root@host/db",
            "an address such as postgres://",
        ),
        ("DATABASE_URL", "host=localhost", "an address such as postgres://"),
        (
            "DATABASE_DIRECT_URL",
            "postgres://u@h/d",
            "DATABASE_URL to be set",
        ),
        ("BETTER_AUTH_SECRET", short_secret.as_str(), "at least 32 bytes"),
        (
            "BETTER_AUTH_JWKS_URL",
            "auth.example.com",
            "an address that begins with http",
        ),
        (
            "OPENAI_BASE_URL",
            "localhost:11434",
            "an address that begins with http",
        ),
        ("CONTEXT_MESSAGES", "0", "a whole number from 1 to 1000"),
        ("CONTEXT_TOKENS", "lots", "a whole number from 500"),
        ("RATE_LIMIT_MESSAGES_PER_MINUTE", "-1", "a whole number from 1"),
        ("RATE_LIMIT_AUTH_PER_MINUTE", "1.5", "a whole number from 1"),
        ("RATE_LIMIT_REQUESTS_PER_MINUTE", "none", "a whole number from 0"),
        ("CORS_ALLOWED_ORIGINS", "https://a.example, *", "origins such as"),
        ("MCP_SERVERS", "/nowhere/mcp.json", "a JSON file that exists"),
        ("RUST_LOG", "info,=,", "a filter such as info"),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "collector",
            "an address that begins with http",
        ),
    ] {
        let error = read(&[(name, value)]).expect_err(name).to_string();
        assert!(error.starts_with(&format!("{name} wants {wants}")), "{error}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn a_bad_secret_is_not_repeated() {
    for (name, value) in [
        ("BETTER_AUTH_SECRET", "hunter2"),
        ("DATABASE_URL", "mysql://root:hunter2@host/db"),
    ] {
        let error = read(&[(name, value)]).unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }
    let config = read(&[
        ("BETTER_AUTH_SECRET", "hunter2-hunter2-hunter2-hunter2-hunter2"),
        ("DATABASE_URL", "postgres://root:hunter2@host/db"),
        ("OPENAI_API_KEY", "sk-hunter2"),
    ])
    .unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn values_are_read_as_people_write_them() {
    let config = read(&[
        ("LEPTOS_SITE_ADDR", "localhost:8080"),
        ("PUBLIC_URL", "https://Todo.example.com/"),
        (
            "CORS_ALLOWED_ORIGINS",
            "https://a.example, http://localhost:5173,",
        ),
        ("OPENAI_BASE_URL", "http://localhost:11434/v1/"),
        ("OPENAI_MODEL", "llama3.2"),
        ("OPENAI_API_KEY", "  "),
        (
            "DATABASE_URL",
            "postgresql://u:p@ep-x-pooler.neon.tech/db?sslmode=require&channel_binding=require",
        ),
        (
            "DATABASE_DIRECT_URL",
            "postgresql://u:p@ep-x.neon.tech/db?sslmode=require",
        ),
    ])
    .unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.public_url.origin.as_str(), "https://todo.example.com");
    assert!(config.public_url.is_secure());
    assert_eq!(config.cors_origins.len(), 2);
    let model = config.model.unwrap();
    assert_eq!(model.base_url.as_str(), "http://localhost:11434/v1");
    assert_eq!((model.model.as_str(), model.api_key), ("llama3.2", None));
    let database = config.database.unwrap();
    assert!(database.url.reveal().contains("-pooler"));
    assert!(!database.direct_url.reveal().contains("-pooler"));
}

#[test]
fn an_openai_key_alone_is_enough() {
    let model = read(&[("OPENAI_API_KEY", "sk-x")]).unwrap().model.unwrap();
    assert_eq!(model.base_url.as_str(), "https://api.openai.com/v1");
    assert!(!model.model.is_empty());
    assert!(read(&[("OPENAI_MODEL", "gpt-5-mini")]).unwrap().model.is_none());
}

#[test]
fn all_interfaces_are_reached_by_name() {
    let config = read(&[("LEPTOS_SITE_ADDR", "0.0.0.0:8080")]).unwrap();
    assert_eq!(config.public_url.origin.as_str(), "http://localhost:8080");
}
