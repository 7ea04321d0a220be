//! What init gave: object keys, and the temporary credentials that may write them.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::clock::system_time;
use crate::policy::Renewal;
use crate::random::{self, BASE64, HEX};
use crate::settings::{BUCKET, Identity};
use crate::store::{file_id, private_dir, read_records, write_record};
use crate::verify::{Key, Keys};

/// The longest part of a file name in an object key, in bytes.
const FILE_NAME_MAX_BYTES: usize = 200;

/// The temporary credentials that init gives every time, if a test sets them.
#[derive(Clone)]
pub(crate) struct FixedCredentials {
    pub(crate) access_key_id: String,
    pub(crate) access_key_secret: String,
    pub(crate) security_token: String,
}

/// Everything that init gave, and the keys that OSS knows.
pub(crate) struct Tickets {
    dir: PathBuf,
    lifetime: Duration,
    fixed: Option<FixedCredentials>,
    state: Mutex<State>,
}

struct State {
    keys: Keys,
    /// Which object keys each temporary access key ID may use.
    grants: HashMap<String, Vec<String>>,
    by_object_key: HashMap<String, Ticket>,
}

/// What one init gave.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Ticket {
    pub(crate) object_key: String,
    file_name: String,
    file_size_bytes: u64,
    is_completed: bool,
    pub(crate) access_key_id: String,
    pub(crate) access_key_secret: String,
    pub(crate) security_token: String,
    pub(crate) expires_at: Timestamp,
    /// All object keys that these credentials may use.
    grants: Vec<String>,
}

/// What init knows of a file, without the credentials.
#[derive(Debug)]
pub(crate) struct Announced {
    pub(crate) object_key: String,
    pub(crate) file_name: String,
    pub(crate) len_bytes: u64,
    pub(crate) is_completed: bool,
}

impl Tickets {
    /// Opens the tickets in `state_dir`, with those of an earlier sandbox.
    pub(crate) fn open(
        state_dir: &Path,
        identity: &Identity,
        lifetime: Duration,
        fixed: Option<FixedCredentials>,
    ) -> io::Result<Self> {
        let dir = state_dir.join("tickets");
        private_dir(&dir)?;
        let mut keys = Keys::default();
        keys.add(
            &identity.oss_access_key_id,
            Key::long_lived(&identity.oss_access_key_secret),
        );
        let mut state = State {
            keys,
            grants: HashMap::new(),
            by_object_key: HashMap::new(),
        };
        for ticket in read_records::<Ticket>(&dir)? {
            state.admit(ticket);
        }
        Ok(Self {
            dir,
            lifetime,
            fixed,
            state: Mutex::new(state),
        })
    }

    /// Gives an object key and credentials for a file.
    pub(crate) fn mint(
        &self,
        file_name: &str,
        file_size_bytes: u64,
        renewal: Renewal,
        now: Timestamp,
    ) -> io::Result<Ticket> {
        let mut state = self.lock();
        let earlier: Vec<String> = state.open_keys_of(file_name, file_size_bytes);
        let object_key = match (renewal, earlier.last()) {
            (Renewal::SameKey, Some(same)) => same.clone(),
            _ => format!(
                "uploads/{}/{}",
                random::name(16).to_ascii_lowercase(),
                key_name(file_name)
            ),
        };
        let mut grants = if renewal == Renewal::NewKeyWithAccess {
            earlier
        } else {
            Vec::new()
        };
        grants.push(object_key.clone());
        let credentials = match &self.fixed {
            Some(fixed) => fixed.clone(),
            None => FixedCredentials::random()?,
        };
        let lifetime = SignedDuration::try_from(self.lifetime).unwrap_or(SignedDuration::MAX);
        // Expiration has whole seconds, as STS prints it.
        let expires_at = now.checked_add(lifetime).unwrap_or(Timestamp::MAX);
        let ticket = Ticket {
            object_key,
            file_name: file_name.to_owned(),
            file_size_bytes,
            is_completed: false,
            access_key_id: credentials.access_key_id,
            access_key_secret: credentials.access_key_secret,
            security_token: credentials.security_token,
            expires_at,
            grants,
        };
        self.write(&ticket)?;
        state.admit(ticket.clone());
        Ok(ticket)
    }

    /// Returns whether init gave this object key.
    pub(crate) fn is_minted(&self, object_key: &str) -> bool {
        self.lock().by_object_key.contains_key(object_key)
    }

    /// Notes that the upload of this object key was completed.
    pub(crate) fn complete(&self, object_key: &str) -> io::Result<()> {
        let mut state = self.lock();
        let Some(ticket) = state.by_object_key.get_mut(object_key) else {
            return Ok(());
        };
        ticket.is_completed = true;
        self.write(ticket)
    }

    /// Returns the latest `max` files that init knows, the newest first.
    pub(crate) fn latest(&self, max: usize) -> Vec<Announced> {
        let state = self.lock();
        let mut tickets: Vec<&Ticket> = state.by_object_key.values().collect();
        tickets.sort_by_key(|ticket| (Reverse(ticket.expires_at), &ticket.object_key));
        let announced = |ticket: &&Ticket| Announced {
            object_key: ticket.object_key.clone(),
            file_name: ticket.file_name.clone(),
            len_bytes: ticket.file_size_bytes,
            is_completed: ticket.is_completed,
        };
        tickets.iter().take(max).map(announced).collect()
    }

    /// Lets all temporary credentials expire.
    pub(crate) fn expire_all(&self, now: Timestamp) -> io::Result<()> {
        let mut state = self.lock();
        state.keys.end_temporary(now);
        for ticket in state.by_object_key.values_mut() {
            ticket.expires_at = ticket.expires_at.min(now);
            self.write(ticket)?;
        }
        Ok(())
    }

    /// Lets `look` see the keys that OSS knows.
    pub(crate) fn with_keys<T>(&self, look: impl FnOnce(&Keys) -> T) -> T {
        look(&self.lock().keys)
    }

    /// Returns the object keys of a temporary access key ID; `None` for a long-lived one, which may use all.
    pub(crate) fn grants(&self, access_key_id: &str) -> Option<Vec<String>> {
        self.lock().grants.get(access_key_id).cloned()
    }

    fn write(&self, ticket: &Ticket) -> io::Result<()> {
        write_record(
            &self
                .dir
                .join(format!("{}.json", file_id(BUCKET, &ticket.object_key))),
            ticket,
        )
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn admit(&mut self, ticket: Ticket) {
        let key = Key::temporary(
            &ticket.access_key_secret,
            &ticket.security_token,
            Some(system_time(ticket.expires_at)),
        );
        self.keys.add(&ticket.access_key_id, key);
        // Every init gives the same fixed credentials, so they may use all of its object keys.
        self.grants
            .entry(ticket.access_key_id.clone())
            .or_default()
            .extend_from_slice(&ticket.grants);
        self.by_object_key.insert(ticket.object_key.clone(), ticket);
    }

    /// Returns the incomplete object keys of a file, oldest credentials first.
    fn open_keys_of(&self, file_name: &str, file_size_bytes: u64) -> Vec<String> {
        let is_it = |ticket: &&Ticket| {
            !ticket.is_completed
                && ticket.file_name == file_name
                && ticket.file_size_bytes == file_size_bytes
        };
        let mut open: Vec<&Ticket> = self.by_object_key.values().filter(is_it).collect();
        open.sort_by_key(|ticket| (ticket.expires_at, ticket.object_key.clone()));
        open.into_iter()
            .map(|ticket| ticket.object_key.clone())
            .collect()
    }
}

impl FixedCredentials {
    /// Makes random credentials with the lengths and the alphabets of real ones.
    fn random() -> io::Result<Self> {
        Ok(Self {
            access_key_id: format!("STS.{}", random::secret(24, HEX)?),
            access_key_secret: random::secret(44, HEX)?,
            security_token: format!("CAIS{}==", random::secret(794, BASE64)?),
        })
    }
}

/// Turns a file name into the last segment of an object key: letters of any script, digits, `-`, `_` and `.` stay,
/// the rest becomes `_`; a long name loses its beginning, so the extension stays.
fn key_name(file_name: &str) -> String {
    let last = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let safe: String = last
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') {
                c
            } else {
                '_'
            }
        })
        .collect();
    let cut = safe.len().saturating_sub(FILE_NAME_MAX_BYTES);
    let start = (cut..safe.len())
        .find(|&at| safe.is_char_boundary(at))
        .unwrap_or(safe.len());
    let name = &safe[start..];
    if name.chars().all(|c| c == '.') {
        "file".to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tickets(dir: &Path) -> Tickets {
        let identity = Identity::open(dir, None).unwrap();
        Tickets::open(dir, &identity, Duration::from_secs(900), None).unwrap()
    }

    #[test]
    fn a_renewal_gives_what_the_policy_says() {
        let dir = tempfile::tempdir().unwrap();
        let tickets = tickets(dir.path());
        let mint = |renewal| {
            tickets
                .mint("clip.mp4", 7, renewal, Timestamp::UNIX_EPOCH)
                .unwrap()
        };
        let first = mint(Renewal::NewKey);
        let same = mint(Renewal::SameKey);
        assert_eq!(same.object_key, first.object_key);
        assert_ne!(same.access_key_id, first.access_key_id);
        let other = mint(Renewal::NewKey);
        assert_ne!(other.object_key, first.object_key);
        assert_eq!(
            tickets.grants(&other.access_key_id),
            Some(vec![other.object_key.clone()])
        );
        let with_access = mint(Renewal::NewKeyWithAccess);
        let grants = tickets.grants(&with_access.access_key_id).unwrap();
        assert!(
            grants.contains(&first.object_key) && grants.contains(&with_access.object_key),
            "{grants:?}"
        );
    }

    #[test]
    fn a_completed_key_is_never_given_again() {
        let dir = tempfile::tempdir().unwrap();
        let tickets = tickets(dir.path());
        let first = tickets
            .mint("clip.mp4", 7, Renewal::SameKey, Timestamp::UNIX_EPOCH)
            .unwrap();
        tickets.complete(&first.object_key).unwrap();
        let second = tickets
            .mint("clip.mp4", 7, Renewal::SameKey, Timestamp::UNIX_EPOCH)
            .unwrap();
        assert_ne!(second.object_key, first.object_key);
    }

    #[test]
    fn tickets_survive_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let ticket = tickets(dir.path())
            .mint("clip.mp4", 7, Renewal::NewKey, Timestamp::UNIX_EPOCH)
            .unwrap();
        let reopened = tickets(dir.path());
        assert!(reopened.is_minted(&ticket.object_key));
        assert_eq!(
            reopened.grants(&ticket.access_key_id),
            Some(vec![ticket.object_key])
        );
    }

    #[test]
    fn odd_file_names_make_harmless_keys() {
        assert_eq!(key_name("视频 1 (最终).mp4"), "视频_1__最终_.mp4");
        assert_eq!(key_name("..\\../etc/passwd"), "passwd");
        assert_eq!(key_name(".."), "file");
        assert_eq!(key_name("a/"), "file");
        assert!(key_name(&format!("{}.mp4", "é".repeat(300))).ends_with("é.mp4"));
        assert!(key_name(&"é".repeat(300)).len() <= FILE_NAME_MAX_BYTES);
    }
}
