//! Which transactions somebody has seen: PostgreSQL's own account of it, and what is read from that.
//!
//! A snapshot names the first transaction number that was not given out yet, and those below it that were still running.
//! Everything else was over, and can be seen if it was committed. Of two snapshots of one server the later one sees
//! all that the earlier one saw; and if a transaction waited for another to commit, whoever sees the one sees the other.
//! That makes "what this snapshot sees and the last one did not" the next batch of events: nothing is missed however
//! slow its transaction was, and nothing comes before what led to it.

use std::{fmt, str::FromStr};

/// As `pg_current_snapshot()` has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Snapshot {
    /// The first transaction number not given out yet.
    pub(super) next: u64,
    /// Those below it that were running, lowest first.
    pub(super) running: Vec<u64>,
}

impl Snapshot {
    /// Whether what this transaction did, once committed, can be seen.
    #[cfg(test)]
    fn sees(&self, transaction: u64) -> bool {
        transaction < self.next && self.running.binary_search(&transaction).is_err()
    }

    /// Whether it sees all that the other one sees.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let unseen = self.running.iter().filter(|transaction| **transaction < other.next);
        self.next >= other.next
            && unseen.copied().all(|transaction| other.running.binary_search(&transaction).is_ok())
    }
}

impl fmt::Display for Snapshot {
    /// As PostgreSQL reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.running.first().unwrap_or(&self.next);
        let running: Vec<_> = self.running.iter().map(ToString::to_string).collect();
        write!(f, "{first}:{}:{}", self.next, running.join(","))
    }
}

impl FromStr for Snapshot {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.splitn(3, ':').skip(1);
        let next = parts.next().and_then(|next| next.parse().ok()).ok_or(())?;
        let running = parts.next().ok_or(())?.split(',').filter(|part| !part.is_empty());
        let running = running.map(str::parse).collect::<Result<Vec<_>, _>>().map_err(|_| ())?;
        Ok(Self { next, running })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(text: &str) -> Snapshot {
        text.parse().unwrap()
    }

    #[test]
    fn what_postgresql_writes_is_read_and_written_back() {
        for text in ["10:10:", "10:20:10,14,15", "18446744073709551:18446744073709551:"] {
            assert_eq!(snapshot(text).to_string(), text);
        }
        for bad in ["", "10", "10:20", "10:x:", "10:20:1,x"] {
            assert_eq!(bad.parse::<Snapshot>(), Err(()), "{bad}");
        }
    }

    #[test]
    fn what_was_running_or_not_begun_is_not_seen() {
        let seen = snapshot("10:20:10,14");
        assert!(seen.sees(9) && seen.sees(11) && seen.sees(19));
        assert!(!seen.sees(10) && !seen.sees(14) && !seen.sees(20) && !seen.sees(21));
    }

    #[test]
    fn a_later_snapshot_covers_an_earlier_one() {
        let earlier = snapshot("10:20:10,14");
        for later in ["10:20:10,14", "10:20:10", "20:20:", "14:30:14,25", "30:30:"] {
            assert!(snapshot(later).covers(&earlier), "{later}");
        }
        for other in ["10:19:10,14", "10:20:10,12,14", "12:30:12", "9:20:9,10,14"] {
            assert!(!snapshot(other).covers(&earlier), "{other}");
        }
    }
}
