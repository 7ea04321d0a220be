//! Uploads with ureq.

#[path = "../../upload.rs"]
mod upload;

use ureq::Agent;
use ureq::http::Request;

use upload::{Failure, check, uploads};

fn main() -> Result<(), Failure> {
    // No proxy: the sandbox is on this machine. No redirects: another host must not get the signature.
    let config = Agent::config_builder()
        .proxy(None)
        .max_redirects(0)
        .http_status_as_error(false);
    let agent = Agent::new_with_config(config.build());
    for upload in uploads()? {
        let mut request = Request::builder().method(upload.method).uri(&upload.url);
        for (name, value) in &upload.headers {
            request = request.header(name, value);
        }
        let mut response = agent.run(request.body(upload.body.clone())?)?;
        let status = response.status().as_u16();
        check(&upload, status, &response.body_mut().read_to_string()?)?;
    }
    Ok(())
}
