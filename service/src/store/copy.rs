//! Copies a store into another database: all rows of one state, in one transaction, in chunks.

use crate::store::db::{self, Row, Value};
use crate::store::{Checked, Conn, NO_ACCOUNT, Store, StoreError};

/// How many rows are read and written at once.
const CHUNK: usize = 500;

/// How many values one statement may have, on either database.
const VALUES: usize = 30_000;

/// A table: its columns, of which the first make up the key. A column's kind follows its name: a number if nothing
/// does, `T` a text, `B` bytes.
struct Table {
    name: &'static str,
    key: usize,
    columns: &'static str,
}

const TABLES: [Table; 14] = [
    Table {
        name: "account",
        key: 1,
        columns: "id login/T created hierarchy_seq last_folder",
    },
    Table {
        name: "device",
        key: 2,
        columns: "account id name/T kind/T user_agent/T protocol/T policy_key offered_key info/T access/T wipe/T \
                  first_seen last_seen grace doubts_founded doubts_unfounded offered_version/T",
    },
    Table {
        name: "folder",
        key: 2,
        columns: "account no parent name/T class/T role/T reference/T identity/T changed removed seq last_item stamp \
                  token/T wanted indexed",
    },
    Table {
        name: "item",
        key: 3,
        columns: "account folder item reference/T version/T time changed changed_by removed",
    },
    Table {
        name: "gone",
        key: 3,
        columns: "account folder seq items/B",
    },
    Table {
        name: "collection",
        key: 3,
        columns: "account device folder made newest uploads options/T supported/T properties/T",
    },
    Table {
        name: "answer",
        key: 4,
        columns: "account device folder number lineage key/T taken proof/T written uploads/T seen cutoff known/B \
                  skipped/B filling filled_time filled_item",
    },
    Table {
        name: "upload",
        key: 4,
        columns: "account device folder ident/T number hash/B state/T older item told_all expected_item/T \
                  expected_version/T name/T",
    },
    Table {
        name: "skipped",
        key: 4,
        columns: "account device folder item reason/T since",
    },
    Table {
        name: "moved",
        key: 4,
        columns: "account device folder item to_folder to_item at",
    },
    Table {
        name: "remembered",
        key: 2,
        columns: "account device heartbeat folders/T sync/B",
    },
    Table {
        name: "told",
        key: 6,
        columns: "account device folder lineage item number print/B",
    },
    Table {
        name: "sent",
        key: 3,
        columns: "account device ident/B state/T at",
    },
    Table {
        name: "counter",
        key: 1,
        columns: "name/T value",
    },
];

impl Store {
    /// Copies all that is here into a store that is empty. What is written here meanwhile is not in the copy. Either
    /// all of it is there in the end, or nothing.
    ///
    /// # Errors
    /// `NotEmpty`, `Differs`; those of both databases.
    pub async fn copy_to(&self, to: &Self) -> Result<Checked, StoreError> {
        let mut from = self.snapshot().await?;
        let mut write = to.write(NO_ACCOUNT).await?;
        for table in TABLES.iter().filter(|table| table.name != "counter") {
            if count(&mut write, table).await? > 0 {
                return Err(StoreError::NotEmpty);
            }
        }
        db::query("DELETE FROM counter").execute(&mut write).await?;
        for table in &TABLES {
            copy(&mut from, &mut write, table).await?;
            let (there, here) = (
                count(&mut write, table).await?,
                count(&mut from, table).await?,
            );
            if there != here {
                return Err(StoreError::Differs { table: table.name });
            }
        }
        write.commit().await?;
        drop(from);
        to.check().await
    }
}

async fn count(conn: &mut Conn, table: &Table) -> Result<i64, StoreError> {
    let counted = db::composed(format!("SELECT COUNT(*) FROM {}", table.name));
    Ok(counted.fetch_one(conn).await?.try_get(0)?)
}

/// Walks along the key, so that each chunk begins where the one before ended.
async fn copy(from: &mut Conn, to: &mut Conn, table: &Table) -> Result<(), StoreError> {
    let columns: Vec<&str> = table.columns.split_ascii_whitespace().collect();
    let names: Vec<&str> = columns.iter().map(|column| name(column)).collect();
    let key = names.get(..table.key).unwrap_or_default().join(", ");
    let (all, limit) = (names.join(", "), CHUNK.min(VALUES / names.len().max(1)));
    let mut last: Vec<Value<'static>> = Vec::new();
    loop {
        let after = match last.len() {
            0 => String::new(),
            length => format!("WHERE ({key}) > ({})", places(0, length)),
        };
        let text = format!(
            "SELECT {all} FROM {} {after} ORDER BY {key} LIMIT {limit}",
            table.name
        );
        let mut query = db::composed(text);
        for value in last.drain(..) {
            query = query.bind(value);
        }
        let rows = query.fetch_all(from).await?;
        let Some(end) = rows.last() else {
            return Ok(());
        };
        last = read(end, columns.get(..table.key).unwrap_or_default())?;
        let tuples =
            (0..rows.len()).map(|row| format!("({})", places(row * names.len(), names.len())));
        let tuples = tuples.collect::<Vec<_>>().join(", ");
        let mut insert = db::composed(format!(
            "INSERT INTO {} ({all}) VALUES {tuples}",
            table.name
        ));
        for row in &rows {
            for value in read(row, &columns)? {
                insert = insert.bind(value);
            }
        }
        insert.execute(to).await?;
        if rows.len() < limit {
            return Ok(());
        }
    }
}

/// `$4, $5, $6`: as many as there are values, behind those that are there.
fn places(before: usize, values: usize) -> String {
    let numbers = (1..=values).map(|value| format!("${}", before + value));
    numbers.collect::<Vec<_>>().join(", ")
}

fn name(column: &str) -> &str {
    column.split('/').next().unwrap_or(column)
}

fn read(row: &Row, columns: &[&str]) -> Result<Vec<Value<'static>>, StoreError> {
    let value = |(place, column): (usize, &&str)| {
        Ok(match column.split('/').nth(1) {
            Some("T") => Value::from(row.try_get::<Option<String>, _>(place)?),
            Some(_) => Value::from(row.try_get::<Option<Vec<u8>>, _>(place)?),
            None => Value::from(row.try_get::<Option<i64>, _>(place)?),
        })
    };
    columns.iter().enumerate().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table or column that somebody adds has to be named above.
    #[tokio::test]
    async fn all_tables_and_columns_are_copied() {
        let place = tempfile::tempdir().unwrap();
        let store = Store::open(&place.path().join("state.db")).await.unwrap();
        let found = db::query(
            "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND m.name NOT LIKE '\\_%' ESCAPE '\\'",
        )
        .fetch_all(&mut store.read().await.unwrap())
        .await
        .unwrap();
        let text = |row: &Row, at: usize| row.try_get::<String, _>(at).unwrap();
        let mut there: Vec<_> = found
            .iter()
            .map(|row| (text(row, 0), text(row, 1)))
            .collect();
        let mut named: Vec<_> = TABLES
            .iter()
            .flat_map(|table| {
                let columns = table.columns.split_ascii_whitespace();
                columns.map(|column| (table.name.to_owned(), name(column).to_owned()))
            })
            .collect();
        there.sort();
        named.sort();
        assert_eq!(named, there);
    }
}
