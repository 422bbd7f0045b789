//! What PostgreSQL's errors mean to the application, and when it is worth trying again.

use std::time::Duration;

use diesel::result::{DatabaseErrorKind, Error};
use souk_ports::{DecideError, PortError};

use crate::constraint::meaning;

/// How often a transaction is tried before giving up on rivals.
const ATTEMPTS: u32 = 5;

/// The name of the constraint that a statement broke, if that is what happened.
pub(crate) fn broken_constraint(error: &Error) -> Option<&str> {
    if let Error::DatabaseError(_, info) = error { info.constraint_name() } else { None }
}

/// The error, for an application that cannot do anything about its cause.
pub(crate) fn port_error(error: &Error) -> PortError {
    if is_passing(error) {
        return PortError::Unavailable(error.to_string());
    }
    PortError::Unexpected(match broken_constraint(error) {
        Some(name) => format!("{error} ({name}: {:?})", meaning(name)),
        None => error.to_string(),
    })
}

/// Whether it lies at the moment, not at the statement.
fn is_passing(error: &Error) -> bool {
    use DatabaseErrorKind as Kind;
    let Error::DatabaseError(kind, info) = error else {
        return matches!(error, Error::BrokenTransactionManager);
    };
    matches!(
        kind,
        Kind::UnableToSendCommand
            | Kind::ClosedConnection
            | Kind::ReadOnlyTransaction
            | Kind::SerializationFailure
    ) || tells_of_the_moment(info.message())
}

/// Whether the server gave up because of the moment, not because of the statement. The driver hides the SQLSTATE, so
/// this reads the message, which the connection asks for in English: deadlocks (40P01), timeouts (55P03, 57014), shutdown
/// and start-up (57P01–03), too many connections and other lacks (53xxx), lost connections (08xxx).
fn tells_of_the_moment(message: &str) -> bool {
    const SIGNS: [&str; 13] = [
        "deadlock detected",
        "canceling statement due to",
        "terminating connection due to",
        "the database system is",
        "remaining connection slots",
        "too many clients already",
        "out of memory",
        "No space left on device",
        "could not extend file",
        "transaction timeout",
        "cannot execute",
        "connection closed",
        "server closed the connection",
    ];
    SIGNS.iter().any(|sign| message.contains(sign))
}

/// Whether the server may have done it, and nobody heard: the connection broke, or the answer made no sense.
pub(crate) fn is_lost(error: &Error) -> bool {
    use DatabaseErrorKind as Kind;
    let Error::DatabaseError(kind, _) = error else {
        return !matches!(error, Error::RollbackTransaction | Error::NotFound);
    };
    matches!(kind, Kind::UnableToSendCommand | Kind::ClosedConnection)
}

/// Whether somebody else held a lock for longer than we wait.
pub(crate) fn is_lock_timeout(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(_, info) if info.message().contains("due to lock timeout"))
}

/// Whether the same transaction, begun anew, can go through: it lost against a rival (40001, 40P01), or found what it had
/// read changed and gave up by itself.
fn lost_to_a_rival(error: &Error) -> bool {
    let Error::DatabaseError(kind, info) = error else {
        return matches!(error, Error::RollbackTransaction);
    };
    matches!(kind, DatabaseErrorKind::SerializationFailure) || info.message().contains("deadlock detected")
}

/// How one try of a transaction ends without being done.
#[derive(Debug)]
pub(crate) enum TryError<E> {
    /// The application's answer; trying again would not change it.
    Settled(DecideError<E>),
    /// The database's.
    Database(Error),
}

impl<E> From<Error> for TryError<E> {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

impl<E> From<DecideError<E>> for TryError<E> {
    fn from(error: DecideError<E>) -> Self {
        Self::Settled(error)
    }
}

/// Tries a transaction until it is done, refused, or has lost to rivals five times; waits a random little while
/// between tries, longer each time.
pub(crate) async fn retrying<T, E, F>(mut attempt: impl FnMut() -> F) -> Result<T, DecideError<E>>
where
    F: Future<Output = Result<T, TryError<E>>>,
{
    let mut tries = 0;
    loop {
        tries += 1;
        match attempt().await {
            Ok(done) => return Ok(done),
            Err(TryError::Settled(answer)) => return Err(answer),
            Err(TryError::Database(error)) if lost_to_a_rival(&error) && tries < ATTEMPTS => {
                tokio::time::sleep(pause(tries)).await;
            }
            Err(TryError::Database(error)) => return Err(port_error(&error).into()),
        }
    }
}

/// Up to 4, 8, 16, 32 ms. Any spread will do, so that the hasher's per-process keys serve as the dice.
fn pause(tries: u32) -> Duration {
    use std::hash::{BuildHasher, RandomState};
    let dice = RandomState::new().hash_one(tries);
    Duration::from_micros(dice % (2_000 << tries))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use diesel::result::DatabaseErrorInformation;

    use super::*;

    struct Info(&'static str);

    impl DatabaseErrorInformation for Info {
        fn message(&self) -> &str {
            self.0
        }
        fn details(&self) -> Option<&str> {
            None
        }
        fn hint(&self) -> Option<&str> {
            None
        }
        fn table_name(&self) -> Option<&str> {
            None
        }
        fn column_name(&self) -> Option<&str> {
            None
        }
        fn constraint_name(&self) -> Option<&str> {
            None
        }
        fn statement_position(&self) -> Option<i32> {
            None
        }
    }

    fn error(kind: DatabaseErrorKind, message: &'static str) -> Error {
        Error::DatabaseError(kind, Box::new(Info(message)))
    }

    #[test]
    fn passing_troubles_are_unavailable_and_the_rest_is_a_defect() {
        for message in [
            "canceling statement due to statement timeout",
            "canceling statement due to lock timeout",
            "terminating connection due to administrator command",
            "the database system is starting up",
            "sorry, too many clients already",
            "deadlock detected",
        ] {
            let port = port_error(&error(DatabaseErrorKind::Unknown, message));
            assert!(matches!(port, PortError::Unavailable(_)), "{message}");
        }
        let lost = port_error(&error(DatabaseErrorKind::UnableToSendCommand, "x"));
        assert!(matches!(lost, PortError::Unavailable(_)));
        let defect = port_error(&error(DatabaseErrorKind::CheckViolation, "x"));
        assert!(matches!(defect, PortError::Unexpected(_)));
    }

    #[tokio::test]
    async fn a_loser_tries_again_five_times_at_most() {
        let tries = Cell::new(0);
        let result: Result<(), DecideError<()>> = retrying(|| async {
            tries.set(tries.get() + 1);
            Err(TryError::Database(error(DatabaseErrorKind::SerializationFailure, "x")))
        })
        .await;
        assert!(matches!(result, Err(DecideError::Port(PortError::Unavailable(_)))));
        assert_eq!(tries.get(), 5);
    }

    #[tokio::test]
    async fn a_later_try_can_win_and_a_refusal_ends_it() {
        let tries = Cell::new(0);
        let result: Result<i32, DecideError<()>> = retrying(|| async {
            tries.set(tries.get() + 1);
            match tries.get() {
                1 => Err(error(DatabaseErrorKind::Unknown, "deadlock detected").into()),
                2 => Err(Error::RollbackTransaction.into()),
                _ => Ok(7),
            }
        })
        .await;
        assert_eq!((result, tries.get()), (Ok(7), 3));
        let refused: Result<(), DecideError<i32>> =
            retrying(|| async { Err(DecideError::Refused(1).into()) }).await;
        assert_eq!(refused, Err(DecideError::Refused(1)));
    }
}
