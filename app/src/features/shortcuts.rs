//! The sheet of all keys and commands; a dialog on each page behind the sign-in, opened by `?` or by a button.

use leptos::prelude::*;

use super::chat::commands::Command;
use crate::ui::{Icon, icon};

const KEYS: [(&str, &[&str], &str); 9] = [
    ("Anywhere", &["?"], "Show this sheet"),
    ("Anywhere", &["/"], "Search"),
    ("Anywhere", &["Ctrl", "Shift", "O"], "New conversation"),
    ("Writing", &["Enter"], "Send"),
    ("Writing", &["Shift", "Enter"], "New line"),
    ("Writing", &["↑"], "In an empty box: change your last message"),
    ("Writing", &["/"], "Choose a command"),
    ("Writing", &["Esc"], "Stop the answer"),
    ("Dialogs", &["Esc"], "Close"),
];

/// The sheet, closed.
pub fn shortcuts_sheet() -> impl IntoView {
    let groups: Vec<_> = KEYS
        .chunk_by(|a, b| a.0 == b.0)
        .map(|keys| {
            let rows: Vec<_> = keys
                .iter()
                .map(|(_, keys, does)| {
                    let keys: Vec<_> = keys.iter().map(|key| view! { <kbd>{*key}</kbd> }).collect();
                    view! {
                        <div>
                            <dt>{*does}</dt>
                            <dd>{keys}</dd>
                        </div>
                    }
                })
                .collect();
            view! {
                <h3>{keys[0].0}</h3>
                <dl>{rows}</dl>
            }
        })
        .collect();
    let commands: Vec<_> = Command::ALL
        .into_iter()
        .map(|command| {
            view! {
                <div>
                    <dt>{command.does()}</dt>
                    <dd>
                        <kbd>{command.name()}</kbd>
                        {Some(command.wants()).filter(|wants| !wants.is_empty()).map(|wants| view! { <i>{wants}</i> })}
                    </dd>
                </div>
            }
        })
        .collect();
    view! {
        <dialog id="shortcuts" class="sheet" aria-labelledby="shortcuts-title">
            <form method="dialog">
                <h2 id="shortcuts-title">"Keys and commands"</h2>
                <button class="icon" aria-label="Close">
                    {icon(Icon::Cross)}
                </button>
            </form>
            {groups}
            <h3>"Commands, in the box of a conversation"</h3>
            <dl>{commands}</dl>
        </dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_on_the_sheet() {
        let html = shortcuts_sheet().to_html();
        for command in Command::ALL {
            assert!(html.contains(&format!("<kbd>{}</kbd>", command.name())), "{html}");
        }
        assert_eq!(html.matches("<h3>").count(), 4, "{html}");
    }
}
