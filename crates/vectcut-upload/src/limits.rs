//! What all files of an uploader share a limited amount of: connections, bytes per second, and buffers.

pub(crate) mod buffers;
pub(crate) mod gate;
pub(crate) mod pace;
