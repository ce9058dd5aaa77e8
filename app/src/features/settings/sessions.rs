//! Where somebody is signed in, and signing out there.

use domain::Actor;
use domain::accounts::OwnSession;
use leptos::prelude::*;

use super::card::heading;
use super::device::device;
use crate::dates;

/// The list of sessions; each but the present one can be ended.
pub(super) fn devices(actor: &Actor, sessions: Vec<OwnSession>) -> impl IntoView + use<> {
    let now = dates::now_of(actor);
    let others = sessions.iter().any(|listed| !listed.current);
    let row = move |listed: OwnSession| {
        let OwnSession { session, current } = listed;
        let name = device(&session.user_agent);
        let day = |at| dates::day_heading(&dates::local(at, &now), &now);
        let address = if session.ip_address.is_empty() {
            "unknown address".to_owned()
        } else {
            session.ip_address
        };
        let about = format!(
            "{address} · signed in {} · last active {}",
            in_a_sentence(day(session.created_at)),
            in_a_sentence(day(session.updated_at)),
        );
        view! {
            <li>
                <div>
                    <strong>{name.clone()}</strong>
                    {current.then(|| view! { " " <span class="chip">"This device"</span> })}
                    <p class="quiet-note">{about}</p>
                </div>
                {(!current)
                    .then(|| {
                        view! {
                            <form
                                method="post"
                                action="/api/fn/end_session"
                                data-do="swap"
                                data-target="sessions"
                                data-error="sessions-problem"
                            >
                                <input type="hidden" name="session" value=session.id/>
                                <button class="btn small" aria-label=format!("Sign out {name}")>
                                    "Sign out"
                                </button>
                            </form>
                        }
                    })}
            </li>
        }
    };
    view! {
        {heading("sessions", "Devices")}
        <p class="field-error" role="alert" id="sessions-problem"></p>
        <ul class="sessions">{sessions.into_iter().map(row).collect_view()}</ul>
        <div class="choices">
            {others
                .then(|| {
                    view! {
                        <form
                            method="post"
                            action="/api/fn/end_other_sessions"
                            data-do="swap"
                            data-target="sessions"
                            data-error="sessions-problem"
                        >
                            <button class="btn">"Sign out all other devices"</button>
                        </form>
                    }
                })}
            <form method="post" action="/api/fn/sign_out">
                <button class="btn">"Sign out here"</button>
            </form>
        </div>
    }
}

fn in_a_sentence(day: String) -> String {
    match day.as_str() {
        "Today" => "today".into(),
        "Yesterday" => "yesterday".into(),
        _ => format!("on {day}"),
    }
}
