//! Closed sets of words, spelt the same in JSON and in the database.

/// A closed set of words. The spelling is a contract with clients and with the database's enum types.
pub trait Slug: Copy + Eq + 'static {
    /// What one of them is called in an error or a schema, for example `category`.
    const NAME: &'static str;
    /// All of them, in the order people see.
    const ALL: &'static [Self];

    /// The word itself, lower `snake_case`.
    fn slug(self) -> &'static str;

    /// The value a word stands for, if it is one of the set.
    fn from_slug(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.slug() == word)
    }
}

/// Declares an enum whose variants are words of a closed set.
macro_rules! slugs {
    ($(#[$meta:meta])* $name:ident as $label:literal { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$doc])* $variant),+
        }

        impl $crate::slug::Slug for $name {
            const NAME: &'static str = $label;
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn slug(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }
    };
}
pub(crate) use slugs;
