//! Reading requests: what axum's own extractors do, but strict, and every refusal is a [`Problem`].
//!
//! A request that cannot be read at all is 400 (413, 415); one that can be read but makes no sense is 422 and names the
//! field. Forms carry `#[serde(deny_unknown_fields)]`, so that nobody slips in a `role` or `seller_id`. U+0000 is refused
//! in every string, because PostgreSQL cannot store it, and a number that is not finite never gets in.
//!
//! [`Problem`]: crate::problem::Problem

mod finite;
mod if_match;
mod json;
mod patch;
mod path;
mod query;
mod strict;
mod wording;

pub use finite::FiniteF64;
pub use if_match::IfMatch;
pub(crate) use if_match::etag;
pub(crate) use json::{FUSE, json};
pub use json::{Json, MaybeJson};
pub(crate) use patch::change;
pub use path::Path;
pub use query::Query;

/// What is said of a string that holds U+0000.
const NUL_DETAIL: &str = "Must not contain the character U+0000.";
/// The machine word for it.
const NUL_CODE: &str = "invalid_character";
