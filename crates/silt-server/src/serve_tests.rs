use std::io::{Read as _, Write as _};
use std::net::TcpStream as Client;

use axum::routing::get;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use super::*;

/// A server on a port of the system's choice.
struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

async fn start(app: Router, limits: Limits) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let ended = tokio::spawn(async move {
        let shutdown = async {
            let _ = stopped.await;
        };
        run(listener, app, &limits, shutdown).await;
    });
    Running {
        address,
        stop,
        ended,
    }
}

fn connect(address: SocketAddr) -> Client {
    let client = Client::connect(address).expect("the server accepts");
    let long = Some(Duration::from_secs(60));
    client.set_read_timeout(long).expect("a timeout");
    client
}

/// Sends text and reads until the server closes.
fn exchange(mut client: Client, request: &str) -> String {
    client.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    // A server that cuts the connection off may reset it.
    let _ = client.read_to_string(&mut answer);
    answer
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("no panic")
}

const GET: &str = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

fn hello() -> Router {
    Router::new().route("/", get(|| async { "hello" }))
}

fn limits() -> Limits {
    Limits {
        header_read_seconds: 1,
        write_stall_seconds: 1,
        drain_seconds: 60,
        ..Limits::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_clients_are_cut_off_and_others_served() {
    let server = start(hello(), limits()).await;
    let address = server.address;
    // Nothing at all, the start of HTTP/2's first bytes, half a head, half of a second head.
    let starts = ["", "PRI * HT", "GET / HTTP/1.1\r\nhost: x\r\nx-half:"];
    let mut slow = Vec::new();
    for start in starts {
        slow.push(
            blocking(move || {
                let mut client = connect(address);
                client.write_all(start.as_bytes()).expect("sent");
                client
            })
            .await,
        );
    }
    let answer = blocking(move || exchange(connect(address), GET)).await;
    assert!(answer.ends_with("hello"), "{answer}");
    for client in slow {
        // Returns only because the server closes: the client's own patience is far longer.
        let answer = blocking(move || exchange(client, "")).await;
        assert!(!answer.contains("200"), "{answer}");
    }
    let half = "GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HT";
    let answer = blocking(move || exchange(connect(address), half)).await;
    assert!(answer.contains("hello"), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_does_not_read_is_cut_off() {
    struct Gone(Arc<Notify>);
    impl Drop for Gone {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }
    impl hyper::body::Body for Gone {
        type Data = axum::body::Bytes;
        type Error = Infallible;
        fn poll_frame(
            self: Pin<&mut Self>,
            _context: &mut Context<'_>,
        ) -> Poll<Option<Result<hyper::body::Frame<Self::Data>, Infallible>>> {
            let piece = axum::body::Bytes::from_static(&[b'x'; 64 << 10]);
            Poll::Ready(Some(Ok(hyper::body::Frame::data(piece))))
        }
    }
    let gone = Arc::new(Notify::new());
    let noted = Arc::clone(&gone);
    let endless = get(move || async move { Body::new(Gone(noted)) });
    let server = start(Router::new().route("/", endless), limits()).await;
    let address = server.address;
    let _client = blocking(move || {
        let mut client = connect(address);
        client.write_all(GET.as_bytes()).expect("sent");
        client
    })
    .await;
    // The client holds the connection and reads nothing; only the server can end this.
    gone.notified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shutdown_lets_an_open_request_finish_and_takes_no_new_ones() {
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (begun_there, go_on_there) = (Arc::clone(&begun), Arc::clone(&go_on));
    let slow = get(move || async move {
        begun_there.notify_one();
        go_on_there.notified().await;
        "finished"
    });
    let server = start(Router::new().route("/", slow), limits()).await;
    let address = server.address;
    let open = tokio::spawn(blocking(move || exchange(connect(address), GET)));
    begun.notified().await;
    server.stop.send(()).expect("the server runs");
    // The listener closes first; from then on connections are refused.
    while blocking(move || Client::connect(address)).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(!server.ended.is_finished(), "it waits for the open request");
    go_on.notify_one();
    let answer = open.await.expect("no panic");
    assert!(answer.ends_with("finished"), "{answer}");
    server.ended.await.expect("the server ends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shutdown_ends_after_its_limit_whatever_is_open() {
    let begun = Arc::new(Notify::new());
    let begun_there = Arc::clone(&begun);
    let never = get(move || async move {
        begun_there.notify_one();
        std::future::pending::<()>().await;
    });
    let no_patience = Limits {
        drain_seconds: 0,
        ..limits()
    };
    let server = start(Router::new().route("/", never), no_patience).await;
    let address = server.address;
    let open = tokio::spawn(blocking(move || exchange(connect(address), GET)));
    begun.notified().await;
    server.stop.send(()).expect("the server runs");
    server.ended.await.expect("the server ends");
    assert_eq!(open.await.expect("no panic"), "", "it was cut off");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_beyond_the_limit_wait() {
    let one = Limits {
        connections: 1,
        ..limits()
    };
    let server = start(hello(), one).await;
    let address = server.address;
    let holder = blocking(move || connect(address)).await;
    // The holder is cut off after a second without a request; then the next is served.
    let answer = blocking(move || exchange(connect(address), GET)).await;
    assert!(answer.ends_with("hello"), "{answer}");
    drop(holder);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_http_is_answered_with_400_and_closed() {
    let server = start(hello(), limits()).await;
    let address = server.address;
    for nonsense in [
        "\r\n\r\nnonsense\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET /\u{7f} HTTP/1.1\r\n\r\n",
    ] {
        let answer = blocking(move || exchange(connect(address), nonsense)).await;
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400"),
            "{nonsense:?}: {answer}"
        );
    }
    let long_head = format!(
        "GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n",
        "y".repeat(1 << 20)
    );
    let answer = blocking(move || exchange(connect(address), &long_head)).await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 431"),
        "{answer}"
    );
    let long_address = format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "y".repeat(70_000));
    let answer = blocking(move || exchange(connect(address), &long_address)).await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 414"),
        "{answer}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http2_is_spoken_to_those_who_begin_with_it() {
    let server = start(hello(), limits()).await;
    let address = server.address;
    let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let first_frame = blocking(move || {
        let mut client = connect(address);
        client.write_all(preface.as_bytes()).expect("sent");
        let mut head = [0_u8; 9];
        client.read_exact(&mut head).expect("a frame");
        head
    })
    .await;
    assert_eq!(first_frame[3], 4, "SETTINGS: {first_frame:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_sends_too_much_still_gets_its_answer() {
    let config = crate::config::ServerConfig {
        limits: Limits {
            body_bytes: 1_024,
            ..limits()
        },
        ..crate::config::ServerConfig::default()
    };
    let ready = Arc::new(AtomicBool::new(true));
    let app = crate::layers::assemble(hello(), &config, ready);
    let server = start(app, config.limits).await;
    let address = server.address;
    let body = "x".repeat(3 << 20);
    let request = format!(
        "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = blocking(move || exchange(connect(address), &request)).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains("/problems/payload-too-large"), "{answer}");
}
