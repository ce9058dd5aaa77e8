use protocol::{ConversationId, MessageId, MessageStatus, Role, RunId, UserId};
use sqlx::PgPool;
use store::accounts::NewUser;
use store::conversations::TitleSource;
use store::messages::NewMessage;
use store::runs::NewRun;
use store::{Scope, Store, Tx, accounts, conversations, messages, runs};
use uuid::Uuid;

pub(crate) fn id<T: From<Uuid>>() -> T {
    Uuid::now_v7().into()
}

pub(crate) async fn user(store: &Store, name: &str) -> UserId {
    let id: UserId = name.parse().unwrap();
    let mut tx = store.begin(Scope::Actor(&id)).await.unwrap();
    let new = NewUser {
        id: id.clone(),
        name: name.into(),
        email: Some(format!("{name}@example.com")),
        image: None,
        time_zone: "UTC".into(),
    };
    accounts::insert_user(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
    id
}

pub(crate) fn store(pool: PgPool) -> Store {
    Store::from_pool(pool)
}

pub(crate) async fn conversation(tx: &mut Tx, user: &UserId) -> ConversationId {
    conversations::insert(tx, id(), user, "A conversation", TitleSource::Auto)
        .await
        .unwrap()
        .id
}

/// A user's message, an empty answer and a queued run.
pub(crate) async fn exchange(tx: &mut Tx, user: &UserId, conversation: ConversationId) -> (RunId, MessageId) {
    let position = conversations::reserve_positions(tx, conversation, 2)
        .await
        .unwrap()
        .unwrap();
    let run_id: RunId = id();
    let mut message = NewMessage {
        id: id(),
        user,
        conversation_id: conversation,
        position,
        role: Role::User,
        content: "Hello",
        status: MessageStatus::Complete,
        run_id,
        idempotency: None,
    };
    let user_message_id = messages::insert(tx, &message).await.unwrap().id;
    message = NewMessage {
        id: id(),
        position: position + 1,
        role: Role::Assistant,
        content: "",
        status: MessageStatus::Streaming,
        ..message
    };
    let assistant_message_id = messages::insert(tx, &message).await.unwrap().id;
    runs::insert(
        tx,
        &NewRun {
            id: run_id,
            user,
            conversation_id: conversation,
            user_message_id,
            assistant_message_id,
            model: "test",
        },
    )
    .await
    .unwrap();
    (run_id, assistant_message_id)
}
