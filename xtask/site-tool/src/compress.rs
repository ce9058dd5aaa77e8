//! Precompressed neighbours of the files that are worth it, so that the server never compresses an asset.

use std::io::Write;
use std::path::Path;

use anyhow::Result;

/// Text and WASM shrink; images and fonts are compressed already.
const COMPRESSIBLE: &[&str] = &[
    "css",
    "html",
    "ico",
    "js",
    "json",
    "map",
    "mjs",
    "svg",
    "txt",
    "wasm",
    "webmanifest",
    "xml",
];

/// Below this a response fits into one packet anyway.
const WORTH_BYTES: usize = 256;

/// The `.br` (quality 11) and `.gz` (level 9) forms of a file; `None` where a file is small, of a kind that does not
/// shrink, or would not become smaller.
pub(crate) struct Compressed {
    pub(crate) brotli: Option<Vec<u8>>,
    pub(crate) gzip: Option<Vec<u8>>,
}

/// Compresses `bytes` if the extension of `name` says that it pays.
pub(crate) fn compress(name: &Path, bytes: &[u8]) -> Result<Compressed> {
    let extension = name.extension().and_then(|e| e.to_str()).unwrap_or_default();
    if bytes.len() < WORTH_BYTES || !COMPRESSIBLE.contains(&extension) {
        return Ok(Compressed {
            brotli: None,
            gzip: None,
        });
    }
    let smaller = |packed: Vec<u8>| (packed.len() < bytes.len()).then_some(packed);
    Ok(Compressed {
        brotli: smaller(brotli(bytes)?),
        gzip: smaller(gzip(bytes)?),
    })
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: bytes.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &params)?;
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}
