//! Every bundled grammar survives code of every kind: its patterns compile, none loops, and the
//! text comes out whole.

use markdown::{Options, render};
use scraper::Html;

const SAMPLES: &[&str] = &[
    "fn main() { let x: Vec<u8> = vec![1, 2]; /* a /* b */ */ println!(\"{x:?}\\n\"); } // end\n#[derive(Debug)]\nstruct S<'a>(&'a str);\n",
    "import os\nclass A(B):\n    '''doc'''\n    def f(self, *a, **k): return f\"{a!r:>{k}}\" if a else lambda x: x ** 2\n@dec\nasync def g(): await h()\n",
    "const f = async ({a, b}) => `${a + `${b}`}` / 2 /re[/]x/g; // c\n/** @param {x} y */\nexport default class extends X { #p = 1n; }\n<div className=\"x\" {...y}>{z}</div>\n",
    "<!DOCTYPE html><html><head><style>a{b:c}</style><script>let x = '</p>'</script></head><body onload=\"f()\">&amp;<?php echo \"$x\"; ?></body></html>\n",
    "SELECT a.\"b\", 'c''d', count(*) FILTER (WHERE x > 1) FROM t -- e\nJOIN u USING (id) /* f */ WHERE x = $1;\n",
    "#!/bin/bash\nset -e; for i in \"${a[@]}\"; do echo \"$(cat <<EOF\nx $i\nEOF\n)\" | grep -E 'y' > /dev/null 2>&1 & done\n",
    "key: &a [1, 2.5e3, true, ~, 'x', \"y\\n\"]\n<<: *a\n- !!str z # c\n---\n|\n  text\n",
    "[section]\nname = \"v\" # c\nlist = [1, 2]\n; d\n{\"a\": {\"b\": [null, -1.5e-3]}}\n",
    "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-old\n+new\n",
    "\\section{x} $a^2_{b}$ % c\n\\begin{verbatim}\n#include <a.h>\n\\end{verbatim}\n# h\n**b** `c` [d](e)\n```js\nlet x\n```\n",
    "((((((((((((((((((((((((((((((\n\"\"\"\"\"\"\"'''''''```````\n{{{{{{{{{{<<<<<<<<<<[[[[[[[[[[\n\\\\\\\\\\\\\\\\\n\t\t\t  \n",
    "Ünïcödé 字 👩‍👩‍👧 \u{200b} \u{feff} é\n%q(x) @a $b :c ?d #e &f |g ^h ~i\n0x1F 0b10 1_000 1e10f32 .5 5.\n",
];

#[test]
fn every_grammar_survives() {
    let syntaxes = two_face::syntax::extra_newlines();
    assert!(syntaxes.syntaxes().len() > 150);
    for syntax in syntaxes.syntaxes() {
        let names = syntax
            .file_extensions
            .iter()
            .map(String::as_str)
            .chain([syntax.name.as_str()]);
        // Names with spaces cannot be written in a fence.
        let Some(name) = names
            .into_iter()
            .find(|name| !name.contains([' ', ',', ';', '{', '.']))
        else {
            continue;
        };
        for sample in SAMPLES {
            let html = render(&format!("~~~~~{name}\n{sample}~~~~~\n"), &Options::new("")).concat();
            let html = Html::parse_fragment(&html);
            let code: String = html
                .root_element()
                .descendent_elements()
                .filter(|e| e.value().name() == "code")
                .flat_map(|e| e.text())
                .collect();
            assert_eq!(code, sample.trim_end_matches('\n'), "{name}");
        }
    }
}
