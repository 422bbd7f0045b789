//! Times and ids of rows: both follow from what a row is, and ids sort by time as the product's own do.

use std::fmt;

use super::dice::Dice;

const DAY: u64 = 86_400_000;
/// 1 October 2025. Everything is older, so that whatever a server makes later has a greater id.
pub(super) const NEWEST: Time = Time(20_362 * DAY);
/// 1 January 2020: what stands by to be consumed begins here, far from the first pages of any list.
pub(super) const POOL: Time = Time(18_262 * DAY);

/// A moment, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Time(u64);

/// A UUID of version 7.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Id(u128);

impl Time {
    /// So many days before.
    pub(super) fn before(self, days: f64) -> Self {
        Self(self.0.saturating_sub(milliseconds(days)))
    }

    /// So many days after.
    pub(super) fn after(self, days: f64) -> Self {
        Self(self.0 + milliseconds(days))
    }
}

fn milliseconds(days: f64) -> u64 {
    // In two steps, for a year of milliseconds is more than 32 bits hold.
    let minutes = super::dice::floor(days * 1_440.0);
    let rest = super::dice::floor((days * 1_440.0 - f64::from(minutes)) * 60_000.0);
    u64::from(minutes) * 60_000 + u64::from(rest)
}

impl Id {
    /// The id of something made at that moment, with chance from these dice.
    pub(super) fn at(time: Time, dice: &mut Dice) -> Self {
        let chance = u128::from(dice.roll()) << 64 | u128::from(dice.roll());
        Self::with(time, chance)
    }

    /// The least id of that moment.
    pub(super) fn least(time: Time) -> Self {
        Self::with(time, 0)
    }

    fn with(time: Time, chance: u128) -> Self {
        const CHANCE: u128 = 0x0fff_3fff_ffff_ffff_ffff;
        const VERSION_7: u128 = 0x7000_8000_0000_0000_0000;
        Self(u128::from(time.0) << 80 | (chance & CHANCE) | VERSION_7)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0;
        let (a, b, c) = (bits >> 96, bits >> 80 & 0xffff, bits >> 64 & 0xffff);
        write!(f, "{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}", bits >> 48 & 0xffff, bits & 0xffff_ffff_ffff)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date(self.0 / DAY);
        let rest = self.0 % DAY;
        let (hours, minutes) = (rest / 3_600_000, rest / 60_000 % 60);
        write!(
            f,
            "{year}-{month:02}-{day:02} {hours:02}:{minutes:02}:{:02}.{:03}+00",
            rest / 1_000 % 60,
            rest % 1_000
        )
    }
}

/// Year, month and day of a day since 1970 (Howard Hinnant's `civil_from_days`, for days after 1 March 0000).
fn date(day: u64) -> (u64, u64, u64) {
    let day = day + 719_468;
    let (era, of_era) = (day / 146_097, day % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_people_read_them() {
        assert_eq!(Time(0).to_string(), "1970-01-01 00:00:00.000+00");
        assert_eq!(NEWEST.to_string(), "2025-10-01 00:00:00.000+00");
        assert_eq!(POOL.to_string(), "2020-01-01 00:00:00.000+00");
        assert_eq!(Time(951_782_400_000).to_string(), "2000-02-29 00:00:00.000+00");
        assert_eq!(NEWEST.before(1.0).after(0.5).to_string(), "2025-09-30 12:00:00.000+00");
        assert_eq!(NEWEST.before(365.0).to_string(), "2024-10-01 00:00:00.000+00");
    }

    #[test]
    fn ids_are_of_version_7_and_sort_by_time() {
        let older = Id::at(POOL, &mut Dice::of(1, 1));
        let newer = Id::at(NEWEST, &mut Dice::of(1, 1));
        assert!(older < newer && newer > Id::least(NEWEST) && older < Id::least(NEWEST));
        let text = newer.to_string();
        assert_eq!((text.len(), &text[14..15]), (36, "7"));
        assert!(["8", "9", "a", "b"].contains(&&text[19..20]), "{text}");
        assert_eq!(Id::least(Time(0)).to_string(), "00000000-0000-7000-8000-000000000000");
    }
}
