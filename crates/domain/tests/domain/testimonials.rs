//! Testimonials and preferences.

use domain::{Actor, Domain, Error};
use protocol::api::SubmitTestimonial;
use sqlx::PgPool;
use store::Scope;

use crate::support::{Beat, sign_up, world};

async fn submit(domain: &Domain, actor: &Actor, text: &str) -> Result<bool, Error> {
    let request = SubmitTestimonial {
        text: text.into(),
        display_name: None,
    };
    domain
        .testimonials()
        .submit(actor, request)
        .await
        .map(|own| own.new)
}

async fn public(domain: &Domain) -> Vec<String> {
    let page = domain.testimonials().list(None, None).await.unwrap();
    page.testimonials.into_iter().map(|said| said.text).collect()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn everybody_says_one_thing_and_may_change_it(pool: PgPool) {
    let world = world(pool).await;
    let bob = sign_up(&world.domain, "bob").await;
    let domain = &world.domain;
    assert!(submit(domain, &world.ada, "It keeps my list").await.unwrap());
    assert!(submit(domain, &bob, "I can undo everything").await.unwrap());
    assert_eq!(
        public(domain).await,
        ["I can undo everything", "It keeps my list"]
    );
    let first = domain.testimonials().list(Some(1), None).await.unwrap();
    let second = domain
        .testimonials()
        .list(Some(1), first.next_cursor.as_deref())
        .await
        .unwrap();
    assert_eq!(
        (second.testimonials[0].text.as_str(), second.next_cursor),
        ("It keeps my list", None)
    );

    for (text, field) in [
        ("Too short", "text"),
        (&"x y ".repeat(200), "text"),
        ("Look at evil.com now", "text"),
        ("IT keeps... my list!", "text"),
    ] {
        let Err(Error::Invalid(errors)) = submit(domain, &bob, text).await else {
            panic!("{text}")
        };
        assert_eq!(errors[0].field, field);
    }
    assert!(!submit(domain, &world.ada, "It keeps my list well").await.unwrap());
    assert_eq!(
        public(domain).await,
        ["I can undo everything", "It keeps my list well"]
    );
    domain.testimonials().withdraw(&world.ada).await.unwrap();
    assert_eq!(public(domain).await, ["I can undo everything"]);
    let own = domain.testimonials().own(&world.ada).await.unwrap().unwrap();
    assert_eq!(
        (own.published, own.testimonial.text.as_str()),
        (false, "It keeps my list well")
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_hidden_stays_hidden(pool: PgPool) {
    let world = world(pool).await;
    let domain = &world.domain;
    submit(domain, &world.ada, "Rude words are here").await.unwrap();
    let id = domain.testimonials().list(None, None).await.unwrap().testimonials[0].id;
    assert!(
        domain::testimonials::moderate(&world.store, id, true)
            .await
            .unwrap()
    );
    submit(domain, &world.ada, "Ruder words are here").await.unwrap();
    assert!(public(domain).await.is_empty());
    for statement in [
        "UPDATE testimonials SET hidden_at = NULL",
        "DELETE FROM testimonials",
    ] {
        let mut tx = world
            .store
            .begin(Scope::Actor(world.ada.user_id()))
            .await
            .unwrap();
        assert!(
            sqlx::query(statement).execute(&mut *tx).await.is_err(),
            "{statement}"
        );
    }
    assert!(
        domain::testimonials::moderate(&world.store, id, false)
            .await
            .unwrap()
    );
    assert_eq!(public(domain).await, ["Ruder words are here"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn too_many_tries_are_slowed_down(pool: PgPool) {
    let world = world(pool).await;
    for number in 0..5 {
        submit(&world.domain, &world.ada, &format!("It works well, {number}"))
            .await
            .unwrap();
    }
    let refused = submit(&world.domain, &world.ada, "It works well, again").await;
    assert!(matches!(refused, Err(Error::RateLimited { .. })));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_model_sees_as_many_messages_as_chosen(pool: PgPool) {
    let world = world(pool).await;
    let preferences = world.domain.preferences();
    for bad in [9, 201, -1] {
        assert!(matches!(
            preferences.set_context_messages(&world.ada, Some(bad)).await,
            Err(Error::Invalid(_))
        ));
    }
    let mut conversation = None;
    for _ in 0..7 {
        world.script.step(vec![Beat::Say("Yes.")]);
        let sent = world.send(conversation, "And?").await;
        world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
        conversation = Some(sent.conversation.id);
    }
    let asked = |index: usize| world.script.requests.lock().unwrap()[index].messages.len();
    // The system prompt, six exchanges and the seventh message.
    assert_eq!(asked(6), 1 + 12 + 1);
    preferences
        .set_context_messages(&world.ada, Some(10))
        .await
        .unwrap();
    preferences.set_theme(&world.ada, Some("dark")).await.unwrap();
    world.script.step(vec![Beat::Say("Yes.")]);
    let sent = world.send(conversation, "And?").await;
    world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    assert!((9..=11).contains(&asked(7)), "{}", asked(7));
    let kept = preferences.get(&world.ada).await.unwrap();
    assert_eq!(
        (kept.context_messages, kept.theme.as_deref()),
        (Some(10), Some("dark"))
    );
}
