//! `/dashboard/settings`

use leptos::prelude::*;

use super::account::{deletion, export, password, profile};
use super::assistant::{approval, context};
use super::card::{card, heading};
use super::formats::formats;
use super::sessions::devices;
use super::theme::{THEME_COOKIE, Theme};
use crate::features::chat::sidebar::ConversationRows;
use crate::features::testimonials::view::own_words;
use crate::frame::{Section, framed, signed_in};
use crate::server_context::{Flash, domain, request, take_flash};

/// The account, what was chosen, and the ways out.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let flash = |form: &str| take_flash(form).unwrap_or_default();
    let [
        profile_flash,
        password_flash,
        context_flash,
        approval_flash,
        formats_flash,
        said_flash,
        delete_flash,
    ] = [
        "profile",
        "password",
        "context",
        "approval",
        "formats",
        "testimonial",
        "delete",
    ]
    .map(flash);
    let refused: Flash = flash("sessions");
    signed_in(|actor| async move {
        let conversations = ConversationRows::load(&actor, None).await?;
        let domain = domain();
        let token = request().session_token;
        let sessions = domain.accounts().list_sessions(&actor, token.as_deref()).await?;
        let own = domain.testimonials().own(&actor).await?;
        let chosen = domain.preferences().get(&actor).await?;
        let has_password = domain.accounts().has_password(&actor).await?;
        let theme = request()
            .cookies
            .get(THEME_COOKIE)
            .and_then(|theme| Theme::parse(theme));
        let (name, email) = (&actor.user.name, &actor.user.email);
        let refused = Some(refused.message).filter(|message| !message.is_empty());
        let body = view! {
            {refused.map(|message| view! { <p class="notice bad" role="alert">{message}</p> })}
            {card("profile", profile(name, email, &profile_flash, false))}
            <div class="together" id="access">
                {has_password.then(|| card("password-change", password(&password_flash, false)))}
                {card("sessions", devices(&actor, sessions))}
            </div>
            {card("theme", view! { {heading("theme", "Theme")} {theme_forms(theme)} })}
            {card("formats", formats(&actor, &chosen, &formats_flash, false))}
            {card("context", context(chosen.context_messages, &context_flash, false))}
            {card("approval", approval(chosen.approval, &approval_flash, false))}
            {card("testimonial", own_words(&actor, own, &said_flash, false))}
            {card("export", export())}
            {card("delete", deletion(has_password, &delete_flash))}
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

// One form each: what a script sends has no pressed button in it.
fn theme_forms(chosen: Option<Theme>) -> impl IntoView {
    let choice = move |value: &'static str, label: &'static str| {
        let checked = chosen.map_or("system", Theme::as_str) == value;
        view! {
            <form method="post" action="/api/fn/set_theme" data-do="theme">
                <input type="hidden" name="theme" value=value/>
                <button class="btn" data-theme-choice=value aria-pressed=if checked { "true" } else { "false" }>
                    {label}
                </button>
            </form>
        }
    };
    view! {
        <div class="choices">
            {choice("system", "As the system")}
            {choice("dark", "Dark")}
            {choice("light", "Light")}
        </div>
    }
}
