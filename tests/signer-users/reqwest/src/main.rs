//! Uploads with reqwest.

#[path = "../../upload.rs"]
mod upload;

use reqwest::Method;
use reqwest::blocking::Client;
use reqwest::header::HeaderValue;
use reqwest::redirect::Policy;

use upload::{Failure, check, uploads};

fn main() -> Result<(), Failure> {
    // No proxy: the sandbox is on this machine. No redirects: another host must not get the signature.
    let client = Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .build()?;
    for upload in uploads()? {
        let method = Method::from_bytes(upload.method.as_bytes())?;
        let mut request = client
            .request(method, &upload.url)
            .body(upload.body.clone());
        for (name, value) in &upload.headers {
            let mut value = HeaderValue::from_str(value)?;
            value.set_sensitive(name == "authorization");
            request = request.header(name, value);
        }
        let response = request.send()?;
        let status = response.status().as_u16();
        check(&upload, status, &response.text()?)?;
    }
    Ok(())
}
