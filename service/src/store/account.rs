//! Accounts, and the counters of their hierarchies.

use crate::ids::{AccountId, FolderNo, Seq};
use crate::store::{Conn, NO_ACCOUNT, Store, StoreError, db, from_db, small, to_db};

/// How much the store holds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Accounts.
    pub accounts: u64,
    /// Devices.
    pub devices: u64,
    /// Folders that a device syncs.
    pub collections: u64,
    /// Items that could not be sent.
    pub skipped: u64,
}

/// The counters of a hierarchy.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counters {
    /// Counts the changes of folders.
    pub seq: Seq,
    /// The newest folder.
    pub last_folder: u32,
}

impl Store {
    /// The account of a login name; made if it is not there.
    ///
    /// # Errors
    /// `Database`.
    pub async fn account(&self, login: &str, now: i64) -> Result<AccountId, StoreError> {
        if let Some(account) = self.find_account(login).await? {
            return Ok(account);
        }
        let mut write = self.write(NO_ACCOUNT).await?;
        db::query(
            "INSERT INTO account (id, login, created) \
             SELECT COALESCE(MAX(id), 0) + 1, $1, $2 FROM account WHERE TRUE \
             ON CONFLICT (login) DO NOTHING",
        )
        .bind(login)
        .bind(now)
        .execute(&mut write)
        .await?;
        let id = db::scalar("SELECT id FROM account WHERE login = $1")
            .bind(login)
            .fetch_one(&mut write)
            .await?;
        write.commit().await?;
        Ok(AccountId(id))
    }

    /// The account of a login name, if it is there.
    ///
    /// # Errors
    /// `Database`.
    pub async fn find_account(&self, login: &str) -> Result<Option<AccountId>, StoreError> {
        let id = db::scalar("SELECT id FROM account WHERE login = $1")
            .bind(login)
            .fetch_optional(&mut *self.read().await?)
            .await?;
        Ok(id.map(AccountId))
    }

    /// How much the store holds.
    ///
    /// # Errors
    /// `Database`.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        let row = db::query(
            "SELECT (SELECT COUNT(*) FROM account), (SELECT COUNT(*) FROM device), \
             (SELECT COUNT(*) FROM collection WHERE folder > 0), (SELECT COUNT(*) FROM skipped)",
        )
        .fetch_one(&mut *self.read().await?)
        .await?;
        Ok(Counts {
            accounts: from_db(row.try_get(0)?),
            devices: from_db(row.try_get(1)?),
            collections: from_db(row.try_get(2)?),
            skipped: from_db(row.try_get(3)?),
        })
    }

    /// Folders of all accounts that a backend has: what would be watched if a device of each waited.
    ///
    /// # Errors
    /// `Database`.
    pub async fn folder_count(&self) -> Result<u64, StoreError> {
        let count: i64 =
            db::scalar("SELECT COUNT(*) FROM folder WHERE removed = 0 AND reference IS NOT NULL")
                .fetch_one(&mut *self.read().await?)
                .await?;
        Ok(from_db(count))
    }

    /// The sequence numbers of all folders that have changed.
    ///
    /// # Errors
    /// `Database`, `Damaged`.
    pub async fn folder_numbers(&self) -> Result<Vec<(AccountId, FolderNo, Seq)>, StoreError> {
        let rows = db::query("SELECT account, no, seq FROM folder WHERE removed = 0 AND seq > 0")
            .fetch_all(&mut *self.read().await?)
            .await?;
        rows.iter()
            .map(|row| {
                let folder = FolderNo(small(row.try_get(1)?, "folder")?);
                Ok((
                    AccountId(row.try_get(0)?),
                    folder,
                    Seq(from_db(row.try_get(2)?)),
                ))
            })
            .collect()
    }

    /// All accounts with their login names.
    ///
    /// # Errors
    /// `Database`.
    pub async fn accounts(&self) -> Result<Vec<(AccountId, String)>, StoreError> {
        let rows = db::query("SELECT id, login FROM account ORDER BY id")
            .fetch_all(&mut *self.read().await?)
            .await?;
        rows.iter()
            .map(|row| Ok((AccountId(row.try_get(0)?), row.try_get(1)?)))
            .collect()
    }
}

/// The counters of an account's hierarchy; zeros if there is no such account.
pub(crate) async fn counters(conn: &mut Conn, account: AccountId) -> Result<Counters, StoreError> {
    let row = db::query("SELECT hierarchy_seq, last_folder FROM account WHERE id = $1")
        .bind(account.0)
        .fetch_optional(conn)
        .await?;
    let Some(row) = row else {
        return Ok(Counters::default());
    };
    Ok(Counters {
        seq: Seq(from_db(row.try_get(0)?)),
        last_folder: small(row.try_get(1)?, "account")?,
    })
}

/// Writes the counters.
pub(crate) async fn set_counters(
    conn: &mut Conn,
    account: AccountId,
    counters: Counters,
) -> Result<(), StoreError> {
    db::query("UPDATE account SET hierarchy_seq = $2, last_folder = $3 WHERE id = $1")
        .bind(account.0)
        .bind(to_db(counters.seq.0))
        .bind(i64::from(counters.last_folder))
        .execute(conn)
        .await?;
    Ok(())
}
