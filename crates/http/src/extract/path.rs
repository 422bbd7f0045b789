//! Parameters in the path.

use axum::{
    extract::{FromRequestParts, path::ErrorKind, rejection::PathRejection},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The parameters in the path. One of the wrong form, such as an id that is no UUID, is 400.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if parts.uri.path().contains("%00") {
            return Err(Problem::invalid_path());
        }
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(rejection) if is_ours(&rejection) => {
                tracing::error!(%rejection, "a handler asks for other path parameters than its route has");
                Err(Problem::internal())
            }
            Err(_) => Err(Problem::invalid_path()),
        }
    }
}

/// Whether the route, not the request, is at fault.
fn is_ours(rejection: &PathRejection) -> bool {
    let PathRejection::FailedToDeserializePathParams(error) = rejection else { return true };
    matches!(error.kind(), ErrorKind::WrongNumberOfParameters { .. } | ErrorKind::UnsupportedType { .. })
}
