//! Refreshing: what becomes of a session when somebody presents one of its tokens.
//!
//! A session is a family of tokens, each the child of the one before it. Only the youngest is good. The one before it
//! is answered with the very same child for a few seconds, because an answer can get lost and two requests can be under
//! way at once; later it is a copy in somebody's hands, and so is every older one.

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use super::RefreshHash;
use crate::{slug::slugs, user::Standing};

/// For how long after a rotation the token before it still brings the same child.
const GRACE: TimeDelta = TimeDelta::seconds(10);

slugs! {
    /// Why a session ended before its time.
    SessionEnd as "end_reason" {
        /// Its person logged out.
        LoggedOut = "logged_out",
        /// The password was changed or reset.
        PasswordChanged = "password_changed",
        /// A spent token came back: somebody has a copy.
        ReuseDetected = "reuse_detected",
        /// Its person ended it from another device, or an admin did.
        Revoked = "revoked",
        /// The account was closed.
        AccountClosed = "account_closed",
    }
}

/// A token that was good until another took its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// What it hashes to.
    pub hash: RefreshHash,
    /// When its child was made.
    pub at: DateTime<Utc>,
}

/// That a session has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: SessionEnd,
}

/// What is known of a session's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// What the youngest token hashes to.
    pub current: RefreshHash,
    /// The one before it, if there was one.
    pub previous: Option<Spent>,
    /// How many tokens came before the youngest.
    pub generation: i32,
    /// Until when the session can be refreshed.
    pub expires_at: DateTime<Utc>,
    /// That it has ended, if it has.
    pub ended: Option<Ended>,
}

/// What a presented token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It is the youngest: a child takes its place.
    Rotate,
    /// It was the youngest a moment ago: its child is handed out once more.
    Replay,
    /// It is a copy or a guess: the session must end.
    Reuse,
}

/// What is to be written when a token is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshDecision {
    /// The youngest token makes room for its child.
    Rotate {
        /// What the child hashes to.
        child: RefreshHash,
        /// The moment.
        at: DateTime<Utc>,
    },
    /// Nothing: the child that is there is handed out again.
    Replay,
    /// The session ends, and whoever asked is refused.
    End {
        /// What they are told.
        refusal: RefreshRefusal,
        /// What is noted.
        ended: Ended,
    },
}

/// Why a session is not refreshed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RefreshRefusal {
    /// There is no such session, or it is over.
    #[error("The refresh token is not valid; log in again.")]
    Invalid,
    /// The token was spent. Said in the same words, so that a thief learns nothing.
    #[error("The refresh token is not valid; log in again.")]
    Reused,
    /// The account may not act.
    #[error("This account is suspended.")]
    Suspended,
}

impl Family {
    /// What a token that hashes to `presented` is good for at `now`, the account being in this standing. A copy of a
    /// spent token is found out whatever the standing, and learns nothing of it.
    pub fn turn(
        &self,
        presented: RefreshHash,
        standing: Standing,
        now: DateTime<Utc>,
    ) -> Result<Turn, RefreshRefusal> {
        if self.ended.is_some() || self.expires_at <= now {
            return Err(RefreshRefusal::Invalid);
        }
        let turn = if presented == self.current {
            Turn::Rotate
        } else if self.previous.is_some_and(|spent| spent.hash == presented && now < spent.at + GRACE) {
            Turn::Replay
        } else {
            return Ok(Turn::Reuse);
        };
        match standing {
            Standing::Active => Ok(turn),
            Standing::Suspended | Standing::Banned => Err(RefreshRefusal::Suspended),
            Standing::Deleted { .. } => Err(RefreshRefusal::Invalid),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    /// Rotated at second 0 for the first time; ends at second 1000.
    fn family() -> Family {
        Family {
            current: RefreshHash([2; 32]),
            previous: Some(Spent { hash: RefreshHash([1; 32]), at: at(0) }),
            generation: 1,
            expires_at: at(1_000),
            ended: None,
        }
    }

    fn active(family: Family, presented: u8, second: i64) -> Result<Turn, RefreshRefusal> {
        family.turn(RefreshHash([presented; 32]), Standing::Active, at(second))
    }

    #[test]
    fn the_youngest_token_rotates_until_the_session_expires() {
        assert_eq!(active(family(), 2, 999), Ok(Turn::Rotate));
        assert_eq!(active(family(), 2, 1_000), Err(RefreshRefusal::Invalid));
    }

    #[test]
    fn the_one_before_it_brings_the_same_child_for_ten_seconds() {
        assert_eq!(active(family(), 1, 9), Ok(Turn::Replay));
        assert_eq!(active(family(), 1, 10), Ok(Turn::Reuse));
        // Two servers' clocks differ a little.
        assert_eq!(active(family(), 1, -1), Ok(Turn::Replay));
    }

    #[test]
    fn any_other_secret_is_a_copy_or_a_guess() {
        assert_eq!(active(family(), 3, 1), Ok(Turn::Reuse));
        assert_eq!(active(Family { previous: None, ..family() }, 1, 1), Ok(Turn::Reuse));
    }

    #[test]
    fn a_session_that_has_ended_stays_ended_whatever_is_presented() {
        let ended = Some(Ended { at: at(1), reason: SessionEnd::LoggedOut });
        for presented in [1, 2, 3] {
            let told = active(Family { ended, ..family() }, presented, 2);
            assert_eq!(told, Err(RefreshRefusal::Invalid));
        }
    }

    #[test]
    fn only_active_accounts_refresh_and_only_their_person_learns_of_a_suspension() {
        for (standing, refusal) in [
            (Standing::Suspended, RefreshRefusal::Suspended),
            (Standing::Banned, RefreshRefusal::Suspended),
            (Standing::Deleted { at: at(0) }, RefreshRefusal::Invalid),
        ] {
            for good in [1, 2] {
                assert_eq!(family().turn(RefreshHash([good; 32]), standing, at(1)), Err(refusal));
            }
            assert_eq!(family().turn(RefreshHash([3; 32]), standing, at(1)), Ok(Turn::Reuse));
        }
    }

    #[test]
    fn a_thief_cannot_tell_a_spent_token_from_a_wrong_one() {
        assert_eq!(RefreshRefusal::Reused.to_string(), RefreshRefusal::Invalid.to_string());
    }

    proptest! {
        /// However tokens are presented, a session never has two children of one token, and once it has ended no
        /// token of it is good.
        #[test]
        fn a_family_has_one_line(steps in prop::collection::vec((0_usize..6, 0_i64..15), 1..40)) {
            let mut family = Family { previous: None, generation: 0, current: RefreshHash([0; 32]), ..family() };
            let mut line = vec![0_u8];
            let mut second = 0;
            for (back, pause) in steps {
                second += pause;
                let presented = line[line.len().saturating_sub(back + 1)];
                match active(family, presented, second) {
                    Ok(Turn::Rotate) => {
                        prop_assert_eq!(presented, *line.last().unwrap());
                        let child = presented + 1;
                        line.push(child);
                        family.previous = Some(Spent { hash: family.current, at: at(second) });
                        family.current = RefreshHash([child; 32]);
                    }
                    Ok(Turn::Replay) => prop_assert_eq!(presented + 1, *line.last().unwrap()),
                    Ok(Turn::Reuse) => {
                        prop_assert!(presented < *line.last().unwrap());
                        family.ended = Some(Ended { at: at(second), reason: SessionEnd::ReuseDetected });
                    }
                    Err(refusal) => {
                        prop_assert_eq!(refusal, RefreshRefusal::Invalid);
                        prop_assert!(family.ended.is_some() || second >= 1_000);
                    }
                }
            }
        }
    }
}
