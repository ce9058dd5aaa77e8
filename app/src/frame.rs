//! What the pages behind the sign-in have in common: the guard, the sidebar, waiting for data, and what is shown when
//! there is none.

use domain::Actor;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::error::AppError;
use crate::features::chat::sidebar::{ConversationRows, conversation_list};
use crate::features::conversations::notice::{Notice, conversation_notice};
use crate::features::enhance::Enhance;
use crate::features::live::Live;
use crate::features::settings::islands::TimeZone;
use crate::features::shortcuts::shortcuts_sheet;
use crate::features::toast::toasts;
use crate::forms::sign_in_path;
use crate::server_context::{
    LOCALE_COOKIE, TIME_ZONE_COOKIE, domain, redirect_local, request, set_problem, set_status,
};
use crate::ui::{Icon, icon};

/// Renders a page for whoever is signed in; others are sent to sign in, and from there back here.
pub fn signed_in<F, V>(page: impl FnOnce(Actor) -> F + Send + 'static) -> AnyView
where
    F: Future<Output = Result<V, AppError>> + Send + 'static,
    V: IntoView + 'static,
{
    let request = request();
    match request.actor {
        None => {
            redirect_local(&sign_in_path(&request.path_and_query));
            ().into_any()
        }
        Some(actor) => {
            // Taken before anything is looked at: what changes from here on, the page will be told.
            provide_context(RenderedWith(domain().feed().stamp(&actor).to_string()));
            provide_context(Notice::take());
            let page = page(actor);
            // Erased: the types of whole pages, nested further, would be too deep for the compiler.
            Suspend::new(async move {
                match page.await {
                    Ok(view) => view.into_any(),
                    Err(AppError(problem)) => {
                        set_problem(&problem);
                        trouble(&problem.title, &problem.detail).into_any()
                    }
                }
            })
            .into_any()
        }
    }
}

/// The page for an address that leads nowhere.
#[component]
pub fn NotFound() -> impl IntoView {
    set_status(404);
    trouble(
        "Not found",
        "There is nothing at this address; it may have been deleted.",
    )
}

/// A page that could not be shown, and where to go from there.
pub fn trouble(title: &str, detail: &str) -> impl IntoView + use<> {
    view! {
        <Title text=format!("{title} · Greenlit")/>
        <main class="trouble">
            <a class="brand" href="/">
                {brand()}
            </a>
            <h1>{title.to_owned()}</h1>
            <p>{detail.to_owned()}</p>
            <a class="btn go" href="/dashboard">
                "To the dashboard"
            </a>
        </main>
    }
}

/// The mark and the name.
pub fn brand() -> impl IntoView {
    view! {
        <span class="mark">{icon(Icon::Check)}</span>
        "Greenlit"
    }
}

/// A page of the dashboard, as the sidebar marks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Overview,
    Tasks,
    Chat,
    Search,
    Deleted,
    Settings,
}

/// The sidebar: on wide screens always there, on a phone a drawer that opens without a script (`popover`).
pub fn sidebar(actor: &Actor, section: Section, conversations: AnyView) -> impl IntoView + use<> {
    let link = move |to: &'static str, is: Section, sign: Icon, name: &'static str| {
        let current = (section == is).then_some("page");
        view! {
            <a class="nav" href=to aria-current=current>
                {icon(sign)}
                {name}
            </a>
        }
    };
    let name = shown_name(actor);
    view! {
        <nav id="side" class="side" popover="auto" aria-label="Greenlit">
            <a class="brand" href="/dashboard">
                {brand()}
            </a>
            <a class="new" href="/dashboard/chat" aria-keyshortcuts="Control+Shift+O">
                {icon(Icon::Plus)}
                "New conversation"
                <kbd aria-hidden="true">"Ctrl⇧O"</kbd>
            </a>
            <form class="find" method="get" action="/dashboard/search" role="search" aria-label="Conversations">
                {icon(Icon::Search)}
                <input
                    id="search"
                    type="search"
                    name="q"
                    aria-label="Search conversations"
                    placeholder="Search"
                    maxlength="200"
                    autocomplete="off"
                    aria-keyshortcuts="/"
                />
                <kbd aria-hidden="true">"/"</kbd>
            </form>
            {link("/dashboard", Section::Overview, Icon::Home, "Overview")}
            {link("/dashboard/tasks", Section::Tasks, Icon::List, "Tasks")}
            <div class="list" id="conversations" tabindex="0" role="region" aria-label="Conversations">
                {conversations}
            </div>
            <div class="me">
                <a class="account" href="/dashboard/settings" aria-current=(section == Section::Settings).then_some("page")>
                    <span class="ava" aria-hidden="true">
                        {initials(&name)}
                    </span>
                    <span class="name" id="me-name">{name.clone()}</span>
                </a>
                {theme_form("light", "Light theme", Icon::Sun)}
                {theme_form("dark", "Dark theme", Icon::Moon)}
                <form method="post" action="/api/fn/sign_out">
                    <button class="icon" aria-label="Sign out" title="Sign out">
                        {icon(Icon::SignOut)}
                    </button>
                </form>
            </div>
        </nav>
    }
}

// The server does not know which theme the system chose, so both buttons are there and the style sheet shows the one
// that changes something.
fn theme_form(theme: &'static str, label: &'static str, sign: Icon) -> impl IntoView {
    view! {
        <form class=format!("to-{theme}") method="post" action="/api/fn/set_theme" data-do="theme">
            <input type="hidden" name="theme" value=theme/>
            <button class="icon" aria-label=label title=label>
                {icon(sign)}
            </button>
        </form>
    }
}

/// A page beside the sidebar, with its own top bar.
pub fn framed(
    actor: &Actor,
    section: Section,
    title: &'static str,
    conversations: &ConversationRows,
    body: AnyView,
) -> impl IntoView + use<> {
    view! {
        <Title text=format!("{title} · Greenlit")/>
        {time_zone_question()}
        <Enhance/>
        {live()}
        <div class="app">
            {sidebar(actor, section, conversation_list(conversations, None).into_any())}
            <main class="main">
                <header class="top">
                    <button class="icon menu" type="button" popovertarget="side" aria-label="Menu">
                        {icon(Icon::Menu)}
                    </button>
                    <h1>{title}</h1>
                </header>
                {conversation_notice()}
                <div class="page">
                    <div class="column">{body}</div>
                </div>
            </main>
            {toasts()}
        </div>
    }
}

/// The stamp of what a page shows.
#[derive(Clone)]
struct RenderedWith(String);

/// Has the page follow what changes elsewhere, and show its keys.
pub fn live() -> impl IntoView {
    let RenderedWith(stamp) = expect_context();
    view! {
        <Live stamp/>
        {shortcuts_sheet()}
    }
}

/// Has the browser tell where it is and how it writes dates, whenever that is not what it told last.
pub fn time_zone_question() -> impl IntoView {
    let cookies = request().cookies;
    let told = |name: &str| cookies.get(name).cloned().unwrap_or_default();
    view! { <TimeZone zone=told(TIME_ZONE_COOKIE) locale=told(LOCALE_COOKIE)/> }
}

/// What the reader is called: their name, else the part of the address before the `@`.
pub fn shown_name(actor: &Actor) -> String {
    let user = &actor.user;
    match user.name.trim() {
        "" => user.email.split('@').next().unwrap_or_default().to_owned(),
        name => name.to_owned(),
    }
}

fn initials(name: &str) -> String {
    let letters = |words: Vec<&str>| {
        words
            .iter()
            .filter_map(|word| word.chars().next())
            .collect::<String>()
    };
    let words: Vec<_> = name.split_whitespace().collect();
    match words.as_slice() {
        [] => "?".into(),
        [one] => one.chars().take(2).collect::<String>().to_uppercase(),
        [first, .., last] => letters(vec![first, last]).to_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_first_and_last() {
        assert_eq!(initials("Ada King Lovelace"), "AL");
        assert_eq!(initials("ada"), "AD");
        assert_eq!(initials("Żaneta ćwik"), "ŻĆ");
        assert_eq!(initials(" "), "?");
    }
}
