//! The document around every page, and the headers that go with it.

use axum::http::header::CONTENT_SECURITY_POLICY;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::features::settings::theme::{THEME_COOKIE, Theme};
use crate::routes::App;
use crate::server_context::{SiteAssets, append_header, domain, request};

/// Renders a whole document. The options are part of the signature because `leptos_axum` hands them on. Wants [`SiteAssets`], the domain and the request's parts as context.
pub fn shell(_: LeptosOptions) -> impl IntoView {
    // Nothing outside islands wakes in the browser, so nothing outside them is prepared for it.
    if let Some(shared) = Owner::current_shared_context() {
        shared.set_is_hydrating(false);
    }
    let request = request();
    let assets = use_context::<SiteAssets>().unwrap_or_default();
    let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
    append_header(CONTENT_SECURITY_POLICY, &content_security_policy(&nonce));
    let theme = request
        .cookies
        .get(THEME_COOKIE)
        .and_then(|theme| Theme::parse(theme));
    let lives = has_islands(&request.path_and_query) && !assets.js.is_empty();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.map(Theme::as_str)>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"/>
                <link rel="stylesheet" href=assets.css.clone()/>
                {is_chat(&request.path_and_query).then(|| view! { <link rel="expect" href="#end" blocking="render"/> })}
                {lives.then(|| scripts(&assets, nonce))}
                <link rel="icon" href="/favicon.ico" sizes="32x32"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="apple-touch-icon" href="/apple-touch-icon.png"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                {theme_colors(theme)}
                {is_public(&request.path_and_query).then(|| social_tags(&request.path_and_query))}
                <MetaTags/>
            </head>
            <body>
                <App/>
                <span id="end" hidden></span>
            </body>
        </html>
    }
}

/// Whether the page at this path has islands: the landing page and what is not found load no script at all.
fn has_islands(path: &str) -> bool {
    ["/dashboard", "/sign-in", "/sign-up"]
        .iter()
        .any(|prefix| path.starts_with(prefix))
}

/// Whether the page is a conversation: its thread is painted first when it is complete. Painted in pieces it would be laid
/// out several times, and the older messages would flash by before the newest.
fn is_chat(path: &str) -> bool {
    path.starts_with("/dashboard/chat")
}

/// Whether strangers may come to this page, and links to it be shown elsewhere.
fn is_public(path: &str) -> bool {
    matches!(path.split('?').next(), Some("/" | "/sign-in" | "/sign-up"))
}

/// What other sites show of a link to this page, and the one address under which it is known.
fn social_tags(path: &str) -> impl IntoView + use<> {
    const TITLE: &str = "Greenlit: a to-do list that works while you talk";
    const ABOUT: &str = "A self-hosted assistant that keeps your task list. Every step it takes is shown, and every step can be undone.";
    const PICTURE: &str = "The mark of Greenlit and its sentence: Talk it through. It’s on your list.";
    let domain = domain();
    let origin = domain.public_origin();
    let address = format!("{origin}{}", path.split('?').next().unwrap_or("/"));
    let picture = format!("{origin}/og.png");
    let property =
        |name: &'static str, content: String| leptos::html::meta().attr("property", name).content(content);
    let tags = vec![
        property("og:type", "website".into()),
        property("og:site_name", "Greenlit".into()),
        property("og:title", TITLE.into()),
        property("og:description", ABOUT.into()),
        property("og:url", address.clone()),
        property("og:image", picture),
        property("og:image:width", "1200".into()),
        property("og:image:height", "630".into()),
        property("og:image:alt", PICTURE.into()),
    ];
    view! {
        <link rel="canonical" href=address/>
        {tags}
        <meta name="twitter:card" content="summary_large_image"/>
    }
}

fn theme_colors(theme: Option<Theme>) -> impl IntoView {
    const DARK: &str = "#0a0d0b";
    const LIGHT: &str = "#f1f4f1";
    let color = |color: &'static str, media: Option<&'static str>| {
        leptos::html::meta()
            .name("theme-color")
            .content(color)
            .attr("media", media)
    };
    match theme {
        Some(Theme::Dark) => vec![color(DARK, None)],
        Some(Theme::Light) => vec![color(LIGHT, None)],
        None => vec![
            color(DARK, Some("(prefers-color-scheme: dark)")),
            color(LIGHT, Some("(prefers-color-scheme: light)")),
        ],
    }
}

/// Loads the WASM and wakes the islands, outer ones first. What Leptos' own loader does with a walk over every element
/// of the page is one query here; an island inside another finds the outer one's owner (and so its context) through the
/// `leptos-children` element that surrounds it.
fn scripts(assets: &SiteAssets, nonce: String) -> impl IntoView + use<> {
    const WAKE: &str = "m.hydrate();\
        for(const e of document.querySelectorAll('leptos-island')){\
        e.parentElement.closest('leptos-children')?.$$on_hydrate?.();\
        m[e.dataset.component](e)}";
    // Told apart from islands because it is as true of a page whose WASM never came.
    const AROUND: &str = "const o=()=>document.documentElement.toggleAttribute('data-offline',!navigator.onLine);\
        addEventListener('offline',o);addEventListener('online',o);o();";
    let (js, wasm) = (&assets.js, &assets.wasm);
    // Once everything is there: it is for the next time. On plain http elsewhere than on this machine there is none.
    let worker = if assets.worker.is_empty() {
        String::new()
    } else {
        format!(
            "addEventListener('load',()=>navigator.serviceWorker?.register('{}').catch(()=>{{}}));",
            assets.worker
        )
    };
    let script = format!(
        "{AROUND}{worker}import('{js}').then(async m=>{{await m.default({{module_or_path:'{wasm}'}});{WAKE}}})"
    );
    view! {
        <link rel="modulepreload" href=js.clone() nonce=nonce.clone()/>
        <link rel="preload" href=wasm.clone() r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
        <script type="module" nonce=nonce>
            {script}
        </script>
    }
}

fn content_security_policy(nonce: &str) -> String {
    format!(
        "default-src 'self'; script-src 'strict-dynamic' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; connect-src 'self'; font-src 'self'; worker-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_with_islands_load_a_script() {
        for path in [
            "/dashboard",
            "/dashboard/chat/x?before=y",
            "/sign-in?next=%2F",
            "/sign-up",
        ] {
            assert!(has_islands(path), "{path}");
        }
        for path in ["/", "/nothing", "/share/x"] {
            assert!(!has_islands(path), "{path}");
        }
    }

    #[test]
    fn only_what_strangers_see_is_shown_elsewhere() {
        for path in ["/", "/?utm=1", "/sign-up", "/sign-in?next=%2Fdashboard"] {
            assert!(is_public(path), "{path}");
        }
        for path in ["/dashboard", "/dashboard/chat/x", "/share/x", "/nothing"] {
            assert!(!is_public(path), "{path}");
        }
    }

    #[test]
    fn the_policy_allows_no_inline_script_or_style() {
        let policy = content_security_policy("abc");
        assert!(policy.contains("'nonce-abc'"), "{policy}");
        assert!(
            !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
            "{policy}"
        );
        let assets = SiteAssets {
            js: "/pkg/a.js".into(),
            wasm: "/pkg/a.wasm".into(),
            css: "/pkg/a.css".into(),
            worker: "/sw.js?v=1".into(),
        };
        let html = scripts(&assets, "abc".into()).to_html();
        assert_eq!(html.matches("nonce=\"abc\"").count(), 2, "{html}");
        assert!(html.contains("register('/sw.js?v=1')"), "{html}");
    }
}
