//! A marketplace that looks lived in: forty people in ten cities and the four hundred things they sell.
//!
//! The content is written by hand and dealt out by fixed rules, so that every load makes the same marketplace: same
//! ids, same places, same prices. Only the dates follow the moment of loading. [`load()`] brings it in the way any
//! client would, through the application's services, so that it can hold nothing a real account could not.
//!
//! All of it is fiction. Addresses end in `example.com`, which belongs to nobody, and there are no phone numbers and
//! no pictures, since honest ones cannot be made up.

mod chance;
mod city;
mod goods;
mod listing;
mod load;
mod people;

pub use listing::{DemoListing, listings};
pub use load::{Count, LoadError, Login, Ports, Progress, Summary, load};
pub use people::{DemoPerson, PASSWORD, people};

#[cfg(test)]
mod tests;
