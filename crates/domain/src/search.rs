//! Searching conversations: by words, then by parts of words, then by what a mistyped word may have meant.

use agent::typos::distance;
use protocol::{Conversation, ConversationId};
use store::conversations::ListPosition;
pub use store::search::FoundMessage;
use store::search::{messages, newest_like, newest_words, titles, words};
use store::{Tx, conversations as table};

use crate::conversations::Conversations;
use crate::plain::plain;
use crate::{Actor, Error, page};

/// Messages shown of one search, and conversations by their title.
const SHOWN: u32 = 50;
/// Longest text that is searched for; more is cut off.
const Q_CHARS: usize = 200;
/// How a passage is cut: letters before the first word that was found, and in all.
const BEFORE: usize = 60;
const PASSAGE: usize = 220;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchResults {
    /// Conversations by their title, newest `updated_at` first, the words in the title marked.
    pub titles: Vec<(Conversation, Vec<Piece>)>,
    /// Messages, newest first, with the passage in which the words are.
    pub messages: Vec<(FoundMessage, Vec<Piece>)>,
    /// What was searched for instead, when nothing was found for the words as they were given.
    pub instead: Option<String>,
}

/// A piece of a text; those that were found are to be marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub found: bool,
}

impl Conversations<'_> {
    /// Searches titles and messages. Nothing to look for finds nothing.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn search(&self, actor: &Actor, q: &str) -> Result<SearchResults, Error> {
        let mut tx = self.begin(actor).await?;
        let hits = hits(&mut tx, actor, q).await?;
        let found = table::list(
            &mut tx,
            actor.user_id(),
            ListPosition::START,
            Some(&hits.titles),
            SHOWN,
        )
        .await?;
        tx.commit().await?;
        let mark = |text: &str| pieces(text, &hits.marks, hits.anywhere);
        Ok(SearchResults {
            titles: found
                .into_iter()
                .map(|conversation| {
                    let title = mark(&conversation.title);
                    (conversation, title)
                })
                .collect(),
            messages: hits
                .messages
                .into_iter()
                .map(|message| {
                    let passage = passage(&plain(&message.content), &hits.marks, hits.anywhere);
                    (message, passage)
                })
                .collect(),
            instead: hits.instead,
        })
    }
}

/// The conversations that a search finds, by title or message.
pub(crate) async fn conversations(tx: &mut Tx, actor: &Actor, q: &str) -> Result<Vec<ConversationId>, Error> {
    let found = hits(tx, actor, q).await?;
    let mut ids = found.titles;
    if found.anywhere {
        ids.extend(found.messages.iter().map(|message| message.conversation_id));
    } else {
        ids.extend(store::search::conversations(tx, &found.marks).await?);
    }
    Ok(ids)
}

#[derive(Default)]
struct Hits {
    titles: Vec<ConversationId>,
    messages: Vec<FoundMessage>,
    /// What is marked.
    marks: Vec<String>,
    /// Also in the middle of a word.
    anywhere: bool,
    instead: Option<String>,
}

impl Hits {
    fn is_empty(&self) -> bool {
        self.titles.is_empty() && self.messages.is_empty()
    }
}

async fn hits(tx: &mut Tx, actor: &Actor, q: &str) -> Result<Hits, Error> {
    let q: String = q.chars().filter(|letter| *letter != '\0').take(Q_CHARS).collect();
    let wanted = words(&q);
    let by_words = by_words(tx, wanted.clone(), None).await?;
    if !by_words.is_empty() {
        return Ok(by_words);
    }
    let Some(pattern) = page::pattern(Some(&q)) else {
        return Ok(Hits::default());
    };
    let (titles, messages) = newest_like(tx, actor.user_id(), &pattern, SHOWN).await?;
    let by_parts = Hits {
        titles,
        messages,
        marks: vec![q.trim().to_lowercase()],
        anywhere: true,
        instead: None,
    };
    if !by_parts.is_empty() || wanted.is_empty() {
        return Ok(by_parts);
    }
    match likely(&wanted, &newest_words(tx, actor.user_id()).await?) {
        Some(meant) => {
            let instead = meant.join(" ");
            self::by_words(tx, meant, Some(instead)).await
        }
        None => Ok(Hits::default()),
    }
}

async fn by_words(tx: &mut Tx, words: Vec<String>, instead: Option<String>) -> Result<Hits, Error> {
    Ok(Hits {
        titles: titles(tx, &words).await?,
        messages: messages(tx, &words, SHOWN).await?,
        marks: words,
        anywhere: false,
        instead,
    })
}

/// For each word the nearest one that is known, or `None` if one has none near: words of four letters may differ in one,
/// words of eight in two.
fn likely(wanted: &[String], known: &[String]) -> Option<Vec<String>> {
    let nearest = |word: &String| {
        let letters = word.chars().count();
        let allowed = match letters {
            ..=3 => 0,
            4..=7 => 1,
            _ => 2,
        };
        known
            .iter()
            .filter(|known| known.chars().count().abs_diff(letters) <= allowed)
            .map(|known| (distance(word, known), known))
            .filter(|(distance, _)| *distance <= allowed)
            .min()
            .map(|(_, known)| known.clone())
    };
    wanted.iter().map(nearest).collect()
}

/// The text in pieces, the words in it marked.
fn pieces(text: &str, words: &[String], anywhere: bool) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = vec![];
    let mut add = |letter: &str, found: bool| match pieces.last_mut() {
        Some(last) if last.found == found => last.text.push_str(letter),
        _ => pieces.push(Piece {
            text: letter.to_owned(),
            found,
        }),
    };
    let mut rest = text;
    let mut begins = true;
    while let Some(letter) = rest.chars().next() {
        let length = (begins || anywhere)
            .then(|| words.iter().filter_map(|word| begin_of(rest, word)).max())
            .flatten()
            .filter(|length| *length > 0);
        let (taken, found) = length.map_or((letter.len_utf8(), false), |length| (length, true));
        add(&rest[..taken], found);
        begins = rest[..taken]
            .chars()
            .next_back()
            .is_none_or(|last| !last.is_alphanumeric());
        rest = &rest[taken..];
    }
    pieces
}

/// How many bytes at the text's beginning are the word, in whatever case.
fn begin_of(text: &str, word: &str) -> Option<usize> {
    let mut left = word.chars().peekable();
    let mut length = 0;
    for letter in text.chars() {
        if left.peek().is_none() {
            break;
        }
        for small in letter.to_lowercase() {
            if left.next() != Some(small) {
                return None;
            }
        }
        length += letter.len_utf8();
    }
    left.peek().is_none().then_some(length)
}

/// The passage around the first of the words, on one line.
fn passage(text: &str, words: &[String], anywhere: bool) -> Vec<Piece> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let all = pieces(&line, words, anywhere);
    let first = match all.as_slice() {
        [before, _, ..] if !before.found => before.text.chars().count(),
        _ => 0,
    };
    let mut skip = first.saturating_sub(BEFORE);
    let mut room = PASSAGE;
    let mut passage = vec![];
    let quiet = |text: &str| Piece {
        text: text.to_owned(),
        found: false,
    };
    if skip > 0 {
        passage.push(quiet("… "));
    }
    for piece in all {
        let letters = piece.text.chars().count();
        let shown: String = piece.text.chars().skip(skip).take(room).collect();
        skip = skip.saturating_sub(letters);
        room -= shown.chars().count();
        if !shown.is_empty() {
            passage.push(Piece {
                text: shown,
                found: piece.found,
            });
        }
        if room == 0 {
            passage.push(quiet(" …"));
            break;
        }
    }
    passage
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pieces: &[Piece]) -> String {
        pieces
            .iter()
            .map(|piece| {
                if piece.found {
                    format!("[{}]", piece.text)
                } else {
                    piece.text.clone()
                }
            })
            .collect()
    }

    fn strings(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn words_are_marked_at_their_beginning_in_any_case() {
        let words = strings(&["report", "zaż"]);
        assert_eq!(
            shown(&pieces("Reports, unreported; ZAŻÓŁĆ", &words, false)),
            "[Report]s, unreported; [ZAŻ]ÓŁĆ"
        );
        assert_eq!(shown(&pieces("unreported", &words[..1], true)), "un[report]ed");
        assert_eq!(shown(&pieces("abc", &[String::new()], true)), "abc");
    }

    #[test]
    fn a_passage_is_cut_around_the_first_word() {
        let long = format!("{} needle {}", "hay ".repeat(100), "straw ".repeat(100));
        let cut = shown(&passage(&long, &strings(&["needle"]), false));
        assert!(cut.starts_with("… ") && cut.ends_with(" …"), "{cut}");
        assert!(cut.contains("hay [needle] straw"), "{cut}");
        assert!(cut.chars().count() < PASSAGE + 10, "{cut}");
        assert_eq!(
            shown(&passage("a  needle\n", &strings(&["needle"]), false)),
            "a [needle]"
        );
    }

    #[test]
    fn a_mistyped_word_becomes_the_nearest_known_one() {
        let known = strings(&["report", "repeat", "q4"]);
        assert_eq!(
            likely(&strings(&["reprot", "q4"]), &known),
            Some(strings(&["report", "q4"]))
        );
        assert_eq!(likely(&strings(&["q5"]), &known), None);
        assert_eq!(likely(&strings(&["report", "elephant"]), &known), None);
    }
}
