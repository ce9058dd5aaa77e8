//! Colours for code: syntect's parser, with its several hundred scopes brought down to a handful
//! of classes. One flat `<span>` per run of the same class, closed within its line, keeps the HTML
//! small and lets every line stand for itself.

use crate::escape::push_escaped;
use std::collections::HashMap;
use std::sync::LazyLock;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

/// Longer lines are shown without colours. They are data or minified code, and patterns can take
/// very long on them.
const LONGEST_LINE: usize = 2_000;

static SYNTAXES: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// The classes of the `<span>`s in code, each written with `hl-` before it. `style/60-code.css` has
/// their colours.
pub const HIGHLIGHT_CLASSES: &[&str] = &[
    "attribute",
    "bold",
    "comment",
    "constant",
    "deleted",
    "escape",
    "function",
    "heading",
    "inserted",
    "italic",
    "keyword",
    "meta",
    "number",
    "operator",
    "property",
    "string",
    "tag",
    "type",
    "variable",
];

/// Which class a scope gets: the longest matching prefix wins. An empty class ends what an outer
/// scope began, as code within a string does.
const CLASSES: &[(&str, &str)] = &[
    ("comment", "comment"),
    ("constant", "constant"),
    ("constant.character.escape", "escape"),
    ("constant.numeric", "number"),
    ("entity.name", "type"),
    ("entity.name.function", "function"),
    ("entity.name.tag", "tag"),
    ("entity.name.constant", "constant"),
    ("entity.name.section", "heading"),
    ("entity.name.label", "constant"),
    ("entity.other.attribute-name", "attribute"),
    ("entity.other.inherited-class", "type"),
    ("keyword", "keyword"),
    ("keyword.operator", "operator"),
    ("keyword.operator.word", "keyword"),
    ("keyword.operator.logical.python", "keyword"),
    ("markup.bold", "bold"),
    ("markup.deleted", "deleted"),
    ("markup.heading", "heading"),
    ("markup.inserted", "inserted"),
    ("markup.italic", "italic"),
    ("markup.raw", "string"),
    ("markup.underline.link", "string"),
    ("meta.annotation", "meta"),
    ("meta.attribute.rust", "meta"),
    ("meta.diff", "meta"),
    ("meta.embedded", ""),
    ("meta.interpolation", ""),
    ("meta.preprocessor", "meta"),
    ("meta.template.expression", ""),
    ("source", ""),
    ("storage", "keyword"),
    ("string", "string"),
    ("support.class", "type"),
    ("support.constant", "constant"),
    ("support.function", "function"),
    ("support.macro", "function"),
    ("support.type", "type"),
    ("support.type.property-name", "property"),
    ("variable.annotation", "meta"),
    ("variable.function", "function"),
    ("variable.language", "constant"),
    ("variable.other.member", "property"),
    ("variable.parameter", "variable"),
];

/// [`CLASSES`] with their scopes built, the longest first.
static RULES: LazyLock<Vec<(Scope, &str)>> = LazyLock::new(|| {
    let mut rules: Vec<(Scope, &str)> = CLASSES
        .iter()
        .filter_map(|(scope, class)| Some((Scope::new(scope).ok()?, *class)))
        .collect();
    rules.sort_by_key(|(scope, _)| std::cmp::Reverse(scope.len()));
    rules
});

/// A key in JSON or YAML is a string to its grammar; it reads better apart.
static KEY: LazyLock<Option<Scope>> = LazyLock::new(|| Scope::new("meta.mapping.key").ok());

/// What models call languages, where the grammars call them otherwise.
const ALIASES: &[(&str, &str)] = &[
    ("c#", "cs"),
    ("cjs", "js"),
    ("console", "bash"),
    ("csharp", "cs"),
    ("docker", "dockerfile"),
    ("env", "dotenv"),
    ("f#", "fs"),
    ("fortran", "f90"),
    ("golang", "go"),
    ("json5", "json"),
    ("jsonc", "json"),
    ("jsonl", "json"),
    ("jsx", "tsx"),
    ("mjs", "js"),
    ("node", "js"),
    ("pgsql", "sql"),
    ("plpgsql", "sql"),
    ("postgres", "sql"),
    ("postgresql", "sql"),
    ("python3", "python"),
    ("shell", "bash"),
    ("shell-session", "bash"),
    ("shellsession", "bash"),
    ("sqlite", "sql"),
];

/// Where in a piece of code the highlighting stands: after some whole line.
#[derive(Debug, Clone)]
pub(crate) struct Highlighter {
    parser: ParseState,
    scopes: ScopeStack,
    /// A pattern gave up on a line. What follows would be guesswork.
    gave_up: bool,
    classes: HashMap<Scope, Option<&'static str>>,
}

impl Highlighter {
    /// At the start of code in a language, by the name in its fence. `None` if the language is
    /// unknown or plain text.
    pub(crate) fn new(language: &str) -> Option<Self> {
        let syntax = find_syntax(language)?;
        Some(Self {
            parser: ParseState::new(syntax),
            scopes: ScopeStack::new(),
            gave_up: false,
            classes: HashMap::new(),
        })
    }

    /// Appends one line's HTML and moves on behind it. `line` is without its line ending, and so
    /// is the HTML.
    pub(crate) fn push_line(&mut self, out: &mut String, line: &str) {
        let operations = if self.gave_up || line.len() > LONGEST_LINE {
            None
        } else {
            // The grammars expect to see the end of the line.
            self.parser.parse_line(&format!("{line}\n"), &SYNTAXES).ok()
        };
        let Some(operations) = operations else {
            self.gave_up |= line.len() <= LONGEST_LINE;
            return push_escaped(out, line);
        };
        let mut open = "";
        let mut from = 0;
        for (at, operation) in &operations {
            let to = (*at).min(line.len());
            self.push_piece(out, &mut open, line.get(from..to).unwrap_or_default());
            from = to.max(from);
            self.gave_up |= self.scopes.apply(operation).is_err();
        }
        self.push_piece(out, &mut open, line.get(from..).unwrap_or_default());
        if !open.is_empty() {
            out.push_str("</span>");
        }
    }

    /// Appends text under the current scopes, within the open `<span>` if it has the same class.
    fn push_piece(&mut self, out: &mut String, open: &mut &'static str, text: &str) {
        if text.is_empty() {
            return;
        }
        // White space has no colour: it joins what is around it.
        let class = if text.trim().is_empty() {
            *open
        } else {
            self.class()
        };
        if class != *open {
            if !open.is_empty() {
                out.push_str("</span>");
            }
            if !class.is_empty() {
                out.push_str("<span class=\"hl-");
                out.push_str(class);
                out.push_str("\">");
            }
            *open = class;
        }
        push_escaped(out, text);
    }

    /// The class of the innermost scope that has one; empty for none.
    fn class(&mut self) -> &'static str {
        let stack = self.scopes.as_slice();
        for (depth, scope) in stack.iter().enumerate().rev() {
            let Some(class) = *self.classes.entry(*scope).or_insert_with(|| class_of(*scope)) else {
                continue;
            };
            let is_key = class == "string"
                && KEY.is_some_and(|key| {
                    stack[..depth]
                        .iter()
                        .rev()
                        .take(2)
                        .any(|outer| key.is_prefix_of(*outer))
                });
            return if is_key { "property" } else { class };
        }
        ""
    }
}

/// Loads the grammars now rather than when they are first needed.
pub(crate) fn load() {
    LazyLock::force(&SYNTAXES);
    LazyLock::force(&RULES);
}

fn class_of(scope: Scope) -> Option<&'static str> {
    RULES
        .iter()
        .find(|(prefix, _)| prefix.is_prefix_of(scope))
        .map(|(_, class)| *class)
}

fn find_syntax(language: &str) -> Option<&'static SyntaxReference> {
    let name = language.to_ascii_lowercase();
    let name = ALIASES
        .iter()
        .find(|(alias, _)| *alias == name)
        .map_or(name.as_str(), |(_, real)| real);
    let syntax = SYNTAXES.find_syntax_by_token(name)?;
    (syntax.name != "Plain Text").then_some(syntax)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(language: &str, code: &str) -> String {
        let mut highlighter = Highlighter::new(language).unwrap();
        let mut out = String::new();
        for line in code.lines() {
            highlighter.push_line(&mut out, line);
            out.push('\n');
        }
        out
    }

    #[test]
    fn colours_rust() {
        let html = lines(
            "rust",
            "fn main() {\n    let x: u32 = 1; // <one>\n    println!(\"{x}\\n\");\n}\n",
        );
        let expected = r#"<span class="hl-keyword">fn </span><span class="hl-function">main</span>() {
    <span class="hl-keyword">let</span> x: <span class="hl-keyword">u32 </span><span class="hl-operator">= </span><span class="hl-number">1</span>; <span class="hl-comment">// &lt;one&gt;</span>
    <span class="hl-function">println!</span>(<span class="hl-string">&quot;</span><span class="hl-constant">{x}</span><span class="hl-escape">\n</span><span class="hl-string">&quot;</span>);
}
"#;
        assert_eq!(html, expected);
    }

    #[test]
    fn colours_keys_apart_from_strings() {
        let expected = r#"{<span class="hl-property">&quot;key&quot;</span>: [<span class="hl-string">&quot;value&quot;</span>, <span class="hl-number">1</span>, <span class="hl-constant">true</span>]}
"#;
        assert_eq!(lines("json", "{\"key\": [\"value\", 1, true]}"), expected);
    }

    #[test]
    fn knows_the_usual_languages() {
        for language in [
            "rust",
            "rs",
            "python",
            "py",
            "python3",
            "javascript",
            "js",
            "jsx",
            "typescript",
            "ts",
            "tsx",
            "html",
            "css",
            "scss",
            "json",
            "jsonc",
            "yaml",
            "yml",
            "toml",
            "bash",
            "sh",
            "shell",
            "zsh",
            "console",
            "sql",
            "postgresql",
            "go",
            "golang",
            "java",
            "kotlin",
            "swift",
            "c",
            "cpp",
            "c++",
            "csharp",
            "c#",
            "cs",
            "ruby",
            "rb",
            "php",
            "diff",
            "dockerfile",
            "docker",
            "makefile",
            "xml",
            "markdown",
            "md",
            "lua",
            "haskell",
            "elixir",
            "scala",
            "r",
            "perl",
            "graphql",
            "nix",
            "zig",
            "dart",
            "ini",
            "tf",
            "hcl",
            "svelte",
            "vue",
            "clojure",
            "julia",
            "latex",
            "proto",
            "nginx",
        ] {
            assert!(Highlighter::new(language).is_some(), "{language}");
        }
        for language in [
            "",
            "text",
            "txt",
            "plain",
            "plaintext",
            "mermaid",
            "no-such-language",
        ] {
            assert!(Highlighter::new(language).is_none(), "{language}");
        }
    }

    #[test]
    fn every_rule_is_a_scope_and_every_class_is_listed() {
        assert_eq!(RULES.len(), CLASSES.len());
        let mut used: Vec<&str> = CLASSES
            .iter()
            .map(|(_, class)| *class)
            .filter(|class| !class.is_empty())
            .collect();
        used.sort_unstable();
        used.dedup();
        assert_eq!(used, HIGHLIGHT_CLASSES);
    }

    #[test]
    fn long_lines_stay_plain_and_do_not_confuse_the_next() {
        let long = format!("let a = \"{}\";", "x".repeat(LONGEST_LINE));
        let html = lines("rust", &format!("let a = 1;\n{long}\nlet b = 2;"));
        let html: Vec<&str> = html.lines().collect();
        assert!(html[0].contains("hl-keyword"));
        assert!(!html[1].contains("<span"));
        assert!(html[2].contains("hl-keyword"));
    }
}
