//! The listening socket and its connections.

use std::convert::Infallible;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use protocol::limits::HEAD_BYTES;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::start::StartError;

/// How long a client may take to send a request's head, the wait between two requests included.
const HEAD: Duration = Duration::from_secs(60);

/// Opens the socket.
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|error| StartError::Listen {
            address,
            reason: match error.kind() {
                ErrorKind::AddrInUse => "another program is using it already".into(),
                ErrorKind::AddrNotAvailable => "this machine has no such address".into(),
                ErrorKind::PermissionDenied => "ports below 1024 need more rights".into(),
                _ => error.to_string(),
            },
        })
}

/// Accepts connections until `stopping`, then returns when the last one has ended. (Ours rather than
/// `axum::serve`, which sets no time limit on a request's head.)
pub(crate) async fn serve_connections(listener: TcpListener, router: Router, stopping: CancellationToken) {
    let graceful = GracefulShutdown::new();
    loop {
        let (stream, peer) = tokio::select! {
            () = stopping.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    recover(&error).await;
                    continue;
                }
            },
        };
        // A token of an answer is a small packet that must not wait for the next one.
        let _ = stream.set_nodelay(true);
        // A request's head has to fit into the buffer; 431 for one that does not.
        let connection = http1::Builder::new()
            .max_buf_size(HEAD_BYTES)
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD)
            .serve_connection(TokioIo::new(stream), service(peer, router.clone()));
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            // A client that goes away or talks nonsense is its own affair.
            if let Err(error) = watched.await {
                tracing::debug!(%error, "A connection ended early");
            }
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

fn service(
    peer: SocketAddr,
    router: Router,
) -> impl Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send> {
    service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    })
}

/// Out of file descriptors, most likely: accepting again at once would only spin.
async fn recover(error: &io::Error) {
    let is_the_client_s = matches!(
        error.kind(),
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
    );
    if !is_the_client_s {
        tracing::error!(%error, "Connections cannot be accepted");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn a_request_s_head_has_a_limit() {
        let listener = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", axum::routing::get(|| async { "ok" }));
        let stopping = CancellationToken::new();
        let server = tokio::spawn(serve_connections(listener, router, stopping.clone()));
        for (bytes, status) in [(HEAD_BYTES / 2, "200"), (HEAD_BYTES * 2, "431")] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let head = format!(
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Long: {}\r\n\r\n",
                "x".repeat(bytes)
            );
            // The server may have hung up before all of it was sent.
            let _ = stream.write_all(head.as_bytes()).await;
            let mut answer = [0; 12];
            stream.read_exact(&mut answer).await.unwrap();
            assert_eq!(
                std::str::from_utf8(&answer).unwrap(),
                format!("HTTP/1.1 {status}"),
                "{bytes}"
            );
        }
        stopping.cancel();
        server.await.unwrap();
    }
}
