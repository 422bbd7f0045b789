//! Edits: what a form says of each field, and which version of the thing it was filled in for.

use crate::violation::Fault;

/// What a form says of a field that may be left alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Change<T> {
    /// Nothing: it stays as it is.
    #[default]
    Keep,
    /// It shall be empty.
    Clear,
    /// It shall be this.
    Set(T),
}

impl<T> Change<T> {
    /// The same change with its value checked.
    pub fn check<U>(self, parse: impl FnOnce(T) -> Result<U, Fault>) -> Result<Change<U>, Fault> {
        Ok(match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::Set(value) => Change::Set(parse(value)?),
        })
    }

    /// The same change with its value as something else.
    pub fn map<U>(self, into: impl FnOnce(T) -> U) -> Change<U> {
        match self {
            Self::Keep => Change::Keep,
            Self::Clear => Change::Clear,
            Self::Set(value) => Change::Set(into(value)),
        }
    }

    /// The change of a field that can never be empty: its new value, if it gets one.
    pub fn never_empty(self) -> Result<Option<T>, Fault> {
        match self {
            Self::Keep => Ok(None),
            Self::Clear => Err(Fault::new("required", "Cannot be taken away, only changed.")),
            Self::Set(value) => Ok(Some(value)),
        }
    }

    /// What the field holds afterwards.
    pub fn of(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}

/// Which versions of a thing somebody is prepared to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Whatever it is now.
    Any,
    /// One of these, which they have seen.
    OneOf(Vec<i64>),
}

impl Expected {
    /// Whether a thing of this version may be changed.
    pub fn allows(&self, version: i64) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(&version),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_keeps_clears_or_sets() {
        assert_eq!(Change::Keep.of(Some(1)), Some(1));
        assert_eq!(Change::Clear.of(Some(1)), None);
        assert_eq!(Change::Set(2).of(Some(1)), Some(2));
        assert_eq!(Change::Set(2).of(None), Some(2));
    }

    #[test]
    fn only_new_values_are_checked() {
        let refuse = |_: i32| Err::<i32, _>(Fault::new("bad", "Bad."));
        assert_eq!(Change::Keep.check(refuse), Ok(Change::Keep));
        assert_eq!(Change::Clear.check(refuse), Ok(Change::Clear));
        assert_eq!(Change::Set(1).check(refuse).unwrap_err().code, "bad");
        assert_eq!(Change::Set(1).check(|n| Ok(n + 1)), Ok(Change::Set(2)));
        assert_eq!(Change::Set(1).map(|n| n + 1), Change::Set(2));
        assert_eq!(Change::<i32>::Clear.map(|n| n + 1), Change::Clear);
    }

    #[test]
    fn what_can_never_be_empty_cannot_be_cleared() {
        assert_eq!(Change::<i32>::Clear.never_empty().unwrap_err().code, "required");
        assert_eq!(Change::<i32>::Keep.never_empty(), Ok(None));
        assert_eq!(Change::Set(1).never_empty(), Ok(Some(1)));
    }

    #[test]
    fn only_versions_that_were_seen_may_be_changed() {
        assert!(Expected::Any.allows(7));
        assert!(Expected::OneOf(vec![6, 7]).allows(7));
        assert!(!Expected::OneOf(vec![6]).allows(7));
        assert!(!Expected::OneOf(vec![]).allows(7));
    }
}
