//! Bringing the demo in, through the application's own services.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use souk_application::{
    Products, SignIn, Users, product::PublishError, session::TokenLifetimes, user::RegisterError,
};
use souk_domain::{
    contact::{Email, Identifier},
    geo::BlurKey,
    id::UserId,
    slug::Slug,
    user::{Password, Role, UserTaken},
    violation::Fault,
};
use souk_ports::{
    Clock, IdSource, PortError,
    product::ProductRepository,
    session::{AccessTokens, PasswordHash, Passwords, RefreshTokens},
    user::UserRepository,
};
use thiserror::Error;
use uuid::Uuid;

use crate::{
    chance::Chance,
    listing::{DemoListing, listings},
    people::{DemoPerson, PASSWORD, people},
};

#[cfg(test)]
mod tests;

/// What loading needs of the outside world. The demo brings its own clock and ids.
pub struct Ports {
    /// Where accounts are kept.
    pub users: Arc<dyn UserRepository>,
    /// Where listings are kept.
    pub products: Arc<dyn ProductRepository>,
    /// What hashes the password.
    pub passwords: Arc<dyn Passwords>,
    /// Registering logs in, which needs tokens; nobody keeps them.
    pub access_tokens: Arc<dyn AccessTokens>,
    /// See `access_tokens`.
    pub refresh_tokens: Arc<dyn RefreshTokens>,
    /// The server's own key, or the demo's public points would not be where the server puts its other ones.
    pub blur_key: BlurKey,
}

/// How far loading has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many of so many people are there.
    People(usize, usize),
    /// So many of so many listings are there.
    Listings(usize, usize),
}

/// How many were brought in, and how many had been there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Brought in by this load.
    pub added: usize,
    /// There from an earlier one.
    pub kept: usize,
}

/// An account to try the demo with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The name.
    pub display_name: String,
    /// What to log in with.
    pub email: String,
    /// What the person does here.
    pub role: Role,
    /// Where they live.
    pub home: String,
}

/// What a load did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Of people.
    pub people: Count,
    /// Of listings.
    pub listings: Count,
    /// A shop, somebody who buys and sells, somebody who buys. All with [`PASSWORD`].
    pub logins: Vec<Login>,
}

/// Why the demo cannot be brought in. What was brought in before stays; the next load goes on from there.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LoadError {
    /// Somebody else has the name or address of one of the demo's people.
    #[error("{username} cannot be registered: {source} Load the demo into a database of its own.")]
    Taken {
        /// Whose.
        username: String,
        /// What of it.
        source: UserTaken,
    },
    /// An account was refused.
    #[error("{username} cannot be registered: {source}")]
    Person {
        /// Whose.
        username: String,
        /// Why.
        source: RegisterError,
    },
    /// A listing was refused.
    #[error("“{title}” cannot be listed: {source}")]
    Listing {
        /// Which.
        title: String,
        /// Why.
        source: PublishError,
    },
    /// The outside world failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Brings in what is not there yet: people first, then their listings, oldest first. A second load adds nothing.
pub async fn load(
    ports: &Ports,
    now: DateTime<Utc>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Summary, LoadError> {
    let (people, listings) = (people(now), listings(now));
    let mut summary =
        Summary { people: Count::default(), listings: Count::default(), logins: logins(&people) };
    let mut accounts = Vec::with_capacity(people.len());
    let mut passwords = None;
    for (index, person) in (0u32..).zip(&people) {
        let account = match ports.users.find(person.id).await? {
            Some(user) => Known::There(user.id),
            None => register(ports, &mut passwords, index, person).await?,
        };
        accounts.push((person.id, summary.people.count(account)));
        progress(Progress::People(accounts.len(), people.len()));
    }
    for listing in &listings {
        let seller = accounts.iter().find(|(planned, _)| *planned == listing.seller);
        let seller = seller.map_or(listing.seller, |(_, actual)| *actual);
        summary.listings.count(publish(ports, seller, listing).await?);
        progress(Progress::Listings(summary.listings.all(), listings.len()));
    }
    Ok(summary)
}

/// Whether something had been there, and whose it is.
#[derive(Clone, Copy)]
enum Known {
    There(UserId),
    New(UserId),
}

impl Count {
    /// All that are there now.
    pub fn all(self) -> usize {
        self.added + self.kept
    }

    fn count(&mut self, known: Known) -> UserId {
        let (counter, user) = match known {
            Known::There(user) => (&mut self.kept, user),
            Known::New(user) => (&mut self.added, user),
        };
        *counter += 1;
        user
    }
}

async fn register(
    ports: &Ports,
    passwords: &mut Option<Arc<SameForAll>>,
    index: u32,
    person: &DemoPerson,
) -> Result<Known, LoadError> {
    let passwords = match passwords {
        Some(passwords) => passwords,
        empty @ None => empty.insert(Arc::new(SameForAll::new(ports.passwords.clone()).await?)),
    };
    let session = Arc::new(Given(Chance::of(b's', index).id(index)));
    // Nobody gets these tokens, so the session may end at once.
    let lifetimes = TokenLifetimes { access: TimeDelta::minutes(1), session: TimeDelta::minutes(1) };
    let sign_in = SignIn::new(ports.access_tokens.clone(), ports.refresh_tokens.clone(), session, lifetimes);
    let users = Users::new(
        ports.users.clone(),
        passwords.clone(),
        Arc::new(At(person.joined_at)),
        Arc::new(Given(person.id.as_uuid())),
        sign_in,
    );
    match users.register(person.form(), None).await {
        Ok(signed_in) => Ok(Known::New(signed_in.user.id)),
        // Registered by hand, or by another load at this moment: the account will do.
        Err(RegisterError::Taken(taken)) => match find(ports, person).await? {
            Some(user) => Ok(Known::There(user)),
            None => Err(LoadError::Taken { username: person.username.clone(), source: taken }),
        },
        Err(source) => Err(LoadError::Person { username: person.username.clone(), source }),
    }
}

async fn find(ports: &Ports, person: &DemoPerson) -> Result<Option<UserId>, PortError> {
    let Ok(email) = Email::parse(&person.email) else { return Ok(None) };
    let credentials = ports.users.find_credentials(&Identifier::Email(email)).await?;
    Ok(credentials.map(|found| found.user.id))
}

async fn publish(ports: &Ports, seller: UserId, listing: &DemoListing) -> Result<Known, LoadError> {
    let products = Products::new(
        ports.products.clone(),
        Arc::new(At(listing.listed_at)),
        Arc::new(Given(listing.id.as_uuid())),
        ports.blur_key.clone(),
    );
    // Asked on the seller's behalf, so that a listing they archived does not come back.
    if products.find(listing.id, Some(seller)).await?.is_some() {
        return Ok(Known::There(seller));
    }
    match products.publish(seller, &listing.form, None).await {
        Ok(product) => Ok(Known::New(product.seller)),
        Err(source) => Err(LoadError::Listing { title: listing.form.title.clone(), source }),
    }
}

/// The first of each role.
fn logins(people: &[DemoPerson]) -> Vec<Login> {
    [Role::Both, Role::Seller, Role::Buyer]
        .into_iter()
        .filter_map(|role| people.iter().find(|person| person.role == role))
        .map(|person| Login {
            display_name: person.display_name.clone(),
            email: person.email.clone(),
            role: person.role,
            home: person.home.clone(),
        })
        .collect()
}

/// A clock that stands still.
struct At(DateTime<Utc>);

impl Clock for At {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

/// One id, planned beforehand. Each service here makes one thing and is dropped.
struct Given(Uuid);

impl IdSource for Given {
    fn next(&self) -> Uuid {
        self.0
    }
}

/// Hashes the one demo password once. Hashing is slow on purpose, and forty times the same would be slow for nothing.
struct SameForAll {
    hash: PasswordHash,
    real: Arc<dyn Passwords>,
}

impl SameForAll {
    async fn new(real: Arc<dyn Passwords>) -> Result<Self, LoadError> {
        let password = Password::choose(PASSWORD.to_owned()).map_err(|Fault { detail, .. }| {
            PortError::Unexpected(format!("the demo's password: {detail}"))
        })?;
        Ok(Self { hash: real.hash(&password).await?, real })
    }
}

#[async_trait]
impl Passwords for SameForAll {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, PortError> {
        if password.expose() == PASSWORD { Ok(self.hash.clone()) } else { self.real.hash(password).await }
    }

    async fn verify(&self, password: &Password, hash: Option<PasswordHash>) -> Result<bool, PortError> {
        self.real.verify(password, hash).await
    }
}

impl fmt::Display for Summary {
    /// A few lines for whoever loaded the demo.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "people    {}", self.people)?;
        writeln!(f, "listings  {}", self.listings)?;
        writeln!(f, "log in with the password {PASSWORD} as")?;
        for login in &self.logins {
            let Login { display_name, email, role, home } = login;
            writeln!(f, "  {email:<32} {display_name} ({}, {home})", role.slug())?;
        }
        Ok(())
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.added, self.kept) {
            (added, 0) => write!(f, "{added} new"),
            (0, kept) => write!(f, "{kept}, all there already"),
            (added, kept) => write!(f, "{added} new, {kept} there already"),
        }
    }
}
