//! Logging in, staying logged in, and logging out.

mod attempts;
mod passwords;

pub use attempts::{AttemptError, Attempts};
pub use passwords::{ChangePasswordError, PasswordKeeper, ResetPasswordError};

use std::{net::IpAddr, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use souk_domain::{
    contact::Identifier,
    id::{SessionId, UserId},
    page::{Limit, Page},
    session::{
        Actor, Attempt, Ended, ListedSession, Network, RefreshDecision, RefreshRefusal, Session, SessionEnd,
        SessionPosition, SessionRefusal, Turn, UserAgent, may_log_in,
    },
    user::{Password, Standing, User},
};
use souk_ports::{
    Clock, DecideError, IdSource, PortError,
    session::{
        AccessTokens, Passwords, PresentedToken, RefreshContext, RefreshToken, RefreshTokens,
        SessionRepository, TokenRefusal,
    },
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

/// The next pair of tokens of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPair {
    /// Good for minutes; goes with every request.
    pub access_token: String,
    /// Good once; brings the next pair.
    pub refresh_token: String,
    /// How long the access token is good.
    pub expires_in: TimeDelta,
}

/// Where a log-in comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// How the device names itself.
    pub user_agent: Option<UserAgent>,
    /// The client's address, if it is known.
    pub address: Option<IpAddr>,
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
    /// It was tried too often, or the outside world failed.
    #[error(transparent)]
    Attempt(#[from] AttemptError),
}

impl From<PortError> for LogInError {
    fn from(error: PortError) -> Self {
        Self::Attempt(error.into())
    }
}

/// Why a session is not refreshed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RefreshError {
    /// A rule said no.
    #[error(transparent)]
    Refused(#[from] RefreshRefusal),
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
        let pair = self.pair(Actor { user: user.id, session: id, role: user.role }, refresh, now)?;
        let NewPair { access_token, refresh_token, expires_in } = pair;
        Ok((session, SignedIn { user, access_token, refresh_token, expires_in }))
    }

    /// What a session's client gets: a refresh token, and an access token for now.
    fn pair(&self, actor: Actor, refresh: RefreshToken, now: DateTime<Utc>) -> Result<NewPair, PortError> {
        let access_token = self.access.issue(actor, now, now + self.lifetimes.access)?;
        Ok(NewPair { access_token, refresh_token: refresh.token, expires_in: self.lifetimes.access })
    }

    /// Who a token says is acting.
    pub(crate) fn read(&self, token: &str, now: DateTime<Utc>) -> Result<Actor, TokenRefusal> {
        self.access.read(token, now)
    }

    /// Until when a token is good.
    pub(crate) fn expires_at(&self, token: &str) -> Option<DateTime<Utc>> {
        self.access.expires_at(token)
    }
}

/// Log-ins.
#[derive(Clone)]
pub struct Sessions {
    users: Arc<dyn UserRepository>,
    repository: Arc<dyn SessionRepository>,
    passwords: Arc<dyn Passwords>,
    attempts: Attempts,
    clock: Arc<dyn Clock>,
    sign_in: SignIn,
}

impl Sessions {
    /// Puts the parts together.
    pub fn new(
        users: Arc<dyn UserRepository>,
        repository: Arc<dyn SessionRepository>,
        passwords: Arc<dyn Passwords>,
        attempts: Attempts,
        clock: Arc<dyn Clock>,
        sign_in: SignIn,
    ) -> Self {
        Self { users, repository, passwords, attempts, clock, sign_in }
    }

    /// Logs somebody in by e-mail, username or phone. An account that is not there takes as long as a wrong password,
    /// and is told in the same words.
    pub async fn log_in(
        &self,
        identifier: &str,
        password: String,
        origin: Origin,
    ) -> Result<SignedIn, LogInError> {
        // A try is counted before it is made, so that of many at once no more than allowed cost a hash. Where it comes
        // from is only counted when it failed: many people log in from one network at once.
        let network = origin.address.map(|address| Attempt::LogInFrom(Network::of(address)));
        if let Some(network) = &network {
            self.attempts.require_room(network).await?;
        }
        self.attempts.count(&Attempt::LogInAs(identifier)).await?;
        match self.try_log_in(identifier, password, origin.user_agent).await {
            Ok(signed_in) => {
                self.attempts.forget(&Attempt::LogInAs(identifier)).await?;
                Ok(signed_in)
            }
            Err(refusal @ LogInError::Refused(SessionRefusal::WrongCredentials)) => {
                if let Some(network) = &network {
                    self.attempts.note(network).await?;
                }
                Err(refusal)
            }
            Err(error) => Err(error),
        }
    }

    async fn try_log_in(
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
        // What is left of a closed account has no password.
        let credentials =
            credentials.filter(|found| !matches!(found.user.standing, Standing::Deleted { .. }));
        let hash = credentials.as_ref().map(|found| found.password_hash.clone());
        let right = self.passwords.verify(&password, hash).await?;
        let found = credentials.filter(|_| right).ok_or(SessionRefusal::WrongCredentials)?;
        may_log_in(found.user.standing)?;
        let (session, signed_in) = self.sign_in.begin(found.user, user_agent, self.clock.now())?;
        // Whoever changes the password ends all sessions; one that was just about to begin must not slip through.
        if !self.repository.insert(&session, &found.password_hash).await? {
            return Err(SessionRefusal::WrongCredentials.into());
        }
        Ok(signed_in)
    }

    /// The next pair of tokens for a refresh token. The old one is spent; if it comes back later, the session ends.
    pub async fn refresh(&self, refresh_token: &str) -> Result<NewPair, RefreshError> {
        let presented = self.sign_in.refresh.parse(refresh_token).ok_or(RefreshRefusal::Invalid)?;
        let decide = |context: &RefreshContext| self.decide_refresh(&presented, context);
        let refreshed = match self.repository.refresh(presented.session, &decide).await {
            Ok(refreshed) => refreshed,
            Err(DecideError::NotFound) => return Err(RefreshRefusal::Invalid.into()),
            Err(DecideError::Refused(refusal)) => {
                if refusal == RefreshRefusal::Reused {
                    tracing::warn!(session = %presented.session, "a spent refresh token came back; the session was ended");
                }
                return Err(refusal.into());
            }
            Err(error @ (DecideError::AlreadyDone | DecideError::StillRunning)) => {
                return Err(
                    PortError::Unexpected(format!("refreshing takes no idempotency key: {error}")).into()
                );
            }
            Err(DecideError::Port(error)) => return Err(error.into()),
        };
        let mut children = self.sign_in.refresh.children(&presented, refreshed.generation).into_iter();
        let child = children.find(|child| child.hash == refreshed.current).ok_or_else(|| {
            PortError::Corrupt(format!(
                "sessions {}: the token is no child of the one before",
                presented.session
            ))
        })?;
        let actor = Actor { user: refreshed.user, session: presented.session, role: refreshed.role };
        Ok(self.sign_in.pair(actor, child, self.clock.now())?)
    }

    fn decide_refresh(
        &self,
        presented: &PresentedToken,
        RefreshContext { family, standing }: &RefreshContext,
    ) -> Result<RefreshDecision, RefreshRefusal> {
        // The time is asked for here, under the lock: whoever waited for it must not be judged by an old one.
        let at = self.clock.now();
        let children = |generation| self.sign_in.refresh.children(presented, generation).into_iter();
        match family.turn(presented.hash, *standing, at)? {
            Turn::Rotate => children(family.generation.saturating_add(1))
                .next()
                .map(|child| RefreshDecision::Rotate { child: child.hash, at })
                .ok_or(RefreshRefusal::Invalid),
            // Made with a key that is out of use by now, the child cannot be made again.
            Turn::Replay => children(family.generation)
                .find(|child| child.hash == family.current)
                .map(|_| RefreshDecision::Replay)
                .ok_or(RefreshRefusal::Invalid),
            Turn::Reuse => Ok(RefreshDecision::End {
                refusal: RefreshRefusal::Reused,
                ended: Ended { at, reason: SessionEnd::ReuseDetected },
            }),
        }
    }

    /// Ends the session somebody acts in. Doing it again changes nothing.
    pub async fn log_out(&self, actor: Actor) -> Result<(), PortError> {
        let now = self.clock.now();
        self.repository.end(actor.user, actor.session, SessionEnd::LoggedOut, now).await.map(|_| ())
    }

    /// Somebody's live sessions, newest first.
    pub async fn list(
        &self,
        user: UserId,
        after: Option<SessionPosition>,
        limit: Limit,
    ) -> Result<Page<ListedSession, SessionPosition>, PortError> {
        self.repository.list(user, after, limit, self.clock.now()).await
    }

    /// Ends one of somebody's sessions; says whether they have (had) such a session.
    pub async fn end(&self, user: UserId, id: SessionId) -> Result<bool, PortError> {
        self.repository.end(user, id, SessionEnd::Revoked, self.clock.now()).await
    }

    /// Who an access token says is acting. Asks no database.
    pub fn actor(&self, access_token: &str) -> Result<Actor, TokenRefusal> {
        self.sign_in.read(access_token, self.clock.now())
    }

    /// Until when an access token is good, if it is ours.
    pub fn expires_at(&self, access_token: &str) -> Option<DateTime<Utc>> {
        self.sign_in.expires_at(access_token)
    }
}
