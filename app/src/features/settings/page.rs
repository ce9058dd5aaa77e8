//! `/dashboard/settings`

use leptos::prelude::*;

use super::theme::{THEME_COOKIE, Theme};
use crate::features::chat::sidebar::ConversationRows;
use crate::frame::{Section, framed, signed_in};
use crate::server_context::request;

/// The account as it is known, the theme, and the way out.
#[component]
pub fn SettingsPage() -> impl IntoView {
    signed_in(|actor| async move {
        let conversations = ConversationRows::load(&actor, None).await?;
        let user = &actor.user;
        let zone = actor.time_zone.iana_name().unwrap_or("UTC").to_owned();
        let theme = request()
            .cookies
            .get(THEME_COOKIE)
            .and_then(|theme| Theme::parse(theme));
        let body = view! {
            <section class="card">
                <h2>"Profile"</h2>
                <dl class="facts">
                    <dt>"Name"</dt>
                    <dd>{if user.name.is_empty() { "–".to_owned() } else { user.name.clone() }}</dd>
                    <dt>"Email"</dt>
                    <dd>{user.email.clone()}</dd>
                    <dt>"Time zone"</dt>
                    <dd>{zone}</dd>
                </dl>
                <p class="quiet-note">"The time zone is your browser's. It decides what “today” and “tomorrow” mean."</p>
            </section>
            <section class="card">
                <h2>"Theme"</h2>
                {theme_form(theme)}
            </section>
            <section class="card">
                <h2>"Session"</h2>
                <p>"Signing out ends this session on this device at once."</p>
                <form method="post" action="/api/fn/sign_out">
                    <button class="btn">"Sign out"</button>
                </form>
            </section>
        };
        Ok(framed(
            &actor,
            Section::Settings,
            "Settings",
            &conversations,
            body.into_any(),
        ))
    })
}

fn theme_form(chosen: Option<Theme>) -> impl IntoView {
    let choice = move |value: &'static str, label: &'static str| {
        let checked = chosen.map_or("system", Theme::as_str) == value;
        view! {
            <button class="btn" name="theme" value=value aria-pressed=if checked { "true" } else { "false" }>
                {label}
            </button>
        }
    };
    view! {
        <form class="choices" method="post" action="/api/fn/set_theme">
            {choice("system", "As the system")}
            {choice("dark", "Dark")}
            {choice("light", "Light")}
        </form>
    }
}
