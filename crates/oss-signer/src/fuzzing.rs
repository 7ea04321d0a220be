//! Entry points for fuzz targets; not part of the API.

use crate::moment::Moment;

/// Reads any bytes as an HTTP date, and writes and reads the moment that any bytes name.
///
/// # Panics
///
/// If a date that was read is written differently, or one that was written cannot be read.
pub fn http_date(data: &[u8]) {
    if let Ok(text) = core::str::from_utf8(data) {
        if let Some(moment) = Moment::from_http_date(text) {
            assert_eq!(moment.http_date().as_str(), text, "written as it was read");
        }
    }
    let mut seconds = [0; 8];
    for (place, byte) in seconds.iter_mut().zip(data) {
        *place = *byte;
    }
    if let Some(moment) = Moment::new(u64::from_le_bytes(seconds)) {
        let text = moment.http_date();
        let read = Moment::from_http_date(text.as_str());
        assert_eq!(read, Some(moment), "read as it was written");
    }
}
