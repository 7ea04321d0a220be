//! How to sign and send requests. These pages contain no items.
//!
//! | you want to | page |
//! |---|---|
//! | upload or download with any HTTP client | [`send_a_request`] |
//! | give somebody a URL | [`presign_a_url`] |
//! | let a browser upload | [`upload_a_form`] |
//! | find the URL and the region of a bucket | [`find_the_endpoint`] |
//! | provide credentials | [`provide_credentials`] |
//! | choose between V1 and V4 | [`choose_a_version`] |
//! | understand a 403 | [`signature_does_not_match`] |
//! | verify a request that a server received | `verify_a_request`, with the feature `verify` |

pub mod choose_a_version;
pub mod find_the_endpoint;
pub mod presign_a_url;
pub mod provide_credentials;
pub mod send_a_request;
pub mod signature_does_not_match;
pub mod upload_a_form;
#[cfg(feature = "verify")]
pub mod verify_a_request;
