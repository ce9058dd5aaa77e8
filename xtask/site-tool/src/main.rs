//! The heavy half of the build pipeline, apart from `xtask` so that `xtask` compiles in seconds.
//!
//! - `site-tool bindgen --wasm IN --out DIR` turns the compiler's WASM into `DIR/greenlit.wasm` and `DIR/greenlit.js`.
//! - `site-tool assemble --js F --wasm F --style DIR --public DIR --out SITE` makes the folder that the server embeds.
//!
//! `xtask` calls both and runs wasm-opt between them.

mod assemble;
mod bindgen;
mod compress;
mod styles;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;

#[derive(Default)]
struct Args {
    command: Option<String>,
    wasm: Option<PathBuf>,
    js: Option<PathBuf>,
    style: Option<PathBuf>,
    public: Option<PathBuf>,
    out: Option<PathBuf>,
}

fn main() -> Result<()> {
    let args = parse()?;
    let out = args.out.context("--out is missing")?;
    let wasm = args.wasm.context("--wasm is missing")?;
    match args.command.as_deref() {
        Some("bindgen") => bindgen::run(&wasm, &out),
        Some("assemble") => assemble::run(&assemble::Inputs {
            wasm,
            js: args.js.context("--js is missing")?,
            style: args.style.context("--style is missing")?,
            public: args.public.context("--public is missing")?,
            out,
        }),
        other => bail!("expected `bindgen` or `assemble`, got {other:?}"),
    }
}

fn parse() -> Result<Args> {
    let mut args = Args::default();
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        let slot = match arg {
            Value(name) if args.command.is_none() => {
                args.command = Some(name.string()?);
                continue;
            }
            Long("wasm") => &mut args.wasm,
            Long("js") => &mut args.js,
            Long("style") => &mut args.style,
            Long("public") => &mut args.public,
            Long("out") => &mut args.out,
            _ => return Err(arg.unexpected().into()),
        };
        *slot = Some(parser.value()?.into());
    }
    Ok(args)
}
