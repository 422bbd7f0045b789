//! Pages of a list: bounded, ordered by a unique key, continued from a position rather than an offset, so that they
//! stay exact while rows come and go.

use crate::violation::Fault;

/// How many rows a page holds at most: 1 to 100, 20 unless told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(u8);

impl Limit {
    /// The most a page can hold.
    pub const MAX: u8 = 100;

    /// Takes 1 to 100.
    pub fn new(limit: i64) -> Result<Self, Fault> {
        u8::try_from(limit)
            .ok()
            .filter(|limit| (1..=Self::MAX).contains(limit))
            .map(Self)
            .ok_or_else(|| Fault::new("out_of_range", format!("Must be between 1 and {}.", Self::MAX)))
    }

    /// The number of rows.
    pub fn rows(self) -> u8 {
        self.0
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(20)
    }
}

/// One page, and where the next one begins, if there is one.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T, P> {
    /// The rows, in order.
    pub items: Vec<T>,
    /// The position after the last row; `None` when nothing follows.
    pub next: Option<P>,
}

impl<T, P> Page<T, P> {
    /// Makes a page of rows that were read one beyond the limit: the extra row says that more follow.
    pub fn of(mut rows: Vec<T>, limit: Limit, position: impl Fn(&T) -> P) -> Self {
        let limit = usize::from(limit.rows());
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(position) } else { None };
        Self { items: rows, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_one_to_a_hundred() {
        assert!(Limit::new(0).is_err());
        assert!(Limit::new(101).is_err());
        assert!(Limit::new(-1).is_err());
        assert_eq!(Limit::new(100).unwrap().rows(), 100);
        assert_eq!(Limit::default().rows(), 20);
    }

    #[test]
    fn a_page_ends_where_the_extra_row_begins() {
        let limit = Limit::new(2).unwrap();
        assert_eq!(Page::of(vec![1, 2, 3], limit, |row| *row), Page { items: vec![1, 2], next: Some(2) });
        assert_eq!(Page::of(vec![1, 2], limit, |row| *row), Page { items: vec![1, 2], next: None });
        assert_eq!(Page::of(Vec::<i32>::new(), limit, |row| *row), Page { items: vec![], next: None });
    }
}
