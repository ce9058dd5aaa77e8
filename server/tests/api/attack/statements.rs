//! What is asked of the database meanwhile, as its driver logs it.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Event, Instrument, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// The driver's log of this thread, on which all of a test happens.
pub(super) struct Statements {
    seen: Arc<Mutex<BTreeSet<String>>>,
    _guard: DefaultGuard,
    /// While there is one only, tracing asks the thread that comes to a line first whether anybody listens there, which
    /// may be another test's, and remembers that for all threads.
    _second: Dispatch,
}

impl Statements {
    pub(super) fn watch() -> Self {
        let second = Dispatch::new(tracing_subscriber::registry());
        let seen = Arc::default();
        let log = Log(Arc::clone(&seen));
        let guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(log));
        Self {
            seen,
            _guard: guard,
            _second: second,
        }
    }

    /// What comes of some work, and which statements were made for it, also by tasks that it began. Where two are made
    /// side by side, one that is refused ends both, sooner or later: so each counts once.
    pub(super) async fn of<T>(&self, work: impl Future<Output = T>) -> (T, BTreeSet<String>) {
        self.seen.lock().unwrap().clear();
        let done = work.instrument(tracing::info_span!("knock")).await;
        let mut seen = std::mem::take(&mut *self.seen.lock().unwrap());
        seen.remove("\"COMMIT\"");
        (done, seen)
    }
}

struct Log(Arc<Mutex<BTreeSet<String>>>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Log {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let ours =
            |mut scope: tracing_subscriber::registry::Scope<'_, S>| scope.any(|span| span.name() == "knock");
        if event.metadata().target() == "sqlx::query" && context.event_scope(event).is_some_and(ours) {
            let mut summary = Summary::default();
            event.record(&mut summary);
            self.0.lock().unwrap().insert(summary.0);
        }
    }
}

/// The first words of a statement.
#[derive(Default)]
struct Summary(String);

impl Visit for Summary {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "summary" {
            self.0 = format!("{value:?}");
        }
    }
}
