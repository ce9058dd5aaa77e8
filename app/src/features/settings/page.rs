//! `/dashboard/settings`

use leptos::prelude::*;

use super::account::{context_section, delete_section, export_section, password_section, profile_section};
use super::sessions::sessions_section;
use super::theme::{THEME_COOKIE, Theme};
use crate::features::chat::sidebar::ConversationRows;
use crate::features::testimonials::view::own_section;
use crate::frame::{Section, framed, signed_in};
use crate::server_context::{domain, request};

/// The account, the theme, and the ways out.
#[component]
pub fn SettingsPage() -> impl IntoView {
    signed_in(|actor| async move {
        let conversations = ConversationRows::load(&actor, None).await?;
        let domain = domain();
        let token = request().session_token;
        let sessions = domain.accounts().list_sessions(&actor, token.as_deref()).await?;
        let own = domain.testimonials().own(&actor).await?;
        let chosen = domain.preferences().get(&actor).await?.context_messages;
        let has_password = domain.accounts().has_password(&actor).await?;
        let theme = request()
            .cookies
            .get(THEME_COOKIE)
            .and_then(|theme| Theme::parse(theme));
        let body = view! {
            {profile_section(&actor)}
            {has_password.then(password_section)}
            <section class="card">
                <h2>"Theme"</h2>
                {theme_form(theme)}
            </section>
            {context_section(chosen)}
            {sessions_section(&actor, sessions)}
            {own_section(&actor, own)}
            {export_section()}
            {delete_section(has_password)}
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
