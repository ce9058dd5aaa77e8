//! Runs whose server died, or gave them away: found by their lapsed lease, at start and all the time, on any server. They
//! are gone on with from the journal and the log. Also found here: runs about which nobody decided in time.

use std::time::{Duration, Instant};

use protocol::message::RunFailure;
use protocol::{ConversationId, Message, RunId, UserId};
use store::runs::{Claim, RunRecord, RunStatus};
use store::{Scope, conversations, messages, run_events, runs, sessions};

use super::hub::Channel;
use super::worker::{End, LEASE_SECONDS, interrupted};
use super::writer::{AHEAD, Writer};
use crate::{Domain, Error, contained};

/// With the lease this is how long an answer stands still when its server dies.
const SWEEP: Duration = Duration::from_millis(700);
/// Sessions expire by themselves, deleted conversations are shown to nobody; only their rows remain to be removed.
const CLEAN_UP: Duration = Duration::from_secs(3600);
/// Runs claimed in one sweep; conversations purged in one transaction.
const AT_ONCE: u32 = 20;
/// A run that is taken over once more than this may be what its servers die of.
const MOST_TAKEOVERS: i32 = 3;

/// Sweeps until the server stops.
pub(crate) async fn watch(domain: Domain) {
    let mut ticks = tokio::time::interval(SWEEP);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut away = false;
    // While the database was away no server could renew its leases: they get the time to do so before anybody claims.
    let mut claims_from = Instant::now();
    let mut cleaned: Option<Instant> = None;
    loop {
        tokio::select! {
            () = domain.inner.stopping.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let began = Instant::now();
        let claims = !away && began >= claims_from;
        let Some(result) = contained("sweep", sweep(&domain, claims)).await else {
            continue;
        };
        if result.is_ok() && cleaned.is_none_or(|at| at.elapsed() >= CLEAN_UP) {
            cleaned = Some(Instant::now());
            // It may take its time, and no answer waits for it.
            let domain = domain.clone();
            domain.inner.tasks.clone().spawn(async move {
                if let Err(error) = clean_up(&domain).await {
                    tracing::warn!(error = %error, "what is over could not be removed; in an hour again");
                }
            });
        }
        // It waited for the database, as whoever renews leases did.
        if began.elapsed() >= SWEEP {
            claims_from = Instant::now() + Duration::from_secs_f64(LEASE_SECONDS);
        }
        // One line when it begins and one when it ends, not one for every sweep.
        match result {
            Err(error) => {
                if !away {
                    tracing::warn!(error = %error, "the database is away; looking for it again");
                }
                away = true;
            }
            Ok(()) if away => {
                away = false;
                claims_from = Instant::now() + Duration::from_secs_f64(LEASE_SECONDS);
                tracing::info!("the database is back");
            }
            Ok(()) => {}
        }
    }
}

/// Takes up what other servers, or this one before it died, left behind.
pub(crate) async fn sweep(domain: &Domain, claims: bool) -> Result<(), Error> {
    let began = Instant::now();
    let mut tx = domain.store().begin_reserved(Scope::Worker).await?;
    // Whoever waits for a connection is not alone in that: leases lapse that nobody could renew.
    let claims = if claims && began.elapsed() < SWEEP {
        runs::claim_lapsed(&mut tx, domain.lease(), &domain.hub().open_runs(), AT_ONCE).await?
    } else {
        vec![]
    };
    let stalled = runs::stalled_queues(&mut tx, AT_ONCE).await?;
    let undecided = runs::expired_approvals(&mut tx, AT_ONCE).await?;
    tx.commit().await?;
    // Each by itself: one that cannot be gone on with, or takes long, is not in the way of the others.
    for claim in claims {
        let domain = domain.clone();
        domain.inner.tasks.clone().spawn(async move {
            if let Err(error) = take_over(&domain, &claim).await {
                tracing::warn!(run.id = %claim.id, error = %error, "an answer could not be taken up");
            }
        });
    }
    for (run, user) in undecided {
        let domain = domain.clone();
        domain.inner.tasks.clone().spawn(async move {
            let how = End::Failed(undecided_in_time());
            if let Err(error) = end_resting(&domain, &user, run, how).await {
                tracing::warn!(run.id = %run, error = %error, "an answer that waited could not be ended");
            }
        });
    }
    for (conversation, user) in stalled {
        let domain = domain.clone();
        domain.inner.tasks.clone().spawn(async move {
            if let Err(error) = begin_next(&domain, conversation, &user).await {
                tracing::warn!(error = %error, "a queued answer could not be begun");
            }
        });
    }
    Ok(())
}

/// Begins what is next in a conversation whose server died between two runs.
async fn begin_next(domain: &Domain, conversation: ConversationId, user: &UserId) -> Result<(), Error> {
    let mut tx = domain.store().begin(Scope::Actor(user)).await?;
    let next = match runs::start_next(&mut tx, conversation, domain.lease()).await {
        // Another server was faster.
        Err(error) if error.constraint() == Some("runs_one_active") => return Ok(()),
        other => other?,
    };
    tx.commit().await?;
    if let Some(run) = next {
        domain.work_on_next(run).await;
    }
    Ok(())
}

fn undecided_in_time() -> RunFailure {
    RunFailure {
        code: "approval_expired".into(),
        message: "Nobody answered the assistant's question within 24 hours, so what it asked about was not done. Try \
                  again to be asked anew."
            .into(),
        retryable: true,
    }
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
    let (run, message) = restore(domain, &claim.user_id, claim.id).await?;
    if run.lease_epoch != claim.lease_epoch {
        // It took so long that another server claimed it.
        return Ok(());
    }
    tracing::info!(run.id = %run.id, takeovers = run.takeovers, given = claim.given, "going on with an answer");
    // Its watchers elsewhere have told the server that it had.
    domain.hub().watched_elsewhere(run.id);
    if run.takeovers > MOST_TAKEOVERS {
        let base = run.last_seq + AHEAD;
        end(domain, run, message, base, &End::Failed(interrupted())).await;
    } else if claim.given || run.last_seq == 0 {
        domain.work_on(run, message);
    } else {
        domain.work_on_lost(run, message);
    }
    Ok(())
}

/// Ends a run that waits for a person, in one transaction: should this server die before it stands, the run waits on for
/// whoever sweeps next. Nothing happens to one that does not wait, any more.
pub(super) async fn end_resting(domain: &Domain, user: &UserId, run: RunId, how: End) -> Result<(), Error> {
    let (run, message) = restore(domain, user, run).await?;
    if run.status != RunStatus::AwaitingApproval {
        return Ok(());
    }
    let how = if run.cancel_requested { End::Cancelled } else { how };
    let base = run.last_seq;
    end(domain, run, message, base, &how).await;
    Ok(())
}

async fn end(domain: &Domain, run: RunRecord, message: Message, base: u64, how: &End) {
    let channel = Channel::new(&run, base, message);
    let open = domain.hub().open(run.id, channel.clone());
    let writer = Writer::new(domain, run, channel, base);
    let next = domain.end(&writer, how).await;
    drop(open);
    if let Some(next) = next {
        domain.work_on_next(next).await;
    }
}

/// The run and its answer as its watchers know it: the snapshot and the events after it, and of the tool calls not what
/// the journal says but what was told of them.
pub(super) async fn restore(
    domain: &Domain,
    user: &UserId,
    run: RunId,
) -> Result<(RunRecord, Message), Error> {
    // As in `empty_answer`.
    let mut tx = domain.store().begin_reserved(Scope::Actor(user)).await?;
    let run = runs::find(&mut tx, run).await?.ok_or(Error::NotFound("run"))?;
    let record = messages::find(&mut tx, run.assistant_message_id)
        .await?
        .ok_or(Error::NotFound("message"))?;
    let mut message = record.message;
    for event in run_events::list(&mut tx, run.id, record.snapshot_seq, u32::MAX).await? {
        message.apply(&event.event);
    }
    for told in run_events::tool_calls(&mut tx, run.id).await? {
        if let Some(known) = message.tool_calls.iter_mut().find(|call| call.id == told.id) {
            *known = told;
        }
    }
    tx.commit().await?;
    Ok((run, message))
}
