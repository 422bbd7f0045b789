//! How often somebody may try what is guessed at: passwords, and the mails that reset them.
//!
//! Tries are counted per identifier as it was typed, whether or not an account bears it, so that a limit says nothing
//! about accounts; and per network they come from.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{contact::Identifier, id::UserId};

/// At most so many in any stretch of time this long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// How many.
    pub most: u32,
    /// In any stretch this long.
    pub window: TimeDelta,
}

/// The name under which tries are counted: a keyed hash, so that the count tells nobody of whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pseudonym(pub [u8; 32]);

/// Whether there is room for another try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// There is.
    Admitted,
    /// There is none until then.
    Full {
        /// When the oldest try that counts will count no more.
        until: DateTime<Utc>,
    },
}

/// Where somebody comes from, as far as one person can be told from another there: an IPv4 address, or the 64 bits
/// of an IPv6 address that name a network (its other half is the client's to choose).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpAddr);

impl Network {
    /// The network an address belongs to.
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
        })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt<'a> {
    /// A log-in, as whoever this is.
    LogInAs(&'a str),
    /// A log-in, from wherever this is.
    LogInFrom(Network),
    /// The present password, by somebody who is logged in.
    PasswordOf(UserId),
    /// A mail that resets the password, to this address.
    ResetOf(&'a str),
}

impl Attempt<'_> {
    /// How often it may be tried.
    pub fn quota(&self) -> Quota {
        let (most, window) = match self {
            Self::LogInAs(_) | Self::PasswordOf(_) => (10, TimeDelta::minutes(1)),
            Self::LogInFrom(_) => (60, TimeDelta::minutes(1)),
            Self::ResetOf(_) => (5, TimeDelta::hours(1)),
        };
        Quota { most, window }
    }

    /// What it is counted under, before it is hashed: the same for every way of writing the same.
    pub fn name(&self) -> String {
        match self {
            Self::LogInAs(identifier) => format!("log in as {}", canonical(identifier)),
            Self::LogInFrom(Network(address)) => format!("log in from {address}"),
            Self::PasswordOf(user) => format!("password of {user}"),
            Self::ResetOf(identifier) => format!("reset of {}", canonical(identifier)),
        }
    }
}

/// Accounts are found without regard to case and to spaces in phone numbers, so that tries must be counted so as well.
fn canonical(identifier: &str) -> String {
    match Identifier::parse(identifier) {
        Some(Identifier::Email(email)) => email.as_ref().to_lowercase(),
        Some(Identifier::Phone(phone)) => phone.into_string(),
        Some(Identifier::Username(name)) => name.as_ref().to_lowercase(),
        None => identifier.trim().to_lowercase(),
    }
}

impl Admission {
    /// In how many whole seconds it is worth trying again; at least one.
    pub fn wait(until: DateTime<Utc>, now: DateTime<Utc>) -> u32 {
        let wait = until - now;
        let seconds = wait.num_seconds() + i64::from(wait.subsec_nanos() > 0);
        u32::try_from(seconds.max(1)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_account_is_counted_once_however_it_is_written() {
        let name = |identifier| Attempt::LogInAs(identifier).name();
        assert_eq!(name("ADA@Example.com "), name("ada@example.com"));
        assert_eq!(name("+49 (30) 123-456"), name("+4930123456"));
        assert_eq!(name("Ada"), name("ada"));
        assert_eq!(name(" ? "), name("?"));
        assert_ne!(name("ada"), name("bob"));
        assert_ne!(name("ada"), Attempt::ResetOf("ada").name());
    }

    #[test]
    fn a_client_cannot_multiply_itself_within_its_network() {
        let network = |address: &str| Network::of(address.parse().unwrap());
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }

    #[test]
    fn quotas_are_those_of_the_rules() {
        assert_eq!(Attempt::LogInAs("x").quota(), Quota { most: 10, window: TimeDelta::minutes(1) });
        let network = Network::of("192.0.2.1".parse().unwrap());
        assert_eq!(Attempt::LogInFrom(network).quota().most, 60);
        assert_eq!(Attempt::ResetOf("x").quota(), Quota { most: 5, window: TimeDelta::hours(1) });
    }

    #[test]
    fn a_wait_is_rounded_up_and_never_nothing() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        assert_eq!(Admission::wait(now + TimeDelta::milliseconds(1_500), now), 2);
        assert_eq!(Admission::wait(now + TimeDelta::seconds(60), now), 60);
        assert_eq!(Admission::wait(now - TimeDelta::seconds(5), now), 1);
    }
}
