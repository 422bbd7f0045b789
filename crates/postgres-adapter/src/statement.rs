//! Statements in our own words that are prepared once for each connection.
//!
//! `diesel::sql_query` prepares its text at every call, which costs another round trip and another plan. What runs often
//! is written with [`statement`] instead, in the same way: the text is the key of what was prepared, and therefore
//! fixed. Seldom ones, and those whose best plan depends on their values, are better off with `sql_query`.

use std::marker::PhantomData;

use diesel::{
    QueryResult,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{HasSqlType, Untyped},
};

/// A statement with `$1`, `$2`, … for what is bound to it, in that order. Rows are read by
/// name, unless [`Statement::columns`] says otherwise.
pub(crate) fn statement(text: &'static str) -> Statement<Nothing> {
    Statement { text, bound: Nothing }
}

/// A text and what is bound to it.
pub(crate) struct Statement<B> {
    text: &'static str,
    bound: B,
}

/// Nothing is bound yet.
pub(crate) struct Nothing;

/// A value, after others.
pub(crate) struct Bound<B, ST, V> {
    before: B,
    value: V,
    sql_type: PhantomData<ST>,
}

impl<B> Statement<B> {
    /// Binds the next value.
    pub(crate) fn bind<ST, V>(self, value: V) -> Statement<Bound<B, ST, V>> {
        Statement { text: self.text, bound: Bound { before: self.bound, value, sql_type: PhantomData } }
    }
}

/// A statement whose rows are read by the place of their columns, which are of these types. For what is read often: to
/// look for each column by its name takes longer than to read it.
pub(crate) struct Placed<B, Columns> {
    statement: Statement<B>,
    columns: PhantomData<Columns>,
}

impl<B> Statement<B> {
    /// Says of which types the columns are, in order.
    pub(crate) fn columns<Columns>(self) -> Placed<B, Columns> {
        Placed { statement: self, columns: PhantomData }
    }
}

/// Values by their number.
pub(crate) trait Values {
    /// How many there are.
    const COUNT: usize;

    /// Puts the value of this number, counted from 1, where the statement has got to.
    fn push<'b>(&'b self, number: usize, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()>;
}

impl Values for Nothing {
    const COUNT: usize = 0;

    fn push<'b>(&'b self, number: usize, _: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        Err(diesel::result::Error::QueryBuilderError(format!("nothing is bound to ${number}").into()))
    }
}

impl<B: Values, ST, V> Values for Bound<B, ST, V>
where
    Pg: HasSqlType<ST>,
    V: ToSql<ST, Pg>,
{
    const COUNT: usize = B::COUNT + 1;

    fn push<'b>(&'b self, number: usize, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if number == Self::COUNT {
            out.push_bind_param::<ST, V>(&self.value)
        } else {
            self.before.push(number, out)
        }
    }
}

impl<B: Values> QueryFragment<Pg> for Statement<B> {
    /// A value that is named twice is sent twice: each place gets a number of its own.
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut pieces = self.text.split('$');
        out.push_sql(pieces.next().unwrap_or_default());
        for piece in pieces {
            let end = piece.find(|c: char| !c.is_ascii_digit()).unwrap_or(piece.len());
            let (number, rest) = piece.split_at(end);
            self.bound.push(number.parse().unwrap_or_default(), &mut out)?;
            out.push_sql(rest);
        }
        Ok(())
    }
}

impl<B: Values, Columns> QueryFragment<Pg> for Placed<B, Columns> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.statement.walk_ast(out)
    }
}

impl<B, Columns> QueryId for Placed<B, Columns> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<B, Columns> Query for Placed<B, Columns> {
    type SqlType = Columns;
}

impl<B> QueryId for Statement<B> {
    type QueryId = ();

    // The text is the key of the prepared statement.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<B> Query for Statement<B> {
    type SqlType = Untyped;
}

#[cfg(test)]
mod tests {
    use diesel::{
        debug_query,
        sql_types::{Integer, Text},
    };

    use super::*;

    #[test]
    fn values_stand_where_their_numbers_are() {
        let twice = statement("SELECT $2 || $1 || $2 AS x").bind::<Integer, _>(7).bind::<Text, _>("a");
        assert_eq!(debug_query(&twice).to_string(), r#"SELECT $1 || $2 || $3 AS x -- binds: ["a", 7, "a"]"#);
        let without = statement("SELECT 1");
        assert_eq!(debug_query(&without).to_string(), "SELECT 1 -- binds: []");
    }

    #[test]
    fn a_number_that_nothing_is_bound_to_is_an_error() {
        let query = statement("SELECT $2").bind::<Integer, _>(7);
        let mut bytes = String::new();
        assert!(std::fmt::write(&mut bytes, format_args!("{}", debug_query(&query))).is_err());
    }
}
