//! What the page shows, as data: requests, uploads, objects and faults. No row has a secret.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;

use super::preview;
use crate::journal::{Entry, Report};
use crate::settings::BUCKET;
use crate::site::Site;
use crate::step::Step;

/// How many requests, uploads and objects the page shows, the newest of each.
pub(super) const REQUESTS_MAX: usize = 300;
const UPLOADS_MAX: usize = 50;
const OBJECTS_MAX: usize = 100;

/// A request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct RequestRow {
    number: u64,
    /// Milliseconds since 1970, by the server's clock.
    at: i64,
    step: String,
    method: String,
    /// The object key, or the path where the request is about no object.
    about: String,
    part: Option<u16>,
    status: Option<u16>,
    proof: Option<String>,
    refused: Option<&'static str>,
    faults: Vec<String>,
    received: u64,
    sent: Option<u64>,
    pub(super) milliseconds: Option<u64>,
}

/// A file on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct UploadRow {
    object_key: String,
    /// The name that init was told.
    file: Option<String>,
    received: u64,
    /// The length that init was told.
    total: Option<u64>,
    state: UploadState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum UploadState {
    /// It has credentials, and nothing has come.
    Waiting,
    /// Some of it is coming, or has come.
    Receiving,
    /// The object is there.
    Stored,
    /// The backend has given its URL.
    Published,
}

/// An object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ObjectRow {
    object_key: String,
    len: u64,
    /// As text, because a number of JavaScript has fewer bits.
    crc64: String,
    content_type: Option<String>,
    /// Milliseconds since 1970, by the server's clock.
    at: i64,
    /// `image`, `audio` or `video`, if the page can show it.
    preview: Option<&'static str>,
}

/// A fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct FaultRow {
    fault: String,
    strikes: u32,
    served: bool,
}

impl RequestRow {
    pub(super) fn of(entry: &Entry) -> Self {
        let report = entry.report();
        Self {
            number: report.number,
            at: Timestamp::try_from(report.received_at).map_or(0, |time| time.as_millisecond()),
            step: report.step.to_string(),
            method: report.method.to_owned(),
            about: report.object_key.unwrap_or(report.path).to_owned(),
            part: report.part_number,
            status: report.status,
            proof: report.verdict.map(|verdict| verdict.proof.to_string()),
            refused: report.verdict.and_then(|verdict| verdict.refused),
            faults: report.faults.to_vec(),
            received: report.received_bytes,
            sent: report.sent_bytes,
            milliseconds: report.milliseconds,
        }
    }
}

/// Returns the latest uploads, the newest first: those that init knows, and those of others.
pub(super) fn uploads<'a>(site: &Site, open: impl Iterator<Item = &'a Entry>) -> Vec<UploadRow> {
    let mut received: HashMap<String, u64> = site.store.uploads.sizes().into_iter().collect();
    for entry in open {
        if let Some((key, bytes)) = coming(&entry.report()) {
            *received.entry(key).or_default() += bytes;
        }
    }
    let announced = site.tickets.latest(UPLOADS_MAX).into_iter();
    let mut rows: Vec<UploadRow> = Vec::new();
    for file in announced {
        let so_far = received.remove(&file.object_key);
        let stored = site.store.find(BUCKET, &file.object_key);
        let state = match (&stored, so_far) {
            (Some(_), _) if file.is_completed => UploadState::Published,
            (Some(_), None) => UploadState::Stored,
            (_, Some(_)) => UploadState::Receiving,
            (None, None) => UploadState::Waiting,
        };
        let so_far = stored.map_or(so_far, |object| Some(object.len_bytes));
        rows.push(UploadRow {
            // What is sent twice is there once.
            received: so_far.unwrap_or_default().min(file.len_bytes),
            object_key: file.object_key,
            file: Some(file.file_name),
            total: Some(file.len_bytes),
            state,
        });
    }
    let mut others: Vec<_> = received.into_iter().collect();
    others.sort();
    rows.extend(others.into_iter().map(|(key, received)| UploadRow {
        object_key: key,
        file: None,
        received,
        total: None,
        state: UploadState::Receiving,
    }));
    rows.truncate(UPLOADS_MAX);
    rows
}

/// Returns the object key and the bytes of a body that is coming.
fn coming(report: &Report<'_>) -> Option<(String, u64)> {
    let is_body = matches!(report.step, Step::PutObject | Step::UploadPart);
    let key = report
        .object_key
        .filter(|_| is_body && report.status.is_none())?;
    Some((key.to_owned(), report.received_bytes))
}

/// Returns the latest objects, the newest first.
pub(super) fn objects(site: &Site) -> Vec<ObjectRow> {
    let objects = site.store.latest(OBJECTS_MAX).into_iter();
    let row = |record: std::sync::Arc<crate::store::ObjectRecord>| {
        let shown = preview::media_type(&record).and_then(|shown| shown.split('/').next());
        ObjectRow {
            object_key: record.key.clone(),
            len: record.len_bytes,
            crc64: record.crc64.to_string(),
            content_type: record.header("content-type").map(str::to_owned),
            at: record.modified_ms,
            preview: shown,
        }
    };
    objects.map(row).collect()
}

/// Returns the faults, in the order in which they were added.
pub(super) fn faults(site: &Site) -> Vec<FaultRow> {
    let tallies = site.faults.tallies().into_iter();
    let row = |tally: crate::faults::FaultTally| FaultRow {
        fault: tally.fault.label(),
        strikes: tally.strikes,
        served: tally.is_served(),
    };
    tallies.map(row).collect()
}
