//! One way to say statements to two databases: the text and the numbers `$1`, `$2`, … are the same, and what is bound
//! is a number, a text, or bytes, or none of its kind. That is all that the tables hold.
//!
//! PostgreSQL wants to be told what kind of thing is none, and knows no text with a NUL in it: such a character, which
//! only comes from a client that plays tricks, is replaced wherever it is bound.

use std::borrow::Cow;
use std::time::Duration;

use sqlx::postgres::{PgConnection, PgRow, Postgres};
use sqlx::sqlite::{Sqlite, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Decode, Executor, SqlSafeStr, SqlStr, Type};

use crate::store::StoreError;
use crate::store::conn::{Conn, On};

/// How long an answer of PostgreSQL is waited for: longer means that it, or the way to it, is gone.
const ANSWER: Duration = Duration::from_secs(20);

/// A statement and what is bound to it.
#[derive(Debug)]
pub struct Query<'q> {
    text: SqlStr,
    values: Vec<Value<'q>>,
}

/// A statement whose rows are one value.
#[derive(Debug)]
pub struct Scalar<'q>(Query<'q>);

/// What is bound to a statement.
#[derive(Clone, Debug)]
pub enum Value<'q> {
    /// A number.
    Number(Option<i64>),
    /// A text.
    Text(Option<Cow<'q, str>>),
    /// Bytes.
    Bytes(Option<Cow<'q, [u8]>>),
}

/// One row of what was found.
#[derive(Debug)]
pub enum Row {
    /// SQLite's.
    Sqlite(SqliteRow),
    /// PostgreSQL's.
    Postgres(PgRow),
}

/// How many rows a statement wrote.
#[derive(Clone, Copy, Debug)]
pub struct Done(u64);

/// What a column is read as.
pub trait Column<'r>:
    Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>
{
}

impl<'r, T> Column<'r> for T where
    T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>
{
}

/// A statement.
#[must_use]
pub fn query<'q>(text: &'static str) -> Query<'q> {
    Query {
        text: SqlStr::from_static(text),
        values: Vec::new(),
    }
}

/// A statement that was put together here, of nothing but constants and numbers.
#[must_use]
pub fn composed<'q>(text: String) -> Query<'q> {
    Query {
        text: AssertSqlSafe(text).into_sql_str(),
        values: Vec::new(),
    }
}

/// A statement whose rows are one value each.
#[must_use]
pub fn scalar<'q>(text: &'static str) -> Scalar<'q> {
    Scalar(query(text))
}

/// Binds, in the same way, to each kind of `sqlx` query.
macro_rules! bound {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                Value::Number(number) => query.bind(number),
                Value::Text(text) => query.bind(text.map(Cow::into_owned)),
                Value::Bytes(bytes) => query.bind(bytes.map(Cow::into_owned)),
            };
        }
        query
    }};
}

impl<'q> Query<'q> {
    /// Binds the next value.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Writes.
    ///
    /// # Errors
    /// The database's.
    pub async fn execute(self, conn: &mut Conn) -> Result<Done, StoreError> {
        match conn.on()? {
            On::Sqlite(conn) => {
                let done = bound!(sqlx::query(self.text), self.values).execute(conn);
                Ok(Done(done.await?.rows_affected()))
            }
            On::Postgres(conn, lost) => {
                let query = bound!(sqlx::query(self.text), without_nul(self.values));
                let done = in_time(query.execute(conn), lost).await?;
                Ok(Done(done.rows_affected()))
            }
        }
    }

    /// All rows.
    ///
    /// # Errors
    /// The database's.
    pub async fn fetch_all(self, conn: &mut Conn) -> Result<Vec<Row>, StoreError> {
        match conn.on()? {
            On::Sqlite(conn) => {
                let rows = bound!(sqlx::query(self.text), self.values).fetch_all(conn);
                Ok(rows.await?.into_iter().map(Row::Sqlite).collect())
            }
            On::Postgres(conn, lost) => {
                let query = bound!(sqlx::query(self.text), without_nul(self.values));
                let rows = in_time(query.fetch_all(conn), lost).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// The database's.
    pub async fn fetch_optional(self, conn: &mut Conn) -> Result<Option<Row>, StoreError> {
        match conn.on()? {
            On::Sqlite(conn) => {
                let row = bound!(sqlx::query(self.text), self.values).fetch_optional(conn);
                Ok(row.await?.map(Row::Sqlite))
            }
            On::Postgres(conn, lost) => {
                let query = bound!(sqlx::query(self.text), without_nul(self.values));
                let row = in_time(query.fetch_optional(conn), lost).await?;
                Ok(row.map(Row::Postgres))
            }
        }
    }

    /// The first row.
    ///
    /// # Errors
    /// The database's; there is none.
    pub async fn fetch_one(self, conn: &mut Conn) -> Result<Row, StoreError> {
        let row = self.fetch_optional(conn).await?;
        Ok(row.ok_or(sqlx::Error::RowNotFound)?)
    }
}

impl<'q> Scalar<'q> {
    /// Binds the next value.
    #[must_use]
    pub fn bind(self, value: impl Into<Value<'q>>) -> Self {
        Self(self.0.bind(value))
    }

    /// All values.
    ///
    /// # Errors
    /// The database's.
    pub async fn fetch_all<T>(self, conn: &mut Conn) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> Column<'r>,
    {
        let rows = self.0.fetch_all(conn).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// The first value, if there is a row.
    ///
    /// # Errors
    /// The database's.
    pub async fn fetch_optional<T>(self, conn: &mut Conn) -> Result<Option<T>, StoreError>
    where
        T: for<'r> Column<'r>,
    {
        let row = self.0.fetch_optional(conn).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// The first value.
    ///
    /// # Errors
    /// The database's; there is no row.
    pub async fn fetch_one<T>(self, conn: &mut Conn) -> Result<T, StoreError>
    where
        T: for<'r> Column<'r>,
    {
        Ok(self.0.fetch_one(conn).await?.try_get(0)?)
    }
}

impl Conn {
    /// Says something that has no values and no rows.
    ///
    /// # Errors
    /// The database's.
    pub async fn execute(&mut self, text: &'static str) -> Result<(), StoreError> {
        match self.on()? {
            On::Sqlite(conn) => run_sqlite(conn, text).await,
            On::Postgres(conn, lost) => in_time(run_postgres(conn, text), lost).await,
        }
    }
}

async fn run_sqlite(conn: &mut SqliteConnection, text: &'static str) -> Result<(), StoreError> {
    conn.execute(text).await?;
    Ok(())
}

async fn run_postgres(conn: &mut PgConnection, text: &'static str) -> Result<(), sqlx::Error> {
    conn.execute(sqlx::raw_sql(text)).await?;
    Ok(())
}

/// Waits for an answer, and says that the connection is lost if there is none.
pub(crate) async fn in_time<T>(
    answer: impl Future<Output = Result<T, sqlx::Error>>,
    lost: &mut bool,
) -> Result<T, StoreError> {
    match tokio::time::timeout(ANSWER, answer).await {
        Ok(answer) => Ok(answer?),
        Err(_late) => {
            *lost = true;
            Err(StoreError::Away(sqlx::Error::Io(
                std::io::ErrorKind::TimedOut.into(),
            )))
        }
    }
}

fn without_nul(mut values: Vec<Value<'_>>) -> Vec<Value<'_>> {
    for value in &mut values {
        if let Value::Text(Some(text)) = value
            && text.contains('\0')
        {
            *text = text.replace('\0', "\u{FFFD}").into();
        }
    }
    values
}

impl Done {
    /// How many rows.
    #[must_use]
    pub fn rows_affected(self) -> u64 {
        self.0
    }
}

/// Names or counts a column.
pub trait Place: sqlx::ColumnIndex<SqliteRow> + sqlx::ColumnIndex<PgRow> {}

impl<T: sqlx::ColumnIndex<SqliteRow> + sqlx::ColumnIndex<PgRow>> Place for T {}

impl Row {
    /// Reads a column, by name or by place.
    ///
    /// # Errors
    /// There is none of that name, or it holds something else.
    pub fn try_get<'r, T: Column<'r>, I: Place>(&'r self, column: I) -> Result<T, sqlx::Error> {
        match self {
            Self::Sqlite(row) => sqlx::Row::try_get(row, column),
            Self::Postgres(row) => sqlx::Row::try_get(row, column),
        }
    }
}

macro_rules! value {
    ($from:ty, $kind:ident, $value:ident => $into:expr) => {
        impl<'q> From<$from> for Value<'q> {
            fn from($value: $from) -> Self {
                Self::$kind($into)
            }
        }
    };
}

value!(i64, Number, value => Some(value));
value!(Option<i64>, Number, value => value);
value!(&'q str, Text, value => Some(value.into()));
value!(&'q String, Text, value => Some(value.as_str().into()));
value!(String, Text, value => Some(value.into()));
value!(Option<String>, Text, value => value.map(Into::into));
value!(Option<&'q str>, Text, value => value.map(Into::into));
value!(&'q Option<String>, Text, value => value.as_deref().map(Into::into));
value!(&'q [u8], Bytes, value => Some(value.into()));
value!(&'q Vec<u8>, Bytes, value => Some(value.as_slice().into()));
value!(Vec<u8>, Bytes, value => Some(value.into()));
value!(Option<Vec<u8>>, Bytes, value => value.map(Into::into));
value!(Option<&'q [u8]>, Bytes, value => value.map(Into::into));
