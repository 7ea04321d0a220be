//! What a file does or waits for, while no byte of it is being sent: a long sentence, and one for narrow terminals.

use std::time::Instant;

use vectcut_upload::Step;

use super::position::{Position, Wait};
use crate::amounts;
use crate::failure::doing;
use crate::words::{Text, progress};

/// Returns the long sentence and the short one.
pub(super) fn sentences(at: Position, now: Instant) -> [Text; 2] {
    if let Some(wait) = at.wait {
        return waiting(wait, now);
    }
    if let Some((read_bytes, len_bytes)) = at.compared {
        let percent = amounts::percent(read_bytes, len_bytes);
        let read = amounts::bytes_of(read_bytes, len_bytes);
        return [
            progress::comparing_with_earlier(percent, read),
            progress::comparing_with_earlier_short(percent),
        ];
    }
    match at.step {
        _ if at.is_compared => [progress::comparing(), progress::comparing_short()],
        Some(Step::Put) => {
            let all = amounts::bytes(at.len_bytes);
            let long = match at.safe_bytes {
                0 => progress::all_sent(all),
                safe_bytes => progress::all_sent_some_safe(all, amounts::bytes(safe_bytes)),
            };
            [long, progress::all_sent_short()]
        }
        Some(step @ Step::Init) => [progress::getting_credentials(), doing(step)],
        Some(step @ Step::Complete) => [progress::getting_url(), doing(step)],
        Some(step) => [doing(step), doing(step)],
        None => [progress::not_begun(), progress::not_begun()],
    }
}

fn waiting(wait: Wait, now: Instant) -> [Text; 2] {
    let left = wait.left(now).and_then(amounts::countdown);
    let Wait::Server {
        step,
        is_unreachable,
        ..
    } = wait
    else {
        return [progress::other_process(), progress::other_process_short()];
    };
    let server = match step {
        Step::Init | Step::Complete => "VectCut",
        _ => "OSS",
    };
    let long = match is_unreachable {
        true => progress::cannot_reach(server),
        false => progress::request_failed(server),
    };
    match left {
        Some(left) => [
            long.then(&progress::gives_up_in(&left)),
            progress::retrying_short(&left),
        ],
        None => [long, progress::retrying()],
    }
}
