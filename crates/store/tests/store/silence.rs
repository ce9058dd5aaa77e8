//! A database that says nothing any more: no error, no end, as when its machine is gone.

use std::time::{Duration, Instant};

use protocol::UserId;
use sqlx::{ConnectOptions, PgPool};
use store::{Bounds, Changed, Error, Scope, Store, StoreConfig};
use tokio::io::copy_bidirectional;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::support::{id, user};
use crate::wire::{before_database, dial};

/// Stands before the database. What goes through it can be made to stand still for ever.
struct Network {
    address: String,
    /// Connections made before this number was raised are dead.
    dead: watch::Sender<u32>,
}

impl Network {
    async fn before(pool: &PgPool) -> Self {
        let database = pool.connect_options();
        let (listener, options) = before_database(&database);
        let dead = watch::Sender::new(0);
        let deaths = dead.clone();
        tokio::spawn(async move {
            while let Ok((mut here, _)) = listener.accept().await {
                let mut there = dial(&database).await;
                let mut death = deaths.subscribe();
                tokio::spawn(async move {
                    tokio::select! {
                        _ = copy_bidirectional(&mut here, &mut there) => {}
                        _ = death.changed() => std::future::pending().await,
                    }
                });
            }
        });
        Self {
            address: options.to_url_lossy().to_string(),
            dead,
        }
    }

    fn dies(&self) {
        self.dead.send_modify(|deaths| *deaths += 1);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_database_that_says_nothing_is_away_before_long(pool: PgPool) {
    let network = Network::before(&pool).await;
    let config = StoreConfig {
        url: network.address.clone(),
        direct_url: network.address.clone(),
        max_connections: 2,
        bounds: Bounds {
            statement: Duration::from_millis(300),
            silence: Duration::from_millis(600),
            hello: Duration::from_millis(200),
        },
    };
    let store = Store::connect(&config).await.unwrap();
    let until = CancellationToken::new();
    let _stopped = until.clone().drop_guard();
    let (carrying, hearing) = ((store.clone(), until.clone()), (store.clone(), until));
    tokio::spawn(async move { carrying.0.carry_signals(carrying.1).await });
    tokio::spawn(async move { hearing.0.hear_signals(hearing.1, |_| {}).await });
    let ada = user(&store, "ada").await;
    store.until_hears(Duration::from_secs(10)).await;
    assert!(store.hears_others());
    let mut feed = store.listen(&ada, 1).unwrap();

    let idle = store.begin(Scope::Actor(&ada)).await.unwrap();
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    network.dies();
    let began = Instant::now();
    let asked = sqlx::query("SELECT 1").execute(&mut *tx).await;
    assert!(matches!(Error::from(asked.unwrap_err()), Error::Unavailable(_)));
    assert!(matches!(tx.commit().await, Err(Error::Unavailable(_))));
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());

    // Also of one that nobody asks any more, the pool has its place back.
    drop(idle);
    // What was pooled is as dead and found out; then there are new connections.
    let reached = timeout(Duration::from_secs(10), async {
        while store.begin(Scope::Actor(&ada)).await.is_err() {}
    });
    reached.await.unwrap();
    let both = timeout(Duration::from_secs(10), async {
        loop {
            if let (Ok(_), Ok(_)) = tokio::join!(store.begin(Scope::Public), store.begin(Scope::Public)) {
                break;
            }
        }
    });
    both.await.unwrap();
    assert!(store.is_ready().await);

    // LISTEN was on such a connection too. Who listens is told, and hears what another server says from then on.
    let closed = timeout(Duration::from_secs(20), async {
        loop {
            if let Err(RecvError::Closed) = feed.recv().await {
                break;
            }
        }
    });
    closed.await.unwrap();
    let mut feed = store.listen(&ada, 1).unwrap();
    let other = Store::connect(&config).await.unwrap();
    let changed = Changed::Task(id());
    other.signal(store::Signal::Changed(ada.clone(), vec![changed]));
    let until = CancellationToken::new();
    let _stopped = until.clone().drop_guard();
    tokio::spawn(async move { other.carry_signals(until).await });
    let heard = timeout(Duration::from_secs(10), feed.recv())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(heard.changed[..], [changed]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_statement_that_takes_too_long_is_stopped_by_the_database(pool: PgPool) {
    let config = StoreConfig {
        url: pool.connect_options().to_url_lossy().to_string(),
        direct_url: pool.connect_options().to_url_lossy().to_string(),
        max_connections: 1,
        bounds: Bounds {
            statement: Duration::from_millis(100),
            ..Bounds::default()
        },
    };
    let store = Store::connect(&config).await.unwrap();
    let ada: UserId = "ada".parse().unwrap();
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let slept = sqlx::query("SELECT pg_sleep(20)").execute(&mut *tx).await;
    assert!(matches!(Error::from(slept.unwrap_err()), Error::Unavailable(_)));
    drop(tx);
    // Its connection is whole.
    store
        .begin(Scope::Actor(&ada))
        .await
        .unwrap()
        .commit()
        .await
        .unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn connections_that_died_in_the_pool_are_nobodys_trouble(pool: PgPool) {
    let address = pool.connect_options().to_url_lossy().to_string();
    let config = StoreConfig {
        url: address.clone(),
        direct_url: address,
        max_connections: 5,
        bounds: Bounds::default(),
    };
    let store = Store::connect(&config).await.unwrap();
    let opened = [
        store.begin(Scope::Public).await.unwrap(),
        store.begin(Scope::Public).await.unwrap(),
        store.begin(Scope::Public).await.unwrap(),
    ];
    for tx in opened {
        tx.commit().await.unwrap();
    }
    // As a restart of the database ends them.
    let mut killer = pool.connect_options().connect().await.unwrap();
    let ended: i64 = sqlx::query_scalar(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .fetch_one(&mut killer)
    .await
    .unwrap();
    assert!(ended >= 3, "{ended}");
    for _ in 0..3 {
        store.begin(Scope::Public).await.unwrap().commit().await.unwrap();
    }
}
