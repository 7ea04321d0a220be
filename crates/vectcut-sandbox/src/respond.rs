//! One request: finds its server and step, applies faults, lets the right server respond, and records it.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::{Request, Response};
use jiff::Timestamp;
use tokio::time::sleep;

use crate::backend;
use crate::clock;
use crate::exchange::Exchange;
use crate::faults::{self, Content, Effect, Interference};
use crate::intake::{Disturbance, Intake, Interruption};
use crate::link::{Control, Outage};
use crate::oss;
use crate::reply::{Reply, ReplyBody};
use crate::request_log::RequestLog;
use crate::routing::{Route, operation, route};
use crate::site::Site;
use crate::status;
use crate::step::Step;
use crate::store::Store;
use crate::verify::Wire;

/// The longest body of a backend call, in bytes.
const BACKEND_BODY_MAX_BYTES: usize = 1024 * 1024;
const CRC64_HEADER: &str = "x-oss-hash-crc64ecma";

/// Responds to one request.
pub(crate) async fn respond(
    site: Arc<Site>,
    control: Arc<Control>,
    request: Request<Incoming>,
) -> Response<ReplyBody> {
    let (parts, body) = request.into_parts();
    let mut wire = wire(&parts);
    // No request to a server, so no fault strikes it and no journal has it.
    if let Some(reply) = status::respond(&site, &wire).await {
        return reply.into_response();
    }
    let (route, step, part_number) = classify(&parts.method, &wire);
    // Decided before the journal shows the request: a test that waits for that can then change the clock or send a body.
    let interference = site.faults.strike(step, part_number, clock::instant());
    let received_at = site.clock.now();
    let now = clock::ahead(received_at, interference.all(Effect::skews_clock).sum());
    if interference.any(Effect::flips_bit) {
        control.flip_bit();
    }
    let entry = site
        .journal
        .arrive(step, &wire, part_number, control.id, received_at);
    entry.struck(interference.labels());
    let log = RequestLog::start(Arc::clone(&entry));
    if let Route::Oss(addressing) = &route
        && let Some(key) = addressing.resource(wire.path()).key
    {
        entry.concerns(String::from_utf8_lossy(&key));
    }
    if let Some(value) = interference.last(Effect::rewrites_content_type) {
        wire.headers
            .retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        wire.headers.push(("content-type".to_owned(), value));
    }
    let disturbance = disturbance(&interference, &wire, now);
    let mut intake = Intake::new(body, Arc::clone(&entry), Arc::clone(&control), disturbance);
    upset(&site, now, &interference).await;

    let exchange = Exchange {
        site: &site,
        step,
        wire: &wire,
        part_number,
        now,
        interference: &interference,
        entry: &entry,
    };
    let done = carry_out(&exchange, &route, &mut intake).await;
    let reply = match done {
        Ok(reply) => reply,
        Err(Interruption::Response(reply)) => *reply,
        Err(Interruption::TooLong) => Reply::status(413),
        Err(Interruption::Idle | Interruption::Broken) => Reply::status(408),
    };
    if interference.any(Effect::loses_response) {
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
    let reply = distorted(reply, &interference).header("date", crate::verify::rfc1123(now));
    entry.responded(reply.status.as_u16(), reply.len_bytes());
    drop(log);
    reply.into_response()
}

/// Returns what the faults do to the body of the request.
fn disturbance(interference: &Interference, wire: &Wire, now: Timestamp) -> Disturbance {
    let response = interference.last(Effect::responds);
    Disturbance {
        reset_after: interference.last(Effect::resets_after),
        response: response.map(|response| (response.after_bytes, scripted(wire, response, now))),
        stall: interference.last(Effect::stalls),
        trickle: interference.last(Effect::trickles),
        damage: interference.any(Effect::damages),
    }
}

/// Returns the response that a fault asks for.
fn scripted(wire: &Wire, response: faults::Response, now: Timestamp) -> Reply {
    let mut reply = match response.content {
        Content::Plain { status, body } if body.is_empty() => Reply::status(status),
        Content::Plain { status, body } => {
            Reply::status(status).body("text/plain; charset=utf-8", body)
        }
        Content::Refusal { status, error } => backend::refusal(status, &error),
        Content::Html { status } => Reply::status(status).body(
            "text/html",
            "<html><body><h1>Welcome to this network</h1></body></html>",
        ),
        Content::Oss(code) => oss::scripted(wire, code, now),
    };
    for (name, value) in response.headers {
        reply = reply.header(&name, value);
    }
    reply
}

/// Changes the response as the faults ask.
fn distorted(mut reply: Reply, interference: &Interference) -> Reply {
    if interference.any(Effect::wrong_crc) {
        let crc64 = reply
            .headers
            .get(CRC64_HEADER)
            .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        if let Some(crc64) = crc64 {
            reply = reply.header(CRC64_HEADER, (crc64 ^ 1).to_string());
        }
    }
    if interference.any(Effect::hides_crc) {
        reply.headers.remove(CRC64_HEADER);
    }
    if let Some(duration) = interference.last(Effect::slowed_by) {
        reply = reply.header("x-oss-qos-delay-time", duration.as_millis().to_string());
    }
    if interference.any(Effect::cuts_json) {
        reply = reply.halved();
    }
    if interference.any(Effect::cuts_response) {
        reply = reply.cut();
    }
    reply
}

/// Lets the right server respond.
async fn carry_out(
    exchange: &Exchange<'_>,
    route: &Route,
    intake: &mut Intake,
) -> Result<Reply, Interruption> {
    intake.begin().await?;
    match route {
        Route::Backend(_) => {
            let body = intake.collect(BACKEND_BODY_MAX_BYTES).await?;
            Ok(backend::respond(exchange, &body))
        }
        Route::Oss(addressing) => Ok(oss::respond(exchange, addressing, intake).await),
    }
}

/// Does what the faults do to the server as a whole, before it looks at the request.
async fn upset(site: &Site, now: Timestamp, interference: &Interference) {
    if let Some(duration) = interference.last(Effect::goes_silent_for) {
        site.network.go_away(duration, Outage::Silent);
    }
    if let Some(duration) = interference.last(Effect::goes_down_for) {
        site.network.go_away(duration, Outage::Reset);
    }
    let mut upset = Ok(());
    if interference.any(Effect::expires_credentials) {
        upset = site.tickets.expire_all(now);
    }
    if interference.any(Effect::forgets_uploads) {
        upset = upset.and(site.store.run(|store| store.uploads.forget_all()).await);
    }
    if interference.any(Effect::forgets_objects) {
        upset = upset.and(site.store.run(Store::delete_all).await);
    }
    if let Err(error) = upset {
        tracing::warn!(%error, "a fault could not be carried out");
    }
    let delay: Duration = interference.all(Effect::delays).sum();
    if delay > Duration::ZERO {
        sleep(delay).await;
    }
}

/// Returns the request as the signature's verifier takes it.
fn wire(parts: &hyper::http::request::Parts) -> Wire {
    let text =
        |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Wire {
        method: parts.method.as_str().to_owned(),
        // A target in absolute form names the host.
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
