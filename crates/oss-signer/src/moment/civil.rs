//! The Gregorian calendar: seconds since 1970 to year, month, day and back.

const SECONDS_A_DAY: u64 = 86_400;
const DAYS_FROM_0000_03_01_TO_1970: u32 = 719_468;
const DAYS_IN_400_YEARS: u32 = 146_097;

/// A moment as a calendar and a clock show it, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Civil {
    /// Since 1970-01-01.
    pub(super) days: u32,
    pub(super) year: u32,
    /// 1 to 12.
    pub(super) month: u32,
    /// 1 to 31.
    pub(super) day: u32,
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) second: u32,
}

impl Civil {
    /// Converts seconds since 1970, at most the last second of the year 9999.
    pub(super) fn of(unix_seconds: u64) -> Self {
        let days = (unix_seconds / SECONDS_A_DAY) as u32;
        let second_of_day = (unix_seconds % SECONDS_A_DAY) as u32;
        let (year, month, day) = date(days);
        Self {
            days,
            year,
            month,
            day,
            hour: second_of_day / 3600,
            minute: second_of_day / 60 % 60,
            second: second_of_day % 60,
        }
    }
}

/// Returns year, month (1 to 12) and day (1 to 31) of a day counted from 1970-01-01.
///
/// Years are counted from March. The leap day is then the last day of its year and needs no special case.
fn date(days_since_1970: u32) -> (u32, u32, u32) {
    let days = days_since_1970 + DAYS_FROM_0000_03_01_TO_1970;
    let day_of_era = days % DAYS_IN_400_YEARS;
    // Without the leap days (one in 4 years, none in 100, one in 400), every year has 365 days.
    let leap_days = day_of_era / 1460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // From March, months have 31, 30, 31, 30 and 31 days, and then the same again: 153 days for five.
    let months_since_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * months_since_march + 2) / 5 + 1;
    let year = 400 * (days / DAYS_IN_400_YEARS) + year_of_era;
    if months_since_march < 10 {
        (year, months_since_march + 3, day)
    } else {
        (year + 1, months_since_march - 9, day)
    }
}

/// Returns the seconds since 1970 of a date and a time of day; `None` before 1970.
///
/// Numbers beyond the end of their unit run over into the next one, as in the 31st of April.
#[cfg(any(test, feature = "fuzzing", feature = "verify"))]
pub(super) fn unix_seconds(
    [year, month, day]: [u32; 3],
    [hour, minute, second]: [u32; 3],
) -> Option<u64> {
    let (year, months_since_march) = if month > 2 {
        (year, month - 3)
    } else {
        (year.checked_sub(1)?, month + 9)
    };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * months_since_march + 2) / 5 + day.checked_sub(1)?;
    let day_of_era = 365 * year_of_era + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = (era * DAYS_IN_400_YEARS + day_of_era).checked_sub(DAYS_FROM_0000_03_01_TO_1970)?;
    let second_of_day = 3600 * hour + 60 * minute + second;
    Some(SECONDS_A_DAY * u64::from(days) + u64::from(second_of_day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_follows_the_one_before() {
        let (mut year, mut month, mut day) = (1970, 1, 1);
        let last_day = (super::super::LAST_SECOND / SECONDS_A_DAY) as u32;
        for days in 0..=last_day {
            assert_eq!(date(days), (year, month, day));
            let seconds = unix_seconds([year, month, day], [0; 3]);
            assert_eq!(seconds, Some(SECONDS_A_DAY * u64::from(days)));
            let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let days_in_month = match month {
                2 if is_leap => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            day += 1;
            if day > days_in_month {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
        assert_eq!((year, month, day), (10_000, 1, 1));
    }
}
