//! What is behind each route: the list that the router is held against.

use Body::{File, Form, Json, None};
use Who::{Anyone, Nobody, Owner, OwnerPage, Page, SignedIn};

/// Who may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// Whose the things are that the ids name: 403 for everybody else, 404 for ids of nothing.
    Owner,
    /// The same for a page, which sends whoever is not signed in to sign in.
    OwnerPage,
    /// Everybody with an account, each for themselves, whatever else the request names.
    SignedIn,
    /// The same for a page.
    Page,
    /// Everybody.
    Anyone,
    /// There is nothing at such an address: 404.
    Nobody,
}

/// What is sent along. `{names}` in it are ids of `world`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    None,
    Json(&'static str),
    Form(&'static str),
    /// An exported conversation.
    File,
}

/// A route and a way to knock at it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Door {
    pub(super) method: &'static str,
    /// As the router has it.
    pub(super) route: &'static str,
    /// `{names}` in it are ids of `world`.
    pub(super) path: &'static str,
    pub(super) body: Body,
    pub(super) who: Who,
    /// It ends the session or the account of whoever knocks.
    pub(super) ends: bool,
}

const fn door(method: &'static str, route: &'static str, path: &'static str, body: Body, who: Who) -> Door {
    Door {
        method,
        route,
        path,
        body,
        who,
        ends: false,
    }
}

const CONVERSATION: &str = "/api/chat/conversations/{id}";
const MESSAGE: &str = "/api/chat/conversations/{id}/messages/{message_id}";

/// Every door of the REST API and the pages.
const DOORS: &[Door] = &[
    door(
        "GET",
        "/api/chat/conversations",
        "/api/chat/conversations?q={conversation}",
        None,
        SignedIn,
    ),
    door(
        "POST",
        "/api/chat/conversations",
        "/api/chat/conversations",
        Json(r#"{"message": "Look at {conversation} and {task}"}"#),
        SignedIn,
    ),
    door(
        "GET",
        CONVERSATION,
        "/api/chat/conversations/{conversation}",
        None,
        Owner,
    ),
    door(
        "PUT",
        CONVERSATION,
        "/api/chat/conversations/{conversation}",
        Json(r#"{"title": "Mine"}"#),
        Owner,
    ),
    door(
        "DELETE",
        CONVERSATION,
        "/api/chat/conversations/{conversation}",
        None,
        Owner,
    ),
    door(
        "GET",
        "/api/chat/conversations/{id}/export",
        "/api/chat/conversations/{conversation}/export?format=json",
        None,
        Owner,
    ),
    door(
        "POST",
        "/api/chat/conversations/{id}/share",
        "/api/chat/conversations/{conversation}/share",
        None,
        Owner,
    ),
    door(
        "DELETE",
        "/api/chat/conversations/{id}/share",
        "/api/chat/conversations/{conversation}/share",
        None,
        Owner,
    ),
    door(
        "POST",
        "/api/chat/conversations/import",
        "/api/chat/conversations/import",
        File,
        SignedIn,
    ),
    door(
        "POST",
        "/api/chat/conversations/{id}/restore",
        "/api/chat/conversations/{conversation}/restore",
        None,
        Owner,
    ),
    door(
        "GET",
        "/api/chat/conversations/{id}/messages",
        "/api/chat/conversations/{conversation}/messages?since={message}",
        None,
        Owner,
    ),
    door(
        "POST",
        "/api/chat/conversations/{id}/messages",
        "/api/chat/conversations/{conversation}/messages",
        Json(r#"{"content": "Hello"}"#),
        Owner,
    ),
    door(
        "PUT",
        MESSAGE,
        "/api/chat/conversations/{conversation}/messages/{message}",
        Json(r#"{"content": "Mine"}"#),
        Owner,
    ),
    door(
        "POST",
        "/api/chat/conversations/{id}/messages/{message_id}/regenerate",
        "/api/chat/conversations/{conversation}/messages/{answer}/regenerate",
        None,
        Owner,
    ),
    door(
        "POST",
        "/api/chat/conversations/{id}/messages/{message_id}/activate",
        "/api/chat/conversations/{conversation}/messages/{answer}/activate",
        None,
        Owner,
    ),
    door(
        "PUT",
        "/api/chat/conversations/{id}/messages/{message_id}/feedback",
        "/api/chat/conversations/{conversation}/messages/{answer}/feedback",
        Json(r#"{"value": "down"}"#),
        Owner,
    ),
    door(
        "GET",
        "/api/chat/events",
        "/api/chat/events?stamp={conversation}",
        None,
        SignedIn,
    ),
    door(
        "GET",
        "/api/chat/runs/{id}/events",
        "/api/chat/runs/{run}/events?render=html",
        None,
        Owner,
    ),
    door(
        "POST",
        "/api/chat/runs/{id}/cancel",
        "/api/chat/runs/{waiting_run}/cancel",
        None,
        Owner,
    ),
    door(
        "POST",
        "/api/chat/runs/{id}/retry",
        "/api/chat/runs/{run}/retry",
        None,
        Owner,
    ),
    door(
        "POST",
        "/api/chat/runs/{id}/approvals",
        "/api/chat/runs/{waiting_run}/approvals",
        Json(r#"{"call_id": "{waiting_call}", "approve": true}"#),
        Owner,
    ),
    door(
        "POST",
        "/api/chat/tool-calls/{id}/undo",
        "/api/chat/tool-calls/{call}/undo",
        None,
        Owner,
    ),
    door("GET", "/api/tasks", "/api/tasks?q={task}", None, SignedIn),
    door(
        "POST",
        "/api/tasks",
        "/api/tasks",
        Json(r#"{"title": "About {task}"}"#),
        SignedIn,
    ),
    door("GET", "/api/tasks/{id}", "/api/tasks/{task}", None, Owner),
    door(
        "PATCH",
        "/api/tasks/{id}",
        "/api/tasks/{task}",
        Json(r#"{"title": "Mine", "status": "done"}"#),
        Owner,
    ),
    door("DELETE", "/api/tasks/{id}", "/api/tasks/{task}", None, Owner),
    door(
        "POST",
        "/api/tasks/{id}/restore",
        "/api/tasks/{task}/restore",
        None,
        Owner,
    ),
    door("GET", "/api/testimonials", "/api/testimonials", None, Anyone),
    door(
        "POST",
        "/api/testimonials",
        "/api/testimonials",
        Json(r#"{"text": "Quite a good list, this one", "display_name": "Somebody"}"#),
        SignedIn,
    ),
    door(
        "GET",
        "/api/account/export",
        "/api/account/export?user={email}",
        None,
        SignedIn,
    ),
    door(
        "GET",
        "/api/account/preferences",
        "/api/account/preferences",
        None,
        SignedIn,
    ),
    door(
        "PATCH",
        "/api/account/preferences",
        "/api/account/preferences",
        Json(r#"{"approval": "never"}"#),
        SignedIn,
    ),
    door("GET", "/healthz", "/healthz", None, Anyone),
    door("GET", "/readyz", "/readyz", None, Anyone),
    door("GET", "/metrics", "/metrics", None, Anyone),
    door("GET", "/pkg/{*path}", "/pkg/{task}", None, Nobody),
    door("GET", "/", "/", None, Anyone),
    door("GET", "/share/{token}", "/share/{conversation}", None, Nobody),
    door(
        "GET",
        "/sign-in",
        "/sign-in?next=/dashboard/chat/{conversation}",
        None,
        Anyone,
    ),
    door("GET", "/sign-up", "/sign-up", None, Anyone),
    door("GET", "/dashboard", "/dashboard", None, Page),
    door(
        "GET",
        "/dashboard/tasks",
        "/dashboard/tasks?edit={task}&show={task}&q={task}",
        None,
        Page,
    ),
    door(
        "GET",
        "/dashboard/tasks/activity",
        "/dashboard/tasks/activity?before={call}",
        None,
        Page,
    ),
    door(
        "GET",
        "/dashboard/chat",
        "/dashboard/chat?edit={message}",
        None,
        Page,
    ),
    door(
        "GET",
        "/dashboard/chat/{id}",
        "/dashboard/chat/{conversation}?message={message}",
        None,
        OwnerPage,
    ),
    door(
        "GET",
        "/dashboard/conversations/deleted",
        "/dashboard/conversations/deleted",
        None,
        Page,
    ),
    door(
        "GET",
        "/dashboard/search",
        "/dashboard/search?q={conversation}",
        None,
        Page,
    ),
    door("GET", "/dashboard/settings", "/dashboard/settings", None, Page),
    // What no route knows.
    door(
        "*",
        "/{*__private__axum_fallback}",
        "/nowhere/{task}",
        None,
        Nobody,
    ),
    // Better Auth's door.
    door(
        "POST",
        "/api/auth/{*path}",
        "/api/auth/sign-up/email",
        Json(r#"{"name": "Eve", "email": "{email}", "password": "correct horse"}"#),
        Anyone,
    ),
    door(
        "POST",
        "/api/auth/{*path}",
        "/api/auth/sign-in/email",
        Json(r#"{"email": "{email}", "password": "battery staple"}"#),
        Anyone,
    ),
    door(
        "GET",
        "/api/auth/{*path}",
        "/api/auth/get-session?id={session}",
        None,
        Anyone,
    ),
    door(
        "POST",
        "/api/auth/{*path}",
        "/api/auth/get-session",
        Json("{}"),
        Anyone,
    ),
    door("GET", "/api/auth/{*path}", "/api/auth/token", None, SignedIn),
    door(
        "POST",
        "/api/auth/{*path}",
        "/api/auth/update-user",
        Json(r#"{"name": "Bob"}"#),
        SignedIn,
    ),
    door(
        "POST",
        "/api/auth/{*path}",
        "/api/auth/change-password",
        Json(r#"{"currentPassword": "correct horse", "newPassword": "battery staple", "userId": "{email}"}"#),
        SignedIn,
    ),
    door(
        "GET",
        "/api/auth/{*path}",
        "/api/auth/list-sessions",
        None,
        SignedIn,
    ),
    door(
        "POST",
        "/api/auth/{*path}",
        "/api/auth/revoke-session",
        Json(r#"{"token": "{session}"}"#),
        SignedIn,
    ),
    door("GET", "/api/auth/{*path}", "/api/auth/ok", None, Anyone),
    door("*", "/api/auth", "/api/auth", None, Nobody),
    door("*", "/api/auth/", "/api/auth/", None, Nobody),
];

/// The server functions: their name, a form, and who may send it.
const FUNCTIONS: &[(&str, &str, Who)] = &[
    ("add_task", "title=About+{task}", SignedIn),
    ("list_tasks", "", SignedIn),
    ("toggle_task", "task_id={task}&done=true", Owner),
    ("update_task", "task_id={task}&title=Mine", Owner),
    ("edit_task", "task_id={task}", Owner),
    ("show_task", "task_id={task}", Owner),
    ("move_task", "task_id={task}&before={task}", Owner),
    ("delete_task", "task_id={task}", Owner),
    ("restore_task", "task_id={task}", Owner),
    (
        "submit_testimonial",
        "text=Quite+a+good+list%2C+this+one&display_name=Somebody",
        SignedIn,
    ),
    ("withdraw_testimonial", "", SignedIn),
    ("list_conversations", "current={conversation}&rows=100", SignedIn),
    (
        "more_conversations",
        "cursor={conversation}&current={conversation}",
        SignedIn,
    ),
    (
        "rename_conversation",
        "conversation_id={conversation}&title=Mine",
        Owner,
    ),
    (
        "pin_conversation",
        "conversation_id={conversation}&pinned=true",
        Owner,
    ),
    ("delete_conversation", "conversation_id={conversation}", Owner),
    ("restore_conversation", "conversation_id={conversation}", Owner),
    ("share_conversation", "conversation_id={conversation}", Owner),
    ("unshare_conversation", "conversation_id={conversation}", Owner),
    (
        "earlier_messages",
        "conversation_id={conversation}&before={answer}",
        Owner,
    ),
    (
        "send_message",
        "conversation_id={conversation}&content=Hello",
        Owner,
    ),
    ("retry_run", "run_id={run}", Owner),
    ("cancel_run", "run_id={waiting_run}", Owner),
    ("decide_call", "call_id={waiting_call}&approve=true", Owner),
    (
        "decide_call",
        "call_id={waiting_call}&approve=true&every=true",
        Owner,
    ),
    ("undo_tool_call", "call_id={call}", Owner),
    ("tool_badge", "call_id={call}", Owner),
    (
        "entries_since",
        "conversation_id={conversation}&after={message}",
        Owner,
    ),
    ("sent_keys", "keys={message}+{task}", SignedIn),
    (
        "edit_message",
        "conversation_id={conversation}&message_id={message}&content=Mine",
        Owner,
    ),
    (
        "edit_form",
        "conversation_id={conversation}&message_id={message}",
        Owner,
    ),
    (
        "regenerate_answer",
        "conversation_id={conversation}&message_id={answer}",
        Owner,
    ),
    (
        "show_version",
        "conversation_id={conversation}&message_id={answer}",
        Owner,
    ),
    (
        "give_feedback",
        "conversation_id={conversation}&message_id={answer}&value=down",
        Owner,
    ),
    (
        "message_actions",
        "conversation_id={conversation}&message_id={answer}",
        Owner,
    ),
    (
        "message_text",
        "conversation_id={conversation}&message_id={answer}",
        Owner,
    ),
    ("set_theme", "theme=dark", Anyone),
    ("set_time_zone", "time_zone=Europe%2FBerlin", Anyone),
    ("set_context", "context_messages=20", SignedIn),
    ("set_approval", "approval=never", SignedIn),
    ("set_formats", "clock=24h", SignedIn),
    ("update_profile", "name=Bob", SignedIn),
    (
        "change_password",
        "current_password=battery+staple&password=a+horse+in+the+rain",
        SignedIn,
    ),
    ("end_session", "session={session}", SignedIn),
    (
        "sign_up",
        "name=Eve&email={email}&password=correct+horse+staple",
        Anyone,
    ),
    ("sign_in", "email={email}&password=battery+staple", Anyone),
];

/// Those that end with the session or account of whoever knocks: after all others.
const ENDS: &[Door] = &[
    door(
        "POST",
        "/api/auth/{*path}",
        "/api/auth/revoke-other-sessions",
        Json("{}"),
        SignedIn,
    ),
    door(
        "POST",
        "/api/fn/end_other_sessions",
        "/api/fn/end_other_sessions",
        Form(""),
        SignedIn,
    ),
    door("POST", "/api/fn/sign_out", "/api/fn/sign_out", Form(""), Anyone),
    door(
        "POST",
        "/api/auth/{*path}",
        "/api/auth/sign-out",
        Json("{}"),
        Anyone,
    ),
    door(
        "POST",
        "/api/auth/{*path}",
        "/api/auth/revoke-sessions",
        Json("{}"),
        SignedIn,
    ),
    door(
        "POST",
        "/api/fn/delete_account",
        "/api/fn/delete_account",
        Form("current_password=wrong&confirmation=delete"),
        SignedIn,
    ),
    door(
        "POST",
        "/api/auth/{*path}",
        "/api/auth/delete-user",
        Json(r#"{"password": "wrong"}"#),
        SignedIn,
    ),
];

/// Undo and redo, of calls and of whole answers.
const TURNS: &[Door] = &[
    door(
        "POST",
        "/api/chat/tool-calls/{id}/redo",
        "/api/chat/tool-calls/{call}/redo",
        None,
        Owner,
    ),
    door(
        "POST",
        "/api/chat/messages/{id}/undo",
        "/api/chat/messages/{answer}/undo",
        None,
        Owner,
    ),
    door(
        "POST",
        "/api/chat/messages/{id}/redo",
        "/api/chat/messages/{answer}/redo",
        None,
        Owner,
    ),
    door(
        "POST",
        "/api/fn/redo_tool_call",
        "/api/fn/redo_tool_call",
        Form("call_id={call}&overwrite=true"),
        Owner,
    ),
    door(
        "POST",
        "/api/fn/undo_answer",
        "/api/fn/undo_answer",
        Form("conversation_id={conversation}&message_id={answer}&overwrite=true"),
        Owner,
    ),
    door(
        "POST",
        "/api/fn/redo_answer",
        "/api/fn/redo_answer",
        Form("conversation_id={conversation}&message_id={answer}&overwrite=true"),
        Owner,
    ),
];

/// All of them.
pub(super) fn all() -> Vec<Door> {
    let functions = FUNCTIONS.iter().map(|(name, form, who)| {
        let path: &'static str = format!("/api/fn/{name}").leak();
        door("POST", path, path, Form(form), *who)
    });
    let ends = ENDS.iter().map(|door| Door { ends: true, ..*door });
    DOORS
        .iter()
        .copied()
        .chain(TURNS.iter().copied())
        .chain(functions)
        .chain(ends)
        .collect()
}

/// Those of Better Auth's that its door has a line for.
pub(super) fn better_auth() -> Vec<(String, String)> {
    let source = include_str!("../../../src/api/better_auth/mod.rs");
    let mut endpoints: Vec<_> = source
        .lines()
        .filter_map(|line| {
            let (method, rest) = line.trim().strip_prefix("(Method::")?.split_once(", \"")?;
            let (path, _) = rest.split_once("\")")?;
            Some((method.to_owned(), format!("/api/auth{path}")))
        })
        .collect();
    assert!(
        endpoints.len() > 10,
        "the door is written in another way: {endpoints:?}"
    );
    endpoints.sort();
    endpoints
}
