//! What is wrong with a form: a list of fields with a machine word and a sentence each, so that a client can mark
//! all of them at once.

use std::{borrow::Cow, fmt};

/// One thing wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The field as clients spell it, for example `price_minor`.
    pub field: Cow<'static, str>,
    /// A machine word, for example `too_long`.
    pub code: &'static str,
    /// A sentence for the person who filled in the form.
    pub detail: Cow<'static, str>,
}

/// Why a value was refused, before it is known which field held it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// A machine word, for example `too_long`.
    pub code: &'static str,
    /// A sentence for the person who filled in the form.
    pub detail: Cow<'static, str>,
}

impl Fault {
    /// A fault with its word and its sentence.
    pub fn new(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, detail: detail.into() }
    }

    /// The same fault, said of a field.
    pub fn of(self, field: impl Into<Cow<'static, str>>) -> Violation {
        Violation { field: field.into(), code: self.code, detail: self.detail }
    }
}

/// Everything wrong with a form; never empty once it is an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// Nothing wrong so far.
    pub fn none() -> Self {
        Self::default()
    }

    /// Notes one more.
    pub fn add(&mut self, violation: Violation) {
        self.0.push(violation);
    }

    /// Keeps a good value, or notes what is wrong with it.
    pub fn keep<T>(&mut self, field: &'static str, value: Result<T, Fault>) -> Option<T> {
        value.map_err(|fault| self.add(fault.of(field))).ok()
    }

    /// As [`keep`](Self::keep), for a field that may be left out.
    pub fn keep_optional<T>(&mut self, field: &'static str, value: Option<Result<T, Fault>>) -> Option<T> {
        value.and_then(|value| self.keep(field, value))
    }

    /// The form, if every part is there and nothing was noted; else everything noted.
    pub fn or_else<T>(self, form: Option<T>) -> Result<T, Self> {
        match form {
            Some(form) if self.0.is_empty() => Ok(form),
            _ => Err(self),
        }
    }

    /// What is wrong, in the order it was found.
    pub fn iter(&self) -> impl Iterator<Item = &Violation> {
        self.0.iter()
    }
}

impl From<Violation> for Violations {
    fn from(violation: Violation) -> Self {
        Self(vec![violation])
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, violation) in self.0.iter().enumerate() {
            let separator = if position == 0 { "" } else { "; " };
            write!(f, "{separator}{}: {}", violation.field, violation.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for Violations {}
