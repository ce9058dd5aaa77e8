//! Where a test has the process die: `GREENLIT_FAULT=plan.stored:3` kills it when it comes by that point for the third
//! time. Only with the feature `faults`, which tests turn on and nothing else.

#[cfg(feature = "faults")]
mod armed {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    struct Armed {
        point: String,
        left: AtomicU32,
    }

    static ARMED: LazyLock<Option<Armed>> = LazyLock::new(|| {
        let setting = std::env::var("GREENLIT_FAULT").ok()?;
        let (point, times) = setting.split_once(':')?;
        Some(Armed {
            point: point.to_owned(),
            left: AtomicU32::new(times.parse().ok()?),
        })
    });

    pub(crate) fn point(name: &str) {
        let Some(armed) = ARMED.as_ref().filter(|armed| armed.point == name) else {
            return;
        };
        if armed.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            // As the kernel ends it: nothing is flushed, closed or said.
            let pid = std::process::id().to_string();
            let _ = std::process::Command::new("kill").args(["-KILL", &pid]).status();
        }
    }
}

#[cfg(feature = "faults")]
pub(crate) use armed::point;

#[cfg(not(feature = "faults"))]
pub(crate) fn point(_name: &str) {}
