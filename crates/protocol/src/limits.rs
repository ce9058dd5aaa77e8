//! Every limit of the contract, in one place. Lengths are Unicode scalar values after trimming.

/// Longest message.
pub const MESSAGE_CHARS: usize = 10_000;
/// Longest conversation title.
pub const CONVERSATION_TITLE_CHARS: usize = 200;
/// How much of the first message becomes a conversation's title.
pub const AUTO_TITLE_CHARS: usize = 50;
/// Longest task title.
pub const TASK_TITLE_CHARS: usize = 200;
/// Longest task description.
pub const TASK_DESCRIPTION_CHARS: usize = 2_000;
/// Longest display name.
pub const USER_NAME_CHARS: usize = 100;
/// Longest e-mail address (RFC 5321's path limit).
pub const EMAIL_CHARS: usize = 254;
/// Shortest password, in UTF-16 units as Better Auth counts.
pub const PASSWORD_MIN_UNITS: usize = 8;
/// Longest password, in UTF-16 units as Better Auth counts.
pub const PASSWORD_MAX_UNITS: usize = 128;
/// Most bytes of any request's body: a message of 10,000 four-byte characters, written in JSON's or a form's longest way,
/// and room to spare. Over it: 413.
pub const BODY_BYTES: usize = 256 * 1024;
/// Most bytes of an imported conversation. Over it: 413.
pub const IMPORT_BYTES: usize = 16 * 1024 * 1024;
/// Most bytes of a request's line and headers together. Over it: 431, and the connection ends.
pub const HEAD_BYTES: usize = 64 * 1024;
/// How deep arrays and objects of a JSON body may stand in each other. Deeper: 422.
pub const JSON_LEVELS: usize = 127;
/// Live feeds that one user may have open at a server. One more: 429.
pub const FEEDS_PER_USER: usize = 20;
/// Answers that one user may watch or wait for at a server at once. One more: 429.
pub const WATCHES_PER_USER: usize = 200;
/// Answers of one user that are written or wait for their turn. One more: 429.
pub const RUNS_PER_USER: u32 = 100;
/// Messages of one conversation that wait for their turn. One more: 429.
pub const QUEUED_PER_CONVERSATION: u32 = 20;
/// How often a minute somebody may fail to sign in to one account, whatever the address, before others are told to wait.
pub const FAILED_SIGN_INS_PER_MINUTE: u32 = 10;
/// Longest answer of one run. What a model writes beyond it is left out, and the run ends as if it had stopped there.
pub const ANSWER_CHARS: usize = 200_000;
/// Most tool calls that a model may ask for in one step; those beyond it are not made.
pub const TOOL_CALLS_PER_STEP: usize = 32;
/// Most bytes of a tool call's arguments. With more the call is refused, and the model is told.
pub const TOOL_ARGUMENTS_BYTES: usize = 64 * 1024;
/// Most bytes of a tool's result that are stored.
pub const TOOL_RESULT_BYTES: usize = 64 * 1024;
/// Most provider requests in one run that may ask for tools.
pub const TOOL_ROUNDS: u32 = 8;
/// A run ends after this long without a byte from the model.
pub const MODEL_SILENCE_SECONDS: u64 = 120;
/// A run ends after this long in all.
pub const RUN_SECONDS: u64 = 600;
/// Conversations in a page of the list unless asked otherwise, and at most.
pub const CONVERSATIONS_PAGE: (u32, u32) = (20, 100);
/// Messages in a page of the history unless asked otherwise, and at most.
pub const MESSAGES_PAGE: (u32, u32) = (50, 200);
/// Tasks in a page unless asked otherwise, and at most.
pub const TASKS_PAGE: (u32, u32) = (50, 200);
/// The assistant's changes in a page of them.
pub const CHANGES_PAGE: u32 = 30;
/// Shortest testimonial.
pub const TESTIMONIAL_MIN_CHARS: usize = 10;
/// Longest testimonial.
pub const TESTIMONIAL_MAX_CHARS: usize = 500;
/// Testimonials in a page unless asked otherwise, and at most.
pub const TESTIMONIALS_PAGE: (u32, u32) = (20, 100);
/// Fewest and most messages of a conversation that somebody may let the model see.
pub const CONTEXT_MESSAGES: (i32, i32) = (10, 200);
/// Longest last-message preview.
pub const PREVIEW_CHARS: usize = 120;

/// A text trimmed and held against a limit, or why not.
///
/// # Errors
/// A sentence for the person who typed it, naming the limit.
pub fn checked_text(text: &str, min: usize, max: usize) -> Result<String, String> {
    let trimmed = text.trim();
    let length = trimmed.chars().count();
    if trimmed.contains('\0') {
        return Err("must not contain NUL characters".into());
    }
    if length < min {
        return Err(if min == 1 {
            "must not be empty".into()
        } else {
            format!("must have at least {min} characters")
        });
    }
    if length > max {
        return Err(format!("must have at most {max} characters, but has {length}"));
    }
    Ok(trimmed.to_owned())
}

/// The first characters of a text on one line, cut at a word where one ends in the second half.
pub fn excerpt(text: &str, max: usize) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.chars().count() > max {
            break;
        }
    }
    if line.chars().count() <= max {
        return line;
    }
    let cut: String = line.chars().take(max).collect();
    let ends_at_word = line[cut.len()..].starts_with(' ');
    match cut.rfind(' ') {
        Some(space) if !ends_at_word && cut[..space].chars().count() >= max / 2 => cut[..space].to_owned(),
        _ => cut.trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_count_scalar_values_after_trimming() {
        assert_eq!(checked_text("  é  ", 1, 1), Ok("é".into()));
        assert_eq!(checked_text("   ", 1, 5), Err("must not be empty".into()));
        assert_eq!(
            checked_text("éééé", 1, 3),
            Err("must have at most 3 characters, but has 4".into())
        );
    }

    #[test]
    fn an_excerpt_is_cut_at_a_word() {
        assert_eq!(excerpt("Help me\n organize", 50), "Help me organize");
        assert_eq!(
            excerpt(
                "Create a task called 'Review Q4 report' and remind me of it tomorrow",
                50
            ),
            "Create a task called 'Review Q4 report' and remind"
        );
        assert_eq!(excerpt(&"a".repeat(80), 50), "a".repeat(50));
        assert_eq!(excerpt("aaaaaa bbbbbb", 10), "aaaaaa");
    }

    proptest::proptest! {
        #[test]
        fn what_passes_fits(text in "(\\PC|[ \0\n]){0,40}", min in 0_usize..3, max in 3_usize..30) {
            match checked_text(&text, min, max) {
                Ok(fits) => {
                    proptest::prop_assert_eq!(&fits, text.trim());
                    proptest::prop_assert!((min..=max).contains(&fits.chars().count()) && !fits.contains('\0'));
                }
                Err(why) => proptest::prop_assert!(why.starts_with("must "), "{}", why),
            }
            let cut = excerpt(&text, max);
            proptest::prop_assert!(cut.chars().count() <= max && !cut.contains('\n'), "{:?}", cut);
        }
    }
}
