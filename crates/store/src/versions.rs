//! Versions of messages: which path through a conversation's tree is shown.
//!
//! All of these want the conversation's lock ([`crate::conversations::reserve_positions`]).

use std::collections::HashMap;

use protocol::{ConversationId, MessageId, Role};
use uuid::Uuid;

use crate::messages::MessageRecord;
use crate::{Error, Tx};

/// Takes everything from a position on off the shown path; returns how many messages that were.
pub async fn leave(tx: &mut Tx, conversation: ConversationId, position: i32) -> Result<u64, Error> {
    let done = sqlx::query(
        "UPDATE messages SET active = false WHERE conversation_id = $1 AND active AND position >= $2",
    )
    .bind(conversation.0)
    .bind(position)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// Where the path to a message leaves the one that is shown: the position of its nearest ancestor that is shown, 0 if
/// there is none.
pub async fn fork_of(tx: &mut Tx, message: MessageId) -> Result<i32, Error> {
    let position: Option<i32> = sqlx::query_scalar(
        "WITH RECURSIVE up AS (
             SELECT parent_id, position, active FROM messages WHERE id = $1
             UNION ALL
             SELECT m.parent_id, m.position, m.active FROM messages m JOIN up ON m.id = up.parent_id
             WHERE NOT up.active)
         SELECT max(position) FROM up WHERE active",
    )
    .bind(message.0)
    .fetch_one(&mut **tx)
    .await?;
    Ok(position.unwrap_or(0))
}

/// Puts a message on the shown path: what leads to it, and of what follows it at each step the version that was shown
/// last. Returns how many messages that were. What was shown instead must have been left.
pub async fn show(tx: &mut Tx, message: MessageId) -> Result<u64, Error> {
    let done = sqlx::query(
        "WITH RECURSIVE up AS (
             SELECT id, parent_id FROM messages WHERE id = $1 AND NOT active
             UNION ALL
             SELECT m.id, m.parent_id FROM messages m JOIN up ON m.id = up.parent_id WHERE NOT m.active),
         down AS (
             SELECT $1::uuid AS id
             UNION ALL
             SELECT newest.id FROM down CROSS JOIN LATERAL (
                 SELECT id FROM messages WHERE parent_id = down.id
                 ORDER BY shown_at DESC, position DESC LIMIT 1) AS newest)
         UPDATE messages SET active = true, shown_at = clock_timestamp()
         WHERE id IN (SELECT id FROM up UNION SELECT id FROM down) AND NOT active",
    )
    .bind(message.0)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// Tells those of some messages that have several versions of each other's ids.
pub async fn fill(tx: &mut Tx, records: &mut [MessageRecord]) -> Result<(), Error> {
    let parents: Vec<Uuid> = records
        .iter()
        .filter_map(|record| Some(record.parent_id?.0))
        .collect();
    let root = records.iter().find(|record| record.parent_id.is_none());
    let root = root.map(|record| record.message.conversation_id.0);
    let rows: Vec<(Option<Uuid>, String, Vec<Uuid>)> = sqlx::query_as(
        "SELECT parent_id, role, array_agg(id ORDER BY position) FROM messages
         WHERE parent_id = ANY($1) GROUP BY parent_id, role HAVING count(*) > 1
         UNION ALL
         SELECT parent_id, role, array_agg(id ORDER BY position) FROM messages
         WHERE conversation_id = $2 AND parent_id IS NULL GROUP BY parent_id, role HAVING count(*) > 1",
    )
    .bind(parents)
    .bind(root)
    .fetch_all(&mut **tx)
    .await?;
    let mut versions: HashMap<(Option<Uuid>, Option<Role>), Vec<MessageId>> = rows
        .into_iter()
        .map(|(parent, role, ids)| {
            (
                (parent, Role::parse(&role)),
                ids.into_iter().map(Into::into).collect(),
            )
        })
        .collect();
    for record in records {
        let key = (record.parent_id.map(|id| id.0), Some(record.message.role));
        // Siblings are never on one page: only one version of a message is shown.
        record.message.versions = versions.remove(&key).unwrap_or_default();
    }
    Ok(())
}
