//! All journals of a folder, for whoever wants to see what is unfinished.

use std::{io, time::SystemTime};

use super::{
    file,
    folder::{EXTENSION, Folder, lock, text},
    record::Header,
};
use crate::{blocking::blocking, stage::Stage};

/// A journal that can be read.
#[derive(Debug)]
pub(crate) struct Listed {
    /// Names the journal.
    pub(crate) id: String,
    pub(crate) header: Header,
    pub(crate) stage: Stage,
    pub(crate) written: SystemTime,
    /// Whether a process works on the upload.
    pub(crate) is_in_use: bool,
}

impl Folder {
    /// Returns all journals that can be read. What is damaged is left out.
    ///
    /// # Errors
    ///
    /// Fails when the folder cannot be read.
    pub(crate) async fn list(&self) -> io::Result<Vec<Listed>> {
        let folder = self.clone();
        blocking(move || {
            let entries = std::fs::read_dir(folder.0.path(""))?;
            let listed = entries.flatten().filter_map(|entry| {
                let name = entry.file_name();
                let id = name.to_str()?.strip_suffix(EXTENSION)?.strip_suffix('.')?;
                folder.listed(id)
            });
            Ok(listed.collect())
        })
        .await?
    }

    fn listed(&self, id: &str) -> Option<Listed> {
        let file = self.0.open_existing(&file_name(id)?).ok()?;
        let (header, kept) = file::list(&text(&file).ok()?)?;
        Some(Listed {
            id: id.to_owned(),
            header,
            stage: kept.stage,
            written: file.metadata().ok()?.modified().ok()?,
            is_in_use: !lock(&file),
        })
    }

    /// Removes a journal, with the credentials in it.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::NotFound`] when there is none of this ID, [`io::ErrorKind::WouldBlock`] while a process works on it.
    pub(crate) async fn remove(&self, id: &str) -> io::Result<()> {
        let folder = self.clone();
        let name = file_name(id).ok_or(io::ErrorKind::NotFound)?;
        let is_removed = blocking(move || folder.remove_unused(&name)).await??;
        match is_removed {
            true => Ok(()),
            false => Err(io::ErrorKind::WouldBlock.into()),
        }
    }
}

/// Returns the file name of a journal, if the ID can be one: it must not lead elsewhere.
fn file_name(id: &str) -> Option<String> {
    let is_id = id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| format!("{id}.{EXTENSION}"))
}
