//! The VectCut backend: init, complete, and the call by which clients check an API key.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::exchange::Exchange;
use crate::faults::Effect;
use crate::reply::Reply;
use crate::settings::{BUCKET, REGION};
use crate::site::Site;
use crate::step::Step;
use crate::verdict::{Proof, Verdict};
use crate::verify::{percent_encode_key, v1, v4};

/// How long a public signed URL is valid, in seconds: a day.
const URL_LIFETIME_SECONDS: i64 = 24 * 60 * 60;
const PURCHASE_LINK: &str = "https://www.vectcut.com";

/// Responds to a call of the backend.
pub(crate) fn respond(exchange: &Exchange<'_>, body: &[u8]) -> Reply {
    let wire = exchange.wire;
    if wire.method != "POST" {
        return refusal(405, "Method Not Allowed");
    }
    let bearer = wire
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "));
    if bearer != Some(exchange.site.settings.api_key.as_str()) {
        let proof = bearer.map_or(Proof::Nothing, |_| Proof::ApiKey);
        exchange
            .entry
            .judged(Verdict::refused(proof, "wrong-api-key"));
        return wrong_key();
    }
    exchange.entry.judged(Verdict::accepted(Proof::ApiKey));
    let is_json = wire.header("content-type").is_some_and(|value| {
        value
            .trim()
            .to_ascii_lowercase()
            .starts_with("application/json")
    });
    let Ok(Value::Object(request)) = serde_json::from_slice(body) else {
        return refusal(400, "the body should be a JSON object");
    };
    if !is_json {
        return refusal(415, "the content type should be application/json");
    }
    match exchange.step {
        Step::Init => init(exchange, &request),
        Step::Complete => complete(exchange, &request),
        // A status other than 4xx means that the key is accepted. The sandbox knows no task.
        _ => ok(&json!({ "success": true, "output": { "status": "UNKNOWN" }, "error": "" })),
    }
}

fn init(exchange: &Exchange<'_>, request: &serde_json::Map<String, Value>) -> Reply {
    let site = exchange.site;
    let Some(file_name) = request
        .get("file_name")
        .and_then(Value::as_str)
        .filter(|name| !name.is_empty())
    else {
        return refusal(400, "file_name should be a string that is not empty");
    };
    let Some(file_size_bytes) = request.get("file_size_bytes").and_then(Value::as_u64) else {
        return refusal(
            400,
            "file_size_bytes should be an integer that is not negative",
        );
    };
    let renewal = exchange
        .interference
        .last(Effect::renews)
        .unwrap_or(site.policy().renewal);
    let ticket = match site
        .tickets
        .mint(file_name, file_size_bytes, renewal, exchange.now)
    {
        Ok(ticket) => ticket,
        Err(error) => return refusal(500, &format!("the sandbox cannot keep the ticket: {error}")),
    };
    exchange.entry.concerns(&ticket.object_key);
    ok(&json!({
        "success": true,
        "credentials": {
            "AccessKeyId": ticket.access_key_id,
            "AccessKeySecret": ticket.access_key_secret,
            "SecurityToken": ticket.security_token,
            "Expiration": ticket.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        },
        "bucket_name": BUCKET,
        "object_key": ticket.object_key,
    }))
}

fn complete(exchange: &Exchange<'_>, request: &serde_json::Map<String, Value>) -> Reply {
    let site = exchange.site;
    let Some(object_key) = request
        .get("object_key")
        .and_then(Value::as_str)
        .filter(|key| !key.is_empty())
    else {
        return refusal(400, "object_key should be a string that is not empty");
    };
    exchange.entry.concerns(object_key);
    if !site.tickets.is_minted(object_key) {
        return refusal(404, "object_key is unknown");
    }
    let looks = !exchange.interference.any(Effect::completes_unchecked);
    if looks && site.store.find(BUCKET, object_key).is_none() {
        return refusal(400, "the object has not been uploaded");
    }
    if let Err(error) = site.tickets.complete(object_key) {
        return refusal(500, &format!("the sandbox cannot keep the ticket: {error}"));
    }
    let lifetime = exchange.interference.last(Effect::publishes_url_for);
    let url = exchange
        .interference
        .last(Effect::publishes_url)
        .unwrap_or_else(|| {
            let lifetime_seconds = lifetime.unwrap_or(URL_LIFETIME_SECONDS);
            public_url(site, object_key, exchange.now, lifetime_seconds)
        });
    ok(&json!({ "success": true, "public_signed_url": url }))
}

/// Returns a presigned URL of the object on an address that every HTTP library resolves.
///
/// It expires `lifetime_seconds` after `now`; when that is negative, it has expired already.
fn public_url(site: &Site, object_key: &str, now: Timestamp, lifetime_seconds: i64) -> String {
    let settings = &site.settings;
    let (id, secret) = (&settings.oss_access_key_id, &settings.oss_access_key_secret);
    let end = now
        .checked_add(SignedDuration::from_secs(lifetime_seconds))
        .unwrap_or(Timestamp::MAX);
    let query = if site.policy().v1_refused {
        // V4 signs a start and at least one second.
        let seconds = u32::try_from(lifetime_seconds.max(1)).unwrap_or(u32::MAX);
        let start = end
            .checked_sub(SignedDuration::from_secs(i64::from(seconds)))
            .unwrap_or(Timestamp::MIN);
        v4::presign_get(id, secret, REGION, (BUCKET, object_key), start, seconds)
    } else {
        v1::presign_get(id, secret, BUCKET, object_key, end)
    };
    format!(
        "{}/{BUCKET}/{}?{query}",
        settings.base_url,
        percent_encode_key(object_key.as_bytes())
    )
}

fn ok(body: &Value) -> Reply {
    Reply::status(200).body("application/json", body.to_string())
}

/// Returns the refusal of a key. Nothing that can be bought helps, so it has no purchase link (the project's own rule:
/// nobody has published what the backend responds).
fn wrong_key() -> Reply {
    let body = json!({ "success": false, "output": "", "error": "the API key is invalid" });
    Reply::status(401).body("application/json", body.to_string())
}

/// Returns a failure in the backend's form: JSON with `success`, `error` and a purchase link.
pub(crate) fn refusal(status: u16, error: &str) -> Reply {
    let body =
        json!({ "success": false, "output": "", "error": error, "purchase_link": PURCHASE_LINK });
    Reply::status(status).body("application/json", body.to_string())
}
