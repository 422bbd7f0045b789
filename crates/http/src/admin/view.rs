//! Accounts and the record, as admins see them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use souk_domain::{
    admin::{AdminActor, AuditEntry},
    user::User,
};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    user::AccountStatus,
    word::{AdminActWord, RoleWord, Word},
};

/// An account as an admin sees it: who, and whether it may act; not where they are.
#[derive(Serialize, ToSchema)]
#[schema(as = AdminAccount)]
pub struct AdminAccountView {
    id: Uuid,
    email: String,
    username: String,
    display_name: String,
    role: RoleWord,
    status: AccountStatus,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<User> for AdminAccountView {
    fn from(user: User) -> Self {
        Self {
            id: user.id.as_uuid(),
            email: user.email.into_string(),
            username: user.username.into_string(),
            display_name: user.display_name.into_string(),
            role: Word(user.role),
            status: user.standing.into(),
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// A page of accounts.
#[derive(Serialize, ToSchema)]
#[schema(as = AdminAccountList)]
pub struct UserList {
    data: Vec<AdminAccountView>,
    /// Brings the next page; null on the last one.
    next_cursor: Option<String>,
}

impl UserList {
    /// The page.
    pub fn of(users: Vec<User>, next_cursor: Option<String>) -> Self {
        Self { data: users.into_iter().map(AdminAccountView::from).collect(), next_cursor }
    }
}

/// A line of the record.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditEntry)]
struct AuditEntryView {
    id: Uuid,
    /// Who did it; null for whoever runs the program.
    admin_id: Option<Uuid>,
    act: AdminActWord,
    /// The account or the verification it was done to.
    subject_id: Uuid,
    reason: Option<String>,
    created_at: DateTime<Utc>,
}

impl From<AuditEntry> for AuditEntryView {
    fn from(entry: AuditEntry) -> Self {
        Self {
            id: entry.id.as_uuid(),
            admin_id: match entry.actor {
                AdminActor::Admin(id) => Some(id.as_uuid()),
                AdminActor::Operator => None,
            },
            act: Word(entry.act),
            subject_id: entry.subject,
            reason: entry.reason.map(souk_domain::admin::Reason::into_string),
            created_at: entry.at,
        }
    }
}

/// A page of the record.
#[derive(Serialize, ToSchema)]
pub struct AuditList {
    data: Vec<AuditEntryView>,
    /// Brings the next page; null on the last one.
    next_cursor: Option<String>,
}

impl AuditList {
    /// The page.
    pub fn of(entries: Vec<AuditEntry>, next_cursor: Option<String>) -> Self {
        Self { data: entries.into_iter().map(AuditEntryView::from).collect(), next_cursor }
    }
}
