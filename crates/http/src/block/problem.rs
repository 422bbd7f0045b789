//! What refusals about blocks are answered with.

use souk_application::block::BlockError;
use souk_domain::block::BlockRefusal;

use crate::problem::Problem;

impl From<BlockError> for Problem {
    fn from(error: BlockError) -> Self {
        match error {
            BlockError::NotFound => Self::not_found(),
            BlockError::Refused(refusal) => refusal.into(),
            BlockError::Port(error) => error.into(),
        }
    }
}

impl From<BlockRefusal> for Problem {
    fn from(refusal: BlockRefusal) -> Self {
        let code = match refusal {
            BlockRefusal::OwnAccount => "own_account",
        };
        Self::conflict(code, refusal.to_string())
    }
}
