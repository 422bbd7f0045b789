//! Deals as clients see them. So far they appear where an offer is accepted.

mod view;

pub use view::TransactionView;
