//! Identifiers: one type per entity, so that arguments cannot be swapped. Ids are made outside (`UUIDv7`) and handed in.

use std::fmt;

use uuid::Uuid;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Takes an id that was made or read elsewhere.
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            /// The bare id, for storing and showing it.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// A person with an account.
    UserId,
    /// One log-in on one device, with all the refresh tokens that follow from it.
    SessionId,
    /// A listed thing.
    ProductId,
    /// A picture that somebody uploaded.
    MediaId,
    /// A live show.
    StreamId,
    /// What somebody wrote under a show.
    CommentId,
    /// A thread between a buyer and a seller.
    ConversationId,
    /// One message of a thread.
    MessageId,
    /// A price somebody named for a listing.
    OfferId,
    /// A purchase and its payment.
    TransactionId,
    /// One attempt to prove something of an account.
    VerificationId,
    /// A line in the record of what admins did.
    AuditEntryId,
}
