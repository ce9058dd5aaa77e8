//! Where a test has the process die: `GREENLIT_FAULT=plan.stored:3` kills it when it comes by that point for the third
//! time, `plan.stored:3:STOP` pauses it there until it is told to go on. Only with the feature `faults`, which tests turn on
//! and nothing else.

#[cfg(feature = "faults")]
mod armed {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    struct Armed {
        point: String,
        left: AtomicU32,
        signal: String,
    }

    static ARMED: LazyLock<Option<Armed>> = LazyLock::new(|| {
        let setting = std::env::var("GREENLIT_FAULT").ok()?;
        let (point, times) = setting.split_once(':')?;
        let (times, signal) = times.split_once(':').unwrap_or((times, "KILL"));
        Some(Armed {
            point: point.to_owned(),
            left: AtomicU32::new(times.parse().ok()?),
            signal: format!("-{signal}"),
        })
    });

    pub(crate) fn point(name: &str) {
        let Some(armed) = ARMED.as_ref().filter(|armed| armed.point == name) else {
            return;
        };
        if armed.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            // As the kernel does it: nothing is flushed, closed or said. This thread waits for `kill`, so it is still here
            // when the signal comes.
            let pid = std::process::id().to_string();
            let _ = std::process::Command::new("kill")
                .args([armed.signal.as_str(), &pid])
                .status();
        }
    }
}

#[cfg(feature = "faults")]
pub(crate) use armed::point;

#[cfg(not(feature = "faults"))]
pub(crate) fn point(_name: &str) {}
