//! What people fill in to prove something, and admins to refuse it.

use serde::Deserialize;
use souk_domain::verification::{DocumentForm, VerificationType};
use utoipa::ToSchema;

use crate::word::VerificationTypeWord;

/// Something to be verified.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVerification {
    /// What.
    verification_type: VerificationTypeWord,
    /// The document; for `government_id` and `address` only.
    data: Option<DocumentData>,
}

/// A document by reference. Never send its content.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentData {
    /// Where it lies: a media id or another reference.
    #[schema(min_length = 1, max_length = 255, example = "media/0199f0c2-7d5e-7c3a-9c55-3f6a1c0d9b11")]
    document: String,
    /// What you say of it.
    #[schema(max_length = 1000, example = "Passport, first page.")]
    note: Option<String>,
}

/// A code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TypedCode {
    /// The six digits that were sent.
    #[schema(pattern = "^[0-9]{6}$", example = "123456")]
    pub(super) code: String,
}

/// A refusal.
#[derive(Deserialize, ToSchema)]
#[schema(as = VerificationRefusal)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Why; the person reads it, and it goes into the record.
    #[schema(min_length = 1, max_length = 500, example = "The photograph is not legible.")]
    pub(super) reason: String,
}

impl NewVerification {
    /// What is to be verified, and with what.
    pub(super) fn into_parts(self) -> (VerificationType, Option<DocumentForm>) {
        let form = self.data.map(|data| DocumentForm { document: data.document, note: data.note });
        (self.verification_type.0, form)
    }
}
