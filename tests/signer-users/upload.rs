//! The four signed requests that each of the programs sends.
//!
//! `vectcut sandbox -- PROGRAM` sets the `OSS_…` variables.

use std::env;
use std::error::Error;
use std::iter;
use std::time::{Duration, SystemTime};

use oss_signer::post::{Form, Policy};
use oss_signer::v4::{self, Scope};
use oss_signer::{Credentials, Endpoint, OwnedCredentials, Request, v1};

pub type Failure = Box<dyn Error>;

/// What is uploaded.
pub const BODY: &[u8] = b"uploaded by a user of oss-signer";
/// What encodings get wrong: a space, a plus sign, a percent sign and letters beyond ASCII.
const OBJECT_KEY: &str = "users/a b+c%20d/春节.bin";
const CONTENT_TYPE: &str = "application/octet-stream";
const BOUNDARY: &str = "oss-signer-form";

/// One request, ready to be sent.
pub struct Upload {
    pub name: &'static str,
    pub method: &'static str,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The status of success.
    pub status: u16,
}

/// Signs the four requests.
pub fn uploads() -> Result<Vec<Upload>, Failure> {
    let endpoint = Endpoint::parse(&env::var("OSS_ENDPOINT")?)?;
    let (bucket, region) = (env::var("OSS_BUCKET")?, env::var("OSS_REGION")?);
    let (id, secret) = (
        env::var("OSS_ACCESS_KEY_ID")?,
        env::var("OSS_ACCESS_KEY_SECRET")?,
    );
    let credentials = OwnedCredentials::new(id, secret);
    let credentials = credentials.as_credentials();
    let (scope, time) = (Scope::new(&region), SystemTime::now());
    let origin = endpoint.origin(&bucket);
    let request = Request::put(&bucket, OBJECT_KEY).header("Content-Type", CONTENT_TYPE);

    let put = |name, headers: Vec<(String, String)>, url| Upload {
        name,
        method: "PUT",
        url,
        headers,
        body: BODY.to_vec(),
        status: 200,
    };
    let v1 = v1::sign(&request, &credentials, time)?;
    let v1 = put(
        "V1",
        owned(request.headers(), v1.headers()),
        request.url(&origin),
    );
    let v4 = v4::sign(&request, &credentials, &scope, time)?;
    let v4 = put(
        "V4",
        owned(request.headers(), v4.headers()),
        request.url(&origin),
    );
    let minute = Duration::from_secs(60);
    let link = v4::presign(&request, &credentials, &scope, time, minute)?;
    let link = put(
        "presigned URL",
        owned(request.headers(), iter::empty()),
        link.url(&origin),
    );
    let form = form(&bucket, &credentials, &scope, time)?;
    let form = Upload {
        name: "form",
        method: "POST",
        url: format!("{origin}/"),
        headers: vec![(
            "content-type".to_owned(),
            format!("multipart/form-data; boundary={BOUNDARY}"),
        )],
        body: form_body(&form),
        status: 204,
    };
    Ok(vec![v1, v4, link, form])
}

/// Prints the outcome, and fails if it is not success.
pub fn check(upload: &Upload, status: u16, body: &str) -> Result<(), Failure> {
    println!("{}: HTTP {status}", upload.name);
    if status == upload.status {
        return Ok(());
    }
    Err(format!("{} was refused: {body}", upload.name).into())
}

fn form(
    bucket: &str,
    credentials: &Credentials<'_>,
    scope: &Scope<'_>,
    time: SystemTime,
) -> Result<Form, Failure> {
    let policy = Policy::new(bucket, time + Duration::from_secs(60))
        .equals("key", OBJECT_KEY)
        .content_length_range(1, 1024);
    Ok(policy.sign_v4(credentials, scope, time)?)
}

fn form_body(form: &Form) -> Vec<u8> {
    let mut body = String::new();
    for (name, value) in form.fields(OBJECT_KEY) {
        body += &format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
    }
    body += &format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n"
    );
    let end = format!("\r\n--{BOUNDARY}--\r\n");
    [body.as_bytes(), BODY, end.as_bytes()].concat()
}

fn owned<'r, 's>(
    request: impl Iterator<Item = (&'r str, &'r str)>,
    signature: impl Iterator<Item = (&'s str, &'s str)>,
) -> Vec<(String, String)> {
    let request = request.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let signature = signature.map(|(name, value)| (name.to_owned(), value.to_owned()));
    request.chain(signature).collect()
}
