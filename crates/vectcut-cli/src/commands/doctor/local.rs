//! The checks of this computer: the program, the clock, proxies, certificates, and the state directory.

use std::path::Path;
use std::time::{Duration, SystemTime};

use vectcut_upload::Uploads;

use super::finding::{Finding, Mark};
use crate::amounts;
use crate::settings::Servers;
use crate::words::{Text, doctor as say, hints};

/// What `Date` and the way of the response make uncertain.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(30);
/// A journal needs less. Less than this is a disk that is about to be full.
const FREE_MIN_BYTES: u64 = 16 << 20;

pub(super) fn program() -> Finding {
    let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let message = say::version(env!("CARGO_PKG_VERSION"), system);
    Finding::new("program", say::program(), Mark::Good, message)
}

/// Compares this computer's clock with a server's.
pub(super) fn clock(times: Option<(SystemTime, SystemTime)>) -> Finding {
    let found = |mark, message| Finding::new("clock", say::clock(), mark, message);
    let Some((server, local)) = times else {
        return found(Mark::Warning, say::clock_unknown());
    };
    let (by, message): (Duration, fn(Text) -> Text) = match server.duration_since(local) {
        Ok(behind) => (behind, say::clock_behind),
        Err(ahead) => (ahead.duration(), say::clock_ahead),
    };
    match by <= CLOCK_TOLERANCE {
        true => found(
            Mark::Good,
            say::clock_right(amounts::duration(CLOCK_TOLERANCE)),
        ),
        false => found(Mark::Warning, message(amounts::duration(by))).hint(say::set_clock()),
    }
}

pub(super) fn proxies(backend: Option<&str>, oss: Option<&str>) -> Finding {
    let shown = |proxy: Option<&str>| proxy.map_or_else(say::no_proxy, Text::same);
    let message = match (backend, oss) {
        (None, None) => say::no_proxy(),
        _ => say::proxies(shown(backend), shown(oss)),
    };
    Finding::new("proxy", say::proxy(), Mark::Good, message)
}

pub(super) fn trust(servers: &Servers) -> Finding {
    let message = match &servers.ca_cert {
        Some(path) => say::extra_trust(path.display()),
        None => say::system_trust(),
    };
    Finding::new("certificates", say::trust(), Mark::Good, message)
}

/// Looks into the state directory, and creates it as an upload would.
pub(super) async fn state_dir(path: Option<&Path>) -> Finding {
    let found = |mark, message| Finding::new("state_dir", say::state_dir(), mark, message);
    let Some(path) = path else {
        return found(Mark::Warning, say::no_state_dir()).hint(say::name_state_dir());
    };
    let unfinished = async { Uploads::open(path).await?.unfinished().await };
    let unfinished = match unfinished.await {
        Ok(unfinished) => unfinished.len(),
        Err(error) => {
            let cause = std::error::Error::source(&error);
            let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
            let message = say::state_unusable(format!("{error}{cause}"));
            return found(Mark::Warning, message).hint(say::name_state_dir());
        }
    };
    let message = say::state_usable(path.display(), unfinished);
    match free_bytes(path) {
        Some(bytes) => {
            let message = message.then(&say::free(amounts::bytes(bytes)));
            match bytes < FREE_MIN_BYTES {
                true => found(Mark::Warning, message).hint(say::nearly_full()),
                false => found(Mark::Good, message),
            }
        }
        None => found(Mark::Good, message),
    }
}

#[cfg(unix)]
fn free_bytes(path: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(path).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

/// No safe call of the standard library tells it.
#[cfg(not(unix))]
fn free_bytes(_: &Path) -> Option<u64> {
    None
}

pub(super) fn speed() -> Finding {
    Finding::new("speed", say::speed(), Mark::Warning, say::no_speed())
        .hint(say::try_sandbox_speed())
}

/// The region's own endpoint for computers inside it: the host, and whether it can be reached.
pub(super) fn internal(host: &str, is_near: bool) -> Finding {
    let name = say::internal();
    match is_near {
        true => Finding::new("internal", name, Mark::Good, say::internal_near(host))
            .hint(say::use_internal(host)),
        false => Finding::new("internal", name, Mark::Good, say::internal_far(host)),
    }
}

/// Transfer acceleration: how long a connection takes to the endpoint and to the accelerated one.
pub(super) fn acceleration(
    (host, region): (&str, &str),
    own: Option<Duration>,
    other: Option<Duration>,
) -> Finding {
    let found = |message| Finding::new("acceleration", say::acceleration(), Mark::Good, message);
    let (Some(own), Some(other)) = (own, other) else {
        return found(say::no_acceleration());
    };
    let message = say::accelerated(amounts::duration(own), amounts::duration(other));
    // A connection takes one round trip; half of it is worth a word.
    match other < own / 2 {
        true => found(message).hint(say::use_acceleration(host, region)),
        false => found(message),
    }
}

/// Returns a hint about a proxy, if requests take one.
pub(super) fn proxy_hint(proxy: Option<&str>) -> Option<Text> {
    proxy.map(hints::check_proxy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn a_clock_is_wrong_in_one_direction() {
        let local = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        for (server, mark, words) in [
            (
                local + Duration::from_secs(2),
                Mark::Good,
                "within 30 s of the servers",
            ),
            (
                local + Duration::from_secs(600),
                Mark::Warning,
                "10 min 0 s behind the servers",
            ),
            (
                local - Duration::from_secs(90),
                Mark::Warning,
                "1 min 30 s ahead of the servers",
            ),
        ] {
            let finding = clock(Some((server, local)));
            assert_eq!(finding.mark, mark);
            assert_eq!(finding.message.to(Language::English), words);
        }
        assert_eq!(clock(None).mark, Mark::Warning);
    }

    #[test]
    fn acceleration_is_advised_where_it_is_much_nearer() {
        let ms = |amount| Some(Duration::from_millis(amount));
        let hints = |own, other| acceleration(("h", "r"), own, other).hints.len();
        assert_eq!(hints(ms(200), ms(40)), 1);
        assert_eq!(hints(ms(40), ms(30)), 0);
        assert_eq!(hints(ms(40), None), 0);
    }
}
