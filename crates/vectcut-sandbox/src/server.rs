//! The server loop: accepts connections, tells each request's server and step, lets faults strike, notes it all.

use std::convert::Infallible;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tokio_rustls::TlsAcceptor;

use crate::backend;
use crate::clock::Clock;
use crate::exchange::Exchange;
use crate::faults::{FaultBook, Interference};
use crate::intake::{Disturbance, Intake, Interruption};
use crate::journal::Journal;
use crate::link::{Connection, Control, Line};
use crate::oss;
use crate::policy::Policy;
use crate::reply::{Reply, ReplyBody};
use crate::routing::{Route, operation, route};
use crate::settings::Settings;
use crate::step::Step;
use crate::store::Store;
use crate::tickets::Tickets;
use crate::verify::Wire;

/// The longest body of a backend call, in bytes.
const BACKEND_BODY_MAX_BYTES: usize = 1024 * 1024;

/// Everything that the two servers share.
pub(crate) struct Site {
    pub(crate) settings: Settings,
    pub(crate) clock: Clock,
    pub(crate) store: Arc<Store>,
    pub(crate) tickets: Tickets,
    pub(crate) faults: FaultBook,
    pub(crate) journal: Journal,
    pub(crate) line: Arc<Line>,
    policy: RwLock<Policy>,
}

impl Site {
    pub(crate) fn new(
        settings: Settings,
        clock: Clock,
        store: Store,
        tickets: Tickets,
        line: Line,
        policy: Policy,
    ) -> Self {
        Self {
            settings,
            clock,
            store: Arc::new(store),
            tickets,
            faults: FaultBook::default(),
            journal: Journal::default(),
            line: Arc::new(line),
            policy: RwLock::new(policy),
        }
    }

    /// Returns the policy in force.
    pub(crate) fn policy(&self) -> Policy {
        *self.policy.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts another policy in force.
    pub(crate) fn set_policy(&self, policy: Policy) {
        *self.policy.write().unwrap_or_else(PoisonError::into_inner) = policy;
    }
}

/// Accepts connections until `stop` changes, then drops them all.
pub(crate) async fn run(
    listener: std::net::TcpListener,
    site: Arc<Site>,
    tls: Option<TlsAcceptor>,
    mut stop: watch::Receiver<bool>,
) {
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "the sandbox cannot listen"),
    };
    let mut connections = JoinSet::new();
    loop {
        let socket = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => return,
            Some(_) = connections.join_next() => continue,
        };
        match socket {
            Ok((socket, _)) => {
                drop(connections.spawn(serve(socket, Arc::clone(&site), tls.clone())))
            }
            // Out of file handles, as a rule: others will be closed.
            Err(_) => sleep(Duration::from_millis(10)).await,
        }
    }
}

/// Serves one connection to its end.
async fn serve(socket: TcpStream, site: Arc<Site>, tls: Option<TlsAcceptor>) {
    // A server that waits to fill packets would measure its own delay.
    drop(socket.set_nodelay(true));
    let control = site.line.register();
    if site.line.resets() {
        control.reset();
    }
    let connection = Connection::new(socket, Arc::clone(&site.line), Arc::clone(&control));
    let served = async {
        match tls {
            None => serve_http(connection, site, Arc::clone(&control)).await,
            // A failed handshake has no request to note.
            Some(tls) => {
                if let Ok(stream) = tls.accept(connection).await {
                    serve_http(stream, site, Arc::clone(&control)).await;
                }
            }
        }
    };
    tokio::select! {
        biased;
        () = control.cut() => {}
        () = served => {}
    }
}

async fn serve_http(
    io: impl AsyncRead + AsyncWrite + Unpin,
    site: Arc<Site>,
    control: Arc<Control>,
) {
    let service = service_fn(|request| {
        let (site, control) = (Arc::clone(&site), Arc::clone(&control));
        async move { Ok::<_, Infallible>(respond(site, control, request).await) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(io), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(connection = control.id, %error, "a connection ended early");
    }
}

/// Answers one request.
async fn respond(
    site: Arc<Site>,
    control: Arc<Control>,
    request: Request<Incoming>,
) -> Response<ReplyBody> {
    let (parts, body) = request.into_parts();
    let wire = wire(&parts);
    let (route, step, part_number) = classify(&parts.method, &wire);
    let entry = site
        .journal
        .arrive(step, &wire, part_number, control.id, site.clock.now(0));
    let mut interference = site.faults.strike(step, part_number, Instant::now());
    let now = site.clock.now(interference.clock_skew_seconds);
    let disturbance = Disturbance {
        reset_after: interference.reset_after,
        answer: interference
            .answer
            .take()
            .map(|answer| (answer.after_bytes, oss::scripted(&wire, answer, now))),
        stall: interference.stall,
        trickle: interference.trickle,
        damage: interference.damage,
    };
    let mut intake = Intake::new(body, Arc::clone(&entry), Arc::clone(&control), disturbance);
    upset(&site, now, &interference).await;

    let exchange = Exchange {
        site: &site,
        step,
        wire: &wire,
        part_number,
        now,
        interference: &interference,
    };
    let done = carry_out(&exchange, &route, &mut intake).await;
    let mut reply = match done {
        Ok(reply) => reply,
        Err(Interruption::Answer(reply)) => *reply,
        Err(Interruption::TooLong) => Reply::status(413),
        Err(Interruption::Idle | Interruption::Broken) => Reply::status(408),
    };
    if interference.cut_json {
        reply = reply.cut();
    }
    if interference.lost_answer {
        control.reset();
        // The connection's task ends this one.
        std::future::pending::<()>().await;
    }
    if wire.header("expect").is_some() {
        // The client may never send the body that it asked about.
        intake.abandon();
    } else {
        intake.linger();
    }
    let reply = reply.header("date", crate::verify::rfc1123(now));
    entry.answered(reply.status.as_u16());
    tracing::debug!(connection = control.id, %step, status = reply.status.as_u16(), "answered");
    reply.into_response()
}

/// Lets the right server answer.
async fn carry_out(
    exchange: &Exchange<'_>,
    route: &Route,
    intake: &mut Intake,
) -> Result<Reply, Interruption> {
    intake.begin().await?;
    match route {
        Route::Backend(_) => {
            let body = intake.collect(BACKEND_BODY_MAX_BYTES).await?;
            Ok(backend::answer(exchange, &body))
        }
        Route::Oss(addressing) => Ok(oss::answer(exchange, addressing, intake).await),
    }
}

/// Does what the faults do to the server as a whole, before the request is looked at.
async fn upset(site: &Site, now: Timestamp, interference: &Interference) {
    if let Some((duration, outage)) = interference.outage {
        site.line.go_away(duration, outage);
    }
    let mut upset = Ok(());
    if interference.expire_credentials {
        upset = site.tickets.expire_all(now);
    }
    if interference.forget_uploads {
        upset = upset.and(site.store.run(|store| store.uploads.forget_all()).await);
    }
    if let Err(error) = upset {
        tracing::warn!(%error, "a fault could not be carried out");
    }
    if interference.delay > Duration::ZERO {
        sleep(interference.delay).await;
    }
}

/// Returns the request as the signature's verifier takes it.
fn wire(parts: &hyper::http::request::Parts) -> Wire {
    let text =
        |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Wire {
        method: parts.method.as_str().to_owned(),
        // In absolute form the target names the host.
        host: parts
            .uri
            .authority()
            .map(ToString::to_string)
            .or_else(|| parts.headers.get("host").map(text))
            .unwrap_or_default(),
        target: parts
            .uri
            .path_and_query()
            .map_or_else(|| "/".to_owned(), ToString::to_string),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), text(value)))
            .collect(),
    }
}

/// Returns which server and which call a request is for, and the part number that it names.
fn classify(method: &hyper::Method, wire: &Wire) -> (Route, Step, Option<u16>) {
    let route = route(wire);
    let step = match &route {
        Route::Backend(step) => *step,
        Route::Oss(addressing) => operation(
            method,
            &wire.query(),
            addressing.resource(wire.path()).key.is_some(),
        ),
    };
    let part_number = if step == Step::UploadPart {
        wire.query()
            .iter()
            .find(|(name, _)| name == "partNumber")
            .and_then(|(_, value)| value.parse().ok())
    } else {
        None
    };
    (route, step, part_number)
}
