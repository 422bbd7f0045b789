//! Attempts as their own person and as admins see them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use souk_domain::verification::{Document, Rejection, Verification, VerificationState};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::word::{VerificationStatusWord, VerificationTypeWord, Word};

/// An attempt to verify something.
#[derive(Serialize, ToSchema)]
#[schema(as = Verification)]
pub struct VerificationView {
    id: Uuid,
    verification_type: VerificationTypeWord,
    status: VerificationStatusWord,
    /// The document, where there is one.
    data: Option<DocumentView>,
    submitted_at: DateTime<Utc>,
    /// Until when the code that was sent is good.
    code_expires_at: Option<DateTime<Utc>>,
    verified_at: Option<DateTime<Utc>>,
    /// What the reviewer wrote, or one of `too_many_tries`, `code_expired`, `contact_changed`.
    rejection_reason: Option<String>,
}

/// A document by reference.
#[derive(Serialize, ToSchema)]
#[schema(as = VerificationDocument)]
struct DocumentView {
    /// Where it lies.
    document: String,
    /// What its person says of it.
    note: Option<String>,
}

/// A page of attempts.
#[derive(Serialize, ToSchema)]
pub struct VerificationList {
    /// Newest first.
    data: Vec<VerificationView>,
    /// Where the next page begins; null on the last.
    next_cursor: Option<String>,
}

/// An attempt as admins see it.
#[derive(Serialize, ToSchema)]
#[schema(as = Review)]
pub struct ReviewView {
    /// Whose it is.
    user_id: Uuid,
    /// The admin who looked at it.
    reviewed_by: Option<Uuid>,
    #[serde(flatten)]
    verification: VerificationView,
}

/// A page of attempts with documents.
#[derive(Serialize, ToSchema)]
pub struct ReviewList {
    /// Longest wait first.
    data: Vec<ReviewView>,
    /// Where the next page begins; null on the last.
    next_cursor: Option<String>,
}

impl From<Document> for DocumentView {
    fn from(document: Document) -> Self {
        Self {
            document: document.reference.into_string(),
            note: document.note.map(souk_domain::verification::Note::into_string),
        }
    }
}

impl From<Verification> for VerificationView {
    fn from(verification: Verification) -> Self {
        let status = Word(verification.state.status());
        let (mut code_expires_at, mut verified_at, mut rejection_reason) = (None, None, None);
        match verification.state {
            VerificationState::AwaitingCode(challenge) => code_expires_at = Some(challenge.expires_at),
            VerificationState::AwaitingReview => {}
            VerificationState::Verified { at, .. } => verified_at = Some(at),
            VerificationState::Rejected(rejection) => rejection_reason = Some(rejection.reason().to_owned()),
        }
        Self {
            id: verification.id.as_uuid(),
            verification_type: Word(verification.kind),
            status,
            data: verification.document.map(DocumentView::from),
            submitted_at: verification.submitted_at,
            code_expires_at,
            verified_at,
            rejection_reason,
        }
    }
}

impl From<Verification> for ReviewView {
    fn from(verification: Verification) -> Self {
        let reviewed_by = match &verification.state {
            VerificationState::Verified { reviewer, .. } => *reviewer,
            VerificationState::Rejected(Rejection::Reviewed { reviewer, .. }) => Some(*reviewer),
            VerificationState::AwaitingCode(_)
            | VerificationState::AwaitingReview
            | VerificationState::Rejected(_) => None,
        };
        Self {
            user_id: verification.user.as_uuid(),
            reviewed_by: reviewed_by.map(souk_domain::id::UserId::as_uuid),
            verification: verification.into(),
        }
    }
}

impl VerificationList {
    /// A page.
    pub(super) fn of(attempts: Vec<Verification>, next_cursor: Option<String>) -> Self {
        Self { data: attempts.into_iter().map(VerificationView::from).collect(), next_cursor }
    }
}

impl ReviewList {
    /// A page.
    pub(super) fn of(attempts: Vec<Verification>, next_cursor: Option<String>) -> Self {
        Self { data: attempts.into_iter().map(ReviewView::from).collect(), next_cursor }
    }
}
