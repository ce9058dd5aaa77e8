//! The built site (WASM, JavaScript, CSS, public files), held in the binary.
//!
//! Everything is compressed beforehand: `x.js.br` and `x.js.gz` stand beside `x.js` and are chosen
//! by `Accept-Encoding`. Files under `/pkg/` have their hash in the name and are kept for good.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::path::Path;

use app::server_context::SiteAssets;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::state::AppState;

#[derive(Embed)]
#[folder = "../target/site"]
#[allow_missing = true]
struct Embedded;

/// The site's files by path, `pkg/greenlit-0123.js` for example.
#[derive(Debug, Default)]
pub struct Site {
    files: HashMap<String, File>,
    assets: SiteAssets,
}

#[derive(Debug)]
struct File {
    plain: Form,
    brotli: Option<Form>,
    gzip: Option<Form>,
}

#[derive(Debug)]
struct Form {
    bytes: Bytes,
    etag: HeaderValue,
}

#[derive(Default, Deserialize)]
struct Manifest {
    js: String,
    wasm: String,
    css: String,
}

const MANIFEST: &str = "manifest.json";

impl Site {
    /// The site that was built before this binary; empty if none was.
    pub fn embedded() -> Self {
        let files = Embedded::iter()
            .filter_map(|path| {
                let bytes = match Embedded::get(&path)?.data {
                    Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                    Cow::Owned(bytes) => Bytes::from(bytes),
                };
                Some((path.into_owned(), bytes))
            })
            .collect();
        Self::from_files(files)
    }

    /// The site of a folder, as it is now.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn from_folder(folder: &Path) -> io::Result<Self> {
        let mut files = HashMap::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in std::fs::read_dir(next)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if let Some(name) = path.strip_prefix(folder).ok().and_then(Path::to_str) {
                    files.insert(name.replace('\\', "/"), Bytes::from(std::fs::read(&path)?));
                }
            }
        }
        Ok(Self::from_files(files))
    }

    fn from_files(mut files: HashMap<String, Bytes>) -> Self {
        let manifest: Manifest = files
            .remove(MANIFEST)
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        let address = |path: String| {
            if path.is_empty() {
                path
            } else {
                format!("/{}", path.trim_start_matches('/'))
            }
        };
        let form = |bytes: &Bytes| Form {
            etag: etag(bytes),
            bytes: bytes.clone(),
        };
        let is_packed = |path: &str| {
            [".br", ".gz"].into_iter().any(|suffix| {
                path.strip_suffix(suffix)
                    .is_some_and(|path| files.contains_key(path))
            })
        };
        let served = files
            .iter()
            .filter(|(path, _)| !is_packed(path))
            .map(|(path, bytes)| {
                let file = File {
                    plain: form(bytes),
                    brotli: files.get(&format!("{path}.br")).map(form),
                    gzip: files.get(&format!("{path}.gz")).map(form),
                };
                (path.clone(), file)
            })
            .collect();
        let worker = worker_address(&files);
        Self {
            files: served,
            assets: SiteAssets {
                worker,
                js: address(manifest.js),
                wasm: address(manifest.wasm),
                css: address(manifest.css),
            },
        }
    }

    /// What a page links to.
    pub fn assets(&self) -> SiteAssets {
        self.assets.clone()
    }

    /// Whether there is such a file.
    pub fn has(&self, path: &str) -> bool {
        path.strip_prefix('/')
            .is_some_and(|path| self.files.contains_key(path))
    }

    /// The answer for a file; `None` if there is no such file.
    pub fn respond(&self, path: &str, headers: &HeaderMap) -> Option<Response> {
        let path = path.strip_prefix('/')?;
        let file = self.files.get(path)?;
        let accepted = Accepted::read(headers);
        let (form, encoding) = match (&file.brotli, &file.gzip) {
            (Some(form), _) if accepted.brotli => (form, Some("br")),
            (_, Some(form)) if accepted.gzip => (form, Some("gzip")),
            _ => (&file.plain, None),
        };
        let mut response = if is_known(headers, &form.etag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let mut response = Response::new(Body::from(form.bytes.clone()));
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
            if let Some(encoding) = encoding {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
            }
            response
        };
        let headers = response.headers_mut();
        if let Some(policy) = policy(path) {
            headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        }
        headers.insert(header::ETAG, form.etag.clone());
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        let kept = if path.starts_with("pkg/") {
            "public, max-age=31536000, immutable"
        } else if path == WORKER {
            // Its address says which version it is, and the browser asks anew by itself.
            "no-cache"
        } else {
            "public, max-age=3600"
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
        Some(response)
    }
}

/// Serves `/pkg/*`; what is not there any more is a plain 404, since a script asked and no person.
pub async fn packaged(State(state): State<AppState>, request: Request) -> Response {
    state
        .site
        .respond(request.uri().path(), request.headers())
        .unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

struct Accepted {
    brotli: bool,
    gzip: bool,
}

impl Accepted {
    fn read(headers: &HeaderMap) -> Self {
        let mut accepted = Self {
            brotli: false,
            gzip: false,
        };
        let values = headers.get_all(header::ACCEPT_ENCODING).iter();
        for part in values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
        {
            let mut pieces = part.split(';').map(str::trim);
            let name = pieces.next().unwrap_or_default().to_ascii_lowercase();
            let is_refused = pieces
                .filter_map(|piece| piece.strip_prefix("q="))
                .any(|quality| quality.trim().parse() == Ok(0.0));
            match name.as_str() {
                "br" => accepted.brotli = !is_refused,
                "gzip" => accepted.gzip = !is_refused,
                _ => {}
            }
        }
        accepted
    }
}

fn is_known(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let Some((known, etag)) = known.zip(etag.to_str().ok()) else {
        return false;
    };
    known
        .split(',')
        .map(|one| one.trim().trim_start_matches("W/"))
        .any(|one| one == etag || one == "*")
}

// Of the form's own bytes, so that each encoding has its own.
fn etag(bytes: &Bytes) -> HeaderValue {
    let digest = Sha256::digest(bytes);
    let hex: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::try_from(format!("\"{hex}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// What the plain page of a problem may load: its style sheet.
pub(crate) const PLAIN_PAGE: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page without a connection also has a script that asks whether there is one again.
const OFFLINE_PAGE: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The service worker, and what it keeps.
const WORKER: &str = "sw.js";
const KEPT: [&str; 3] = ["offline.html", "offline.js", "plain.css"];

/// Files that load others themselves; the rest may nothing.
fn policy(path: &str) -> Option<&'static str> {
    match path {
        WORKER => Some("default-src 'none'; connect-src 'self'"),
        "offline.html" => Some(OFFLINE_PAGE),
        _ => None,
    }
}

/// The service worker's address, which changes when it or anything that it keeps does; empty without one.
fn worker_address(files: &HashMap<String, Bytes>) -> String {
    let mut digest = Sha256::new();
    for path in KEPT.into_iter().chain([WORKER]) {
        let Some(bytes) = files.get(path) else {
            return String::new();
        };
        digest.update((bytes.len() as u64).to_be_bytes());
        digest.update(bytes);
    }
    let version: String = digest
        .finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("/{WORKER}?v={version}")
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "xml" => "application/xml",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}
