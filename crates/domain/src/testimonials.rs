//! What people say about the product: one each, public at once unless a rule objects.

use std::time::Instant;

use protocol::api::{SubmitTestimonial, TestimonialPage};
use protocol::limits::{
    TESTIMONIAL_MAX_CHARS, TESTIMONIAL_MIN_CHARS, TESTIMONIALS_PAGE, USER_NAME_CHARS, checked_text, excerpt,
};
use protocol::{Testimonial, Timestamp};
use sha2::{Digest, Sha256};
use store::testimonials::{self, TestimonialRecord};
use store::{Scope, Store};
use uuid::Uuid;

use crate::{Actor, Domain, Error, page};

/// Testimonials of a [`Domain`].
pub struct Testimonials<'a> {
    domain: &'a Domain,
}

/// One's own testimonial and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnTestimonial {
    pub testimonial: Testimonial,
    /// Everybody can read it.
    pub published: bool,
    /// Whoever runs the server took it from the list.
    pub hidden: bool,
    /// It was written just now, not changed.
    pub new: bool,
}

impl<'a> Testimonials<'a> {
    pub(crate) fn new(domain: &'a Domain) -> Self {
        Self { domain }
    }

    /// The public ones, newest first; for everybody.
    ///
    /// # Errors
    /// `Invalid` for a limit out of range or a broken cursor.
    pub async fn list(&self, limit: Option<u32>, cursor: Option<&str>) -> Result<TestimonialPage, Error> {
        let limit = page::limit(limit, TESTIMONIALS_PAGE)?;
        let after = cursor.map(page::read_place).transpose()?;
        let mut tx = self.domain.store().begin(Scope::Public).await?;
        let mut found = testimonials::list(&mut tx, after, limit + 1).await?;
        tx.commit().await?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let found: Vec<Testimonial> = found.into_iter().map(public).collect();
        let next_cursor = found
            .last()
            .filter(|_| more)
            .map(|last| page::write_place(last.published_at, last.id));
        Ok(TestimonialPage {
            testimonials: found,
            next_cursor,
        })
    }

    /// The actor's own, if there is one.
    pub async fn own(&self, actor: &Actor) -> Result<Option<OwnTestimonial>, Error> {
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        let found = testimonials::own(&mut tx, actor.user_id()).await?;
        tx.commit().await?;
        Ok(found.map(own))
    }

    /// Writes the actor's testimonial, or replaces it, and publishes it.
    ///
    /// # Errors
    /// `Invalid` for texts over or under their limits, with links, or that somebody else said; `RateLimited`.
    pub async fn submit(&self, actor: &Actor, request: SubmitTestimonial) -> Result<OwnTestimonial, Error> {
        let text = checked_text(&request.text, TESTIMONIAL_MIN_CHARS, TESTIMONIAL_MAX_CHARS)
            .map_err(|message| Error::invalid("text", message))?;
        let name = request.display_name.as_deref().unwrap_or(&actor.user.name);
        let name = checked_text(name, 1, USER_NAME_CHARS)
            .map_err(|message| Error::invalid("display_name", message))?;
        let name = excerpt(&name, USER_NAME_CHARS);
        for (field, value) in [("text", &text), ("display_name", &name)] {
            if let Some(objection) = objection(value) {
                return Err(Error::invalid(field, objection));
            }
        }
        let key = key(&text).ok_or_else(|| Error::invalid("text", "must have words in it"))?;
        self.domain
            .inner
            .testimonials
            .take(actor.user_id(), Instant::now())?;
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        let saved = match testimonials::save(&mut tx, actor.user_id(), &text, &name, &key).await {
            Err(error) if error.constraint() == Some("testimonials_said_once") => {
                return Err(Error::invalid(
                    "text",
                    "was said by somebody else already; use your own words",
                ));
            }
            other => other?,
        };
        tx.commit().await?;
        Ok(own(saved))
    }

    /// Takes the actor's own from the public list. No error when it is not there.
    pub async fn withdraw(&self, actor: &Actor) -> Result<(), Error> {
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        testimonials::withdraw(&mut tx, actor.user_id()).await?;
        Ok(tx.commit().await?)
    }
}

/// What stands on the first page, the newest hundred: for whoever runs the server, from the command line.
///
/// # Errors
/// When the database is away.
pub async fn published(store: &Store) -> Result<Vec<Testimonial>, Error> {
    let mut tx = store.begin(Scope::Public).await?;
    let found = testimonials::list(&mut tx, None, TESTIMONIALS_PAGE.1).await?;
    tx.commit().await?;
    Ok(found.into_iter().map(public).collect())
}

/// The ids of the hidden ones and since when they are, the newest hundred: also for whoever runs the server.
///
/// # Errors
/// When the database is away.
pub async fn hidden(store: &Store) -> Result<Vec<(Uuid, Timestamp)>, Error> {
    let mut tx = store.begin(Scope::Worker).await?;
    let found = testimonials::hidden(&mut tx, TESTIMONIALS_PAGE.1).await?;
    tx.commit().await?;
    Ok(found)
}

/// Hides a testimonial from everybody or shows it again: for whoever runs the server, who has its database and asks from
/// the command line. Returns whether there is such a one.
///
/// # Errors
/// When the database is away.
pub async fn moderate(store: &Store, id: Uuid, hidden: bool) -> Result<bool, Error> {
    let mut tx = store.begin(Scope::Worker).await?;
    let found = testimonials::set_hidden(&mut tx, id, hidden).await?;
    tx.commit().await?;
    Ok(found)
}

fn public(record: TestimonialRecord) -> Testimonial {
    Testimonial {
        id: record.id,
        text: record.text,
        display_name: record.display_name,
        published_at: record.published_at.unwrap_or(Timestamp::MIN),
    }
}

fn own(record: TestimonialRecord) -> OwnTestimonial {
    OwnTestimonial {
        published: record.published_at.is_some() && !record.hidden,
        hidden: record.hidden,
        new: record.new,
        testimonial: public(record),
    }
}

/// Ends of names that are addresses; others (`e.g.`, `No.Really`) are words.
const ADDRESS_ENDS: [&str; 22] = [
    "com", "net", "org", "io", "dev", "app", "ai", "co", "me", "ru", "info", "biz", "xyz", "shop", "site",
    "online", "top", "club", "de", "fr", "uk", "cn",
];

/// Why a text is not published: it leads elsewhere, or is noise.
fn objection(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let is_address = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        let host = word.split(['/', '?', '#', ':']).next().unwrap_or_default();
        host.rsplit_once('.')
            .is_some_and(|(name, end)| !name.is_empty() && ADDRESS_ENDS.contains(&end))
    };
    if lower.contains("://") || lower.contains("www.") || lower.split_whitespace().any(is_address) {
        return Some("must not contain links or addresses");
    }
    let letters: Vec<char> = lower.chars().collect();
    if letters
        .windows(8)
        .any(|run| run.iter().all(|letter| *letter == run[0]))
    {
        return Some("must not repeat one character over and over");
    }
    None
}

/// What makes two texts the same: their letters and digits in order. `None` for a text without any.
fn key(text: &str) -> Option<String> {
    let said: String = text
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    (!said.is_empty()).then(|| {
        Sha256::digest(said.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_noise_are_objected_to() {
        for bad in [
            "See https://evil.example for more",
            "Visit www.evil.example today",
            "Cheap pills at pills.shop/now, really",
            "Write to me@mail.example.com please",
            "(great.io)",
            "Sooooooooo good",
        ] {
            assert!(objection(bad).is_some(), "{bad}");
        }
        for good in [
            "It keeps my list, e.g. the shopping.",
            "Great.Really great, 3.5 of 4.",
            "Well… it works!!!",
        ] {
            assert_eq!(objection(good), None, "{good}");
        }
    }

    #[test]
    fn the_same_words_are_the_same_text() {
        assert_eq!(key("It works,  well."), key("it WORKS well"));
        assert_ne!(key("It works well"), key("It works badly"));
        assert_eq!(key("!!! ... ???"), None);
    }
}
