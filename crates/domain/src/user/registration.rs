//! Opening an account: the form, and what becomes of it.

use std::fmt;

use chrono::{DateTime, Utc};

use super::{DisplayName, Role, Standing, User};
use crate::{
    contact::{Email, Phone, Username},
    id::UserId,
    slug::Slug,
    violation::{Fault, Violations},
};

/// A password somebody chose: 8 to 128 characters of any kind. Length is what counts, not composition
/// (NIST SP 800-63B, 5.1.1.2). It never shows in debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Checks the length, in characters; spaces count and nothing is trimmed.
    pub fn choose(text: String) -> Result<Self, Fault> {
        match text.chars().count() {
            0..8 => Err(Fault::new("too_short", "Must be at least 8 characters.")),
            8..=128 => Ok(Self(text)),
            _ => Err(Fault::new("too_long", "Must be at most 128 characters.")),
        }
    }

    /// Takes what somebody typed at log-in. No rule applies: it is right or wrong. Longer than any that can be
    /// chosen is wrong before it costs a hash.
    pub fn typed(text: String) -> Option<Self> {
        (text.len() <= 4 * 128).then_some(Self(text))
    }

    /// The bare text, for hashing.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// What a newcomer fills in, unchecked.
#[derive(Clone, Default)]
pub struct RegistrationForm {
    /// Required.
    pub email: String,
    /// Required.
    pub username: String,
    /// Required.
    pub password: String,
    /// The username when left out.
    pub display_name: Option<String>,
    /// May be left out.
    pub phone: Option<String>,
    /// `buyer` when left out.
    pub role: Option<String>,
}

/// A form that was found good.
#[derive(Clone, Debug, PartialEq)]
pub struct Registration {
    email: Email,
    username: Username,
    password: Password,
    display_name: DisplayName,
    phone: Option<Phone>,
    role: Role,
}

impl Registration {
    /// Checks every field and names all that are wrong.
    pub fn check(form: RegistrationForm) -> Result<Self, Violations> {
        let mut wrong = Violations::none();
        let email = wrong.keep("email", Email::parse(&form.email));
        let username = wrong.keep("username", Username::parse(&form.username));
        let password = wrong.keep("password", Password::choose(form.password));
        let shown = form.display_name.as_deref().unwrap_or(&form.username);
        let display_name = match DisplayName::parse(shown) {
            // A bad username is said once, of the username.
            Err(_) if form.display_name.is_none() => None,
            parsed => wrong.keep("display_name", parsed),
        };
        let phone = wrong.keep_optional("phone", form.phone.as_deref().map(Phone::parse));
        let role = wrong.keep("role", form.role.as_deref().map_or(Ok(Role::Buyer), self_chosen));
        let whole = (|| {
            Some(Self {
                email: email?,
                username: username?,
                password: password?,
                display_name: display_name?,
                phone,
                role: role?,
            })
        })();
        wrong.or_else(whole)
    }

    /// The password to hash.
    pub fn password(&self) -> &Password {
        &self.password
    }

    /// The account this opens.
    pub fn open(self, id: UserId, now: DateTime<Utc>) -> User {
        User {
            id,
            email: self.email,
            username: self.username,
            phone: self.phone,
            display_name: self.display_name,
            bio: None,
            avatar_url: None,
            role: self.role,
            location: None,
            location_label: None,
            standing: Standing::Active,
            created_at: now,
            updated_at: now,
        }
    }
}

/// Roles that people give themselves; nobody makes themself an admin.
pub(super) fn self_chosen(word: &str) -> Result<Role, Fault> {
    Role::from_slug(word)
        .filter(|role| !role.is_admin())
        .ok_or_else(|| Fault::new("unknown_value", "Must be one of buyer, seller, both."))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn form() -> RegistrationForm {
        RegistrationForm {
            email: "ada@example.com".to_owned(),
            username: "ada".to_owned(),
            password: "correct horse".to_owned(),
            ..RegistrationForm::default()
        }
    }

    fn codes(form: RegistrationForm) -> Vec<(String, &'static str)> {
        Registration::check(form)
            .unwrap_err()
            .iter()
            .map(|wrong| (wrong.field.to_string(), wrong.code))
            .collect()
    }

    #[test]
    fn a_short_form_opens_a_buyers_account_named_after_the_username() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let user = Registration::check(form()).unwrap().open(UserId::from_uuid(Uuid::from_u128(1)), now);
        assert_eq!(user.display_name.as_ref(), "ada");
        assert_eq!(user.role, Role::Buyer);
        assert_eq!(user.standing, Standing::Active);
        assert_eq!(user.created_at, now);
    }

    #[test]
    fn everything_wrong_is_named_at_once() {
        let wrong = RegistrationForm {
            email: "x".to_owned(),
            username: "a".to_owned(),
            password: "short".to_owned(),
            display_name: Some(String::new()),
            phone: Some("1".to_owned()),
            role: Some("king".to_owned()),
        };
        let expected = [
            ("email", "invalid_format"),
            ("username", "too_short"),
            ("password", "too_short"),
            ("display_name", "required"),
            ("phone", "invalid_format"),
            ("role", "unknown_value"),
        ];
        assert_eq!(codes(wrong), expected.map(|(field, code)| (field.to_owned(), code)));
    }

    #[test]
    fn nobody_makes_themself_an_admin() {
        let wrong = RegistrationForm { role: Some("admin".to_owned()), ..form() };
        assert_eq!(codes(wrong), [("role".to_owned(), "unknown_value")]);
    }

    #[test]
    fn a_password_counts_characters_and_stays_out_of_debug_output() {
        assert!(Password::choose("ü".repeat(8)).is_ok());
        assert!(Password::choose("ü".repeat(128)).is_ok());
        assert!(Password::choose("x".repeat(129)).is_err());
        assert_eq!(format!("{:?}", Password::choose("correct horse".to_owned()).unwrap()), "Password(…)");
        assert!(Password::typed("x".repeat(10_000)).is_none());
    }
}
