//! Requests and responses on one connection: HTTP/1.1 with keep-alive, as much of it as an upload needs.

use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crc_fast::{CrcAlgorithm, Digest, checksum_combine};

/// The one bucket.
pub(crate) const BUCKET: &str = "sink";

const HEAD_END: &[u8] = b"\r\n\r\n";
/// Maximum length of a request head, in bytes; a longer one gets 400.
const HEAD_MAX_BYTES: usize = 64 * 1024;

/// Numbers the object keys across all connections.
static INITS: AtomicU64 = AtomicU64::new(0);

/// The parts of each open upload, by the path of its object and their numbers: CRC-64 and length in bytes.
static PARTS: Mutex<Option<HashMap<String, Parts>>> = Mutex::new(None);

type Parts = BTreeMap<u32, (u64, u64)>;

/// Takes the bytes of a connection as they arrive and collects the responses to the requests in them.
#[derive(Default)]
pub(crate) struct Exchanges {
    /// The request head so far, until it is complete.
    head: Vec<u8>,
    body: Option<Body>,
    responses: Vec<u8>,
}

/// The body that is being received.
struct Body {
    call: Call,
    path: String,
    /// The number of the part, or 0 for a whole object.
    part_number: u32,
    len_bytes: u64,
    left_bytes: u64,
    crc64: Digest,
}

#[derive(Clone, Copy, PartialEq)]
enum Call {
    Init,
    Complete,
    /// PutObject and UploadPart, which have the same response.
    Put,
    InitiateMultipartUpload,
    CompleteMultipartUpload,
    /// Any request that needs only a status.
    Other,
}

impl Exchanges {
    /// Takes the next bytes of the connection.
    pub(crate) fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            bytes = match self.body.take() {
                Some(body) => self.take_body(body, bytes),
                None => self.take_head(bytes),
            };
        }
    }

    /// Returns the responses that are ready and forgets them.
    pub(crate) fn responses(&mut self) -> Vec<u8> {
        mem::take(&mut self.responses)
    }

    fn take_body<'a>(&mut self, mut body: Body, bytes: &'a [u8]) -> &'a [u8] {
        let here =
            usize::try_from(body.left_bytes).map_or(bytes.len(), |left| left.min(bytes.len()));
        let (mine, rest) = bytes.split_at(here);
        if body.call == Call::Put {
            body.crc64.update(mine);
        }
        body.left_bytes -= mine.len() as u64;
        if body.left_bytes == 0 {
            self.respond(&body);
        } else {
            self.body = Some(body);
        }
        rest
    }

    fn take_head<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let known = self.head.len();
        self.head.extend_from_slice(bytes);
        // The end may start in the bytes of the previous read.
        let from = known.saturating_sub(HEAD_END.len() - 1);
        let end = self.head[from..]
            .windows(HEAD_END.len())
            .position(|window| window == HEAD_END)
            .map(|at| from + at + HEAD_END.len());
        let Some(end) = end else {
            if self.head.len() > HEAD_MAX_BYTES {
                self.head.clear();
                self.reply(400, "", "");
            }
            return &[];
        };
        let head = String::from_utf8_lossy(&self.head[..end]).into_owned();
        self.head.clear();
        self.begin(&head);
        &bytes[end - known..]
    }

    fn begin(&mut self, head: &str) {
        let mut lines = head.split("\r\n");
        let request_line = lines.next().unwrap_or_default();
        let mut left_bytes = 0;
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            if name.eq_ignore_ascii_case("content-length") {
                left_bytes = value.trim().parse().unwrap_or(0);
            } else if name.eq_ignore_ascii_case("expect") {
                self.responses
                    .extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
            }
        }
        let body = Body {
            call: call(request_line),
            path: path_and_query(request_line).0.to_owned(),
            part_number: part_number(request_line),
            len_bytes: left_bytes,
            left_bytes,
            crc64: Digest::new(CrcAlgorithm::Crc64Xz),
        };
        if left_bytes == 0 {
            self.respond(&body);
        } else {
            self.body = Some(body);
        }
    }

    fn respond(&mut self, body: &Body) {
        const ETAG: &str = "\"5D41402ABC4B2A76B9719D911017C592\"";
        match body.call {
            Call::Init => {
                let number = INITS.fetch_add(1, Ordering::Relaxed);
                let json = format!(
                    r#"{{"success":true,"credentials":{{"AccessKeyId":"STS.sink","AccessKeySecret":"sink-secret","SecurityToken":"{}"}},"bucket_name":"{BUCKET}","object_key":"uploads/{number}.bin"}}"#,
                    "sink-token-".repeat(73),
                );
                self.reply(200, "content-type: application/json\r\n", &json);
            }
            Call::Complete => self.reply(
                200,
                "content-type: application/json\r\n",
                r#"{"success":true,"public_signed_url":"https://sink.oss.test/uploads/0.bin?Expires=4000000000"}"#,
            ),
            Call::Put => {
                let crc64 = body.crc64.finalize();
                if body.part_number > 0 {
                    let part = (crc64, body.len_bytes);
                    with_parts(&body.path, |parts| parts.insert(body.part_number, part));
                }
                let headers = format!("etag: {ETAG}\r\nx-oss-hash-crc64ecma: {crc64}\r\n");
                self.reply(200, &headers, "");
            }
            Call::InitiateMultipartUpload => {
                with_parts(&body.path, Parts::clear);
                self.reply(
                    200,
                    "content-type: application/xml\r\n",
                    "<InitiateMultipartUploadResult><UploadId>0004B9894A22E5B1888A1E29F823</UploadId></InitiateMultipartUploadResult>",
                );
            }
            Call::CompleteMultipartUpload => {
                let xml = format!(
                    "<CompleteMultipartUploadResult><ETag>{ETAG}</ETag></CompleteMultipartUploadResult>"
                );
                let crc64 = with_parts(&body.path, |parts| whole_crc64(parts));
                let headers = format!(
                    "content-type: application/xml\r\nx-oss-hash-crc64ecma: {crc64}\r\n"
                );
                self.reply(200, &headers, &xml);
            }
            Call::Other => self.reply(200, "", ""),
        }
    }

    fn reply(&mut self, status: u16, headers: &str, body: &str) {
        let length = body.len();
        let reply = format!(
            "HTTP/1.1 {status} Sink\r\n{headers}x-oss-request-id: 5F3CA1\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        self.responses.extend_from_slice(reply.as_bytes());
    }
}

/// Gives the parts of an object's upload to `work`.
fn with_parts<T>(path: &str, work: impl FnOnce(&mut Parts) -> T) -> T {
    let mut uploads: MutexGuard<'_, _> = PARTS.lock().unwrap_or_else(PoisonError::into_inner);
    let uploads = uploads.get_or_insert_default();
    work(uploads.entry(path.to_owned()).or_default())
}

/// The CRC-64 of an object that consists of these parts.
fn whole_crc64(parts: &Parts) -> u64 {
    parts.values().fold(0, |whole, &(crc64, len_bytes)| {
        checksum_combine(CrcAlgorithm::Crc64Xz, whole, crc64, len_bytes)
    })
}

fn path_and_query(request_line: &str) -> (&str, &str) {
    let target = request_line.split(' ').nth(1).unwrap_or_default();
    target.split_once('?').unwrap_or((target, ""))
}

fn part_number(request_line: &str) -> u32 {
    let (_, query) = path_and_query(request_line);
    let mut parameters = query.split('&');
    let number = parameters.find_map(|parameter| parameter.strip_prefix("partNumber="));
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Reads the call from the request line, such as `PUT /key?partNumber=1&uploadId=… HTTP/1.1`.
fn call(request_line: &str) -> Call {
    let method = request_line.split(' ').next().unwrap_or_default();
    let (path, query) = path_and_query(request_line);
    match (method, path) {
        ("POST", "/sts/upload/init") => Call::Init,
        ("POST", "/sts/upload/complete") => Call::Complete,
        ("PUT", _) => Call::Put,
        ("POST", _) if query.starts_with("uploadId=") => Call::CompleteMultipartUpload,
        ("POST", _) => Call::InitiateMultipartUpload,
        _ => Call::Other,
    }
}
