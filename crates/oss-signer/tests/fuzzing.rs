//! The fuzz targets' properties, on stable Rust.
#![cfg(feature = "fuzzing")]

use proptest::prelude::*;

proptest! {
    #[test]
    fn http_dates_survive_a_round_trip(data in any::<Vec<u8>>()) {
        oss_signer::fuzzing::http_date(&data);
    }

    #[test]
    fn texts_like_http_dates_survive_a_round_trip(
        text in "[A-Z][a-z]{2}, [0-9]{2} (Jan|Feb|Dec|Xxx) [0-9]{4} [0-9+]{2}:[0-9]{2}:[0-9]{2} GMT",
    ) {
        oss_signer::fuzzing::http_date(text.as_bytes());
    }
}
