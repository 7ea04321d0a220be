//! The checks of a server: its addresses, a connection, TLS, and a request through the client that uploads take.

use std::time::{Duration, Instant, SystemTime};

use strict_http::{Route, ServerUrl, TransportError, server_time};
use tokio::time::timeout;

use super::finding::{Finding, Mark};
use crate::exit_code::ExitCode;
use crate::failure::of_transport;
use crate::words::{Text, doctor as say, hints};
use crate::{amounts, clock};

/// How long one step may take.
pub(super) const STEP_MAX: Duration = Duration::from_secs(10);

/// A server to check.
pub(super) struct Target<'a> {
    pub(super) check: &'static str,
    pub(super) name: Text,
    pub(super) server: &'a ServerUrl,
    pub(super) options: strict_http::Options,
    pub(super) proxy: Option<String>,
}

/// What was seen of a server.
pub(super) struct Seen {
    pub(super) finding: Finding,
    /// The server's time and this computer's at the same moment.
    pub(super) times: Option<(SystemTime, SystemTime)>,
}

impl Target<'_> {
    /// Checks the server.
    pub(super) async fn check(self) -> Seen {
        let way = match self.proxy {
            Some(_) => Ok(Text::same("")),
            None => self.way().await,
        };
        match way {
            Ok(way) => self.request(way).await,
            Err((message, hints)) => self.failed(message, hints),
        }
    }

    /// Takes the way a step at a time. Returns what was seen, or what failed.
    async fn way(&self) -> Result<Text, (Text, Vec<Text>)> {
        let server = &self.server;
        let begun = clock::now();
        let route = within(Route::find(server))
            .await
            .map_err(|cause| (say::no_address(server, cause), vec![hints::check_name()]))?;
        let connection = within(route.connect()).await.map_err(|cause| {
            (
                say::no_connection(server, cause),
                vec![hints::check_online()],
            )
        })?;
        let seen = say::connected(connection.peer(), since(begun));
        if server.as_url().scheme() == "http" {
            return Ok(seen);
        }
        let begun = clock::now();
        let shaking = async {
            let handshake = connection.handshake(&self.options).await;
            Ok(handshake)
        };
        let distrust = |cause: Text| {
            let hints = vec![hints::check_tls(), hints::name_ca()];
            (say::no_trust(server, cause), hints)
        };
        match within(shaking).await.map_err(distrust)? {
            Ok(Ok(handshake)) => {
                let seen = seen.then(&say::shook_hands(handshake.version, since(begun)));
                Ok(with_issuer(seen, handshake.issuer))
            }
            Ok(Err(error)) => Err(distrust(with_issuer(Text::same(&error), error.issuer))),
            Err(error) => Err(distrust(Text::same(error))),
        }
    }

    /// Sends a request without credentials. Any response will do.
    async fn request(self, way: Text) -> Seen {
        let client = match strict_http::client(&self.options) {
            Ok(client) => client,
            Err(error) => return self.failed(Text::same(error), Vec::new()),
        };
        let begun = clock::now();
        let request = client.get(self.server.as_url().clone()).timeout(STEP_MAX);
        match request.send().await {
            Ok(response) => {
                let now = clock::system();
                let status = response.status().as_u16();
                let mut message = say::responds(self.server, status, since(begun)).then(&way);
                if let Some(proxy) = &self.proxy {
                    message = message.then(&say::behind_proxy(proxy));
                }
                Seen {
                    times: server_time(response.headers()).map(|server| (server, now)),
                    finding: Finding::new(self.check, self.name, Mark::Good, message),
                }
            }
            Err(error) => {
                let error = TransportError::new(error);
                let cause = match std::error::Error::source(&error) {
                    Some(cause) => format!("{error}: {cause}"),
                    None => error.to_string(),
                };
                let proxy = self.proxy.as_ref().map(hints::check_proxy);
                let hints = of_transport(error.kind())
                    .into_iter()
                    .chain(proxy)
                    .collect();
                let message = say::no_response(self.server, cause);
                self.failed(message, hints)
            }
        }
    }

    fn failed(self, message: Text, hints: Vec<Text>) -> Seen {
        let mark = Mark::Failed(ExitCode::Unavailable);
        Seen {
            finding: Finding::new(self.check, self.name, mark, message).hints(hints),
            times: None,
        }
    }
}

fn with_issuer(text: Text, issuer: Option<strict_http::ServerText>) -> Text {
    match issuer {
        Some(issuer) => text.then(&say::issued_by(issuer)),
        None => text,
    }
}

fn since(begun: Instant) -> Text {
    amounts::duration(clock::now().saturating_duration_since(begun))
}

/// Waits for a step, and returns why it failed.
pub(super) async fn within<T>(step: impl Future<Output = std::io::Result<T>>) -> Result<T, Text> {
    match timeout(STEP_MAX, step).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Text::same(error)),
        Err(_) => Err(say::too_slow()),
    }
}
