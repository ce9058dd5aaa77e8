//! Counters and gauges, in Prometheus' text form.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;

/// What `/metrics` tells.
#[derive(Debug, Default)]
pub struct Metrics {
    /// By first digit of the status, 1 to 5.
    requests: [AtomicU64; 5],
    open_streams: AtomicU64,
    events_sent: AtomicU64,
}

/// An open event stream; counted until it is dropped.
#[derive(Debug)]
pub struct OpenStream(Arc<Metrics>);

impl Metrics {
    /// Counts an answered request.
    pub fn count_request(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
        self.requests[class].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts an event stream as open for as long as the guard lives.
    pub fn open_stream(self: &Arc<Self>) -> OpenStream {
        self.open_streams.fetch_add(1, Ordering::Relaxed);
        OpenStream(Arc::clone(self))
    }

    /// Prometheus' text form. `active_runs` is how many runs this server works on now.
    pub fn render(&self, active_runs: usize) -> String {
        let mut text = String::new();
        head(
            &mut text,
            "greenlit_http_requests_total",
            "counter",
            "Answered requests by status class.",
        );
        for (index, count) in self.requests.iter().enumerate() {
            let count = count.load(Ordering::Relaxed);
            let class = index + 1;
            let _ = writeln!(
                text,
                "greenlit_http_requests_total{{status=\"{class}xx\"}} {count}"
            );
        }
        head(
            &mut text,
            "greenlit_active_runs",
            "gauge",
            "Runs this server works on now.",
        );
        let _ = writeln!(text, "greenlit_active_runs {active_runs}");
        let open = self.open_streams.load(Ordering::Relaxed);
        head(
            &mut text,
            "greenlit_open_streams",
            "gauge",
            "Event streams that are open now.",
        );
        let _ = writeln!(text, "greenlit_open_streams {open}");
        let sent = self.events_sent.load(Ordering::Relaxed);
        head(
            &mut text,
            "greenlit_stream_events_total",
            "counter",
            "Events sent on event streams.",
        );
        let _ = writeln!(text, "greenlit_stream_events_total {sent}");
        text
    }
}

impl OpenStream {
    /// Counts an event as sent.
    pub fn count_event(&self) {
        self.0.events_sent.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.open_streams.fetch_sub(1, Ordering::Relaxed);
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_count_while_they_are_open() {
        let metrics = Arc::new(Metrics::default());
        let stream = metrics.open_stream();
        stream.count_event();
        assert!(metrics.render(0).contains("greenlit_open_streams 1\n"));
        drop(stream);
        metrics.count_request(StatusCode::NOT_FOUND);
        let text = metrics.render(0);
        assert!(text.contains("greenlit_open_streams 0\n"));
        assert!(text.contains("greenlit_stream_events_total 1\n"));
        assert!(text.contains("greenlit_http_requests_total{status=\"4xx\"} 1\n"));
    }
}
