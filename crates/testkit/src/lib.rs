//! What tests share: entities ready made, a clock that stands still, a database per test, a mail server, a
//! stand-in for Stripe. Never part of the product.

pub mod build;
pub mod database;
pub mod fixed;
pub mod picture;
pub mod smtp;
pub mod stripe;
