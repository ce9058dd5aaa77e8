//! Runs whose server died: found by their lapsed lease, at start and every few seconds, on any
//! server. What was written is kept; the answer ends with an explanation and can be asked for again.

use std::time::Duration;

use protocol::{Message, RunEvent};
use store::runs::{Claim, RunRecord};
use store::{Scope, conversations, messages, run_events, runs, sessions};

use super::worker::{End, interrupted};
use super::writer::Writer;
use crate::{Domain, Error};

const SWEEP: Duration = Duration::from_secs(2);
/// Sessions expire by themselves, deleted conversations are shown to nobody; only their rows remain to be removed.
const SWEEPS_BETWEEN_CLEANUPS: u32 = 1800;
/// Runs claimed in one sweep; conversations purged in one transaction.
const AT_ONCE: u32 = 20;

/// Sweeps until the server stops.
pub(crate) async fn watch(domain: Domain) {
    let mut ticks = tokio::time::interval(SWEEP);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut away = false;
    let mut count: u32 = 0;
    loop {
        tokio::select! {
            () = domain.inner.stopping.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let mut result = sweep(&domain).await;
        if result.is_ok() && count.is_multiple_of(SWEEPS_BETWEEN_CLEANUPS) {
            result = clean_up(&domain).await;
        }
        count = count.wrapping_add(1);
        // One line when it begins and one when it ends, not one for every sweep.
        match result {
            Err(error) if !away => {
                away = true;
                tracing::warn!(error = %error, "the database is away; looking for it again");
            }
            Ok(()) if away => {
                away = false;
                tracing::info!("the database is back");
            }
            _ => {}
        }
    }
}

/// Takes up what other servers, or this one before it died, left behind.
pub(crate) async fn sweep(domain: &Domain) -> Result<(), Error> {
    let mut tx = domain.store().begin(Scope::Worker).await?;
    let claims = runs::claim_lapsed(&mut tx, domain.lease(), AT_ONCE).await?;
    let stalled = runs::stalled_queues(&mut tx, AT_ONCE).await?;
    tx.commit().await?;
    for claim in claims {
        take_over(domain, &claim).await?;
    }
    for (conversation, user) in stalled {
        let mut tx = domain.store().begin(Scope::Actor(&user)).await?;
        let next = match runs::start_next(&mut tx, conversation, domain.lease()).await {
            // Another server was faster.
            Err(error) if error.constraint() == Some("runs_one_active") => continue,
            other => other?,
        };
        tx.commit().await?;
        if let Some(run) = next {
            domain.work_on_next(run).await;
        }
    }
    Ok(())
}

async fn clean_up(domain: &Domain) -> Result<(), Error> {
    let mut tx = domain.store().begin(Scope::Worker).await?;
    sessions::sweep(&mut tx).await?;
    tx.commit().await?;
    // In small pieces: each takes all messages, runs and events of a conversation with it.
    loop {
        let mut tx = domain.store().begin(Scope::Worker).await?;
        let purged = conversations::purge(&mut tx, AT_ONCE).await?;
        tx.commit().await?;
        if purged < u64::from(AT_ONCE) || domain.inner.stopping.is_cancelled() {
            return Ok(());
        }
    }
}

async fn take_over(domain: &Domain, claim: &Claim) -> Result<(), Error> {
    let (run, message) = restore(domain, claim).await?;
    tracing::info!(run.id = %run.id, takeovers = run.takeovers, "ending an answer whose server died");
    let channel = domain.hub().open(run.id, run.last_seq, message);
    let last_seq = run.last_seq;
    let writer = Writer::new(domain.store().clone(), run, channel.clone(), last_seq);
    // Watchers may have been shown text that was never stored.
    writer.show(RunEvent::TextReset {
        text: writer.message_with(&[]).content,
    });
    let next = domain.end(&writer, &End::Failed(interrupted())).await;
    domain.hub().close(writer.run().id, &channel);
    if let Some(next) = next {
        domain.work_on_next(next).await;
    }
    Ok(())
}

/// The run and its answer as the log has them: the snapshot and the events after it.
async fn restore(domain: &Domain, claim: &Claim) -> Result<(RunRecord, Message), Error> {
    let mut tx = domain.store().begin(Scope::Actor(&claim.user_id)).await?;
    let run = runs::find(&mut tx, claim.id)
        .await?
        .ok_or(Error::NotFound("run"))?;
    let record = messages::find(&mut tx, run.assistant_message_id)
        .await?
        .ok_or(Error::NotFound("message"))?;
    let mut message = record.message;
    for event in run_events::list(&mut tx, run.id, record.snapshot_seq, u32::MAX).await? {
        message.apply(&event.event);
    }
    tx.commit().await?;
    Ok((run, message))
}
