//! The time of a signature, as the caller gives it.
//!
//! Reading the clock, and correcting a wrong one, are left to the caller.

use crate::error::{Field, SignError};
use crate::moment::Moment;

/// A point in time in whole seconds since 1970-01-01T00:00:00Z.
///
/// Every function that takes a time takes `impl Into<Timestamp>`.
/// With the feature `std`, which is on by default, that includes [`std::time::SystemTime`].
/// Without it, make one from the seconds of your own clock:
///
/// ```
/// use oss_signer::Timestamp;
/// let time = Timestamp::from_unix_seconds(1_767_229_323);
/// assert_eq!(time.unix_seconds(), 1_767_229_323);
/// ```
///
/// Any value can be made. Signing refuses times before 1970 and after 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Takes seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Returns the seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix_seconds(self) -> i64 {
        self.0
    }

    /// Refuses a time that OSS's date forms cannot write.
    pub(crate) fn moment(self, field: Field) -> Result<Moment, SignError> {
        let moment = u64::try_from(self.0).ok().and_then(Moment::new);
        moment.ok_or(SignError::TimeOutOfRange { field })
    }
}

#[cfg(feature = "verify")]
impl From<Moment> for Timestamp {
    fn from(moment: Moment) -> Self {
        Self(i64::try_from(moment.unix_seconds()).unwrap_or(i64::MAX))
    }
}

/// Rounds down to a whole second.
#[cfg(feature = "std")]
impl From<std::time::SystemTime> for Timestamp {
    fn from(time: std::time::SystemTime) -> Self {
        let seconds = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX);
        match time.duration_since(std::time::UNIX_EPOCH) {
            Ok(since) => Self(seconds(since.as_secs())),
            Err(before) => {
                let before = before.duration();
                let partial = i64::from(before.subsec_nanos() > 0);
                Self((-seconds(before.as_secs())).saturating_sub(partial))
            }
        }
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn a_system_time_is_rounded_down_on_both_sides_of_1970() {
        let second = |time| Timestamp::from(time).unix_seconds();
        assert_eq!(second(UNIX_EPOCH + Duration::new(1, 999_999_999)), 1);
        assert_eq!(second(UNIX_EPOCH), 0);
        assert_eq!(second(UNIX_EPOCH - Duration::from_nanos(1)), -1);
        assert_eq!(second(UNIX_EPOCH - Duration::from_secs(1)), -1);
    }

    #[test]
    fn times_without_a_four_digit_year_since_1970_are_refused() {
        let refused = |seconds| {
            Timestamp::from_unix_seconds(seconds)
                .moment(Field::Time)
                .err()
        };
        let out_of_range = Some(SignError::TimeOutOfRange { field: Field::Time });
        assert_eq!(refused(-1), out_of_range);
        assert_eq!(refused(0), None);
        assert_eq!(refused(253_402_300_799), None);
        assert_eq!(refused(253_402_300_800), out_of_range);
        assert_eq!(refused(i64::MAX), out_of_range);
    }
}
