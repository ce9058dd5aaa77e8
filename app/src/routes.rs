//! Which page is where. Server only: links are ordinary links, and the browser holds no router.

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::SsrMode;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;

use crate::features::{auth, chat, conversations, dashboard, landing, settings, share, tasks};
use crate::frame::NotFound;

/// Every page. Each waits for its data (`SsrMode::Async`), so that everything is in the first HTML.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let mode = SsrMode::Async;
    view! {
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/") view=landing::page::LandingPage ssr=mode.clone()/>
                <Route path=path!("/share/:token") view=share::page::SharedConversationPage ssr=mode.clone()/>
                <Route path=path!("/sign-in") view=auth::page::SignInPage ssr=mode.clone()/>
                <Route path=path!("/sign-up") view=auth::page::SignUpPage ssr=mode.clone()/>
                <Route path=path!("/dashboard") view=dashboard::page::DashboardPage ssr=mode.clone()/>
                <Route path=path!("/dashboard/tasks") view=tasks::page::TasksPage ssr=mode.clone()/>
                <Route path=path!("/dashboard/tasks/activity") view=tasks::activity::ActivityPage ssr=mode.clone()/>
                <Route path=path!("/dashboard/chat") view=chat::page::NewConversationPage ssr=mode.clone()/>
                <Route path=path!("/dashboard/chat/:id") view=chat::page::ConversationPage ssr=mode.clone()/>
                <Route path=path!("/dashboard/search") view=conversations::search::SearchPage ssr=mode.clone()/>
                <Route path=path!("/dashboard/conversations/deleted") view=conversations::deleted::DeletedPage ssr=mode.clone()/>
                <Route path=path!("/dashboard/settings") view=settings::page::SettingsPage ssr=mode/>
            </Routes>
        </Router>
    }
}
