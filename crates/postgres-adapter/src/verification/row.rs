//! An attempt as a row.

use chrono::{DateTime, Utc};
use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::{Pg, PgValue},
    prelude::*,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::Jsonb,
};
use serde_json::{Map, Value};
use souk_domain::{
    id::{UserId, VerificationId},
    verification::{
        Challenge, CodeHash, Document, DocumentReference, Note, Rejection, Verification, VerificationState,
        VerificationStatus, VerificationType,
    },
};
use souk_ports::PortError;
use uuid::Uuid;

use crate::{schema::verifications, words::Word};

#[derive(Queryable, Selectable)]
#[diesel(table_name = verifications, check_for_backend(Pg))]
pub(super) struct VerificationRow {
    id: Uuid,
    user_id: Uuid,
    verification_type: VerificationType,
    status: VerificationStatus,
    data: Data,
    submitted_at: DateTime<Utc>,
    verified_at: Option<DateTime<Utc>>,
    rejection_reason: Option<String>,
    reviewed_by: Option<Uuid>,
    updated_at: DateTime<Utc>,
    code_hash: Option<Vec<u8>>,
    code_expires_at: Option<DateTime<Utc>>,
    code_tries: i16,
    code_sent_at: Vec<Option<DateTime<Utc>>>,
}

/// `{"document": …, "note": …}`, or nothing.
#[derive(Debug, FromSqlRow, AsExpression)]
#[diesel(sql_type = Jsonb)]
pub(super) struct Data(Option<Document>);

impl FromSql<Jsonb, Pg> for Data {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let [1, json @ ..] = value.as_bytes() else { return Err("unknown jsonb version".into()) };
        let mut object: Map<String, Value> = serde_json::from_slice(json)?;
        let mut text = |name| match object.remove(name) {
            Some(Value::String(text)) => Ok(Some(text)),
            None => Ok(None),
            Some(other) => Err(format!("verifications.data: {name} is {other}")),
        };
        let (reference, note) = (text("document")?, text("note")?.map(Note::stored));
        let reference = reference.map(DocumentReference::stored);
        Ok(Self(reference.map(|reference| Document { reference, note })))
    }
}

impl ToSql<Jsonb, Pg> for Data {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        use std::io::Write;
        let mut object = Map::new();
        if let Some(Document { reference, note }) = &self.0 {
            object.insert("document".to_owned(), reference.as_ref().into());
            if let Some(note) = note {
                object.insert("note".to_owned(), note.as_ref().into());
            }
        }
        out.write_all(&[1])?;
        serde_json::to_writer(out, &object)?;
        Ok(IsNull::No)
    }
}

impl TryFrom<VerificationRow> for Verification {
    type Error = PortError;

    fn try_from(row: VerificationRow) -> Result<Self, PortError> {
        let corrupt = || PortError::Corrupt(format!("verifications {}: its columns disagree", row.id));
        let state = state(&row).ok_or_else(corrupt)?;
        let sent_at = row.code_sent_at.iter().copied().collect::<Option<_>>().ok_or_else(corrupt)?;
        Ok(Self {
            id: VerificationId::from_uuid(row.id),
            user: UserId::from_uuid(row.user_id),
            kind: row.verification_type,
            document: row.data.0,
            sent_at,
            state,
            submitted_at: row.submitted_at,
            updated_at: row.updated_at,
        })
    }
}

/// The state that the columns tell; `None` if they contradict each other.
fn state(row: &VerificationRow) -> Option<VerificationState> {
    let reviewer = row.reviewed_by.map(UserId::from_uuid);
    match (row.status, &row.code_hash, row.code_expires_at, row.verified_at, &row.rejection_reason) {
        (VerificationStatus::Pending, Some(hash), Some(expires_at), None, None) => {
            let hash = CodeHash(hash.as_slice().try_into().ok()?);
            let tries = u8::try_from(row.code_tries).ok()?;
            Some(VerificationState::AwaitingCode(Challenge { hash, expires_at, tries }))
        }
        (VerificationStatus::Pending, None, None, None, None) => Some(VerificationState::AwaitingReview),
        (VerificationStatus::Verified, None, None, Some(at), None) => {
            Some(VerificationState::Verified { at, reviewer })
        }
        (VerificationStatus::Rejected, None, None, None, Some(reason)) => {
            Rejection::stored(reason.clone(), reviewer).map(VerificationState::Rejected)
        }
        _ => None,
    }
}

#[derive(Insertable)]
#[diesel(table_name = verifications)]
pub(super) struct SavedRow {
    id: Uuid,
    user_id: Uuid,
    verification_type: Word<VerificationType>,
    status: Word<VerificationStatus>,
    data: Data,
    submitted_at: DateTime<Utc>,
    verified_at: Option<DateTime<Utc>>,
    rejection_reason: Option<String>,
    reviewed_by: Option<Uuid>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    code_hash: Option<Vec<u8>>,
    code_expires_at: Option<DateTime<Utc>>,
    code_tries: i16,
    code_sent_at: Vec<DateTime<Utc>>,
}

impl From<&Verification> for SavedRow {
    fn from(verification: &Verification) -> Self {
        let mut row = Self {
            id: verification.id.as_uuid(),
            user_id: verification.user.as_uuid(),
            verification_type: Word(verification.kind),
            status: Word(verification.state.status()),
            data: Data(verification.document.clone()),
            submitted_at: verification.submitted_at,
            verified_at: None,
            rejection_reason: None,
            reviewed_by: None,
            created_at: verification.submitted_at,
            updated_at: verification.updated_at,
            code_hash: None,
            code_expires_at: None,
            code_tries: 0,
            code_sent_at: verification.sent_at.clone(),
        };
        match &verification.state {
            VerificationState::AwaitingCode(challenge) => {
                row.code_hash = Some(challenge.hash.0.to_vec());
                row.code_expires_at = Some(challenge.expires_at);
                row.code_tries = i16::from(challenge.tries);
            }
            VerificationState::AwaitingReview => {}
            VerificationState::Verified { at, reviewer } => {
                row.verified_at = Some(*at);
                row.reviewed_by = reviewer.map(UserId::as_uuid);
            }
            VerificationState::Rejected(rejection) => {
                row.rejection_reason = Some(rejection.reason().to_owned());
                if let Rejection::Reviewed { reviewer, .. } = rejection {
                    row.reviewed_by = Some(reviewer.as_uuid());
                }
            }
        }
        row
    }
}
