//! What was done and added in the last weeks, as bars. The numbers stand beside them as text.

use domain::Actor;
use domain::tasks::Week;
use leptos::prelude::*;

use crate::dates;

/// The tallest bar, in the picture's units.
const TALLEST: u32 = 100;

/// The chart; the present week is the last.
pub fn chart(weeks: &[Week], actor: &Actor) -> impl IntoView + use<> {
    let now = dates::now_of(actor);
    let most = weeks
        .iter()
        .map(|week| week.done.max(week.added))
        .max()
        .unwrap_or(0);
    let last = weeks.len().saturating_sub(1);
    let columns: Vec<_> = weeks
        .iter()
        .enumerate()
        .map(|(at, week)| {
            let start = dates::short_day(&dates::local(week.start, &now), &now);
            let picture = bars(week, most);
            view! {
                <li data-now=(at == last).then_some("")>
                    <b aria-hidden="true">{week.done}</b>
                    <svg viewBox="0 0 24 100" preserveAspectRatio="none" aria-hidden="true" inner_html=picture></svg>
                    <small>
                        <span class="sr-only">"Week of "</span>
                        {start}
                        <span class="sr-only">{format!(": {} done, {} added", week.done, week.added)}</span>
                    </small>
                </li>
            }
        })
        .collect();
    view! {
        <section class="card" aria-label="Last weeks">
            <h2>"Last weeks"</h2>
            <figure class="chart">
                <ol>{columns}</ol>
                <figcaption>
                    {sentence(weeks)} " " <span class="key" data-bar="done">"done"</span>
                    <span class="key" data-bar="added">"added"</span>
                </figcaption>
            </figure>
        </section>
    }
}

fn bars(week: &Week, most: u32) -> String {
    let bar = |class: &str, x: u32, count: u32| {
        let height = (count * TALLEST).checked_div(most).unwrap_or(0);
        // A line where there is nothing, so that a week is seen to be there; something, however little, is more.
        let height = if count > 0 { height.max(4) } else { 1 };
        format!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{}\" width=\"10\" height=\"{height}\" rx=\"1.5\"/>",
            TALLEST - height
        )
    };
    bar("done", 1, week.done) + &bar("added", 13, week.added)
}

fn sentence(weeks: &[Week]) -> String {
    let done: u32 = weeks.iter().map(|week| week.done).sum();
    let this = weeks.last().map_or(0, |week| week.done);
    match done {
        0 => format!("Nothing done in the last {} weeks.", weeks.len()),
        done => format!(
            "{done} done in {} weeks, {this} of them in this one.",
            weeks.len()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week(done: u32, added: u32) -> Week {
        Week {
            start: protocol::Timestamp::from_millis(0),
            done,
            added,
        }
    }

    #[test]
    fn bars_are_as_tall_as_their_numbers() {
        let html = bars(&week(5, 10), 10);
        assert!(
            html.contains("class=\"done\" x=\"1\" y=\"50\" width=\"10\" height=\"50\""),
            "{html}"
        );
        assert!(
            html.contains("class=\"added\" x=\"13\" y=\"0\" width=\"10\" height=\"100\""),
            "{html}"
        );
        let html = bars(&week(0, 1), 1000);
        assert!(
            html.contains("height=\"1\"") && html.contains("height=\"4\""),
            "{html}"
        );
        assert!(bars(&week(0, 0), 0).contains("height=\"1\""));
    }

    #[test]
    fn the_sentence_sums_up() {
        assert_eq!(
            sentence(&[week(2, 0), week(1, 3)]),
            "3 done in 2 weeks, 1 of them in this one."
        );
        assert_eq!(sentence(&[week(0, 3)]), "Nothing done in the last 1 weeks.");
    }
}
