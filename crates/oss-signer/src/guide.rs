//! How to sign and send requests. These pages contain no items.
//!
//! | you want to | page |
//! |---|---|
//! | upload or download with any HTTP client | [`send_a_request`] |
//! | give somebody a URL | [`presign_a_url`] |
//! | let a browser upload | [`upload_a_form`] |
//! | choose between V1 and V4 | [`choose_a_version`] |
//! | understand a 403 | [`signature_does_not_match`] |

pub mod choose_a_version;
pub mod presign_a_url;
pub mod send_a_request;
pub mod signature_does_not_match;
pub mod upload_a_form;
