//! How people are reached and known: e-mail address, phone number, username.

use std::fmt;

use crate::violation::Fault;

/// An e-mail address, as written; compared without regard to case. 254 bytes at most (RFC 5321).
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

/// A phone number in E.164: `+`, then 7 to 15 digits, the first not zero.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

/// The public name of an account: 3 to 30 of `a–z 0–9 . _ -`, compared without regard to case. It can hold neither `@`
/// nor `+`, so that an identifier at log-in is never two things at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

impl Email {
    /// How the addresses of deleted accounts end; there is no such domain (RFC 2606).
    pub(crate) const NOBODY: &str = "@deleted.invalid";

    /// Checks the form only; whether the mailbox is theirs is a matter of verification.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        if text.len() > 254 {
            return Err(Fault::new("too_long", "Must be at most 254 bytes."));
        }
        if text.to_ascii_lowercase().ends_with(Self::NOBODY) {
            return Err(Fault::new("reserved", "No address of this domain can be used."));
        }
        let invalid = || Fault::new("invalid_format", "Must be an e-mail address such as ada@example.com.");
        let (local, domain) = text.rsplit_once('@').ok_or_else(invalid)?;
        let local_is_good = !local.is_empty()
            && local.len() <= 64
            && !local.chars().any(|c| {
                c.is_whitespace() || c.is_control() || matches!(c, '@' | '"' | '<' | '>' | ',' | ';')
            });
        let domain_is_good = domain.contains('.')
            && domain.split('.').all(|label| {
                !label.is_empty()
                    && label.len() <= 63
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            });
        if local_is_good && domain_is_good { Ok(Self(text.to_owned())) } else { Err(invalid()) }
    }

    /// Takes one that was checked when it was written. Not checked again, so that a stricter rule of today does not
    /// make yesterday's unreadable.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The bare text.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl Phone {
    /// Takes E.164; spaces, dots, dashes and brackets between the digits are dropped.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let number: String =
            text.trim().chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
        let is_e164 = number.strip_prefix('+').is_some_and(|digits| {
            (7..=15).contains(&digits.len())
                && !digits.starts_with('0')
                && digits.bytes().all(|byte| byte.is_ascii_digit())
        });
        if is_e164 {
            Ok(Self(number))
        } else {
            Err(Fault::new("invalid_format", "Must be an international number such as +4930123456."))
        }
    }

    /// Takes one that was checked when it was written. Not checked again, so that a stricter rule of today does not
    /// make yesterday's unreadable.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The bare text.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl Username {
    /// How the names of deleted accounts begin.
    pub(crate) const NOBODY: &str = "deleted-";

    /// Checks length and characters.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        match text.chars().count() {
            0 => return Err(Fault::new("required", "Must not be empty.")),
            1 | 2 => return Err(Fault::new("too_short", "Must be at least 3 characters.")),
            3..=30 => {}
            _ => return Err(Fault::new("too_long", "Must be at most 30 characters.")),
        }
        if text.to_ascii_lowercase().starts_with(Self::NOBODY) {
            return Err(Fault::new("reserved", "Names that begin with `deleted-` cannot be used."));
        }
        if text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Fault::new(
                "invalid_character",
                "Only letters a–z, digits, dot, dash and underscore are allowed.",
            ))
        }
    }

    /// Takes one that was checked when it was written. Not checked again, so that a stricter rule of today does not
    /// make yesterday's unreadable.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The bare text.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// What somebody typed to say who they are at log-in.
#[derive(Clone, PartialEq, Eq)]
pub enum Identifier {
    /// It holds an `@`.
    Email(Email),
    /// It begins with a `+`.
    Phone(Phone),
    /// Anything else.
    Username(Username),
}

impl Identifier {
    /// Reads an identifier. `None` means that no account can bear it, which is no different from one that does not exist.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.contains('@') {
            Email::parse(text).map(Self::Email).ok()
        } else if text.starts_with('+') {
            Phone::parse(text).map(Self::Phone).ok()
        } else {
            Username::parse(text).map(Self::Username).ok()
        }
    }
}

impl AsRef<str> for Email {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Phone {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Username {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

// Personal data stays out of logs, also by accident.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identifier(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn email_addresses_have_a_mailbox_and_a_domain() {
        for good in ["ada@example.com", "a.b+c@mail.example.co.uk", "ü@exämple.de", "  ada@example.com "] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@localhost",
            "a b@example.com",
            "a@b@example.com",
            "a@-x.com",
            "a@x..com",
        ] {
            assert_eq!(Email::parse(bad).unwrap_err().code, "invalid_format", "{bad}");
        }
        assert_eq!(Email::parse(&format!("a@{}.com", "x".repeat(260))).unwrap_err().code, "too_long");
    }

    #[test]
    fn phone_numbers_are_e164() {
        assert_eq!(Phone::parse("+49 (30) 123-456").unwrap().as_ref(), "+4930123456");
        for bad in ["", "030123456", "+0301234567", "+49", "+1234567890123456", "+49x3012345"] {
            assert!(Phone::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn usernames_are_short_and_plain() {
        for good in ["ada", "Ada.Lovelace-1815", "1a2", "a_b"] {
            assert!(Username::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "ab", "a@b", "+4930123456", "a b", "ädä", &"x".repeat(31)] {
            assert!(Username::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_identifier_is_one_thing_only() {
        assert!(matches!(Identifier::parse("ada@example.com"), Some(Identifier::Email(_))));
        assert!(matches!(Identifier::parse("+4930123456"), Some(Identifier::Phone(_))));
        assert!(matches!(Identifier::parse("ada"), Some(Identifier::Username(_))));
        assert!(Identifier::parse("?").is_none());
    }

    #[test]
    fn contact_data_does_not_show_in_debug_output() {
        let email = Email::parse("ada@example.com").unwrap();
        let identifier = Identifier::parse("+4930123456").unwrap();
        assert_eq!(format!("{email:?} {identifier:?}"), "Email(…) Identifier(…)");
    }
}
