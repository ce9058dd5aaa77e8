//! The passwords that are tried first. They follow a few patterns, so a list of words and the patterns say more than a
//! long list of passwords would, and fit in a few lines.

/// What such passwords are made of; those with fewer than eight characters in all are refused for their length already.
const WORDS: &str = "password passwort passw0rd p@ssw0rd p@ssword pa$$word motdepasse contrasena parola haslo salasana \
    welcome welcome1 letmein iloveyou iloveu loveyou loveme princess sunshine football baseball basketball \
    superman batman spiderman starwars pokemon minecraft naruto monkey dragon master shadow michael jordan jennifer \
    jessica ashley charlie daniel thomas andrew joshua matthew anthony robert william hannah nicole michelle amanda \
    samantha killer hunter ranger harley mustang corvette ferrari mercedes porsche yamaha trustno computer internet \
    google facebook linkedin samsung android apple iphone microsoft windows chelsea liverpool arsenal barcelona \
    juventus summer winter spring autumn january february march april june july august september october november \
    december monday friday admin administrator root user guest test tester testing demo default changeme change secret \
    login access server cheese cookie chocolate butterfly flower freedom whatever nothing forever blessed jesus christ \
    angel angels heaven money lovely family mother father baby babygirl babyboy hello hello123 goodbye purple orange \
    yellow silver golden diamond rainbow tiger lion eagle eagles falcon panther phoenix wizard matrix hacker ninja \
    samurai warrior soldier champion soccer hockey tennis cowboys yankees lakers steelers london paris berlin america \
    canada abc abcd abcde abcdef abcdefg abcdefgh qwe qwer qwert qwerty qwertz azerty qwertyu qwertyui qwertyuiop \
    asdf asdfg asdfgh asdfghjk asdfghjkl zxcv zxcvbn zxcvbnm qazwsx qazwsxedc qweasd qweasdzxc zaq12wsx 1qaz 1qaz2wsx \
    1q2w3e 1q2w3e4r 1q2w3e4r5t q1w2e3r4 qwe123 abc123 a1b2c3 a1b2c3d4 aa123456 a123456 iloveyou1 todo greenlit";

/// What is put behind a word to get past a rule.
const MOST_APPENDED: usize = 5;

/// Whether everybody's first guesses hold this password: a common word with a few digits or marks around it, a word
/// twice, digits alone in a pattern, or one piece over and over.
pub(super) fn is_common(password: &str) -> bool {
    let lower = password.to_lowercase();
    let letters: Vec<char> = lower.chars().collect();
    is_run(&letters) || is_repeated(&letters) || is_word(&lower) || is_date(&lower)
}

fn is_word(lower: &str) -> bool {
    let is_listed = |text: &str| WORDS.split_whitespace().any(|word| word == text);
    let plain = |c: char| !c.is_alphabetic();
    let core = lower.trim_matches(plain);
    let appended = lower.chars().count() - core.chars().count();
    if is_listed(lower) || (is_listed(core) && appended <= MOST_APPENDED) {
        return true;
    }
    // `1q2w3e4r!` begins with a digit that belongs to the word.
    is_listed(lower.trim_end_matches(|c: char| !c.is_alphanumeric()))
}

/// `12345678`, `87654321`, `abcdefgh`, and `1234567890`.
fn is_run(letters: &[char]) -> bool {
    let step = |pair: &[char]| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0]));
    let follows = |pair: &[char], by: i64| step(pair) == by || (pair == ['9', '0'] && by == 1);
    letters.len() > 1
        && [0, 1, -1]
            .iter()
            .any(|by| letters.windows(2).all(|pair| follows(pair, *by)))
}

/// `11111111`, `12121212`, `123123123`, `passpass`.
fn is_repeated(letters: &[char]) -> bool {
    (1..=letters.len() / 2)
        .filter(|size| *size <= 4 && letters.len().is_multiple_of(*size))
        .any(|size| letters.chunks(size).all(|piece| piece == &letters[..size]))
}

/// Digits only, with the year of somebody's birth in them: `01011990`, `19900101`.
fn is_date(lower: &str) -> bool {
    let year = |text: Option<&str>| text.is_some_and(|text| text.starts_with("19") || text.starts_with("20"));
    lower.len() == 8
        && lower.bytes().all(|byte| byte.is_ascii_digit())
        && (year(lower.get(..4)) || year(lower.get(4..)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_guesses_are_known() {
        for bad in [
            "password",
            "Password1",
            "PASSWORD123!",
            "p@ssw0rd",
            "12345678",
            "123456789",
            "1234567890",
            "87654321",
            "11111111",
            "12121212",
            "123123123",
            "qwertyuiop",
            "Qwerty123",
            "1q2w3e4r",
            "iloveyou",
            "sunshine1",
            "letmein!!",
            "abcdefgh",
            "abc12345",
            "admin123",
            "welcome2024",
            "01011990",
            "19900101",
            "1qaz2wsx!",
        ] {
            assert!(is_common(bad), "{bad}");
        }
    }

    #[test]
    fn other_passwords_pass() {
        for good in [
            "correct horse",
            "correct horse battery staple",
            "mY-tr1cky-one",
            "passwordless living",
            "xkcd-936-comic",
            "98127364",
            "äöüßäöüé",
            "kitchen table 7",
            "another horse",
            "monkeywrench",
            "Tr0ub4dor&3",
        ] {
            assert!(!is_common(good), "{good}");
        }
    }
}
