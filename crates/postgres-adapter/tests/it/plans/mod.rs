//! In a place as busy as one server will ever hold, everything is read from the index made for it, and little more is
//! read than what is shown.
//!
//! Two ways to see that: the plan of a statement as it is written here (`listings`), and everywhere else what the
//! adapter's own statements left in PostgreSQL's counters, whatever their text. They are counted twice: with plans
//! made once for any values, and with plans made for each. What a pool asks its connections for is its own affair.

mod listings;
mod load;
mod meter;
mod outbox;
mod people;
mod shows;
mod sweeps;
mod talks;

pub(crate) use self::{
    listings::pages_read,
    load::{QUIET, large},
    meter::{Cost, Meter},
};
