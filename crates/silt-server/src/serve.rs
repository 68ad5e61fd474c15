//! The accept loop: connections with limits on their number and their slowness, and an end that
//! lets open requests finish.
//!
//! HTTP/1.1 and HTTP/2 (without TLS, by prior knowledge) on one port. A client is cut off when it
//! does not send the head of a request in time, and when it takes nothing of an answer for too
//! long; neither holds a thread, and others are served meanwhile.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep};
use tower::ServiceExt;

use crate::config::Limits;

/// Most bytes of the headers of a request, HTTP/2; HTTP/1 has the limit of hyper's buffer below.
const HEADER_LIST_BYTES: u32 = 128 << 10;
/// Buffer of a connection, HTTP/1: bounds the head of a request.
const CONNECTION_BUFFER_BYTES: usize = 256 << 10;
/// Requests that one HTTP/2 connection may have open.
const STREAMS_PER_CONNECTION: u32 = 100;
/// Pause after the system had no more file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Serves `app` on `listener` until `shutdown` completes; then takes no more connections, lets
/// open requests finish, and closes what is still open after the time that `limits` gives.
pub(crate) async fn run(
    listener: TcpListener,
    app: Router,
    limits: &Limits,
    shutdown: impl Future<Output = ()>,
) {
    let most_connections = usize::try_from(limits.connections).unwrap_or(Semaphore::MAX_PERMITS);
    let places = Arc::new(Semaphore::new(most_connections.min(Semaphore::MAX_PERMITS)));
    let slowness = Slowness {
        head: Duration::from_secs(limits.header_read_seconds),
        write: Duration::from_secs(limits.write_stall_seconds),
    };
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            // Ended connections are taken out, so that the set does not grow.
            Some(_) = connections.join_next() => continue,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let watcher = graceful.watcher();
        let app = app.clone();
        connections.spawn(async move {
            metrics::gauge!("http_connections").increment(1.0);
            serve_connection(stream, peer, app, slowness, watcher).await;
            metrics::gauge!("http_connections").decrement(1.0);
            drop(place);
        });
    }
    drop(listener);
    tracing::info!(open = graceful.count(), "ending; open requests may finish");
    let drain = Duration::from_secs(limits.drain_seconds);
    if tokio::time::timeout(drain, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!(
            seconds = limits.drain_seconds,
            "connections were still open and are closed"
        );
    }
    connections.shutdown().await;
}

/// The next connection, once there is a place for it; `None` when the system refuses one.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Answers are written whole; waiting for more to send only delays them.
            let _ = stream.set_nodelay(true);
            Some((stream, peer, place))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection was not accepted");
            None
        }
    }
}

/// How slow a client may be.
#[derive(Debug, Clone, Copy)]
struct Slowness {
    /// Until the head of a request is there.
    head: Duration,
    /// Without taking anything of an answer.
    write: Duration,
}

async fn serve_connection(
    stream: TcpStream,
    peer: SocketAddr,
    app: Router,
    slowness: Slowness,
    watcher: Watcher,
) {
    let requested = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&requested);
    let service = service_fn(move |request: Request<Incoming>| {
        seen.store(true, Ordering::Relaxed);
        answer(app.clone(), request, peer)
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(slowness.head)
        .max_buf_size(CONNECTION_BUFFER_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(slowness.head)
        .keep_alive_timeout(slowness.head)
        .max_concurrent_streams(STREAMS_PER_CONNECTION)
        .max_header_list_size(HEADER_LIST_BYTES);
    let io = StallGuard::new(TokioIo::new(stream), slowness.write);
    let connection = builder.serve_connection(io, service).into_owned();
    let connection = watcher.watch(connection);
    tokio::pin!(connection);
    // Before the first bytes tell which version of HTTP it is, hyper-util waits without a limit.
    let outcome = tokio::select! {
        outcome = &mut connection => outcome,
        () = tokio::time::sleep(slowness.head) => {
            if !requested.load(Ordering::Relaxed) {
                tracing::debug!(%peer, "a connection without a request was closed");
                return;
            }
            connection.await
        }
    };
    if let Err(error) = outcome {
        // A client that goes away is no event for the operator.
        tracing::debug!(%peer, error = %error, "a connection broke");
    }
}

async fn answer(
    app: Router,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Result<Response<Body>, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    app.oneshot(request).await
}

/// A stream whose writes fail when nothing could be written for a time.
struct StallGuard {
    stream: TokioIo<TcpStream>,
    longest_stall: Duration,
    /// Runs while a write waits.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl StallGuard {
    fn new(stream: TokioIo<TcpStream>, longest_stall: Duration) -> Self {
        StallGuard {
            stream,
            longest_stall,
            stalled: None,
        }
    }

    fn watch<T>(
        &mut self,
        polled: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.stalled = None;
            return polled;
        }
        let longest_stall = self.longest_stall;
        let stalled = self.stalled.get_or_insert_with(|| {
            Box::pin(tokio::time::sleep_until(Instant::now() + longest_stall))
        });
        match stalled.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl Read for StallGuard {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl Write for StallGuard {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(polled, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.watch(polled, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // A TCP stream has nothing to flush: it is always ready, which says nothing of the client.
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
#[path = "serve_tests.rs"]
mod tests;
