//! Logging in.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use souk_domain::{
    contact::Identifier,
    id::SessionId,
    session::{Actor, Session, SessionRefusal, UserAgent, may_log_in},
    user::{Password, User},
};
use souk_ports::{
    Clock, IdSource, PortError,
    session::{AccessTokens, Passwords, RefreshTokens, SessionRepository, TokenRefusal},
    user::UserRepository,
};
use thiserror::Error;

#[cfg(test)]
pub(crate) mod tests;

/// Somebody who just logged in, and the tokens that prove it.
#[derive(Clone, Debug, PartialEq)]
pub struct SignedIn {
    /// The account.
    pub user: User,
    /// Good for minutes; goes with every request.
    pub access_token: String,
    /// Good once; brings the next pair.
    pub refresh_token: String,
    /// How long the access token is good.
    pub expires_in: TimeDelta,
}

/// How long tokens live.
#[derive(Clone, Copy, Debug)]
pub struct TokenLifetimes {
    /// An access token; 15 minutes at most is wise, since nothing can take one back.
    pub access: TimeDelta,
    /// A session, from log-in to the last possible refresh.
    pub session: TimeDelta,
}

/// Why a log-in fails.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LogInError {
    /// A rule said no.
    #[error(transparent)]
    Refused(#[from] SessionRefusal),
    /// The outside world failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Opens sessions and their tokens; what registering and logging in have in common.
#[derive(Clone)]
pub struct SignIn {
    access: Arc<dyn AccessTokens>,
    refresh: Arc<dyn RefreshTokens>,
    ids: Arc<dyn IdSource>,
    lifetimes: TokenLifetimes,
}

impl SignIn {
    /// Puts the parts together.
    pub fn new(
        access: Arc<dyn AccessTokens>,
        refresh: Arc<dyn RefreshTokens>,
        ids: Arc<dyn IdSource>,
        lifetimes: TokenLifetimes,
    ) -> Self {
        Self { access, refresh, ids, lifetimes }
    }

    /// A session to store, and what to hand out once it is stored.
    pub(crate) fn begin(
        &self,
        user: User,
        user_agent: Option<UserAgent>,
        now: DateTime<Utc>,
    ) -> Result<(Session, SignedIn), PortError> {
        let id = SessionId::from_uuid(self.ids.next());
        let refresh = self.refresh.issue(id)?;
        let session = Session::begin(id, user.id, refresh.hash, user_agent, now, self.lifetimes.session);
        let actor = Actor { user: user.id, session: id, role: user.role };
        let access_token = self.access.issue(actor, now, now + self.lifetimes.access)?;
        let signed_in =
            SignedIn { user, access_token, refresh_token: refresh.token, expires_in: self.lifetimes.access };
        Ok((session, signed_in))
    }

    /// Who a token says is acting.
    pub(crate) fn read(&self, token: &str, now: DateTime<Utc>) -> Result<Actor, TokenRefusal> {
        self.access.read(token, now)
    }
}

/// Log-ins.
#[derive(Clone)]
pub struct Sessions {
    users: Arc<dyn UserRepository>,
    repository: Arc<dyn SessionRepository>,
    passwords: Arc<dyn Passwords>,
    clock: Arc<dyn Clock>,
    sign_in: SignIn,
}

impl Sessions {
    /// Puts the parts together.
    pub fn new(
        users: Arc<dyn UserRepository>,
        repository: Arc<dyn SessionRepository>,
        passwords: Arc<dyn Passwords>,
        clock: Arc<dyn Clock>,
        sign_in: SignIn,
    ) -> Self {
        Self { users, repository, passwords, clock, sign_in }
    }

    /// Logs somebody in by e-mail, username or phone. An account that is not there takes as long as a wrong password,
    /// and is told in the same words.
    pub async fn log_in(
        &self,
        identifier: &str,
        password: String,
        user_agent: Option<UserAgent>,
    ) -> Result<SignedIn, LogInError> {
        let password = Password::typed(password).ok_or(SessionRefusal::WrongCredentials)?;
        let credentials = match Identifier::parse(identifier) {
            Some(identifier) => self.users.find_credentials(&identifier).await?,
            None => None,
        };
        let (user, hash) = credentials.map(|found| (found.user, found.password_hash)).unzip();
        let right = self.passwords.verify(&password, hash).await?;
        let user = user.filter(|_| right).ok_or(SessionRefusal::WrongCredentials)?;
        may_log_in(user.standing)?;
        let (session, signed_in) = self.sign_in.begin(user, user_agent, self.clock.now())?;
        self.repository.insert(&session).await?;
        Ok(signed_in)
    }

    /// Who an access token says is acting. Asks no database.
    pub fn actor(&self, access_token: &str) -> Result<Actor, TokenRefusal> {
        self.sign_in.read(access_token, self.clock.now())
    }
}
