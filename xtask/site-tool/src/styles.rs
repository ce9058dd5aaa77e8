//! One style sheet from `style/*.css`.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use lightningcss::printer::PrinterOptions;
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, StyleSheet};

/// Joins and minifies the `.css` files of `dir` in the order of their names (`00-tokens.css` before `10-base.css`).
///
/// Syntax is kept as written: no prefixes are added and nothing is lowered for older browsers. A file that does not
/// parse is an error that names file and line.
pub(crate) fn bundle(dir: &Path) -> Result<String> {
    let mut sheet = String::new();
    for file in css_files(dir)? {
        let source = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        sheet += &minify(&source, &file.display().to_string())?;
    }
    Ok(sheet)
}

fn css_files(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).with_context(|| format!("reading {}", dir.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "css") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn minify(source: &str, filename: &str) -> Result<String> {
    let options = ParserOptions {
        filename: filename.to_owned(),
        ..Default::default()
    };
    let mut sheet = StyleSheet::parse(source, options).map_err(readable)?;
    sheet.minify(MinifyOptions::default()).map_err(readable)?;
    let css = sheet
        .to_css(PrinterOptions {
            minify: true,
            ..Default::default()
        })
        .with_context(|| format!("writing {filename} back"))?;
    Ok(css.code)
}

/// The library counts lines from 0, editors from 1.
fn readable<T: Display>(error: lightningcss::error::Error<T>) -> anyhow::Error {
    match error.loc {
        Some(at) => anyhow!("{}:{}:{}: {}", at.filename, at.line + 1, at.column, error.kind),
        None => anyhow!("{}", error.kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_modern_syntax_and_drops_comments() {
        let css =
            ":root { --accent: #0FFF50; } /* why */ .a { color: red; &:hover { color: var(--accent) } }";
        let small = minify(css, "x.css").unwrap();
        assert_eq!(
            small,
            ":root{--accent:#0fff50}.a{color:red;&:hover{color:var(--accent)}}"
        );
    }

    #[test]
    fn names_the_file_and_line_of_a_mistake() {
        let error = minify(".a { color: red }\n.b { } }", "style/20-chat.css")
            .unwrap_err()
            .to_string();
        assert!(error.contains("style/20-chat.css:2"), "{error}");
    }
}
