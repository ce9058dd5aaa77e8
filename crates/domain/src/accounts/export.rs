//! Everything that is somebody's, as one JSON document.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use protocol::UserId;
use store::{Scope, export};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::Accounts;
use crate::{Actor, Domain, Error, clock};

/// A few at once on each server: each holds a connection to the database as long as its reader takes.
static AT_ONCE: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(4)));
/// Who exports: each once, so that nobody takes all the places.
static EXPORTING: Mutex<Option<HashSet<UserId>>> = Mutex::new(None);
/// However slowly somebody reads, the place is free for the next one after this long.
const WHOLE: Duration = Duration::from_secs(10 * 60);
/// Whoever takes nothing for this long is gone.
const STALL: Duration = Duration::from_secs(30);
/// What is written at a time.
const PIECE_BYTES: usize = 32 * 1024;

/// The document, piece by piece. It is whole exactly when the channel ends without an error.
pub type Export = mpsc::Receiver<Result<String, Error>>;

impl Accounts<'_> {
    /// Everything that is the actor's, as it stands at one moment: `{"exported_at": …, "users": [{…}], "tasks": […], …}`,
    /// a list for each table. Secrets and hashes are not in it.
    ///
    /// # Errors
    /// `RateLimited` while others, or the actor elsewhere, export.
    pub fn export(&self, actor: &Actor) -> Result<Export, Error> {
        let turn = Turn::take(actor.user_id()).ok_or(Error::RateLimited {
            retry_after: Duration::from_secs(10),
        })?;
        let (sender, receiver) = mpsc::channel(4);
        let (domain, actor) = (self.domain.clone(), actor.clone());
        tokio::spawn(async move {
            let outcome = tokio::time::timeout(WHOLE, write(&domain, &actor, &sender)).await;
            // Before the channel ends: whoever has it all may come again.
            drop(turn);
            let error = match outcome {
                Ok(Ok(())) => return,
                Ok(Err(Stop::Gone)) => return tracing::debug!("nobody took the rest of an export"),
                Ok(Err(Stop::Failed(error))) => error,
                Err(elapsed) => Error::Unavailable(Box::new(elapsed)),
            };
            let _ = sender.send_timeout(Err(error), STALL).await;
        });
        Ok(receiver)
    }
}

/// The right to export, until it is dropped.
struct Turn {
    user: UserId,
    _place: OwnedSemaphorePermit,
}

fn exporting() -> MutexGuard<'static, Option<HashSet<UserId>>> {
    EXPORTING.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Turn {
    /// `None` while the user exports already, or too many others do.
    fn take(user: &UserId) -> Option<Self> {
        let place = AT_ONCE.clone().try_acquire_owned().ok()?;
        let is_first = exporting().get_or_insert_default().insert(user.clone());
        is_first.then(|| Self {
            user: user.clone(),
            _place: place,
        })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(users) = exporting().as_mut() {
            users.remove(&self.user);
        }
    }
}

enum Stop {
    /// Nobody reads any more.
    Gone,
    Failed(Error),
}

impl From<store::Error> for Stop {
    fn from(error: store::Error) -> Self {
        Self::Failed(error.into())
    }
}

type Sender = mpsc::Sender<Result<String, Error>>;

async fn write(domain: &Domain, actor: &Actor, sender: &Sender) -> Result<(), Stop> {
    let mut tx = domain
        .store()
        .begin_snapshot(Scope::Actor(actor.user_id()))
        .await?;
    let mut piece = format!("{{\"exported_at\":\"{}\"", clock::now());
    for table in export::tables(&mut tx).await? {
        let statement = export::statement(&mut tx, &table).await?;
        piece.push_str(&format!(",\n\"{table}\":["));
        let mut rows = std::pin::pin!(export::rows(&mut tx, statement, actor.user_id()));
        let mut first = true;
        while let Some(row) = rows.next().await {
            let row = row.map_err(store::Error::from)?;
            piece.push_str(if first { "\n" } else { ",\n" });
            piece.push_str(&row);
            first = false;
            if piece.len() >= PIECE_BYTES {
                send(sender, std::mem::take(&mut piece)).await?;
            }
        }
        piece.push(']');
    }
    tx.commit().await?;
    piece.push_str("}\n");
    send(sender, piece).await
}

async fn send(sender: &Sender, piece: String) -> Result<(), Stop> {
    sender
        .send_timeout(Ok(piece), STALL)
        .await
        .map_err(|_| Stop::Gone)
}
