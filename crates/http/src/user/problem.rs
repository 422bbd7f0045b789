//! What refusals about accounts are answered with.

use souk_application::user::RegisterError;
use souk_domain::user::UserTaken;

use crate::problem::Problem;

impl From<RegisterError> for Problem {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Invalid(violations) => violations.into(),
            RegisterError::Taken(taken) => taken.into(),
            RegisterError::Port(error) => error.into(),
        }
    }
}

impl From<UserTaken> for Problem {
    fn from(taken: UserTaken) -> Self {
        let code = match taken {
            UserTaken::Email => "email_taken",
            UserTaken::Username => "username_taken",
            UserTaken::Phone => "phone_taken",
        };
        Self::conflict(code, taken.to_string())
    }
}
