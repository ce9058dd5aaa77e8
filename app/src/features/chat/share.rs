//! The dialog in which a conversation is shared.

use domain::shares::ShareLink;
use leptos::prelude::*;

use crate::ui::{Icon, icon};

/// The dialog; opened by the conversation's menu, or already `open` after one of its forms was sent without a script.
pub(super) fn share_dialog(
    conversation_id: &str,
    link: Option<&ShareLink>,
    open: bool,
) -> impl IntoView + use<> {
    let body = share_body(conversation_id, link);
    view! {
        <dialog id="share-dialog" class="sheet share" open=open aria-labelledby="share-title">
            <form method="dialog">
                <h2 id="share-title">"Share this conversation"</h2>
                <button class="icon" aria-label="Close" title="Close">
                    {icon(Icon::Cross)}
                </button>
            </form>
            <div id="share-body" inner_html=body></div>
        </dialog>
    }
}

/// What stands in it: how to make a link, or the link.
pub(super) fn share_body(conversation_id: &str, link: Option<&ShareLink>) -> String {
    let form = |action: &'static str, class: &'static str, words: &'static str| {
        view! {
            <form method="post" action=action data-do="swap" data-target="share-body" data-stays data-error="share-error">
                <input type="hidden" name="conversation_id" value=conversation_id.to_owned()/>
                <button class=class>{words}</button>
            </form>
        }
    };
    let (share, unshare) = ("/api/fn/share_conversation", "/api/fn/unshare_conversation");
    let body = match link {
        None => view! {
            <p>
                "Anybody who has the link can read this conversation as it is now, without an account. \
                 What you write later is not shown, and neither is your name."
            </p>
            <div class="row">{form(share, "btn go", "Make a link")}</div>
        }
        .into_any(),
        Some(link) => view! {
            <p>"Anybody who has this link can read the conversation up to where it was when you shared it."</p>
            <div class="row">
                <input class="input" readonly aria-label="Link" value=link.url.clone() data-focus/>
                <button class="btn" type="button" data-copy="field">
                    "Copy"
                </button>
            </div>
            <div class="row">
                {form(share, "btn small", "Show everything up to now")}
                {form(unshare, "btn small danger", "Take the link back")}
            </div>
        }
        .into_any(),
    };
    view! {
        {body}
        <p class="field-error" id="share-error" role="alert"></p>
    }
    .to_html()
}
