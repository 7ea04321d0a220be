//! `vectcut doctor`: checks what uploads need, at the same time, and says what to do.

mod finding;
mod local;
mod server;

use std::time::Duration;

use strict_http::{Route, ServerUrl};
use tokio::time::timeout;
use vectcut_api::KeyVerdict;

use crate::args::{DoctorArgs, ReportFormat};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::settings::{
    Environment, KeyOrigin, Servers, api_key, key_origin, proxy_for, report_format, state_dir,
};
use crate::stderr::Stderr;
use crate::variables::API_KEY;
use crate::words::{Text, doctor as say, hints, sign_in};
use crate::{clock, output, site};
pub(crate) use finding::Report;
use finding::{Finding, Mark};
use server::{STEP_MAX, Seen, Target};

const ACCELERATED: &str = "oss-accelerate.aliyuncs.com";
/// How long a connection for advice may take. A near server needs far less.
const ADVICE_MAX: Duration = Duration::from_secs(3);

/// Checks everything and prints the report.
///
/// # Errors
///
/// Fails with wrong usage when a setting cannot be used, and when standard output cannot be written.
pub(crate) async fn run(
    args: &DoctorArgs,
    environment: &Environment,
    stderr: &Stderr,
) -> Result<ExitCode, Failure> {
    let format = report_format(args.format, environment, ReportFormat::Text)?;
    let servers = Servers::settle(&args.servers, environment)?;
    let oss_server = servers.oss_endpoint.server().clone();
    let backend_proxy = proxy_for(&servers.base_url, environment)?;
    let oss_proxy = proxy_for(&oss_server, environment)?;
    let target = |check, name, server, proxy: &Option<String>| Target {
        check,
        name,
        server,
        options: site::http_options(server, servers.ca_cert.as_deref()),
        proxy: proxy.clone(),
    };
    // So that a certificate file that cannot be used is wrong usage, as in an upload.
    let options = site::http_options(&servers.base_url, servers.ca_cert.as_deref());
    strict_http::client(&options).map_err(|error| Failure::of_setup(&error))?;
    let backend = target("backend", say::backend(), &servers.base_url, &backend_proxy);
    let oss = target("oss", say::oss(), &oss_server, &oss_proxy);
    let folder = state_dir(args.state_dir.as_deref(), environment);
    let (key, backend, oss, state_dir, advice) = tokio::join!(
        key(&servers, environment, backend_proxy.as_deref()),
        backend.check(),
        oss.check(),
        local::state_dir(folder.as_deref()),
        advice(&servers, oss_proxy.as_deref()),
    );
    let times = [&backend, &oss]
        .into_iter()
        .find_map(|seen: &Seen| seen.times);
    let mut findings = vec![local::program(), key, backend.finding, oss.finding];
    findings.push(local::clock(times));
    findings.push(local::proxies(
        backend_proxy.as_deref(),
        oss_proxy.as_deref(),
    ));
    findings.push(local::trust(&servers));
    findings.push(state_dir);
    findings.extend(args.speed.then(local::speed));
    findings.extend(advice);
    let language = stderr.language();
    output::print(match format {
        ReportFormat::Text => finding::text(
            &findings,
            language,
            environment.is_ascii_terminal(),
            output::columns(),
        ),
        ReportFormat::Json => finding::json(&findings, language)
            .map_err(|error| Failure::internal(Text::same("JSON"), &error))?,
    })?;
    Ok(finding::exit_code(&findings))
}

/// Asks the backend about the key.
async fn key(servers: &Servers, environment: &Environment, proxy: Option<&str>) -> Finding {
    let found = |mark, message| Finding::new("api_key", say::key(), mark, message);
    let key = match api_key(environment) {
        Ok(key) => key,
        Err(failure) => {
            let mark = Mark::Failed(failure.exit_code);
            return found(mark, failure.what).hints(failure.hints);
        }
    };
    let origin = match key_origin(environment) {
        Some(KeyOrigin::File(path)) => say::key_of_file(path.display()),
        _ => say::key_of_variable(API_KEY),
    };
    let unknown = |cause: Option<String>| {
        let message = say::key_unknown(&origin);
        let message = match cause {
            Some(cause) => message.then(&Text::same(format!(": {cause}"))),
            None => message,
        };
        found(Mark::Warning, message).hints(local::proxy_hint(proxy))
    };
    let client = match site::backend(servers, key) {
        Ok(client) => client,
        Err(_) => return unknown(None),
    };
    match timeout(STEP_MAX, client.check_key()).await {
        Ok(Ok(KeyVerdict::Accepted)) => found(Mark::Good, say::key_accepted(&origin)),
        Ok(Ok(KeyVerdict::Refused { status, words })) => match words.purchase_link {
            Some(link) => found(
                Mark::Failed(ExitCode::Refused),
                say::membership_refused(&origin, status),
            )
            .hint(hints::buy(link)),
            None => found(
                Mark::Failed(ExitCode::ApiKey),
                say::key_refused(&origin, status),
            )
            .hint(sign_in::get_key(API_KEY))
            .hint(sign_in::check_membership()),
        },
        Ok(Ok(KeyVerdict::Unknown { status })) => unknown(Some(format!("HTTP {status}"))),
        Ok(Err(error)) => unknown(Some(error.to_string())),
        Ok(Ok(_)) | Err(_) => unknown(None),
    }
}

/// Looks for a better endpoint. Only the vendor's public ones have others beside them.
async fn advice(servers: &Servers, proxy: Option<&str>) -> Vec<Finding> {
    let host = servers.oss_endpoint.server().host();
    let region = servers.oss_endpoint.region();
    let (Some(region), None, true) = (region, proxy, servers.oss_endpoint.is_public()) else {
        return Vec::new();
    };
    let internal = format!("oss-{region}-internal.aliyuncs.com");
    let (near, own, other) =
        tokio::join!(connects(&internal), connects(host), connects(ACCELERATED));
    vec![
        local::internal(&internal, near.is_some()),
        local::acceleration((ACCELERATED, region), own, other),
    ]
}

/// Returns how long a connection takes, if there is one.
async fn connects(host: &str) -> Option<Duration> {
    let server = ServerUrl::parse(&format!("https://{host}")).ok()?;
    let connecting = async {
        let route = Route::find(&server).await.ok()?;
        let begun = clock::now();
        route.connect().await.ok()?;
        Some(clock::now().saturating_duration_since(begun))
    };
    timeout(ADVICE_MAX, connecting).await.ok()?
}
