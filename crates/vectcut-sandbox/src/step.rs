//! The calls of the two servers, with the names that faults and the journal use.

use std::fmt;
use std::str::FromStr;

/// One call of the backend or one operation of OSS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// The backend's `POST /sts/upload/init`.
    Init,
    /// The backend's `POST /sts/upload/complete`.
    Complete,
    /// The backend's `POST /cut_jianying/task_status`, which clients use to check an API key.
    CheckKey,
    /// OSS PutObject.
    PutObject,
    /// OSS GetObject.
    GetObject,
    /// OSS HeadObject, also as `?objectMeta`.
    HeadObject,
    /// OSS DeleteObject.
    DeleteObject,
    /// OSS InitiateMultipartUpload.
    InitiateUpload,
    /// OSS UploadPart.
    UploadPart,
    /// OSS CompleteMultipartUpload.
    CompleteUpload,
    /// OSS AbortMultipartUpload.
    AbortUpload,
    /// OSS ListParts.
    ListParts,
    /// Any other request to OSS; the sandbox responds with an error.
    Other,
}

/// Every step with its name in the text of a fault.
const NAMES: &[(Step, &str)] = &[
    (Step::Init, "init"),
    (Step::Complete, "complete"),
    (Step::CheckKey, "check-key"),
    (Step::PutObject, "put"),
    (Step::GetObject, "get"),
    (Step::HeadObject, "head"),
    (Step::DeleteObject, "delete"),
    (Step::InitiateUpload, "initiate"),
    (Step::UploadPart, "part"),
    (Step::CompleteUpload, "complete-upload"),
    (Step::AbortUpload, "abort"),
    (Step::ListParts, "list-parts"),
    (Step::Other, "other"),
];

impl Step {
    /// Returns whether this step is a call of the backend; all others are of OSS.
    pub fn is_backend(self) -> bool {
        matches!(self, Self::Init | Self::Complete | Self::CheckKey)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            NAMES
                .iter()
                .find(|(step, _)| step == self)
                .map_or("other", |(_, name)| name),
        )
    }
}

/// Which requests a fault is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// One step.
    Step(Step),
    /// Every call of the backend.
    Backend,
    /// Every request to OSS.
    Oss,
    /// Every request.
    Any,
}

impl Target {
    /// Returns whether it includes a request at `step`.
    pub fn covers(self, step: Step) -> bool {
        match self {
            Self::Step(only) => only == step,
            Self::Backend => step.is_backend(),
            Self::Oss => !step.is_backend(),
            Self::Any => true,
        }
    }
}

impl From<Step> for Target {
    fn from(step: Step) -> Self {
        Self::Step(step)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step(step) => step.fmt(f),
            Self::Backend => f.write_str("backend"),
            Self::Oss => f.write_str("oss"),
            Self::Any => f.write_str("any"),
        }
    }
}

impl FromStr for Target {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "backend" => Ok(Self::Backend),
            "oss" => Ok(Self::Oss),
            "any" => Ok(Self::Any),
            _ => NAMES
                .iter()
                .find(|(_, name)| *name == text)
                .map(|(step, _)| Self::Step(*step))
                .ok_or(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for (step, name) in NAMES {
            assert_eq!(name.parse(), Ok(Target::Step(*step)));
            assert_eq!(step.to_string(), *name);
        }
        for target in [Target::Backend, Target::Oss, Target::Any] {
            assert_eq!(target.to_string().parse(), Ok(target));
        }
        assert_eq!("uploads".parse::<Target>(), Err(()));
    }
}
