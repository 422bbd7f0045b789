//! Stripe, as far as this marketplace needs it: sellers' accounts (Connect), and the links to their onboarding.
//!
//! A thin client of our own. Every request names the version of Stripe's API that this code was written for; of answers
//! it reads the few fields that it needs and nothing else, so that a newer Stripe cannot confuse it.

mod client;
mod connect;

pub use client::{StripeError, StripeSettings};
pub use connect::StripePayments;
