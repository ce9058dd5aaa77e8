//! A place between a store and its database, for tests in which what travels there is lost.

use sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixListener, UnixStream};

/// Both ways of a connection.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// A place between a store and the database of a pool: what comes there, and how the store finds it. Over a local socket,
/// which an address prefers to a host: the database of the tests may be at either.
pub(crate) fn before_database(options: &PgConnectOptions) -> (UnixListener, PgConnectOptions) {
    let folder = std::env::temp_dir().join(format!("greenlit-wire-{}", uuid::Uuid::now_v7()));
    std::fs::create_dir(&folder).unwrap();
    let path = folder.join(format!(".s.PGSQL.{}", options.get_port()));
    (UnixListener::bind(path).unwrap(), options.clone().socket(folder))
}

/// The database itself.
pub(crate) async fn dial(options: &PgConnectOptions) -> Box<dyn Wire> {
    let port = options.get_port();
    match options.get_socket() {
        Some(folder) => {
            let path = folder.join(format!(".s.PGSQL.{port}"));
            Box::new(UnixStream::connect(path).await.unwrap())
        }
        None => Box::new(TcpStream::connect((options.get_host(), port)).await.unwrap()),
    }
}
