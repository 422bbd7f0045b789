//! What is handed in to prove something: nothing, where a code is sent, or a document by reference: where it lies, never
//! what is in it.

use super::{Channel, Paper, VerificationType};
use crate::{
    text::{Block, Line},
    violation::{Fault, Violations},
};

/// Where a document lies: a media id or another reference, 1 to 255 characters.
pub type DocumentReference = Line<1, 255>;
/// What the person says of it, up to 1,000 characters.
pub type Note = Block<1000>;

/// A document to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Where it lies.
    pub reference: DocumentReference,
    /// What the person says of it.
    pub note: Option<Note>,
}

/// A document as it was filled in, unchecked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentForm {
    /// Required.
    pub document: String,
    /// May be left out.
    pub note: Option<String>,
}

/// What proves a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A code that is sent there and comes back.
    Code(Channel),
    /// A document that an admin looks at.
    Document(Paper, Document),
}

impl Evidence {
    /// Checks what somebody filled in to prove this.
    pub fn check(kind: VerificationType, form: Option<&DocumentForm>) -> Result<Self, Violations> {
        let paper = match kind {
            VerificationType::Email => return none(form).map(|()| Self::Code(Channel::Email)),
            VerificationType::Phone => return none(form).map(|()| Self::Code(Channel::Phone)),
            VerificationType::GovernmentId => Paper::GovernmentId,
            VerificationType::Address => Paper::Address,
        };
        let Some(form) = form else {
            return Err(Fault::new("required", "Say where the document lies.").of("data").into());
        };
        let mut wrong = Violations::none();
        let reference = wrong.keep("data.document", DocumentReference::parse(&form.document));
        let note = wrong.keep_optional("data.note", form.note.as_deref().map(Note::parse));
        let document = reference.map(|reference| Document { reference, note });
        wrong.or_else(document).map(|document| Self::Document(paper, document))
    }
}

/// Codes are sent to what the account says; there is nothing to fill in.
fn none(form: Option<&DocumentForm>) -> Result<(), Violations> {
    match form {
        None => Ok(()),
        Some(_) => Err(Fault::new("not_allowed", "Only documents have data.").of("data").into()),
    }
}
