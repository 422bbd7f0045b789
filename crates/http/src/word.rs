//! Closed sets of words in JSON and in query strings, with their spelling from the domain.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Visitor},
};
use souk_domain::{
    admin::AdminAct,
    conversation::{MessageType, Side, WritableType},
    geo::Precision,
    offer::{OfferReason, OfferStatus, Party},
    product::{Category, Condition, Feed, ProductSort},
    slug::Slug,
    stream::StreamStatus,
    transaction::TransactionStatus,
    user::Role,
    verification::{Channel, VerificationStatus, VerificationType},
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ObjectBuilder, Schema, Type},
    },
};

/// One word of a closed set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word<T>(pub T);

// Under these names the derives of utoipa take each for a type of its own, with a schema of its own.
/// What an admin can do.
pub type AdminActWord = Word<AdminAct>;
/// A role.
pub type RoleWord = Word<Role>;
/// A category.
pub type CategoryWord = Word<Category>;
/// A feed.
pub type FeedWord = Word<Feed>;
/// A condition.
pub type ConditionWord = Word<Condition>;
/// A precision.
pub type PrecisionWord = Word<Precision>;
/// An order of a feed.
pub type SortWord = Word<ProductSort>;
/// A side of an offer.
pub type OfferPartyWord = Word<Party>;
/// Where an offer stands.
pub type OfferStatusWord = Word<OfferStatus>;
/// Why it stands there.
pub type OfferStatusReasonWord = Word<OfferReason>;
/// Where the money of a deal is.
pub type TransactionStatusWord = Word<TransactionStatus>;
/// What can be verified.
pub type VerificationTypeWord = Word<VerificationType>;
/// Where a verification stands.
pub type VerificationStatusWord = Word<VerificationStatus>;
/// Where a show is in its life.
pub type StreamStatusWord = Word<StreamStatus>;
/// Which of the two somebody is.
pub type SideWord = Word<Side>;
/// A type of message.
pub type MessageTypeWord = Word<MessageType>;
/// A type of message that people write.
pub type WritableTypeWord = Word<WritableType>;
/// Where a code goes.
pub type ChannelWord = Word<Channel>;

impl<T: Slug> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.slug())
    }
}

impl<'de, T: Slug> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOf<T>(PhantomData<T>);

        impl<T: Slug> Visitor<'_> for OneOf<T> {
            type Value = Word<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<Word<T>, E> {
                T::from_slug(word).map(Word).ok_or_else(|| {
                    // The same form as serde's own, which is how the mistake gets its machine word.
                    let words: Vec<_> = T::ALL.iter().map(|value| format!("`{}`", value.slug())).collect();
                    E::custom(format!("unknown variant `{word}`, expected one of {}", words.join(", ")))
                })
            }
        }

        deserializer.deserialize_str(OneOf(PhantomData))
    }
}

impl<T: Slug> PartialSchema for Word<T> {
    fn schema() -> RefOr<Schema> {
        let words = T::ALL.iter().map(|value| value.slug());
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
    }
}

impl<T: Slug> ToSchema for Word<T> {
    /// `feed_type` becomes `FeedType`.
    fn name() -> Cow<'static, str> {
        let mut upper = true;
        let mut name = String::new();
        for c in T::NAME.chars() {
            match c {
                '_' => upper = true,
                c if upper => {
                    name.push(c.to_ascii_uppercase());
                    upper = false;
                }
                c => name.push(c),
            }
        }
        Cow::Owned(name)
    }
}

#[cfg(test)]
mod tests {
    use souk_domain::product::{Condition, Feed};

    use super::*;

    #[test]
    fn words_are_spelt_as_the_domain_has_them() {
        assert_eq!(serde_json::to_string(&Word(Condition::LikeNew)).unwrap(), "\"like_new\"");
        assert_eq!(serde_json::from_str::<Word<Feed>>("\"discover\"").unwrap(), Word(Feed::Discover));
        let error = serde_json::from_str::<Word<Feed>>("\"x\"").unwrap_err().to_string();
        assert!(error.starts_with("unknown variant `x`, expected one of `discover`, `community`"), "{error}");
        assert_eq!(Word::<Feed>::name(), "FeedType");
    }
}
