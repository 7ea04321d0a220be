//! What the sandbox allows: the rights of temporary credentials, V1 signatures, and what a second init gives.

use crate::step::Step;

/// What the sandbox allows.
///
/// The default is the hardest case for a client: temporary credentials may do `oss:PutObject` on their one
/// key and nothing else, and a second init names another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Policy {
    /// The rights of temporary credentials.
    pub rights: Rights,
    /// Whether OSS refuses every V1 signature (403, EC `0002-00000080`).
    pub v1_refused: bool,
    /// What init gives for a file that it knows.
    pub renewal: Renewal,
}

/// The rights of temporary credentials on their object key. A long-lived key may do everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Rights {
    /// `oss:PutObject`: put, initiate, upload part and complete; no abort, no list, no head, no get.
    #[default]
    PutObjectOnly,
    /// PutObject only: OSS denies initiating a multipart upload, too.
    NoMultipart,
    /// Everything, on the one key.
    Full,
}

/// What another init gives for a file (same name, same size) whose upload is not complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Renewal {
    /// Another object key, and credentials for that key alone.
    #[default]
    NewKey,
    /// Another object key, and credentials for it and for the earlier ones.
    NewKeyWithAccess,
    /// The same object key with new credentials.
    SameKey,
}

impl Policy {
    /// Returns this policy with other rights for temporary credentials.
    #[must_use]
    pub fn rights(mut self, rights: Rights) -> Self {
        self.rights = rights;
        self
    }

    /// Returns this policy with every V1 signature refused.
    #[must_use]
    pub fn refuse_v1(mut self) -> Self {
        self.v1_refused = true;
        self
    }

    /// Returns this policy with another way of renewing.
    #[must_use]
    pub fn renewal(mut self, renewal: Renewal) -> Self {
        self.renewal = renewal;
        self
    }
}

impl Rights {
    /// Returns whether temporary credentials may do `step` on a key of theirs.
    pub(crate) fn allow(self, step: Step) -> bool {
        match self {
            Self::Full => true,
            Self::PutObjectOnly => {
                matches!(
                    step,
                    Step::PutObject
                        | Step::InitiateUpload
                        | Step::UploadPart
                        | Step::CompleteUpload
                )
            }
            Self::NoMultipart => step == Step::PutObject,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn put_object_only_covers_the_multipart_calls_that_oss_counts_as_put_object() {
        let allowed = |rights: Rights| {
            [
                Step::PutObject,
                Step::InitiateUpload,
                Step::AbortUpload,
                Step::ListParts,
                Step::HeadObject,
            ]
            .map(|step| rights.allow(step))
        };
        assert_eq!(
            allowed(Rights::PutObjectOnly),
            [true, true, false, false, false]
        );
        assert_eq!(
            allowed(Rights::NoMultipart),
            [true, false, false, false, false]
        );
        assert_eq!(allowed(Rights::Full), [true; 5]);
    }
}
