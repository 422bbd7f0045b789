//! What tests share: entities ready made, a clock that stands still, a database per test. Never part of the product.

pub mod build;
pub mod database;
pub mod fixed;
