//! Looks at listings: counted once per viewer and day.

use chrono::NaiveDate;

use crate::{
    id::{ProductId, UserId},
    session::{Network, Pseudonym, UserAgent},
};

/// Who looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Somebody who is logged in.
    Person(UserId),
    /// Somebody of whom no more is known than where they come from and what with.
    Guest {
        /// Where they come from.
        network: Option<Network>,
        /// How their device names itself.
        agent: Option<UserAgent>,
    },
}

/// A look at a listing on a day (UTC), by somebody who is no more than a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct View {
    /// The listing.
    pub product: ProductId,
    /// The day.
    pub day: NaiveDate,
    /// The viewer.
    pub viewer: ViewerMark,
}

/// What tells two viewers of one listing on one day apart, and nothing else: made anew for each listing and day, so
/// that marks cannot be put together to what somebody looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ViewerMark(pub [u8; 16]);

impl Viewer {
    /// What the mark is made of, before it is hashed.
    pub fn name(&self, product: ProductId, day: NaiveDate) -> String {
        match self {
            Self::Person(user) => format!("view of {product} on {day} by {user}"),
            Self::Guest { network, agent } => {
                let network = network.map(|network| network.to_string()).unwrap_or_default();
                let agent = agent.as_ref().map(AsRef::as_ref).unwrap_or_default();
                format!("view of {product} on {day} from {network} with {agent}")
            }
        }
    }

    /// Whose account it is, if it is anybody's: sellers do not count as viewers of their own listings.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::Person(user) => Some(*user),
            Self::Guest { .. } => None,
        }
    }
}

impl From<Pseudonym> for ViewerMark {
    /// Half of it is plenty: marks are compared within a listing and a day.
    fn from(Pseudonym(bytes): Pseudonym) -> Self {
        let mut mark = [0; 16];
        mark.iter_mut().zip(bytes).for_each(|(byte, of)| *byte = of);
        Self(mark)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn guest(address: &str, agent: Option<&str>) -> Viewer {
        let agent = agent.map(|agent| UserAgent::parse(agent).unwrap());
        Viewer::Guest { network: Some(Network::of(address.parse().unwrap())), agent }
    }

    #[test]
    fn each_viewer_has_a_name_of_their_own_on_each_day_and_for_each_listing() {
        let product = |n| ProductId::from_uuid(Uuid::from_u128(n));
        let day = |n| NaiveDate::from_ymd_opt(2026, 11, n).unwrap();
        let viewers = [
            Viewer::Person(UserId::from_uuid(Uuid::from_u128(1))),
            Viewer::Person(UserId::from_uuid(Uuid::from_u128(2))),
            guest("192.0.2.1", Some("a")),
            guest("192.0.2.1", Some("b")),
            guest("192.0.2.2", Some("a")),
            guest("2001:db8::1", None),
            Viewer::Guest { network: None, agent: None },
        ];
        let mut names: Vec<String> = viewers
            .iter()
            .flat_map(|viewer| {
                [(1, 25), (1, 26), (2, 25)].map(|(listing, on)| viewer.name(product(listing), day(on)))
            })
            .collect();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all);
        // The other half of such an address is the client's to choose.
        let (one, other) = (guest("2001:db8::1", None), guest("2001:db8::2", None));
        assert_eq!(one.name(product(1), day(25)), other.name(product(1), day(25)));
    }
}
