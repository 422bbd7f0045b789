//! Chance that is the same on every machine and in every run: numbers that follow from what they are for.

/// Numbers that follow from a subject, such as "product 7".
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    /// The dice of the `n`th thing of a kind.
    pub(super) fn of(kind: u64, n: u64) -> Self {
        let mut dice = Self(kind.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ n.wrapping_mul(0xd1b5_4a32_d192_ed03));
        // Neighbours begin far from one another.
        dice.0 = dice.roll();
        dice
    }

    /// 64 bits (splitmix64, by Sebastiano Vigna; public domain).
    pub(super) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `end`, each as likely as the others.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        let wide = (self.roll() >> 32) * u64::from(end);
        u32::try_from(wide >> 32).unwrap_or_default()
    }

    /// From 0 up to 1, but never 1.
    pub(super) fn unit(&mut self) -> f64 {
        f64::from(u32::try_from(self.roll() >> 32).unwrap_or_default()) / 4_294_967_296.0
    }

    /// A number below `end`, low ones likelier: the higher the power, the more so.
    pub(super) fn skewed(&mut self, end: u32, power: f64) -> u32 {
        floor(self.unit().powf(power) * f64::from(end)).min(end.saturating_sub(1))
    }

    /// Whether something of this probability happens.
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Around zero, with this standard deviation.
    pub(super) fn gauss(&mut self, deviation: f64) -> f64 {
        // Box and Muller; 1 - u is never zero.
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos() * deviation
    }

    /// One of several.
    pub(super) fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        let end = u32::try_from(choices.len()).unwrap_or(u32::MAX);
        let index = usize::try_from(self.below(end)).unwrap_or_default();
        choices.get(index).copied().unwrap_or_default()
    }
}

/// The whole part of a number that is no less than zero and fits.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "there is no other way from a float to a whole number, and this one saturates"
)]
pub(super) fn floor(number: f64) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_subject_rolls_the_same_and_others_roll_others() {
        let rolls = |kind, n| {
            let mut dice = Dice::of(kind, n);
            [dice.roll(), dice.roll(), dice.roll()]
        };
        assert_eq!(rolls(1, 7), rolls(1, 7));
        assert_ne!(rolls(1, 7), rolls(1, 8));
        assert_ne!(rolls(1, 7), rolls(2, 7));
    }

    #[test]
    fn numbers_stay_where_they_should_and_reach_all_of_it() {
        let mut seen = [0_u32; 10];
        let (mut sum, mut squares) = (0.0, 0.0);
        for n in 0..10_000 {
            let mut dice = Dice::of(3, n);
            seen[usize::try_from(dice.below(10)).unwrap()] += 1;
            assert!(dice.skewed(10, 2.0) < 10);
            let deviation = dice.gauss(2.0);
            sum += deviation;
            squares += deviation * deviation;
        }
        assert!(seen.iter().all(|count| (900..1_100).contains(count)), "{seen:?}");
        assert!((sum / 10_000.0).abs() < 0.1 && (squares / 10_000.0 - 4.0).abs() < 0.2);
    }
}
