//! Running the place: what an admin may do to an account, and the record of it.

use chrono::{DateTime, Utc};
use thiserror::Error;
use uuid::Uuid;

use crate::{
    id::{AuditEntryId, UserId},
    slug::slugs,
    text::Line,
    user::{Role, Standing},
};

/// Why something was done, 1 to 500 characters.
pub type Reason = Line<1, 500>;

slugs! {
    /// What an admin can do to somebody.
    AdminAct as "act" {
        /// An account was made an admin's.
        AdminGranted = "admin_granted",
        /// An account may no longer act.
        UserSuspended = "user_suspended",
        /// It may again.
        UserReinstated = "user_reinstated",
        /// A document was found good.
        VerificationApproved = "verification_approved",
        /// A document was not.
        VerificationRejected = "verification_rejected",
    }
}

/// Who acts: an admin, or whoever runs the program, at its command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminActor {
    /// An admin.
    Admin(UserId),
    /// Somebody with the rights of the program itself.
    Operator,
}

/// One line of the record. It is only ever added to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its id.
    pub id: AuditEntryId,
    /// Who did it.
    pub actor: AdminActor,
    /// What was done.
    pub act: AdminAct,
    /// The account or the verification it was done to.
    pub subject: Uuid,
    /// Why, in the admin's words.
    pub reason: Option<Reason>,
    /// When.
    pub at: DateTime<Utc>,
}

/// An account as it stands when an admin acts on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Whose it is.
    pub id: UserId,
    /// What it does here.
    pub role: Role,
    /// Whether it may act.
    pub standing: Standing,
}

/// What an act makes of an account, and the line about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The account's role from now on.
    pub role: Role,
    /// Its standing from now on.
    pub standing: Standing,
    /// The line.
    pub entry: AuditEntry,
}

/// Why an admin cannot do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AdminRefusal {
    /// Nobody suspends themself.
    #[error("You cannot do this to your own account.")]
    OwnAccount,
    /// Admins are not suspended; they are made something else first, by an operator.
    #[error("This account is an admin's.")]
    IsAdmin,
    /// It may not act already.
    #[error("This account is suspended already.")]
    AlreadySuspended,
    /// It may act already.
    #[error("This account is not suspended.")]
    NotSuspended,
    /// Its person has left.
    #[error("This account was deleted.")]
    Deleted,
}

impl Subject {
    /// Stops an account from acting until it is reinstated.
    pub fn suspend(self, entry: AuditEntry) -> Result<Judgement, AdminRefusal> {
        if entry.actor == AdminActor::Admin(self.id) {
            return Err(AdminRefusal::OwnAccount);
        }
        if self.role.is_admin() {
            return Err(AdminRefusal::IsAdmin);
        }
        match self.standing {
            Standing::Active => Ok(Judgement { role: self.role, standing: Standing::Suspended, entry }),
            Standing::Suspended | Standing::Banned => Err(AdminRefusal::AlreadySuspended),
            Standing::Deleted { .. } => Err(AdminRefusal::Deleted),
        }
    }

    /// Lets a suspended or banned account act again.
    pub fn reinstate(self, entry: AuditEntry) -> Result<Judgement, AdminRefusal> {
        match self.standing {
            Standing::Suspended | Standing::Banned => {
                Ok(Judgement { role: self.role, standing: Standing::Active, entry })
            }
            Standing::Active => Err(AdminRefusal::NotSuspended),
            Standing::Deleted { .. } => Err(AdminRefusal::Deleted),
        }
    }

    /// Makes an account an admin's. Doing it twice changes nothing more.
    pub fn grant_admin(self, entry: AuditEntry) -> Result<Judgement, AdminRefusal> {
        match self.standing {
            Standing::Active => Ok(Judgement { role: Role::Admin, standing: Standing::Active, entry }),
            Standing::Suspended | Standing::Banned => Err(AdminRefusal::AlreadySuspended),
            Standing::Deleted { .. } => Err(AdminRefusal::Deleted),
        }
    }

    /// Whether the account may do what only admins may, as it stands now.
    pub fn may_administer(self) -> bool {
        self.role.is_admin() && self.standing.may_act()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(n: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(n))
    }

    fn entry(act: AdminAct, actor: AdminActor) -> AuditEntry {
        AuditEntry {
            id: AuditEntryId::from_uuid(Uuid::from_u128(9)),
            actor,
            act,
            subject: user(1).as_uuid(),
            reason: None,
            at: DateTime::UNIX_EPOCH,
        }
    }

    const GONE: Standing = Standing::Deleted { at: DateTime::UNIX_EPOCH };

    fn subject(role: Role, standing: Standing) -> Subject {
        Subject { id: user(1), role, standing }
    }

    #[test]
    fn suspending_and_reinstating_follow_each_other() {
        let suspend = |role, standing, admin| {
            let entry = entry(AdminAct::UserSuspended, AdminActor::Admin(user(admin)));
            subject(role, standing).suspend(entry).map(|judgement| judgement.standing)
        };
        assert_eq!(suspend(Role::Both, Standing::Active, 2), Ok(Standing::Suspended));
        assert_eq!(suspend(Role::Both, Standing::Suspended, 2), Err(AdminRefusal::AlreadySuspended));
        assert_eq!(suspend(Role::Both, Standing::Banned, 2), Err(AdminRefusal::AlreadySuspended));
        assert_eq!(suspend(Role::Both, GONE, 2), Err(AdminRefusal::Deleted));
        assert_eq!(suspend(Role::Admin, Standing::Active, 1), Err(AdminRefusal::OwnAccount));
        assert_eq!(suspend(Role::Admin, Standing::Active, 2), Err(AdminRefusal::IsAdmin));
        let reinstate = |standing| {
            let entry = entry(AdminAct::UserReinstated, AdminActor::Admin(user(2)));
            subject(Role::Buyer, standing).reinstate(entry).map(|judgement| judgement.standing)
        };
        assert_eq!(reinstate(Standing::Suspended), Ok(Standing::Active));
        assert_eq!(reinstate(Standing::Banned), Ok(Standing::Active));
        assert_eq!(reinstate(Standing::Active), Err(AdminRefusal::NotSuspended));
        assert_eq!(reinstate(GONE), Err(AdminRefusal::Deleted));
    }

    #[test]
    fn only_active_accounts_become_admins_and_only_active_admins_administer() {
        let grant = |standing| {
            let entry = entry(AdminAct::AdminGranted, AdminActor::Operator);
            subject(Role::Buyer, standing).grant_admin(entry).map(|judgement| judgement.role)
        };
        assert_eq!(grant(Standing::Active), Ok(Role::Admin));
        assert_eq!(grant(Standing::Suspended), Err(AdminRefusal::AlreadySuspended));
        assert_eq!(grant(GONE), Err(AdminRefusal::Deleted));
        assert!(subject(Role::Admin, Standing::Active).may_administer());
        assert!(!subject(Role::Admin, Standing::Suspended).may_administer());
        assert!(!subject(Role::Both, Standing::Active).may_administer());
    }
}
