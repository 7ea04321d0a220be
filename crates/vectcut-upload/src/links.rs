//! A URL that is good for long enough: the one that the ledger knows, or a new one.

use std::{path::PathBuf, sync::Arc, time::Duration};

use oss_client::ObjectKey;
use vectcut_api::{ProbeError, SignedUrl};

use crate::{
    Event, Step, Upload, UploadError, Uploader,
    access::backend::{self, Tenacity},
    clock,
    ledger::{Entry, Ledger},
    publishing::{self, Fresh},
    reuse::{self, same_content, shows},
    source::SourceFile,
    talk::Talk,
    uploader::stopped,
};

/// Names an uploaded object.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum LinkOf {
    /// By the file that was uploaded. The ledger must know it with the content that it has now.
    File(PathBuf),
    /// By its object key.
    ObjectKey(ObjectKey),
    /// By a URL of it, which may have expired.
    Url(SignedUrl),
}

/// The public URL of an object that is uploaded already.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Link {
    /// The object key.
    pub object_key: String,
    /// The URL.
    pub public_signed_url: SignedUrl,
    /// How long the URL is valid, by the servers' clock, if it says so.
    pub left: Option<Duration>,
    /// Whether the backend gave it just now.
    pub is_new: bool,
}

impl Uploader {
    /// Returns a URL that is valid for at least `min_valid`: the one in the ledger, or a new one.
    ///
    /// A URL in the ledger is used only if it shows the object as it was uploaded. A URL that does not say when it expires
    /// is renewed if `min_valid` is not zero. An object key that the ledger does not know is asked for all the same.
    ///
    /// # Errors
    ///
    /// [`UploadError::NotUploaded`] if the ledger does not know the file, or knows it with other content;
    /// [`UploadError::Replaced`] if the object is not what was uploaded; [`UploadError::UnknownObject`] if there is no such
    /// object; [`UploadError::Unproven`] if the URL could not be looked at;
    /// [`UploadError::UrlTooShort`] if VectCut gives none that is valid for so long; and the failures of complete.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves everything as it was. A new URL may be lost; the call may be repeated.
    pub async fn renew(
        &self,
        of: &LinkOf,
        min_valid: Duration,
        on_event: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Link, UploadError> {
        let tally = Arc::default();
        let talk = Talk::new(self.shared(), &tally, on_event);
        let renewing = async {
            let ledger = self.memory().await.ledger.as_ref();
            renew(&talk, ledger, of, min_valid).await
        };
        tokio::select! {
            biased;
            reason = self.shared().stop.wait() => Err(stopped(reason, &tally, None, false)),
            link = renewing => link,
        }
    }
}

async fn renew(
    talk: &Talk<'_>,
    ledger: Option<&Ledger>,
    of: &LinkOf,
    min_valid: Duration,
) -> Result<Link, UploadError> {
    talk.tell(Event::Step(Step::Read));
    let object = match of {
        LinkOf::File(path) => Object::Known(Box::new(of_file(talk, ledger, path).await?)),
        LinkOf::ObjectKey(object_key) => {
            let is_it = |entry: &Entry| entry.object_key == object_key.as_str();
            match newest(talk, ledger, is_it).await {
                Some(entry) => Object::Known(Box::new(entry)),
                None => Object::Named(object_key.clone()),
            }
        }
        LinkOf::Url(url) => of_url(talk, ledger, url).await?,
    };
    talk.tell(Event::Step(Step::Complete));
    let (entry, object_key) = match object {
        Object::Named(object_key) => {
            let fresh = fresh_url(talk, &object_key).await;
            let fresh = fresh.map_err(|error| unknown(error, &object_key).without_object())?;
            return link(&object_key, fresh, min_valid);
        }
        Object::Known(entry) => {
            let object_key = entry.object_key().ok_or(UploadError::UrlWithoutKey)?;
            (entry, object_key)
        }
    };
    if let Some(link) = known_link(talk, &entry, min_valid).await {
        return Ok(link);
    }
    let fresh = reuse::fresh_url(talk, &entry, Tenacity::Full).await;
    // The ledger is a memory and no proof that the object is there.
    let fresh = fresh.map_err(|error| unknown(error, &object_key).without_object())?;
    if let Some(ledger) = ledger {
        let entry = entry.with_url(&fresh.url, clock::system());
        ledger.record(entry, RECORDED_WITHIN).await;
    }
    link(&object_key, fresh, min_valid)
}

/// How long the result may wait for the disk that holds the ledger.
const RECORDED_WITHIN: Duration = Duration::from_secs(2);

/// The object whose URL is wanted.
enum Object {
    /// The ledger knows what it should be.
    Known(Box<Entry>),
    /// Only its name is known.
    Named(ObjectKey),
}

/// Returns what the ledger knows of a file with this content: under its name, or under any name at its path.
async fn of_file(
    talk: &Talk<'_>,
    ledger: Option<&Ledger>,
    path: &std::path::Path,
) -> Result<Entry, UploadError> {
    let source = SourceFile::open(path).await?;
    let mut is_changed = false;
    if let Some(ledger) = ledger {
        let upload = Upload::new(path);
        let entries = match upload.file_name() {
            Ok(name) => ledger.look_up(&reuse::subject(talk, &source, &name)).await,
            Err(_) => Vec::new(),
        };
        if let Some(entry) = same_content(talk, &source, entries).await? {
            return Ok(entry);
        }
        let mut entries = own(talk, ledger).await;
        entries.retain(|entry| entry.path == source.canonical_path());
        is_changed = !entries.is_empty();
        if let Some(entry) = same_content(talk, &source, entries).await? {
            return Ok(entry);
        }
    }
    Err(UploadError::NotUploaded {
        path: path.to_owned(),
        is_changed,
    })
}

async fn of_url(
    talk: &Talk<'_>,
    ledger: Option<&Ledger>,
    url: &SignedUrl,
) -> Result<Object, UploadError> {
    let named = url.object_key();
    let is_it = |entry: &Entry| {
        entry.url().as_ref() == Some(url) || named.as_ref() == Some(&entry.object_key)
    };
    if let Some(entry) = newest(talk, ledger, is_it).await {
        return Ok(Object::Known(Box::new(entry)));
    }
    named
        .and_then(|name| ObjectKey::parse(name).ok())
        .map(Object::Named)
        .ok_or(UploadError::UrlWithoutKey)
}

/// Returns the entry that was proven last.
async fn newest(
    talk: &Talk<'_>,
    ledger: Option<&Ledger>,
    is_it: impl Fn(&Entry) -> bool,
) -> Option<Entry> {
    let entries = own(talk, ledger?).await;
    let found = entries.into_iter().filter(is_it);
    found.max_by_key(|entry| entry.proven)
}

/// Returns all entries of this account and backend.
async fn own(talk: &Talk<'_>, ledger: &Ledger) -> Vec<Entry> {
    let api = &talk.shared.api;
    let (account, base_url) = (api.account(), api.base_url().to_string());
    let mut entries = ledger.all().await.unwrap_or_default();
    entries.retain(|entry| entry.subject.account == account && entry.subject.base_url == base_url);
    entries
}

/// Returns the URL of an entry if it shows the object, and will do so for long enough by its host's clock.
async fn known_link(talk: &Talk<'_>, entry: &Entry, min_valid: Duration) -> Option<Link> {
    let url = entry.url()?;
    let probe = backend::probe(talk, &url).await.ok()?;
    let now = probe.server_time.unwrap_or_else(|| talk.shared.clock.now());
    let left = match url.expires_at() {
        Some(end) => Some(end.duration_since(now).ok()?),
        None => None,
    };
    let is_long_enough = left.unwrap_or_default() >= min_valid;
    (is_long_enough && shows(&probe, &url, entry)).then(|| Link {
        object_key: entry.object_key.clone(),
        public_signed_url: url,
        left,
        is_new: false,
    })
}

/// Returns a new URL of an object of which only the name is known, if it shows one.
async fn fresh_url(talk: &Talk<'_>, object_key: &ObjectKey) -> Result<Fresh, UploadError> {
    let fresh = publishing::fresh_url(talk, object_key, Tenacity::Full).await?;
    match backend::probe(talk, &fresh.url).await {
        Ok(_) => Ok(fresh),
        Err(source) => Err(UploadError::Unproven {
            object_key: object_key.clone(),
            source: Some(source),
        }),
    }
}

/// Returns the failure as one of the object, if VectCut or the URL said that there is none.
///
/// That VectCut says so with 404 and words of its own is assumption A19. A 404 without them may be of another server.
fn unknown(error: UploadError, object_key: &ObjectKey) -> UploadError {
    let object_key = object_key.clone();
    match error {
        UploadError::Api { source, .. }
            if source.http_status() == Some(404)
                && source.words().is_some_and(|words| words.message.is_some()) =>
        {
            let source = Some(source);
            UploadError::UnknownObject { object_key, source }
        }
        UploadError::Unproven {
            source: Some(ProbeError::NotThere),
            ..
        } => {
            let source = None;
            UploadError::UnknownObject { object_key, source }
        }
        error => error,
    }
}

fn link(object_key: &ObjectKey, fresh: Fresh, wanted: Duration) -> Result<Link, UploadError> {
    let Fresh { url, left } = fresh;
    match left {
        Some(left) if left < wanted => Err(UploadError::UrlTooShort {
            object_key: object_key.clone(),
            left,
            wanted,
        }),
        _ => Ok(Link {
            object_key: object_key.as_str().to_owned(),
            public_signed_url: url,
            left,
            is_new: true,
        }),
    }
}
