//! What is known of each request: its id, a line in the access log, metrics.
//!
//! A request is observed until the last byte of its answer was handed over or the client went
//! away; both end in the same place, the `Drop` of [`Exchange`], so that no request is missing
//! from the log.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use tokio::time::Sleep;
use tracing::Instrument;

/// Carries the id of a request, in both directions.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest request id that is taken over from a client, characters.
const LONGEST_REQUEST_ID: usize = 128;

/// The id of a request, in its extensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestId(pub(crate) String);

impl RequestId {
    /// The client's id where it is one that can stand in a log, else a new one.
    fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(X_REQUEST_ID).and_then(|id| id.to_str().ok());
        match given {
            Some(id) if is_sane(id) => RequestId(id.to_owned()),
            _ => RequestId::new(),
        }
    }

    fn new() -> Self {
        static PROCESS: LazyLock<u64> = LazyLock::new(|| {
            getrandom::u64().unwrap_or_else(|_| {
                // Ids only need to differ; without randomness the time does.
                let since_start = jiff::Timestamp::now().as_nanosecond();
                u64::try_from(since_start).unwrap_or_default()
            })
        });
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        RequestId(format!("{:016x}-{number:x}", *PROCESS))
    }
}

fn is_sane(id: &str) -> bool {
    (1..=LONGEST_REQUEST_ID).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:+/=".contains(&byte))
}

/// The path pattern that a request matched, in the extensions of its answer.
#[derive(Debug, Clone)]
struct Route(MatchedPath);

/// Tells the observer outside which route was matched; stands inside a router.
pub(crate) async fn note_route(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    if let Some(route) = route {
        response.extensions_mut().insert(Route(route));
    }
    response
}

/// Observes a request; the state is the time until an answer must have ended.
pub(crate) async fn observe(
    State(longest_answer): State<Duration>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = RequestId::of(request.headers());
    let exchange = Exchange::begin(&request, &id);
    request.extensions_mut().insert(id.clone());
    // At error level, so that the id stands beside every message whatever the filter.
    let span = tracing::error_span!("request", request_id = id.0);
    let response = next.run(request).instrument(span).await;
    let (mut parts, body) = response.into_parts();
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        parts.headers.insert(X_REQUEST_ID, id);
    }
    let route = parts.extensions.get::<Route>();
    let exchange = exchange.answered(parts.status, route);
    let observed = ObservedBody::new(body, exchange, longest_answer);
    Response::from_parts(parts, Body::new(observed))
}

/// A request on its way; dropping it writes the log line.
struct Exchange {
    started: Instant,
    id: String,
    method: Method,
    uri: Uri,
    user_agent: Option<HeaderValue>,
    client: Option<SocketAddr>,
    status: Option<StatusCode>,
    sent_bytes: u64,
    complete: bool,
}

impl Exchange {
    fn begin(request: &Request, id: &RequestId) -> Self {
        metrics::gauge!("http_requests_in_flight").increment(1.0);
        Exchange {
            started: Instant::now(),
            id: id.0.clone(),
            method: request.method().clone(),
            uri: request.uri().clone(),
            user_agent: request.headers().get(header::USER_AGENT).cloned(),
            client: client_address(request.extensions()),
            status: None,
            sent_bytes: 0,
            complete: false,
        }
    }

    /// Notes the head of the answer. The time until here is the service's own, the rest depends
    /// on the client's line: so metrics count here.
    fn answered(mut self, status: StatusCode, route: Option<&Route>) -> Self {
        self.status = Some(status);
        let route = match route {
            Some(Route(path)) => path.as_str().to_owned(),
            None => "unmatched".to_owned(),
        };
        let method = method_label(&self.method);
        metrics::counter!(
            "http_requests_total",
            "method" => method, "route" => route.clone(), "status" => status.as_str().to_owned()
        )
        .increment(1);
        metrics::histogram!(
            "http_request_duration_seconds", "method" => method, "route" => route
        )
        .record(self.started.elapsed().as_secs_f64());
        self
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        metrics::gauge!("http_requests_in_flight").decrement(1.0);
        let user_agent = self.user_agent.as_ref();
        tracing::info!(
            target: "silt::access",
            request_id = self.id,
            method = self.method.as_str(),
            path = self.uri.path(),
            query = self.uri.query().unwrap_or(""),
            status = self.status.map(|status| status.as_u16()),
            duration_ms = milliseconds(self.started.elapsed()),
            bytes = self.sent_bytes,
            complete = self.complete,
            user_agent = user_agent.and_then(|agent| agent.to_str().ok()).unwrap_or(""),
            client = self.client.map(|address| address.ip().to_string()),
            "request"
        );
    }
}

/// Milliseconds with three decimals.
fn milliseconds(duration: Duration) -> f64 {
    // A million seconds of microseconds is far below 2^53.
    duration.as_micros() as f64 / 1_000.0
}

/// Methods by name; a client must not be able to make up labels.
fn method_label(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// The address of the peer, as the accept loop noted it.
pub(crate) fn client_address(extensions: &axum::http::Extensions) -> Option<SocketAddr> {
    extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(address)| *address)
}

/// The body of an answer: counts its bytes, and ends it when its time is over.
struct ObservedBody {
    body: Body,
    exchange: Exchange,
    /// Only streamed answers have one.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl ObservedBody {
    fn new(body: Body, mut exchange: Exchange, longest_answer: Duration) -> Self {
        let known_length = body.size_hint().exact();
        let has_no_body = exchange.method == Method::HEAD || body.is_end_stream();
        exchange.complete = has_no_body;
        let deadline = match known_length {
            Some(_) => None,
            None => Some(Box::pin(tokio::time::sleep(longest_answer))),
        };
        ObservedBody {
            body,
            exchange,
            deadline,
        }
    }
}

/// The answer took longer than it may.
#[derive(Debug, thiserror::Error)]
#[error("the answer did not end in time")]
struct AnswerTooSlow;

impl HttpBody for ObservedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        if let Some(deadline) = &mut this.deadline
            && deadline.as_mut().poll(context).is_ready()
        {
            return Poll::Ready(Some(Err(axum::Error::new(AnswerTooSlow))));
        }
        let polled = Pin::new(&mut this.body).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len);
                this.exchange.sent_bytes += bytes as u64;
                // A body of known length is not asked for its end.
                this.exchange.complete = this.body.is_end_stream();
            }
            Poll::Ready(None) => this.exchange.complete = true,
            Poll::Ready(Some(Err(error))) => {
                tracing::error!(%error, request_id = this.exchange.id, "an answer broke off");
            }
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
