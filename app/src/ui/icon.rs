//! Pictures.

use leptos::prelude::*;

/// A picture from our set, 24 by 24, drawn in the text's colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    Check,
    Cross,
    Plus,
    Send,
    Stop,
    Menu,
    More,
    Sun,
    Moon,
    SignOut,
    Home,
    List,
    Chat,
    Down,
    Chevron,
    Eye,
    Trash,
    Undo,
    Bolt,
    Lock,
    Pencil,
    Search,
    Copy,
    Again,
    ThumbUp,
    ThumbDown,
    Grip,
    Barred,
}

impl Icon {
    fn paths(self) -> &'static str {
        match self {
            Self::Check => r#"<path d="m5 13 4.5 4.5L19 7"/>"#,
            Self::Cross => r#"<path d="M7 7l10 10M17 7 7 17"/>"#,
            Self::Plus => r#"<path d="M12 5v14M5 12h14"/>"#,
            Self::Send => r#"<path d="M12 19V5m0 0-6 6m6-6 6 6"/>"#,
            Self::Stop => {
                r#"<rect x="7" y="7" width="10" height="10" rx="2" fill="currentColor" stroke="none"/>"#
            }
            Self::Menu => r#"<path d="M4 7h16M4 12h16M4 17h10"/>"#,
            Self::More => r#"<path d="M5 12h.01M12 12h.01M19 12h.01" stroke-width="2.6"/>"#,
            Self::Sun => {
                r#"<circle cx="12" cy="12" r="4"/><path d="M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4"/>"#
            }
            Self::Moon => r#"<path d="M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5Z"/>"#,
            Self::SignOut => {
                r#"<path d="M14 4h4a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-4M9 16l-4-4m0 0 4-4m-4 4h11"/>"#
            }
            Self::Home => r#"<path d="M4 11l8-7 8 7v8a1 1 0 0 1-1 1h-5v-6h-4v6H5a1 1 0 0 1-1-1z"/>"#,
            Self::List => r#"<path d="m4 6 1.5 1.5L8 5M4 13l1.5 1.5L8 12M12 7h8M12 14h8M12 20h5M5 20h.01"/>"#,
            Self::Chat => {
                r#"<path d="M5 5h14a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-7l-5 4v-4H5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1z"/>"#
            }
            Self::Down => r#"<path d="M12 5v14m0 0 6-6m-6 6-6-6"/>"#,
            Self::Chevron => r#"<path d="m9 6 6 6-6 6"/>"#,
            Self::Eye => {
                r#"<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><circle cx="12" cy="12" r="2.8"/>"#
            }
            Self::Trash => {
                r#"<path d="M4 7h16M10 11v6M14 11v6M6 7l1 12a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1l1-12M9 7V4h6v3"/>"#
            }
            Self::Undo => r#"<path d="M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3"/>"#,
            Self::Pencil => r#"<path d="M4 20l1-4L16.5 4.5a2.1 2.1 0 0 1 3 3L8 19zM14.5 6.5l3 3"/>"#,
            Self::Search => r#"<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>"#,
            Self::Grip => {
                r#"<path d="M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01" stroke-width="2.6"/>"#
            }
            Self::Barred => r#"<circle cx="12" cy="12" r="8"/><path d="m6.5 6.5 11 11"/>"#,
            Self::Bolt => r#"<path d="M13 3 5 14h6l-1 7 8-11h-6z"/>"#,
            Self::Copy => {
                r#"<rect x="9" y="9" width="11" height="11" rx="2"/><path d="M15 9V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h3"/>"#
            }
            Self::Again => {
                r#"<path d="M20 5v5h-5M4 19v-5h5M5.5 9.5A7 7 0 0 1 18 8l2 2M18.5 14.5A7 7 0 0 1 6 16l-2-2"/>"#
            }
            Self::ThumbUp => {
                r#"<path d="M7 11v9H4v-9zM7 11l4-7.5a2 2 0 0 1 2.5 2L13 9h5.5a2 2 0 0 1 2 2.3l-1.2 7a2 2 0 0 1-2 1.7H7"/>"#
            }
            Self::ThumbDown => {
                r#"<path d="M7 13V4H4v9zM7 13l4 7.5a2 2 0 0 0 2.5-2L13 15h5.5a2 2 0 0 0 2-2.3l-1.2-7a2 2 0 0 0-2-1.7H7"/>"#
            }
            Self::Lock => {
                r#"<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>"#
            }
        }
    }
}

/// The picture, hidden from assistive technology: what it means has to be said in words beside it.
pub fn icon(icon: Icon) -> impl IntoView {
    view! { <svg viewBox="0 0 24 24" aria-hidden="true" inner_html=icon.paths()></svg> }
}
