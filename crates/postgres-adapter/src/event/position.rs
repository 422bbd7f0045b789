//! How far a reader has read, as bytes to be handed out and back.

use chrono::{DateTime, Utc};
use souk_ports::event::EventPosition;

use super::snapshot::Snapshot;

/// What a reader has seen: all that `before` sees, and of what `now` sees beyond that, the events up to `last`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Position {
    /// Which database it is of.
    pub(super) origin: u32,
    /// When `now` was taken.
    pub(super) at: DateTime<Utc>,
    pub(super) now: Snapshot,
    /// `None`: everything that `now` sees has been read.
    pub(super) within: Option<Within>,
}

/// A place within a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Within {
    pub(super) before: Snapshot,
    pub(super) last: i64,
}

/// A position with more running transactions than any server has connections was not made by us.
const MOST_RUNNING: u64 = 20_000;

impl Position {
    /// The same moment, with everything read.
    pub(super) fn complete(origin: u32, at: DateTime<Utc>, now: Snapshot) -> Self {
        Self { origin, at, now, within: None }
    }

    /// What a batch after this one begins with: all that is seen without regard to single events.
    pub(super) fn before(&self) -> &Snapshot {
        self.within.as_ref().map_or(&self.now, |within| &within.before)
    }

    /// As bytes: numbers of seven bits a byte, differences where they are smaller.
    pub(super) fn encode(&self) -> EventPosition {
        let mut bytes = Vec::with_capacity(32);
        bytes.extend(self.origin.to_be_bytes());
        write_number(&mut bytes, self.at.timestamp().cast_unsigned());
        write_snapshot(&mut bytes, &self.now);
        if let Some(Within { before, last }) = &self.within {
            write_number(&mut bytes, last.cast_unsigned());
            write_snapshot(&mut bytes, before);
        }
        EventPosition(bytes.into())
    }

    /// From bytes that [`encode`](Self::encode) made; of others, nothing.
    pub(super) fn decode(position: &EventPosition) -> Option<Self> {
        let (origin, mut rest) = position.0.split_first_chunk::<4>()?;
        let at = DateTime::from_timestamp(read_number(&mut rest)?.cast_signed(), 0)?;
        let now = read_snapshot(&mut rest)?;
        let within = if rest.is_empty() {
            None
        } else {
            let last = read_number(&mut rest)?.cast_signed();
            Some(Within { before: read_snapshot(&mut rest)?, last })
        };
        rest.is_empty().then_some(Self { origin: u32::from_be_bytes(*origin), at, now, within })
    }
}

fn write_snapshot(bytes: &mut Vec<u8>, snapshot: &Snapshot) {
    write_number(bytes, snapshot.next);
    write_number(bytes, u64::try_from(snapshot.running.len()).unwrap_or(u64::MAX));
    for transaction in &snapshot.running {
        write_number(bytes, snapshot.next.saturating_sub(*transaction));
    }
}

fn read_snapshot(bytes: &mut &[u8]) -> Option<Snapshot> {
    let next = read_number(bytes)?;
    let count = read_number(bytes).filter(|count| *count <= MOST_RUNNING)?;
    let mut running = Vec::new();
    for _ in 0..count {
        running.push(next.checked_sub(read_number(bytes)?)?);
    }
    running.is_sorted().then_some(Snapshot { next, running })
}

fn write_number(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            return bytes.push(low & 0x7f);
        }
        bytes.push(low | 0x80);
    }
}

fn read_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(now: &str, within: Option<(&str, i64)>) -> Position {
        let at = DateTime::from_timestamp(1_764_000_000, 0).unwrap();
        let within = within.map(|(before, last)| Within { before: before.parse().unwrap(), last });
        Position { origin: 0xdead_beef, at, now: now.parse().unwrap(), within }
    }

    #[test]
    fn a_position_comes_back_as_it_went() {
        for position in [
            position("10:20:10,14", None),
            position("20:20:", Some(("10:20:10,14", 127))),
            position("1:18446744073709551615:1,2", Some(("1:1:", i64::MAX))),
        ] {
            assert_eq!(Position::decode(&position.encode()), Some(position));
        }
        assert!(position("4000000:4000000:", None).encode().0.len() < 16, "short enough for every event");
    }

    #[test]
    fn other_bytes_are_no_position() {
        let good = position("20:20:", Some(("10:20:10,14", 127))).encode();
        for length in 0..good.0.len() {
            let cut = EventPosition(good.0.iter().copied().take(length).collect());
            // One cut is a whole position: the one before any event of its batch.
            if let Some(position) = Position::decode(&cut) {
                assert_eq!(position.within, None);
            }
        }
        let long: Vec<u8> = good.0.iter().copied().chain([0]).collect();
        assert_eq!(Position::decode(&EventPosition(long.into())), None);
        for bytes in [&[][..], &[0xff; 64], &[0, 0, 0, 0, 1, 5, 1, 9]] {
            assert_eq!(Position::decode(&EventPosition(bytes.into())), None, "{bytes:?}");
        }
    }
}
