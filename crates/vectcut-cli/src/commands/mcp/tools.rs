//! The tools: their names, descriptions for models, arguments, and the schemas of both sides.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde::Deserialize;
use serde_json::{Value, json};

/// The tools, always in this order.
pub(super) static TOOLS: LazyLock<Vec<Tool>> = LazyLock::new(|| {
    vec![
        tool(
            UPLOAD_FILES,
            "Upload files",
            "Upload local files to VectCut and return their public URLs. Call it before any tool that accepts only URLs. \
             If the status is \"running\", the upload goes on: call upload_status with the id. \
             The same paths again resume what was interrupted.",
            json!({
                "type": "object",
                "properties": {
                    "paths": {
                        "type": "array",
                        "minItems": 1,
                        "items": { "type": "string" },
                        "description": "Paths of files, absolute or relative to a folder that the server may read"
                    }
                },
                "required": ["paths"]
            }),
            upload_schema(),
        ),
        tool(
            UPLOAD_STATUS,
            "Wait for an upload",
            "Wait for an upload by its id and return the URLs, or how far it is.",
            json!({
                "type": "object",
                "properties": {
                    "id": id_schema(),
                    "wait_seconds": {
                        "type": "integer",
                        "minimum": 0,
                        "description": "How long to wait for the result; 0 returns at once; default: as long as the server allows"
                    }
                },
                "required": ["id"]
            }),
            upload_schema(),
        ),
        tool(
            CANCEL_UPLOAD,
            "Stop an upload",
            "Stop an upload by its id. What was sent is kept, and upload_files with the same paths resumes it.",
            json!({ "type": "object", "properties": { "id": id_schema() }, "required": ["id"] }),
            upload_schema(),
        ),
        tool(
            GET_URL,
            "Get the URL of an uploaded file",
            "Return a public URL of a file that is uploaded already, a new one if the old one has expired. \
             Give one of path, object_key and url. Nothing is uploaded.",
            json!({
                "type": "object",
                "properties": {
                    "path": { "type": "string", "description": "Path of a file that was uploaded from this computer" },
                    "object_key": { "type": "string", "description": "The object_key of an upload" },
                    "url": { "type": "string", "description": "A URL that may have expired" },
                    "min_valid_seconds": {
                        "type": "integer",
                        "minimum": 0,
                        "description": "How long the URL must stay valid; default: 60"
                    }
                }
            }),
            link_schema(),
        ),
    ]
});

pub(super) const UPLOAD_FILES: &str = "upload_files";
pub(super) const UPLOAD_STATUS: &str = "upload_status";
pub(super) const CANCEL_UPLOAD: &str = "cancel_upload";
pub(super) const GET_URL: &str = "get_url";

/// The arguments of `upload_files`.
#[derive(Debug, Deserialize)]
pub(super) struct UploadFiles {
    pub(super) paths: Vec<PathBuf>,
}

/// The arguments of `upload_status`.
#[derive(Debug, Deserialize)]
pub(super) struct UploadStatus {
    pub(super) id: String,
    pub(super) wait_seconds: Option<u64>,
}

/// The arguments of `cancel_upload`.
#[derive(Debug, Deserialize)]
pub(super) struct CancelUpload {
    pub(super) id: String,
}

fn id_schema() -> Value {
    json!({ "type": "string", "description": "The id that upload_files returned" })
}

fn tool(
    name: &'static str,
    title: &str,
    description: &'static str,
    input: Value,
    output: Value,
) -> Tool {
    // A call may send bytes to VectCut, changes nothing on this computer, and does no harm twice.
    let annotations = ToolAnnotations::with_title(title)
        .read_only(false)
        .destructive(false)
        .idempotent(true)
        .open_world(true);
    Tool::new(name, description, object(input))
        .with_title(title)
        .with_raw_output_schema(object(output))
        .with_annotations(annotations)
}

fn object(schema: Value) -> Arc<JsonObject> {
    Arc::new(match schema {
        Value::Object(object) => object,
        _ => JsonObject::new(),
    })
}

/// The schema of a report. A failed call returns one too.
fn upload_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": { "type": "string" },
            "status": { "enum": ["running", "done", "failed", "stopped"] },
            "next": { "type": "string" },
            "exit_code": { "type": "integer" },
            "exit_meaning": { "type": "string" },
            "error": error_schema(),
            "files": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "local_file": { "type": "string" },
                        "status": {
                            "enum": [
                                "waiting", "running", "uploaded", "resumed", "completed", "reused", "failed", "stopped"
                            ]
                        },
                        "public_signed_url": { "type": "string" },
                        "url_expires_at": { "type": ["string", "null"] },
                        "object_key": { "type": "string" },
                        "file_size": { "type": "integer" },
                        "sent_bytes": { "type": "integer" },
                        "content_type": { "type": "string" },
                        "crc64": { "type": "string" },
                        "error": error_schema()
                    },
                    "required": ["local_file", "status"]
                }
            }
        },
        "required": ["status"]
    })
}

/// The schema of a link, and of a call that gave none.
fn link_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "status": { "enum": ["done", "failed", "stopped"] },
            "object_key": { "type": "string" },
            "public_signed_url": { "type": "string" },
            "url_expires_at": { "type": ["string", "null"] },
            "is_new": { "type": "boolean" },
            "exit_code": { "type": "integer" },
            "exit_meaning": { "type": "string" },
            "error": error_schema()
        },
        "required": ["status"]
    })
}

fn error_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "code": { "type": "string" },
            "step": { "type": ["string", "null"] },
            "message": { "type": "string" },
            "hint": { "type": ["string", "null"] },
            "retryable": { "type": "boolean" }
        },
        "required": ["code", "message"]
    })
}
