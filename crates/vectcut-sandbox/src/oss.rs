//! OSS: who may do what, then the operations.

mod access;
mod error_reply;
mod get_object;
mod multipart;
mod post_object;
mod put_object;
mod xml;

use std::sync::Arc;

use jiff::Timestamp;

use error_reply::OssError;
#[cfg(feature = "fuzzing")]
pub(crate) use xml::parse_parts;

use crate::exchange::Exchange;
use crate::intake::{Intake, Interruption};
use crate::oss_code::OssCode;
use crate::random;
use crate::reply::Reply;
use crate::step::Step;
use crate::store::Store;
use crate::verify::{Addressing, Wire};

/// The longest list of parts, in bytes: it has room for more than 10,000.
const SMALL_BODY_MAX_BYTES: usize = 4 * 1024 * 1024;

/// A request that OSS accepts.
struct Call<'a> {
    store: &'a Arc<Store>,
    wire: &'a Wire,
    query: Vec<(String, String)>,
    bucket: String,
    key: String,
    now: Timestamp,
}

impl Call<'_> {
    fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    }

    fn now_ms(&self) -> i64 {
        self.now.as_millisecond()
    }

    fn forbids_overwrite(&self) -> bool {
        self.wire
            .header("x-oss-forbid-overwrite")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }
}

/// Responds to a request to OSS.
pub(crate) async fn respond(
    exchange: &Exchange<'_>,
    addressing: &Addressing,
    intake: &mut Intake,
) -> Reply {
    let request_id = random::name(24);
    let done = if post_object::is_form(exchange.wire, addressing) {
        post_object::post(exchange, addressing, intake).await
    } else {
        match access::let_in(exchange, addressing) {
            Ok(call) => operate(exchange, &call, intake).await,
            Err(halt) => Err(halt),
        }
    };
    let reply = match done {
        Ok(reply) => reply,
        Err(Halt::Reply(reply)) => *reply,
        Err(Halt::Error(error)) => error.into_reply(exchange.wire, &request_id),
    };
    dressed(reply, &request_id)
}

/// Returns the error that a fault asks for.
pub(crate) fn scripted(wire: &Wire, code: OssCode, now: Timestamp) -> Reply {
    let request_id = random::name(24);
    let error = OssError::scripted(code, wire, now);
    dressed(error.into_reply(wire, &request_id), &request_id)
}

/// Why a request was not carried out.
enum Halt {
    /// OSS refuses it.
    Error(Box<OssError>),
    /// A fault asks for this response.
    Reply(Box<Reply>),
}

impl From<OssError> for Halt {
    fn from(error: OssError) -> Self {
        Self::Error(Box::new(error))
    }
}

impl From<OssCode> for Halt {
    fn from(code: OssCode) -> Self {
        OssError::from(code).into()
    }
}

impl From<std::io::Error> for Halt {
    fn from(error: std::io::Error) -> Self {
        OssError::new(OssCode::InternalError)
            .message(format!("The sandbox's disk failed: {error}."))
            .into()
    }
}

impl From<Interruption> for Halt {
    fn from(interruption: Interruption) -> Self {
        match interruption {
            Interruption::Response(reply) => Self::Reply(reply),
            Interruption::Idle => OssCode::RequestTimeout.into(),
            Interruption::Broken => OssCode::IncompleteBody.into(),
            Interruption::TooLong => OssCode::EntityTooLarge.into(),
        }
    }
}

async fn operate(
    exchange: &Exchange<'_>,
    call: &Call<'_>,
    intake: &mut Intake,
) -> Result<Reply, Halt> {
    match exchange.step {
        Step::PutObject => put_object::put(call, intake).await,
        Step::UploadPart => multipart::upload_part(call, exchange.part_number, intake).await,
        _ => {
            let body = intake.collect(SMALL_BODY_MAX_BYTES).await?;
            match exchange.step {
                Step::GetObject => get_object::get(call).await,
                Step::HeadObject => get_object::head(call),
                Step::DeleteObject => get_object::delete(call).await,
                Step::InitiateUpload => multipart::initiate(call).await,
                Step::CompleteUpload => multipart::complete(call, &body).await,
                Step::AbortUpload => multipart::abort(call).await,
                Step::ListParts => multipart::list_parts(call),
                _ => Err(OssCode::NotImplemented.into()),
            }
        }
    }
}

/// Adds the headers of every response of OSS.
fn dressed(reply: Reply, request_id: &str) -> Reply {
    reply
        .header("server", "AliyunOSS")
        .header("x-oss-request-id", request_id)
        .header("x-oss-server-time", "1")
}
