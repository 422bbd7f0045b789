//! Chance that falls the same way every time: numbers and ids that follow from a name and an index alone.
#![expect(clippy::float_arithmetic, reason = "places are degrees and metres")]

use souk_domain::product::PlaceForm;
use uuid::{Builder, Uuid};

/// Metres per degree of latitude; within 0.6 % everywhere, which is plenty for a walk of a few hundred metres.
const METRES_PER_DEGREE: f64 = 111_195.0;
/// 1 January 2026, midnight UTC, in milliseconds. Ids must not move with the time of loading, or a second load would
/// not know the first one's.
const EPOCH_MILLIS: u64 = 1_767_225_600_000;

/// A stream of numbers that depends on its seed only (`SplitMix64`, which is four lines and good enough for a map).
pub(crate) struct Chance(u64);

impl Chance {
    /// The stream for one thing: what kind it is, and which of its kind.
    pub(crate) fn of(kind: u8, index: u32) -> Self {
        Self(u64::from(kind) << 32 | u64::from(index))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to 1.
    fn unit(&mut self) -> f64 {
        let [a, b, c, d, ..] = self.next().to_be_bytes();
        f64::from(u32::from_be_bytes([a, b, c, d])) / f64::from(u32::MAX)
    }

    /// From 0 to `below`, without it.
    pub(crate) fn below(&mut self, below: u64) -> u64 {
        self.next() % below.max(1)
    }

    /// A point at most `metres` away, evenly spread over the disc.
    pub(crate) fn around(&mut self, latitude: f64, longitude: f64, metres: f64) -> PlaceForm {
        let (distance, bearing) = (metres * self.unit().sqrt(), self.unit() * std::f64::consts::TAU);
        let degrees = distance / METRES_PER_DEGREE;
        let east = degrees * bearing.sin() / latitude.to_radians().cos();
        PlaceForm { latitude: latitude + degrees * bearing.cos(), longitude: longitude + east }
    }

    /// An id in the form of a `UUIDv7`, a minute after the one before it in its kind.
    pub(crate) fn id(&mut self, index: u32) -> Uuid {
        let mut random = [0; 10];
        let bytes = self.next().to_be_bytes().into_iter().chain(self.next().to_be_bytes());
        random.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = byte);
        Builder::from_unix_timestamp_millis(EPOCH_MILLIS + u64::from(index) * 60_000, &random).into_uuid()
    }
}
