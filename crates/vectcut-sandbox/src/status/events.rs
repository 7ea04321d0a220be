//! What changes, as server-sent events: one JSON object for each moment in which something did.
//!
//! The first event of a connection has everything, so a browser that lost its connection misses nothing.
//! Each connection asks anew, a few times in a second. So a browser that does not read holds up nobody.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use serde::Serialize;
use tokio::time::sleep;

use super::rows::{self, FaultRow, ObjectRow, REQUESTS_MAX, RequestRow, UploadRow};
use crate::journal::Entry;
use crate::reply::Reply;
use crate::site::Site;

/// How often it looks for changes.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How many looks without a request pass until it looks at the rest as well: what a test changes by hand.
const FULL_LOOK_EVERY: u32 = 5;
/// How many looks without a change pass until it shows that it is there. A connection that is gone is found so.
const SIGN_OF_LIFE_EVERY: u32 = 75;

/// Returns the events until the browser leaves.
pub(super) fn stream(site: Arc<Site>) -> Reply {
    let feed = Feed::new(site);
    let frames = futures_util::stream::unfold(feed, |mut feed| async move {
        let event = feed.next().await;
        Some((Ok::<_, io::Error>(Frame::data(event)), feed))
    });
    Reply::status(200)
        .header("content-type", "text/event-stream")
        .stream(StreamBody::new(frames).boxed_unsync())
}

/// What has changed since the event before.
#[derive(Debug, Default, Serialize)]
struct Event {
    /// Whether it has everything, and not only changes.
    whole: bool,
    requests: Vec<RequestRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uploads: Option<Vec<UploadRow>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    objects: Option<Vec<ObjectRow>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    faults: Option<Vec<FaultRow>>,
}

/// What one browser knows already.
struct Feed {
    site: Arc<Site>,
    looks: u32,
    looks_without_change: u32,
    /// The number of the latest request that was told.
    told: u64,
    /// Requests that are still being served, as they were told.
    open: Vec<(Arc<Entry>, RequestRow)>,
    uploads: Vec<UploadRow>,
    objects: Vec<ObjectRow>,
    faults: Vec<FaultRow>,
}

impl Feed {
    fn new(site: Arc<Site>) -> Self {
        Self {
            site,
            looks: 0,
            looks_without_change: 0,
            told: 0,
            open: Vec::new(),
            uploads: Vec::new(),
            objects: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Waits for the next event, and returns its text.
    async fn next(&mut self) -> Bytes {
        loop {
            if self.looks > 0 {
                sleep(LOOK_EVERY).await;
            }
            if let Some(event) = self.look() {
                self.looks_without_change = 0;
                return text(&event);
            }
            self.looks_without_change += 1;
            if self.looks_without_change == SIGN_OF_LIFE_EVERY {
                self.looks_without_change = 0;
                return Bytes::from_static(b":\n\n");
            }
        }
    }

    /// Returns what has changed, if anything.
    fn look(&mut self) -> Option<Event> {
        let whole = self.looks == 0;
        let was_busy = !self.open.is_empty();
        let requests = self.requests();
        let is_due = self.looks.is_multiple_of(FULL_LOOK_EVERY);
        self.looks = self.looks.wrapping_add(1).max(1);
        let mut event = Event {
            whole,
            requests,
            ..Event::default()
        };
        if is_due || was_busy || !event.requests.is_empty() {
            let site = &self.site;
            let open = self.open.iter().map(|(entry, _)| &**entry);
            event.uploads = changed(&mut self.uploads, rows::uploads(site, open));
            event.objects = changed(&mut self.objects, rows::objects(site));
            event.faults = changed(&mut self.faults, rows::faults(site));
        }
        let is_news = !event.requests.is_empty()
            || event.uploads.is_some()
            || event.objects.is_some()
            || event.faults.is_some();
        (whole || is_news).then_some(event)
    }

    /// Returns the requests that are new or have changed, in order.
    fn requests(&mut self) -> Vec<RequestRow> {
        let mut changed = Vec::new();
        for (entry, told) in &mut self.open {
            let now = RequestRow::of(entry);
            if now != *told {
                changed.push(now.clone());
                *told = now;
            }
        }
        self.open.retain(|(_, told)| told.milliseconds.is_none());
        for entry in self.site.journal.later_than(self.told, REQUESTS_MAX) {
            let row = RequestRow::of(&entry);
            self.told = entry.report().number;
            changed.push(row.clone());
            if row.milliseconds.is_none() {
                self.open.push((entry, row));
            }
        }
        changed
    }
}

/// Keeps the new rows; returns them if they are other rows than before.
fn changed<T: Clone + PartialEq>(told: &mut Vec<T>, now: Vec<T>) -> Option<Vec<T>> {
    if *told == now {
        return None;
    }
    told.clone_from(&now);
    Some(now)
}

fn text(event: &Event) -> Bytes {
    // Rows are made of texts and numbers, so they always become JSON. JSON has no line breaks of its own.
    let json = serde_json::to_string(event).unwrap_or_default();
    Bytes::from(format!("data: {json}\n\n"))
}
