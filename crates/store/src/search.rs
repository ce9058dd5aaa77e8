//! Finding conversations and messages by their words.
//!
//! The words of titles and messages are indexed by Postgres (see migration 6 for why the two lookups are functions).
//! What no index can answer, a part of a word or a word with a typo, looks at the newest messages only.

use ::time::OffsetDateTime;
use protocol::{ConversationId, MessageId, Role, Timestamp, UserId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{Error, Tx, time};

/// How many of the newest messages are read where the index of words does not help.
const NEWEST: i64 = 2_000;
/// How many rows that the index names are looked at: enough for any list of results.
const FOUND: i32 = 500;
/// What separates words besides blanks. The same signs as in `search_words` of migration 6.
const SIGNS: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~“”„‘’–—…«»";

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundMessage {
    /// The message.
    pub id: MessageId,
    /// Where it is.
    pub conversation_id: ConversationId,
    /// That conversation's title.
    pub conversation_title: String,
    /// Who wrote it.
    pub role: Role,
    /// Its text, as much of it as is indexed.
    pub content: String,
    /// When it was written.
    pub created_at: Timestamp,
}

#[derive(FromRow)]
struct FoundRow {
    id: Uuid,
    conversation_id: Uuid,
    title: String,
    role: String,
    content: String,
    created_at: OffsetDateTime,
}

impl TryFrom<FoundRow> for FoundMessage {
    type Error = Error;

    fn try_from(row: FoundRow) -> Result<Self, Error> {
        Ok(Self {
            id: row.id.into(),
            conversation_id: row.conversation_id.into(),
            conversation_title: row.title,
            role: Role::parse(&row.role).ok_or_else(|| Error::Inconsistent {
                table: "messages",
                column: "role",
                row: row.id.to_string(),
            })?,
            content: row.content,
            created_at: time::from_sql(row.created_at),
        })
    }
}

/// A text's words in lower case, cut where the index cuts them.
pub fn words(text: &str) -> Vec<String> {
    text.split(|letter: char| letter.is_whitespace() || letter.is_control() || SIGNS.contains(letter))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// All of these words; of each word its beginning is enough, unless it is a single letter. `None` without words.
fn tsquery(words: &[String]) -> Option<String> {
    let lexeme = |word: &String| {
        // Neither can be in a word; but this is what makes the text safe, so it does not rely on that.
        let word = word.replace('\\', "\\\\").replace('\'', "''");
        let prefix = if word.chars().nth(1).is_some() { ":*" } else { "" };
        format!("'{word}'{prefix}")
    };
    let lexemes: Vec<_> = words.iter().map(lexeme).collect();
    (!lexemes.is_empty()).then(|| lexemes.join(" & "))
}

/// The actor's conversations in whose title all words are; newest first.
pub async fn titles(tx: &mut Tx, words: &[String]) -> Result<Vec<ConversationId>, Error> {
    let Some(query) = tsquery(words) else {
        return Ok(vec![]);
    };
    let ids: Vec<Uuid> = sqlx::query_scalar("SELECT search_titles($1::text::tsquery, $2)")
        .bind(query)
        .bind(FOUND)
        .fetch_all(&mut **tx)
        .await?;
    Ok(ids.into_iter().map(Into::into).collect())
}

/// The actor's messages in which all words are, newest first, at most `limit`.
pub async fn messages(tx: &mut Tx, words: &[String], limit: u32) -> Result<Vec<FoundMessage>, Error> {
    let Some(query) = tsquery(words) else {
        return Ok(vec![]);
    };
    let rows: Vec<FoundRow> = sqlx::query_as(
        "SELECT m.id, m.conversation_id, c.title, m.role, left(m.content, 100000) AS content, m.created_at
         FROM messages m JOIN conversations c ON c.id = m.conversation_id
         WHERE m.id = ANY (ARRAY(SELECT search_messages($1::text::tsquery, $2))) AND c.deleted_at IS NULL AND m.active
         ORDER BY m.id DESC LIMIT $3",
    )
    .bind(query)
    .bind(FOUND)
    .bind(i64::from(limit))
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Conversations in whose messages all words are.
pub async fn conversations(tx: &mut Tx, words: &[String]) -> Result<Vec<ConversationId>, Error> {
    let Some(query) = tsquery(words) else {
        return Ok(vec![]);
    };
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "SELECT DISTINCT conversation_id FROM messages
         WHERE id = ANY (ARRAY(SELECT search_messages($1::text::tsquery, $2))) AND active",
    )
    .bind(query)
    .bind(FOUND)
    .fetch_all(&mut **tx)
    .await?;
    Ok(ids.into_iter().map(Into::into).collect())
}

/// Among the newest messages and conversations: those messages, and titles, that match an ILIKE pattern.
pub async fn newest_like(
    tx: &mut Tx,
    user: &UserId,
    pattern: &str,
    limit: u32,
) -> Result<(Vec<ConversationId>, Vec<FoundMessage>), Error> {
    let rows: Vec<FoundRow> = sqlx::query_as(
        "SELECT m.id, m.conversation_id, c.title, m.role, left(m.content, 100000) AS content, m.created_at
         FROM (SELECT * FROM messages WHERE user_id = $1 ORDER BY id DESC LIMIT $2) m
         JOIN conversations c ON c.id = m.conversation_id
         WHERE m.content ILIKE $3 AND m.active AND c.deleted_at IS NULL
         ORDER BY m.id DESC LIMIT $4",
    )
    .bind(user.as_str())
    .bind(NEWEST)
    .bind(pattern)
    .bind(i64::from(limit))
    .fetch_all(&mut **tx)
    .await?;
    let titles: Vec<Uuid> = sqlx::query_scalar(
        "SELECT id FROM (SELECT id, title FROM conversations WHERE user_id = $1 AND deleted_at IS NULL
                         ORDER BY updated_at DESC, id DESC LIMIT $2) newest
         WHERE title ILIKE $3",
    )
    .bind(user.as_str())
    .bind(NEWEST)
    .bind(pattern)
    .fetch_all(&mut **tx)
    .await?;
    let messages = rows
        .into_iter()
        .map(TryInto::try_into)
        .collect::<Result<_, _>>()?;
    Ok((titles.into_iter().map(Into::into).collect(), messages))
}

/// Every word of the newest messages and titles: what a word with a typo may have meant.
pub async fn newest_words(tx: &mut Tx, user: &UserId) -> Result<Vec<String>, Error> {
    let words = sqlx::query_scalar(
        "SELECT DISTINCT word FROM (
             (SELECT search FROM messages WHERE user_id = $1 ORDER BY id DESC LIMIT $2)
             UNION ALL
             (SELECT search FROM conversations WHERE user_id = $1 AND deleted_at IS NULL
              ORDER BY updated_at DESC, id DESC LIMIT $2)) newest,
             unnest(tsvector_to_array(newest.search)) AS word
         WHERE word NOT LIKE '@%'",
    )
    .bind(user.as_str())
    .bind(NEWEST)
    .fetch_all(&mut **tx)
    .await?;
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_words_and_nothing_else() {
        assert_eq!(
            words("Q4-Report, (a@b.c) 'x"),
            ["q4", "report", "a", "b", "c", "x"]
        );
        assert_eq!(words(" |&!:* \0"), Vec::<String>::new());
        assert_eq!(tsquery(&words("Report a")).as_deref(), Some("'report':* & 'a'"));
        assert_eq!(tsquery(&["it's\\".into()]).as_deref(), Some("'it''s\\\\':*"));
        assert_eq!(tsquery(&[]), None);
    }
}
