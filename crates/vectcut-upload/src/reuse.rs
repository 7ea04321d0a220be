//! Upload once: what the ledger knows of a file, proven by the servers before it is believed.

use std::time::Duration;

use oss_client::Crc64;
use vectcut_api::{Probe, SignedUrl};

use crate::{
    Event, UploadError,
    access::backend::{self, Tenacity},
    error::in_one_line,
    ledger::{Entry, Subject},
    publishing::{self, Fresh},
    source::SourceFile,
    talk::Talk,
};

/// How long the servers may take to prove an object. After that it is sooner sent again, or a server fails that the upload
/// needs as well.
const PROVEN_WITHIN: Duration = Duration::from_secs(10);

/// What came of a look into the ledger.
pub(crate) enum Reuse {
    /// The ledger has no such content under this name.
    Unknown,
    /// The object is there, it has the bytes of the file, and this is its URL.
    Proven(Box<Entry>, SignedUrl),
    /// The ledger has an entry that did not prove itself. The file may have changed meanwhile.
    Doubtful,
}

/// Returns what an upload and an entry must have in common.
pub(crate) fn subject(talk: &Talk<'_>, source: &SourceFile, name: &str) -> Subject {
    Subject {
        account: talk.shared.api.account(),
        base_url: talk.shared.api.base_url().to_string(),
        name: name.to_owned(),
        len_bytes: source.len_bytes(),
    }
}

/// Looks whether one of these entries is the file, and whether its object is still there.
///
/// No failure is an error: an ordinary upload comes next, and it meets whatever is wrong.
///
/// # Cancellation
///
/// Dropping the future leaves everything as it was.
pub(crate) async fn reuse(
    talk: &Talk<'_>,
    source: &SourceFile,
    content_type: &str,
    mut entries: Vec<Entry>,
) -> Reuse {
    entries.retain(|entry| entry.content_type == content_type);
    if entries.is_empty() {
        return Reuse::Unknown;
    }
    let proven = async {
        let Some(entry) = same_content(talk, source, entries).await? else {
            return Ok(None);
        };
        let url = proving_url(talk, &entry).await?;
        source.check_unchanged(entry.crc64()).await?;
        Ok::<_, UploadError>(Some((entry, url)))
    };
    match proven.await {
        Ok(Some((entry, url))) => Reuse::Proven(Box::new(entry), url),
        Ok(None) => Reuse::Unknown,
        Err(error) => {
            let reason = in_one_line(&error);
            tracing::debug!(reason, "an earlier upload of the file cannot be reused");
            Reuse::Doubtful
        }
    }
}

async fn proving_url(talk: &Talk<'_>, entry: &Entry) -> Result<SignedUrl, UploadError> {
    let fresh = fresh_url(talk, entry, Tenacity::Brief);
    match tokio::time::timeout(PROVEN_WITHIN, fresh).await {
        Ok(fresh) => Ok(fresh?.url),
        Err(_) => Err(UploadError::Unproven {
            object_key: entry.object_key().ok_or(UploadError::UrlWithoutKey)?,
            source: None,
        }),
    }
}

/// Returns the newest entry with the content of the file. The file is read only if its path, times and inode do not show
/// that nobody changed it.
///
/// # Errors
///
/// Fails when the file cannot be read.
pub(crate) async fn same_content(
    talk: &Talk<'_>,
    source: &SourceFile,
    entries: Vec<Entry>,
) -> Result<Option<Entry>, UploadError> {
    let is_untouched = |entry: &Entry| {
        entry.mark.is_some()
            && entry.mark == source.mark()
            && entry.path == source.canonical_path()
            && entry.subject.len_bytes == source.len_bytes()
    };
    if let Some(entry) = entries.iter().find(|entry| is_untouched(entry)) {
        return Ok(Some(entry.clone()));
    }
    let len_bytes = source.len_bytes();
    if !entries
        .iter()
        .any(|entry| entry.subject.len_bytes == len_bytes)
    {
        return Ok(None);
    }
    let on_progress = |read_bytes| {
        talk.tell_often(Event::Comparing {
            read_bytes,
            len_bytes,
        });
    };
    let crc64 = source.whole_crc64(on_progress).await?;
    let mut entries = entries.into_iter();
    Ok(entries.find(|entry| entry.subject.len_bytes == len_bytes && entry.crc64() == crc64))
}

/// Asks the backend for a URL of the object, again (assumption A6), and makes sure that the URL shows it.
///
/// # Errors
///
/// Fails with [`UploadError::Replaced`] when it shows another object, with [`UploadError::Unproven`] when it shows none,
/// and when the backend gives no URL.
pub(crate) async fn fresh_url(
    talk: &Talk<'_>,
    entry: &Entry,
    tenacity: Tenacity,
) -> Result<Fresh, UploadError> {
    let Some(object_key) = entry.object_key() else {
        // Entries with such a key are dropped when they are read.
        return Err(UploadError::UrlWithoutKey);
    };
    let fresh = publishing::fresh_url(talk, &object_key, tenacity).await?;
    match backend::probe(talk, &fresh.url).await {
        Ok(probe) if shows(&probe, &fresh.url, entry) => Ok(fresh),
        Ok(_) => Err(UploadError::Replaced { object_key }),
        Err(source) => Err(UploadError::Unproven {
            object_key,
            source: Some(source),
        }),
    }
}

/// Returns whether a URL shows the object of an entry, with the content that it had.
///
/// The host must tell the length. If it tells no checksum, as a domain of the backend's own may not (assumption A15), the
/// URL must name the object key, and an ETag must be the one of then.
pub(crate) fn shows(probe: &Probe, url: &SignedUrl, entry: &Entry) -> bool {
    let is_replaced = match (&probe.etag, entry.etag()) {
        (Some(shown), Some(known)) => *shown != known,
        _ => false,
    };
    let has_content = match probe.crc64 {
        Some(crc64) => Crc64::new(crc64) == entry.crc64(),
        None => !is_replaced && url.object_key().as_deref() == Some(entry.object_key.as_str()),
    };
    has_content && probe.len_bytes == Some(entry.subject.len_bytes)
}
