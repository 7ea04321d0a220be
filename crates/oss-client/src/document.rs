//! Reads the body of a response, as far as a document of OSS can go.

use reqwest::Response;

/// The documents of OSS that are read here have about a kilobyte, more when they repeat a token.
const DOCUMENT_MAX_BYTES: usize = 64 * 1024;

/// A response's body, and whether the connection broke before its end.
pub(crate) struct Document {
    pub(crate) bytes: Vec<u8>,
    pub(crate) broken: Option<reqwest::Error>,
}

/// Reads a response to its end, or to the length after which it is no document of OSS.
pub(crate) async fn read(mut response: Response) -> Document {
    let mut bytes = Vec::new();
    while bytes.len() < DOCUMENT_MAX_BYTES {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) => {
                return Document {
                    bytes,
                    broken: Some(error),
                };
            }
        }
    }
    Document {
        bytes,
        broken: None,
    }
}
