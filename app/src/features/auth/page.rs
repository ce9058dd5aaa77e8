//! `/sign-in` and `/sign-up`.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::api::ssr::after_sign_in;
use super::password_field::{PasswordField, password_field};
use crate::features::enhance::Enhance;
use crate::frame::{brand, time_zone_question};
use crate::server_context::{Flash, redirect_local, request, take_flash};
use crate::ui::field::{TextField, text_field};

/// `/sign-in?next=…`
#[component]
pub fn SignInPage() -> impl IntoView {
    account_page(&Wording {
        form: "sign-in",
        title: "Sign in",
        action: "/api/fn/sign_in",
        button: "Sign in",
        autocomplete: "current-password",
        asks_name: false,
        other_question: "New here?",
        other_link: "Create an account",
        other_path: "/sign-up",
    })
}

/// `/sign-up?next=…`
#[component]
pub fn SignUpPage() -> impl IntoView {
    account_page(&Wording {
        form: "sign-up",
        title: "Create your account",
        action: "/api/fn/sign_up",
        button: "Create account",
        autocomplete: "new-password",
        asks_name: true,
        other_question: "Have an account already?",
        other_link: "Sign in",
        other_path: "/sign-in",
    })
}

struct Wording {
    form: &'static str,
    title: &'static str,
    action: &'static str,
    button: &'static str,
    autocomplete: &'static str,
    asks_name: bool,
    other_question: &'static str,
    other_link: &'static str,
    other_path: &'static str,
}

fn account_page(wording: &Wording) -> AnyView {
    let (next, deleted) = use_query_map().with_untracked(|query| {
        (
            query.get("next").unwrap_or_default(),
            query.get("deleted").is_some(),
        )
    });
    if request().actor.is_some() {
        redirect_local(&after_sign_in(&next));
        return ().into_any();
    }
    let other = if next.is_empty() {
        wording.other_path.to_owned()
    } else {
        let next = percent_encoding::utf8_percent_encode(&next, percent_encoding::NON_ALPHANUMERIC);
        format!("{}?next={next}", wording.other_path)
    };
    view! {
        <Title text=format!("{} · Greenlit", wording.title)/>
        {time_zone_question()}
        <Enhance/>
        <main class="account-page">
            <a class="brand" href="/">
                {brand()}
            </a>
            {deleted
                .then(|| {
                    view! { <p class="notice good" role="status">"Your account and everything in it were deleted."</p> }
                })}
            <div class="card">
                <h1>{wording.title}</h1>
                {account_form(wording, next, take_flash(wording.form).unwrap_or_default())}
            </div>
            <p class="other">
                {wording.other_question} " " <a href=other>{wording.other_link}</a>
            </p>
        </main>
    }
    .into_any()
}

fn account_form(wording: &Wording, next: String, flash: Flash) -> impl IntoView + use<> {
    // What belongs to a field is said there; the sentence on the whole is for the rest.
    let whole = Some(flash.message.clone()).filter(|message| flash.errors.is_empty() && !message.is_empty());
    let signing_up = wording.asks_name;
    let name = signing_up.then(|| {
        text_field(TextField {
            id: "name",
            name: "name",
            label: "Name",
            autocomplete: "name",
            value: flash.value("name").to_owned(),
            error: flash.error("name"),
            ..TextField::default()
        })
    });
    view! {
        <form class="stack" method="post" action=wording.action data-do="go" data-error="problem">
            <p class="notice bad" role="alert" id="problem">{whole}</p>
            <input type="hidden" name="next" value=next/>
            {name}
            {text_field(TextField {
                id: "email",
                name: "email",
                label: "Email",
                kind: "email",
                autocomplete: if signing_up { "email" } else { "username" },
                value: flash.value("email").to_owned(),
                required: true,
                error: flash.error("email"),
                ..TextField::default()
            })}
            {password_field(&PasswordField {
                id: "password",
                name: "password",
                label: "Password",
                autocomplete: wording.autocomplete,
                new: signing_up,
                error: flash.error("password"),
            })}
            <button class="btn go wide">{wording.button}</button>
        </form>
    }
}
