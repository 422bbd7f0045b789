//! What the measurements run on: at scale 1, ten thousand people, a hundred thousand listings, forty thousand threads with
//! two hundred thousand messages, fifty thousand offers and five hundred shows; at other scales so many times that.
//!
//! Beside them, at every scale, a pool of listings with pending offers that measurements of accepting consume. Its people
//! are nobody else, so that their threads fill nobody's first page.

pub(super) mod likes;
pub(super) mod people;
pub(super) mod pool;
pub(super) mod products;
pub(super) mod streams;
pub(super) mod threads;

use super::cities::Map;
use super::copy::{Copy, Rows};
use super::stamp::Id;

/// Kinds of dice: each kind of thing has chances of its own.
pub(super) mod kind {
    pub(in super::super) const USER: u64 = 1;
    pub(in super::super) const PRODUCT: u64 = 2;
    pub(in super::super) const PRODUCT_TEXT: u64 = 3;
    pub(in super::super) const LIKE: u64 = 4;
    pub(in super::super) const THREAD: u64 = 5;
    pub(in super::super) const MESSAGE: u64 = 6;
    pub(in super::super) const OFFER: u64 = 7;
    pub(in super::super) const STREAM: u64 = 8;
    pub(in super::super) const POOL: u64 = 9;
    pub(in super::super) const SAMPLE: u64 = 10;
}

/// How much of everything there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sizes {
    pub(super) scale: u32,
    pub(super) users: u32,
    pub(super) products: u32,
    pub(super) threads: u32,
    pub(super) messages: u32,
    pub(super) streams: u32,
}

impl Sizes {
    pub(super) fn of(scale: u32) -> Self {
        Self {
            scale,
            users: scale * 10_000,
            products: scale * 100_000,
            threads: scale * 40_000,
            messages: scale * 200_000,
            streams: scale * 500,
        }
    }
}

/// Everything that is decided about the data before it is written.
#[derive(Debug)]
pub(super) struct World {
    pub(super) sizes: Sizes,
    pub(super) map: Map,
    /// Ids of people, the pool's last.
    pub(super) users: Vec<Id>,
    pub(super) threads: threads::Threads,
}

impl World {
    pub(super) fn new(scale: u32) -> Self {
        let sizes = Sizes::of(scale);
        let users = (0..sizes.users + pool::PEOPLE).map(|n| people::id(&sizes, n)).collect();
        Self { sizes, map: Map::new(), users, threads: threads::Threads::draw(&sizes) }
    }

    /// Somebody's id.
    pub(super) fn user(&self, n: u32) -> Id {
        at(&self.users, n)
    }
}

/// The `n`th of a list that has it.
pub(super) fn at<T: Clone + Default>(list: &[T], n: u32) -> T {
    list.get(usize::try_from(n).unwrap_or(usize::MAX)).cloned().unwrap_or_default()
}

/// A table: its name, its columns, how many rows it has, and how they are written.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static str,
    /// Things that rows are made of; one may make several rows or none.
    pub(super) things: u32,
    pub(super) write: fn(&World, u32, &mut Rows),
}

impl Table {
    /// Writes all of it.
    pub(super) fn fill(
        &self,
        world: &World,
        copy: &mut Copy,
        mut told: impl FnMut(u32),
    ) -> anyhow::Result<()> {
        for n in 0..self.things {
            (self.write)(world, n, copy.rows());
            copy.flush_if_full()?;
            if n % 1_024 == 0 {
                told(n);
            }
        }
        Ok(())
    }
}

/// All tables, each after those that it refers to.
pub(super) fn tables(sizes: &Sizes) -> Vec<Table> {
    vec![
        people::table(sizes),
        products::table(sizes),
        products::pickup_points(sizes),
        likes::table(sizes),
        streams::table(sizes),
        threads::table(sizes),
        threads::offers(sizes),
        threads::messages(sizes),
        pool::products(),
        pool::threads(),
        pool::offers(),
        pool::messages(),
    ]
}

/// A point as PostGIS reads it fastest: its binary form with the reference system, in hexadecimal.
pub(super) fn point(longitude: f64, latitude: f64) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(50);
    text.push_str("0101000020E6100000");
    for byte in longitude.to_le_bytes().into_iter().chain(latitude.to_le_bytes()) {
        let _ = write!(text, "{byte:02X}");
    }
    text
}
