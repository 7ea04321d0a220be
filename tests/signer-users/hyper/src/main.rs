//! Uploads with hyper, and signs once more through the types of the `http` crate.

#[path = "../../upload.rs"]
mod upload;

use std::env;
use std::time::SystemTime;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use oss_signer::OwnedCredentials;
use oss_signer::http::{Addressing, sign_parts_v4};
use oss_signer::v4::Scope;
use tokio::net::TcpStream;

use upload::{BODY, Failure, Upload, check, uploads};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    for upload in uploads()? {
        let mut request = Request::builder().method(upload.method).uri(&upload.url);
        for (name, value) in &upload.headers {
            request = request.header(name, value);
        }
        let body = Full::new(Bytes::from(upload.body.clone()));
        let (status, text) = send(request.body(body)?).await?;
        check(&upload, status, &text)?;
        if upload.name == "V4" {
            sign_parts(&upload).await?;
        }
    }
    Ok(())
}

/// Signs the head of a request that has no signature yet.
async fn sign_parts(upload: &Upload) -> Result<(), Failure> {
    let request = Request::put(&upload.url).header("content-type", "text/plain");
    let (mut parts, ()) = request.body(())?.into_parts();
    let (id, secret) = (
        env::var("OSS_ACCESS_KEY_ID")?,
        env::var("OSS_ACCESS_KEY_SECRET")?,
    );
    let credentials = OwnedCredentials::new(id, secret);
    let region = env::var("OSS_REGION")?;
    let (scope, time) = (Scope::new(&region), SystemTime::now());
    sign_parts_v4(
        &mut parts,
        Addressing::Path,
        &credentials.as_credentials(),
        &scope,
        time,
    )?;
    let body = Full::new(Bytes::from_static(BODY));
    let (status, text) = send(Request::from_parts(parts, body)).await?;
    check(upload, status, &text)
}

async fn send(mut request: Request<Full<Bytes>>) -> Result<(u16, String), Failure> {
    let authority = request.uri().authority().ok_or("no host")?.clone();
    let stream = TcpStream::connect(authority.as_str()).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    request
        .headers_mut()
        .insert("host", authority.as_str().parse()?);
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    *request.uri_mut() = path.parse::<Uri>()?;
    let exchange = async {
        let response = sender.send_request(request).await?;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await?.to_bytes();
        drop(sender);
        Ok::<_, hyper::Error>((status, String::from_utf8_lossy(&body).into_owned()))
    };
    let (outcome, _) = tokio::join!(exchange, connection);
    Ok(outcome?)
}
