//! What `--dry-run` prints. Keys are only ever added.

use schemars::JsonSchema;
use serde::Serialize;

use crate::result::FileResult;

/// What would be uploaded.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Plan {
    /// The files, each once.
    pub(crate) files: Vec<Entry>,
    /// How many of them can be uploaded.
    pub(crate) total_files: usize,
    /// The bytes of those.
    pub(crate) total_bytes: u64,
}

/// One file of a plan.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "planned")]
pub(crate) enum Entry {
    /// It can be uploaded.
    Found {
        /// The path as it was given, or as it was found in a folder.
        local_file: String,
        /// The name that VectCut is told.
        file_name: String,
        /// Bytes.
        file_size: u64,
    },
    /// It cannot be uploaded.
    NotFound(FileResult),
}
