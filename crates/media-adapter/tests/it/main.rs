//! Making and keeping pictures, with the uploads of people who mean well and of people who do not.

#![expect(
    clippy::unwrap_used,
    reason = "this is all test, but clippy only knows that of functions marked as one"
)]

mod develop;
mod folder;
mod hostile;
mod s3;
mod support;
