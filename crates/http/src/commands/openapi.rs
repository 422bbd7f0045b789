//! `souk openapi`: the API's description, for client generators and for comparing two versions.

use souk_http::router;

use super::Failure;

/// Where the description says the API is, since a file does not know who serves it.
const ANYWHERE: &str = "/";

/// The description as pretty JSON.
pub(crate) fn run() -> Result<String, Failure> {
    Ok(router::openapi(ANYWHERE).to_pretty_json()?)
}
