//! The status page at `/`, for a browser: what arrives, whether its signature is good, which faults strike it, and what
//! is stored.
//!
//! Everything is at `/` on an address of this computer, and nothing there is a request to OSS: the query has the page's
//! token and no signature. Whoever lacks the token gets 403.

mod events;
mod guard;
mod page;
mod preview;
mod rows;

use std::sync::Arc;

use guard::{Admission, View};

use crate::reply::Reply;
use crate::site::Site;
use crate::verify::Wire;

/// Responds to a browser; `None` if the request is for one of the servers.
pub(crate) async fn respond(site: &Arc<Site>, wire: &Wire) -> Option<Reply> {
    let reply = match guard::admit(wire, &site.status_token)? {
        Admission::Refused => guard::refusal(),
        Admission::Granted(View::Page) => page::page(),
        Admission::Granted(View::Events) => events::stream(Arc::clone(site)),
        Admission::Granted(View::Preview { object_key }) => {
            preview::preview(site, &object_key, wire.header("range")).await
        }
    };
    Some(guard::closed(reply))
}
