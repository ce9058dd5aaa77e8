//! Signing up and in, sessions, tokens.

use domain::accounts::{Client, SignIn, SignUp};
use domain::{AccountError, Error};
use sqlx::PgPool;
use store::Scope;

use crate::support::{sign_up, world};

fn credentials(email: &str, password: &str) -> SignIn {
    SignIn {
        email: email.into(),
        password: password.into(),
        remember_me: true,
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_session_lives_until_sign_out_and_no_longer(pool: PgPool) {
    let world = world(pool).await;
    let accounts = world.domain.accounts();
    let client = Client {
        time_zone: Some("Europe/Berlin".into()),
        ..Client::default()
    };
    let signed_in = accounts
        .sign_in(credentials("Ada@Example.com", "correct horse"), &client)
        .await
        .unwrap();
    let found = accounts
        .find_session(&signed_in.token, true)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.actor.user.email, "ada@example.com");
    assert_eq!(found.actor.time_zone.iana_name(), Some("Europe/Berlin"));
    assert!(!found.refreshed);
    assert!(
        accounts
            .find_session("somebody-elses-guess", true)
            .await
            .unwrap()
            .is_none()
    );
    accounts.sign_out(&signed_in.token).await.unwrap();
    assert!(
        accounts
            .find_session(&signed_in.token, true)
            .await
            .unwrap()
            .is_none()
    );
    accounts.sign_out(&signed_in.token).await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_session_is_prolonged_once_a_day_has_passed(pool: PgPool) {
    let world = world(pool).await;
    let accounts = world.domain.accounts();
    let signed_in = accounts
        .sign_in(
            credentials("ada@example.com", "correct horse"),
            &Client::default(),
        )
        .await
        .unwrap();
    world
        .change(
            Scope::Actor(world.ada.user_id()),
            "UPDATE sessions SET expires_at = expires_at - interval '25 hours'",
        )
        .await;
    let found = accounts
        .find_session(&signed_in.token, false)
        .await
        .unwrap()
        .unwrap();
    assert!(!found.refreshed);
    let found = accounts
        .find_session(&signed_in.token, true)
        .await
        .unwrap()
        .unwrap();
    assert!(found.refreshed);
    assert!(found.session.expires_at >= signed_in.session.expires_at);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn wrong_credentials_and_taken_addresses_are_refused(pool: PgPool) {
    let world = world(pool).await;
    let accounts = world.domain.accounts();
    for (email, password) in [
        ("ada@example.com", "wrong horse"),
        ("nobody@example.com", "correct horse"),
    ] {
        let error = accounts
            .sign_in(credentials(email, password), &Client::default())
            .await
            .err()
            .unwrap();
        assert!(
            matches!(error, Error::Account(AccountError::InvalidCredentials)),
            "{error:?}"
        );
    }
    let again = SignUp {
        name: String::new(),
        email: "ADA@example.com".into(),
        password: "another horse".into(),
        image: None,
        remember_me: true,
    };
    let error = accounts.sign_up(again, &Client::default()).await.err().unwrap();
    assert!(
        matches!(error, Error::Account(AccountError::EmailTaken)),
        "{error:?}"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_token_speaks_for_its_user_and_introduces_an_unknown_one(pool: PgPool) {
    let world = world(pool).await;
    let accounts = world.domain.accounts();
    let token = accounts.issue_jwt(&world.ada).unwrap();
    assert_eq!(accounts.actor_of_jwt(&token).await.unwrap().user, world.ada.user);

    let bob = sign_up(&world.domain, "bob").await;
    let claims = serde_json::json!({
        "sub": "outside-7",
        "name": "Eve",
        "email": bob.user.email,
        "exp": jsonwebtoken::get_current_timestamp() + 60,
    });
    let token = jsonwebtoken::encode(
        &jsonwebtoken::Header::default(),
        &claims,
        &jsonwebtoken::EncodingKey::from_secret(b"0123456789abcdef0123456789abcdef"),
    )
    .unwrap();
    for _ in 0..2 {
        let actor = accounts.actor_of_jwt(&token).await.unwrap();
        assert_eq!(actor.user_id().as_str(), "outside-7");
        // Bob's address stays Bob's.
        assert_eq!(actor.user.email, "");
    }
    assert!(matches!(
        accounts.actor_of_jwt("nonsense").await,
        Err(Error::Unauthenticated)
    ));
}
