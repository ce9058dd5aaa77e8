//! Words: cuts what a person typed into tokens that still know where they stood, so that a title
//! keeps its own spelling.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    /// A whole quotation, quotes included.
    Quoted,
    /// One punctuation character, or a run of the same one.
    Punct,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// In lower case, with plain quotes and dashes; without the quotes for a quotation.
    pub(super) lower: String,
    pub(super) kind: Kind,
    /// Byte range in the line.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Some neighbouring tokens of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phrase<'a> {
    source: &'a str,
    tokens: &'a [Token],
}

impl<'a> Phrase<'a> {
    pub(super) fn new(source: &'a str, tokens: &'a [Token]) -> Self {
        Self { source, tokens }
    }

    pub(super) fn len(self) -> usize {
        self.tokens.len()
    }

    pub(super) fn is_empty(self) -> bool {
        self.tokens.is_empty()
    }

    pub(super) fn tokens(self) -> &'a [Token] {
        self.tokens
    }

    /// The token's word; empty behind the end.
    pub(super) fn lower(self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.lower.as_str())
    }

    pub(super) fn kind(self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    pub(super) fn is_punct(self, at: usize) -> bool {
        self.kind(at) == Some(Kind::Punct)
    }

    pub(super) fn is_quoted(self, at: usize) -> bool {
        self.kind(at) == Some(Kind::Quoted)
    }

    /// The tokens from `from` up to `to`, both clamped.
    pub(super) fn slice(self, from: usize, to: usize) -> Self {
        let to = to.min(self.len());
        Self {
            source: self.source,
            tokens: &self.tokens[from.min(to)..to],
        }
    }

    pub(super) fn skip(self, count: usize) -> Self {
        self.slice(count, self.len())
    }

    /// As it was typed, from the first token to the last.
    pub(super) fn text(self) -> &'a str {
        match (self.tokens.first(), self.tokens.last()) {
            (Some(first), Some(last)) => &self.source[first.start..last.end],
            _ => "",
        }
    }

    /// What stands between the quotes of the token at `at`; `None` when it is no quotation.
    pub(super) fn quotation(self, at: usize) -> Option<&'a str> {
        let token = self.tokens.get(at).filter(|token| token.kind == Kind::Quoted)?;
        let whole = &self.source[token.start..token.end];
        let mut inner = whole.chars();
        inner.next();
        inner.next_back();
        Some(inner.as_str().trim())
    }

    /// Whether the token at `at` follows the one before it without a space.
    pub(super) fn is_glued(self, at: usize) -> bool {
        at > 0
            && matches!((self.tokens.get(at - 1), self.tokens.get(at)), (Some(a), Some(b)) if a.end == b.start)
    }

    /// Without the punctuation at its end that ends a sentence.
    pub(super) fn without_end_marks(self) -> Self {
        let mut phrase = self;
        while !phrase.is_empty()
            && phrase.is_punct(phrase.len() - 1)
            && !phrase.lower(phrase.len() - 1).starts_with("!!")
        {
            phrase = phrase.slice(0, phrase.len() - 1);
        }
        phrase
    }

    /// Without the punctuation at its beginning.
    pub(super) fn without_leading_marks(self) -> Self {
        let mut phrase = self;
        while phrase.is_punct(0) && !phrase.lower(0).starts_with("!!") {
            phrase = phrase.skip(1);
        }
        phrase
    }
}

/// Cuts one line into tokens.
pub(super) fn tokenize(line: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(char) = line[at..].chars().next() {
        if char.is_whitespace() {
            at += char.len_utf8();
        } else if let Some(end) = quotation_end(line, at) {
            let mut inner = line[at..end].chars();
            inner.next();
            inner.next_back();
            push(&mut tokens, Kind::Quoted, at, end, inner.as_str().trim());
            at = end;
        } else {
            at = chunk(&mut tokens, line, at);
        }
    }
    tokens
}

fn push(tokens: &mut Vec<Token>, kind: Kind, start: usize, end: usize, text: &str) {
    tokens.push(Token {
        lower: plain(text),
        kind,
        start,
        end,
    });
}

/// Whether a word is one of those in a list with spaces between them.
pub(super) fn one_of(word: &str, list: &str) -> bool {
    !word.is_empty() && list.split_whitespace().any(|other| other == word)
}

/// Lower case with plain apostrophes and dashes.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|char| match char {
            '’' | '‘' | 'ʼ' | '´' | '`' => '\'',
            '“' | '”' | '„' | '«' | '»' => '"',
            '–' | '—' | '−' => '-',
            '\u{2011}' => '-',
            other => other,
        })
        .collect()
}

fn closers(open: char) -> &'static [char] {
    match open {
        '"' => &['"', '”'],
        '\'' => &['\'', '’'],
        '`' => &['`', '\''],
        '“' => &['”', '"'],
        '„' => &['“', '”', '"'],
        '‘' => &['’', '\''],
        '«' => &['»'],
        '»' => &['«'],
        _ => &[],
    }
}

/// Where the quotation that begins at `at` ends; `None` when none begins or it never ends.
fn quotation_end(line: &str, at: usize) -> Option<usize> {
    let open = line[at..].chars().next()?;
    let closers = closers(open);
    let before = line[..at].chars().next_back();
    if closers.is_empty() || before.is_some_and(char::is_alphanumeric) {
        return None;
    }
    let inside = at + open.len_utf8();
    if line[inside..].chars().next().is_none_or(char::is_whitespace) {
        return None;
    }
    let apostrophe = matches!(open, '\'' | '‘' | '`');
    let mut found = None;
    for (offset, char) in line[inside..].char_indices() {
        let here = inside + offset;
        if !closers.contains(&char) || here == inside {
            continue;
        }
        let after = here + char.len_utf8();
        let bounded = line[after..]
            .chars()
            .next()
            .is_none_or(|next| !next.is_alphanumeric());
        if !bounded {
            continue;
        }
        // In 'the users' bug' the first apostrophe closes nothing: what comes next closes again
        // without having been opened.
        if !apostrophe || !closes_again(&line[after..], closers) {
            return Some(after);
        }
        found = Some(after);
    }
    found
}

fn closes_again(rest: &str, closers: &[char]) -> bool {
    let mut before = ' ';
    for (offset, char) in rest.char_indices() {
        if closers.contains(&char) || char == '‘' {
            let next = rest[offset + char.len_utf8()..].chars().next();
            let letter_after = next.is_some_and(char::is_alphanumeric);
            if !before.is_alphanumeric() {
                return false;
            }
            if !letter_after {
                return true;
            }
        }
        before = char;
    }
    false
}

const LEADING: &[char] = &[
    '(', '[', '{', '"', '“', '„', '«', '»', '‘', '’', '\'', '`', ',', ';', ':', '!', '?', '…', '>', '•',
];
const TRAILING: &[char] = &[
    '.', ',', ';', ':', '!', '?', '…', ')', ']', '}', '"', '”', '“', '«', '»', '\'', '’', '`',
];

/// Cuts the next run without spaces; returns where it ends.
fn chunk(tokens: &mut Vec<Token>, line: &str, at: usize) -> usize {
    let end = line[at..]
        .char_indices()
        .find(|(offset, char)| {
            char.is_whitespace() || (*offset > 0 && quotation_end(line, at + offset).is_some())
        })
        .map_or(line.len(), |(offset, _)| at + offset);
    let mut start = at;
    while let Some(char) = line[start..end].chars().next() {
        let dashes = line[start..end]
            .chars()
            .all(|char| matches!(char, '-' | '–' | '—' | '*' | '·'));
        if !LEADING.contains(&char) && !dashes {
            break;
        }
        let stop = run_end(line, start, end, char);
        push(tokens, Kind::Punct, start, stop, &line[start..stop]);
        start = stop;
    }
    let mut stop = end;
    let mut behind = Vec::new();
    while let Some(char) = line[start..stop].chars().next_back() {
        let word = &line[start..stop];
        let balanced = match char {
            ')' => word.contains('('),
            ']' => word.contains('['),
            '.' => is_dotted_date(word),
            _ => false,
        };
        if !TRAILING.contains(&char) || balanced {
            break;
        }
        let mut from = stop;
        while line[start..from].ends_with(char) {
            from -= char.len_utf8();
        }
        behind.push((from, stop));
        stop = from;
    }
    if start < stop {
        push(tokens, Kind::Word, start, stop, &line[start..stop]);
    }
    for (from, to) in behind.into_iter().rev() {
        push(tokens, Kind::Punct, from, to, &line[from..to]);
    }
    end
}

fn run_end(line: &str, start: usize, end: usize, char: char) -> usize {
    start
        + line[start..end]
            .chars()
            .take_while(|next| *next == char)
            .map(char::len_utf8)
            .sum::<usize>()
}

/// `3.12.`: a day and a month as many write them; its last dot is no full stop.
fn is_dotted_date(word: &str) -> bool {
    let mut parts = word.split('.');
    let number = |part: Option<&str>| {
        part.is_some_and(|part| {
            (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    number(parts.next()) && number(parts.next()) && parts.next() == Some("") && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(line: &str) -> Vec<String> {
        tokenize(line)
            .iter()
            .map(|token| match token.kind {
                Kind::Quoted => format!("<{}>", token.lower),
                _ => token.lower.clone(),
            })
            .collect()
    }

    #[test]
    fn words_quotes_and_marks_are_told_apart() {
        for (line, tokens) in [
            ("Buy milk, eggs.", vec!["buy", "milk", ",", "eggs", "."]),
            ("called 'Review Q4 report'", vec!["called", "<review q4 report>"]),
            ("called ‘Review Q4’.", vec!["called", "<review q4>", "."]),
            ("“Don’t panic” now", vec!["<don't panic>", "now"]),
            ("'the users' bug' now", vec!["<the users' bug>", "now"]),
            ("'a' and 'b'", vec!["<a>", "and", "<b>"]),
            ("don't call Bob's mum", vec!["don't", "call", "bob's", "mum"]),
            ("'Don't forget Bob's cake'", vec!["<don't forget bob's cake>"]),
            ("pay 3.12. at 17:30!!", vec!["pay", "3.12.", "at", "17:30", "!!"]),
            ("fix f(x) (urgent)", vec!["fix", "f(x)", "(", "urgent", ")"]),
            ("task:\"Milk\"", vec!["task", ":", "<milk>"]),
            ("a — b - c", vec!["a", "-", "b", "-", "c"]),
            ("it's 5\" wide", vec!["it's", "5", "\"", "wide"]),
        ] {
            assert_eq!(cut(line), tokens, "{line}");
        }
    }

    proptest! {
        #[test]
        fn tokens_are_in_order_and_cover_every_letter(line in "[ a-z'\"‘’“”.,!?:()é-]{0,60}") {
            let tokens = tokenize(&line);
            let mut at = 0;
            for token in &tokens {
                prop_assert!(token.start >= at && token.end > token.start);
                prop_assert!(line[at..token.start].chars().all(char::is_whitespace));
                at = token.end;
            }
            prop_assert!(line[at..].chars().all(char::is_whitespace));
        }

        #[test]
        fn never_panics(line in ".{0,80}") {
            let _ = tokenize(&line);
        }
    }
}
