//! Extractors whose rejections are problems.

use std::fmt::Display;
use std::str::FromStr;

use app::server_context::RequestContext;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use domain::Actor;
use protocol::limits::{BODY_BYTES, JSON_LEVELS};
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// Who is asking; refuses with 401 when nobody is signed in.
#[derive(Clone)]
pub struct CurrentActor(pub Actor);

impl<S: Sync> FromRequestParts<S> for CurrentActor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        parts
            .extensions
            .get::<RequestContext>()
            .and_then(|context| context.actor.clone())
            .map(Self)
            .ok_or(ApiError::Domain(domain::Error::Unauthenticated))
    }
}

/// An id from the path. What is no id cannot exist, so it is refused with 404.
#[derive(Debug, Clone, Copy)]
pub struct Id<T>(pub T);

impl<S: Sync + Send, T: FromStr + Send> FromRequestParts<S> for Id<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::no_such_address())?;
        text.parse().map(Self).map_err(|_| ApiError::no_such_address())
    }
}

/// Two ids from the path, in its order.
#[derive(Debug, Clone, Copy)]
pub struct Ids<A, B>(pub A, pub B);

impl<S: Sync + Send, A: FromStr + Send, B: FromStr + Send> FromRequestParts<S> for Ids<A, B> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path((first, second)) = Path::<(String, String)>::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::no_such_address())?;
        match (first.parse(), second.parse()) {
            (Ok(first), Ok(second)) => Ok(Self(first, second)),
            _ => Err(ApiError::no_such_address()),
        }
    }
}

/// A JSON body. 415 for another content type, 400 for what is no JSON, 413 for too much of it, 422
/// with the field's name for JSON that does not fit.
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

impl<S: Sync + Send, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(not_json());
        }
        let bytes = Bytes::from_request(request, state).await.map_err(body_error)?;
        from_json(&bytes).map(Self)
    }
}

/// A JSON body that may be left out: no body at all counts as the default. Else as [`Json`].
#[derive(Debug, Clone)]
pub struct OptionalJson<T>(pub T);

impl<S: Sync + Send, T: DeserializeOwned + Default> FromRequest<S> for OptionalJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let is_json = is_json(request.headers());
        let bytes = Bytes::from_request(request, state).await.map_err(body_error)?;
        // Clients that name the type for every request send it with nothing, too.
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        if !is_json {
            return Err(not_json());
        }
        from_json(&bytes).map(Self)
    }
}

/// The first file of a plain form that was sent as `multipart/form-data`.
///
/// # Errors
/// 415 for another content type, 422 for a form without a file.
pub(crate) fn multipart_file<'a>(headers: &HeaderMap, body: &'a [u8]) -> Result<&'a [u8], ApiError> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let boundary = kind
        .strip_prefix("multipart/form-data")
        .and_then(|rest| rest.split_once("boundary="))
        .map(|(_, boundary)| boundary.split(';').next().unwrap_or_default().trim_matches('"'))
        .filter(|boundary| !boundary.is_empty())
        .ok_or_else(|| {
            ApiError::refused(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Unsupported content type",
                "The body must be JSON, or a form with a file (`multipart/form-data`).",
            )
        })?;
    let file = || {
        let mut rest = after(body, format!("--{boundary}\r\n").as_bytes())?;
        let end = format!("\r\n--{boundary}");
        loop {
            let content = after(rest, b"\r\n\r\n")?;
            let head = &rest[..rest.len() - content.len()];
            let length = position(content, end.as_bytes())?;
            if position(head, b"filename=").is_some() {
                return Some(&content[..length]);
            }
            rest = after(&content[length..], b"\r\n--").and_then(|rest| after(rest, b"\r\n"))?;
        }
    };
    file()
        .filter(|file| !file.is_empty())
        .ok_or_else(|| ApiError::invalid("file", "is required"))
}

fn position(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

fn after<'a>(text: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    Some(&text[position(text, wanted)? + wanted.len()..])
}

/// Whether the content type is `application/json` or a `+json` one.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(|value| value.trim().to_ascii_lowercase());
    kind.is_some_and(|kind| {
        kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
    })
}

fn not_json() -> ApiError {
    ApiError::refused(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "Unsupported content type",
        "The body must be JSON, with the header `Content-Type: application/json`.",
    )
}

/// Why a body could not be read.
pub(crate) fn body_error(error: BytesRejection) -> ApiError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        ApiError::too_large(BODY_BYTES)
    } else {
        body_unreadable()
    }
}

/// The connection broke.
pub(crate) fn body_unreadable() -> ApiError {
    ApiError::refused(
        StatusCode::BAD_REQUEST,
        "body_unreadable",
        "Body unreadable",
        "The body ended before it was complete.",
    )
}

/// Reads JSON that is all there is. 400 for what is no JSON, 422 with the field's name for JSON that does not fit.
pub(crate) fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let field = error.path().to_string();
        let inner = error.into_inner();
        match inner.classify() {
            serde_json::error::Category::Data => unfit(&field, &inner),
            _ => malformed(&inner),
        }
    })?;
    deserializer.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> ApiError {
    if error.to_string().starts_with("recursion limit exceeded") {
        return ApiError::invalid(
            "body",
            format!("must be nested at most {JSON_LEVELS} levels deep"),
        );
    }
    ApiError::refused(
        StatusCode::BAD_REQUEST,
        "malformed_json",
        "Malformed JSON",
        format!(
            "The body is not valid JSON (line {}, column {}).",
            error.line(),
            error.column()
        ),
    )
}

// serde's sentences: "missing field `title`", "unknown field `x`, expected …", "invalid type: …,
// expected a string at line 1 column 2".
fn unfit(path: &str, error: &serde_json::Error) -> ApiError {
    let sentence = error.to_string();
    let sentence = sentence.split(" at line ").next().unwrap_or_default();
    let quoted = |prefix: &str| {
        sentence
            .strip_prefix(prefix)
            .and_then(|rest| rest.split('`').next())
    };
    let within = |name: &str| match path {
        "." | "" => name.to_owned(),
        path if path.ends_with(name) => path.to_owned(),
        path => format!("{path}.{name}"),
    };
    if let Some(name) = quoted("missing field `") {
        return ApiError::invalid(&within(name), "is required");
    }
    if let Some(name) = quoted("unknown field `") {
        return ApiError::invalid(&within(name), "is not a field of this request");
    }
    let field = if path == "." { "body" } else { path };
    if let Some((_, known)) = sentence
        .split_once("unknown variant ")
        .and_then(|(_, rest)| rest.split_once(", expected "))
    {
        return ApiError::invalid(field, format!("must be {}", known.replace('`', "")));
    }
    // Our own types already speak of the field: "is not an RFC 3339 time …".
    if sentence.starts_with("is ") || sentence.starts_with("must ") {
        return ApiError::invalid(field, sentence);
    }
    ApiError::invalid(field, format!("does not fit: {sentence}"))
}

/// The query string. 422 with the parameter's name for a value that does not fit; parameters that
/// are not known are left alone, as clients add their own.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        if let Some((name, _)) =
            url::form_urlencoded::parse(query.as_bytes()).find(|(_, value)| value.contains('\0'))
        {
            return Err(ApiError::invalid(&name, "must not contain NUL characters"));
        }
        let deserializer = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(deserializer)
            .map(Self)
            .map_err(|error| {
                let field = error.path().to_string();
                ApiError::invalid(&field, format!("does not fit: {}", error.into_inner()))
            })
    }
}

/// For query parameters that are parsed from text: an id, a timestamp, a number.
///
/// # Errors
/// The text itself is not repeated; the message says what was wanted.
pub(crate) fn parsed<T>(field: &str, text: Option<&str>) -> Result<Option<T>, ApiError>
where
    T: FromStr,
    T::Err: Display,
{
    text.filter(|text| !text.is_empty())
        .map(|text| {
            text.parse()
                .map_err(|error: T::Err| ApiError::invalid(field, error.to_string()))
        })
        .transpose()
}

/// The `Idempotency-Key` header, if there is one.
///
/// # Errors
/// 422 when it is not plain ASCII.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    headers
        .get("idempotency-key")
        .map(|value| {
            value
                .to_str()
                .map(str::to_owned)
                .map_err(|_| ApiError::invalid("Idempotency-Key", "must be plain ASCII"))
        })
        .transpose()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use protocol::api::{CreateTask, UpdateTask};

    use super::*;

    fn error<T: DeserializeOwned + std::fmt::Debug>(json: &str) -> (u16, String, String) {
        let problem = from_json::<T>(json.as_bytes()).unwrap_err().problem("r");
        let field = problem.errors.first().map(|error| error.field.clone());
        (problem.status, field.unwrap_or_default(), problem.detail)
    }

    #[test]
    fn a_forms_file_is_found_among_its_fields() {
        let mut headers = HeaderMap::new();
        let kind = "multipart/form-data; boundary=xyz";
        headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
        let field = "--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n";
        let file = "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"c.json\"\r\n\
                    Content-Type: application/json\r\n\r\n{\"a\": \"\r\n\"}\r\n--xyz--\r\n";
        let both = format!("{field}{file}");
        assert_eq!(
            multipart_file(&headers, both.as_bytes()).unwrap(),
            b"{\"a\": \"\r\n\"}"
        );
        for bad in [field, "", "--xyz", &file[..60], &file[..file.len() - 8]] {
            assert!(multipart_file(&headers, bad.as_bytes()).is_err(), "{bad}");
        }
        headers.insert(header::CONTENT_TYPE, "text/plain".parse().unwrap());
        let problem = multipart_file(&headers, file.as_bytes())
            .unwrap_err()
            .problem("r");
        assert_eq!(problem.status, 415);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        assert_eq!(
            error::<CreateTask>("{}"),
            (422, "title".into(), "title is required.".into())
        );
        assert_eq!(
            error::<CreateTask>(r#"{"title": 1}"#),
            (
                422,
                "title".into(),
                "title does not fit: invalid type: integer `1`, expected a string.".into()
            )
        );
        assert_eq!(
            error::<CreateTask>(r#"{"title": "a", "tilte": "b"}"#),
            (
                422,
                "tilte".into(),
                "tilte is not a field of this request.".into()
            )
        );
        assert_eq!(error::<UpdateTask>(r#"{"due_at": "tomorrow"}"#).1, "due_at");
        assert_eq!(error::<UpdateTask>("[1]").0, 422);
        for malformed in ["", "{", "{\"title\": \"a\"} x", "\u{feff}"] {
            assert_eq!(error::<CreateTask>(malformed).0, 400, "{malformed}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_json_or_the_client_s_mistake(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}\":,a-z0-9 \\\\]{0,60}") {
            for bytes in [bytes.as_slice(), text.as_bytes()] {
                for refused in [from_json::<CreateTask>(bytes).err(), from_json::<UpdateTask>(bytes).err()].into_iter().flatten() {
                    let problem = refused.problem("r");
                    prop_assert!([400, 422].contains(&problem.status), "{problem:?}");
                    prop_assert!(problem.status == 400 || !problem.errors[0].field.is_empty(), "{problem:?}");
                }
            }
        }

        #[test]
        fn any_form_has_a_file_of_its_own_or_is_refused(kind in "multipart/form-data; ?boundary=\"?[a-z;\"=]{0,6}|\\PC{0,40}", body in "(--[a-z]{0,3}|\r\n|filename=|\\PC){0,40}") {
            let mut headers = HeaderMap::new();
            if let Ok(kind) = kind.parse() {
                headers.insert(header::CONTENT_TYPE, kind);
            }
            match multipart_file(&headers, body.as_bytes()) {
                Ok(file) => prop_assert!(!file.is_empty() && position(body.as_bytes(), file).is_some()),
                Err(refused) => prop_assert!([415, 422].contains(&refused.problem("r").status)),
            }
        }

        #[test]
        fn any_key_is_text_or_refused_by_its_name(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut headers = HeaderMap::new();
            let Ok(value) = bytes.as_slice().try_into() else { return Ok(()) };
            headers.insert("idempotency-key", value);
            match idempotency_key(&headers) {
                Ok(key) => prop_assert_eq!(key.map(String::into_bytes), Some(bytes)),
                Err(refused) => prop_assert_eq!(&refused.problem("r").errors[0].field, "Idempotency-Key"),
            }
        }

        #[test]
        fn any_query_is_read_or_its_parameter_named(query in "((limit|q|[a-z%]{0,3})(=[a-z0-9%+-]{0,12})?&?){0,4}") {
            #[derive(serde::Deserialize)]
            struct Page {
                limit: Option<u32>,
            }
            let Ok(request) = axum::http::Request::builder().uri(format!("/?{query}")).body(()) else {
                return Ok(());
            };
            let (mut parts, ()) = request.into_parts();
            match futures::executor::block_on(Query::<Page>::from_request_parts(&mut parts, &())) {
                Ok(Query(page)) => prop_assert!(page.limit.is_none() || query.contains("limit=")),
                Err(refused) => prop_assert_eq!(refused.problem("r").status, 422),
            }
        }
    }
}
