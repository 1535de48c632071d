//! How far messages came on their way out, so that a repeat is neither lost nor sent twice.

use crate::ids::Principal;
use crate::store::{Conn, Store, StoreError, db};

/// The most messages that are remembered of a device.
const PER_DEVICE_MAX: i64 = 100;

/// What tells a repeat from another message: a hash.
pub type SendIdent = [u8; 32];

/// How far a message came.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum SendState {
    /// Nothing has left yet, as far as anybody knows.
    Begun,
    /// The relay has all of it but the dot that makes it a message; the dot is on its way.
    Committing,
    /// The relay has taken it. Mailboxes here may not have it yet.
    Relayed,
    /// Whoever was to get it has it, or the author is told who has not. The author's copy may be missing.
    Delivered,
    /// All is done.
    Done,
}

/// A message on its way.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Sending {
    /// How far it came.
    pub state: SendState,
    /// When it was first asked for, in UTC epoch seconds.
    pub at: i64,
}

impl SendState {
    const ALL: [Self; 5] = [
        Self::Begun,
        Self::Committing,
        Self::Relayed,
        Self::Delivered,
        Self::Done,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Committing => "committing",
            Self::Relayed => "relayed",
            Self::Delivered => "delivered",
            Self::Done => "done",
        }
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        let found = Self::ALL.into_iter().find(|state| state.as_str() == text);
        found.ok_or(StoreError::Damaged { table: "sent" })
    }
}

impl Store {
    /// Before a message is sent: how far it came before, or that it is now begun. One that was done before
    /// `forgotten` is begun anew.
    ///
    /// # Errors
    /// `Database`, `Damaged`.
    pub async fn begin_sending(
        &self,
        who: Principal,
        ident: &SendIdent,
        (now, forgotten): (i64, i64),
    ) -> Result<Sending, StoreError> {
        let mut write = self.write(who.account).await?;
        if let Some(found) = find(&mut write, who, ident).await?
            && (found.state != SendState::Done || found.at >= forgotten)
        {
            return Ok(found);
        }
        db::query(
            "INSERT INTO sent (account, device, ident, state, at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (account, device, ident) DO UPDATE SET \
             state = excluded.state, at = excluded.at",
        )
        .bind(who.account.0)
        .bind(who.device.0)
        .bind(ident.as_slice())
        .bind(SendState::Begun.as_str())
        .bind(now)
        .execute(&mut write)
        .await?;
        trim(&mut write, who).await?;
        write.commit().await?;
        Ok(Sending {
            state: SendState::Begun,
            at: now,
        })
    }

    /// How far a message has come now. On the disk when this returns.
    ///
    /// # Errors
    /// `Database`, `Commit`; `Damaged` when the message was never begun.
    pub async fn note_sending(
        &self,
        who: Principal,
        ident: &SendIdent,
        state: SendState,
    ) -> Result<(), StoreError> {
        let mut write = self.write(who.account).await?;
        let done = db::query(
            "UPDATE sent SET state = $4 WHERE account = $1 AND device = $2 AND ident = $3",
        )
        .bind(who.account.0)
        .bind(who.device.0)
        .bind(ident.as_slice())
        .bind(state.as_str())
        .execute(&mut write)
        .await?;
        if done.rows_affected() != 1 {
            return Err(StoreError::Damaged { table: "sent" });
        }
        write.commit().await
    }
}

/// Forgets messages that were begun before `limit`.
pub(crate) async fn forget(conn: &mut Conn, limit: i64) -> Result<(), StoreError> {
    db::query("DELETE FROM sent WHERE at < $1")
        .bind(limit)
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets the oldest messages of a device that has many. What is not done stays: its end matters.
async fn trim(conn: &mut Conn, who: Principal) -> Result<(), StoreError> {
    db::query(
        "DELETE FROM sent WHERE account = $1 AND device = $2 AND state = $3 AND at < \
         (SELECT at FROM sent WHERE account = $1 AND device = $2 \
         ORDER BY at DESC LIMIT 1 OFFSET $4)",
    )
    .bind(who.account.0)
    .bind(who.device.0)
    .bind(SendState::Done.as_str())
    .bind(PER_DEVICE_MAX - 1)
    .execute(conn)
    .await?;
    Ok(())
}

async fn find(
    conn: &mut Conn,
    who: Principal,
    ident: &SendIdent,
) -> Result<Option<Sending>, StoreError> {
    let row =
        db::query("SELECT state, at FROM sent WHERE account = $1 AND device = $2 AND ident = $3")
            .bind(who.account.0)
            .bind(who.device.0)
            .bind(ident.as_slice())
            .fetch_optional(conn)
            .await?;
    row.map(|row| {
        let state: String = row.try_get(0)?;
        Ok(Sending {
            state: SendState::parse(&state)?,
            at: row.try_get(1)?,
        })
    })
    .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{AccountId, DeviceId};

    const WHO: Principal = Principal {
        account: AccountId(1),
        device: DeviceId(2),
    };

    async fn store() -> (tempfile::TempDir, Store) {
        let place = tempfile::tempdir().unwrap();
        let store = Store::open(&place.path().join("state.db")).await.unwrap();
        (place, store)
    }

    #[tokio::test]
    async fn a_message_is_known_by_how_far_it_came() {
        let (_place, store) = store().await;
        let ident = [7; 32];
        let begun = |at| Sending {
            state: SendState::Begun,
            at,
        };
        let first = store.begin_sending(WHO, &ident, (5, 0)).await;
        assert_eq!(first.unwrap(), begun(5));
        for state in SendState::ALL {
            store.note_sending(WHO, &ident, state).await.unwrap();
            let again = store.begin_sending(WHO, &ident, (9, 5)).await.unwrap();
            assert_eq!(again, Sending { state, at: 5 });
        }
        let forgotten = store.begin_sending(WHO, &ident, (9, 6)).await;
        assert_eq!(forgotten.unwrap(), begun(9));
        let other = Principal {
            device: DeviceId(3),
            ..WHO
        };
        let theirs = store.begin_sending(other, &ident, (11, 0)).await;
        assert_eq!(theirs.unwrap(), begun(11));
    }

    #[tokio::test]
    async fn the_oldest_that_are_done_are_forgotten_first() {
        let (_place, store) = store().await;
        for number in 0..=101_u8 {
            let (ident, at) = ([number; 32], i64::from(number));
            store.begin_sending(WHO, &ident, (at, 0)).await.unwrap();
            if number > 0 {
                let done = store.note_sending(WHO, &ident, SendState::Done);
                done.await.unwrap();
            }
        }
        let mut conn = store.read().await.unwrap();
        let count: i64 = db::scalar("SELECT COUNT(*) FROM sent")
            .fetch_one(&mut conn)
            .await
            .unwrap();
        assert_eq!(count, 101, "a hundred, and one that is not done");
        let oldest: i64 = db::scalar("SELECT MIN(at) FROM sent")
            .fetch_one(&mut conn)
            .await
            .unwrap();
        assert_eq!(oldest, 0);
    }
}
