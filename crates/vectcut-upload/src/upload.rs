//! What to upload, and under which name.

use std::{
    borrow::Cow,
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::{UploadError, content_type, source::Opening};

/// A file to upload.
#[derive(Debug, Clone)]
pub struct Upload {
    path: PathBuf,
    name: Option<String>,
    content_type: Option<String>,
    is_anew: bool,
    opening: Opening,
}

impl Upload {
    /// Uploads the file at `path` under its own name.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            name: None,
            content_type: None,
            is_anew: false,
            opening: Opening::ByPath,
        }
    }

    /// Gives the backend another file name. It is normalised to Unicode's form NFC, as the file's own name is.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the content type. Default: guessed from the name.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// Sends the file even if the ledger knows it. The result is recorded all the same. Default: false.
    #[must_use]
    pub fn again(mut self, again: bool) -> Self {
        self.is_anew = again;
        self
    }

    /// Opens the file with `open` instead of by its path, so that the caller decides which file may be read.
    ///
    /// It is called when the upload begins, and again whenever the file is checked: each call must lead to the file at
    /// the path of this upload. It must open for reading without waiting for another program, and runs on a thread that
    /// may block. Only a regular file is uploaded. Its error becomes [`UploadError::Source`].
    #[must_use]
    pub fn opened_by(
        mut self,
        open: impl Fn() -> io::Result<File> + Send + Sync + 'static,
    ) -> Self {
        self.opening = Opening::ByCaller(Arc::new(open));
        self
    }

    /// Returns the path as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn opening(&self) -> Opening {
        self.opening.clone()
    }

    pub(crate) fn is_anew(&self) -> bool {
        self.is_anew
    }

    /// Returns the name for the backend, in Unicode's form NFC.
    ///
    /// Some systems store names decomposed. The same name would reach the backend in two spellings otherwise.
    pub(crate) fn file_name(&self) -> Result<Cow<'_, str>, UploadError> {
        let name = match &self.name {
            Some(name) => name,
            None => {
                let name = self.path.file_name().unwrap_or(self.path.as_os_str());
                name.to_str().ok_or_else(|| UploadError::NameNotUtf8 {
                    path: self.path.clone(),
                })?
            }
        };
        Ok(match is_nfc(name) {
            true => Cow::Borrowed(name),
            false => Cow::Owned(name.nfc().collect()),
        })
    }

    pub(crate) fn content_type_for(&self, file_name: &str) -> Result<String, UploadError> {
        let content_type = self
            .content_type
            .clone()
            .unwrap_or_else(|| content_type::of(file_name));
        let well_formed = content_type.contains('/')
            && content_type.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if well_formed {
            Ok(content_type)
        } else {
            Err(UploadError::ContentType { content_type })
        }
    }
}
