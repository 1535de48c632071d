//! Folders: where they stand in the hierarchy, and the state of their index.

use backends::{Class, FolderRef, Role, Token};

use crate::ids::{AccountId, FolderNo, Seq};
use crate::store::db::Row;
use crate::store::{Conn, StoreError, db, from_db, small, to_db};

/// One folder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FolderRow {
    /// Its number.
    pub no: FolderNo,
    /// The folder above it.
    pub parent: FolderNo,
    /// Its name.
    pub name: String,
    /// What it holds.
    pub class: Class,
    /// What it is for.
    pub role: Role,
    /// The backend's name of it; `None`: it is virtual.
    pub reference: Option<FolderRef>,
    /// What survives a rename.
    pub identity: Option<Box<str>>,
    /// The hierarchy's number when it last changed.
    pub changed: Seq,
    /// It is not there any more.
    pub removed: bool,
    /// The state of its index.
    pub head: Head,
}

/// The state of a folder's index.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Head {
    /// Counts the changes of its items.
    pub seq: Seq,
    /// The newest item.
    pub last_item: u32,
    /// Counts what was written to it.
    pub stamp: u64,
    /// How far the backend was read.
    pub token: Option<Token>,
    /// The widest window that a device asked for; `None`: none did.
    pub wanted: Option<i64>,
    /// How far down the index reaches; `None`: it was never read.
    pub indexed: Option<i64>,
}

/// All folders of an account, removed ones too, by number.
pub(crate) async fn all(conn: &mut Conn, account: AccountId) -> Result<Vec<FolderRow>, StoreError> {
    let rows = db::query(
        "SELECT no, parent, name, class, role, reference, identity, changed, removed, seq, last_item, stamp, token, \
         wanted, indexed FROM folder WHERE account = $1 ORDER BY no",
    )
        .bind(account.0)
        .fetch_all(conn)
        .await?;
    rows.iter().map(read).collect()
}

/// One folder, if it is there.
pub(crate) async fn one(
    conn: &mut Conn,
    account: AccountId,
    folder: FolderNo,
) -> Result<Option<FolderRow>, StoreError> {
    db::query(
        "SELECT no, parent, name, class, role, reference, identity, changed, removed, seq, last_item, stamp, token, \
         wanted, indexed FROM folder WHERE account = $1 AND no = $2 AND removed = 0",
    )
        .bind(account.0)
        .bind(i64::from(folder.0))
        .fetch_optional(conn)
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// Writes a folder's place in the hierarchy; the state of its index stays.
pub(crate) async fn put(
    conn: &mut Conn,
    account: AccountId,
    row: &FolderRow,
) -> Result<(), StoreError> {
    db::query(
        "INSERT INTO folder (account, no, parent, name, class, role, reference, identity, changed, \
         removed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (account, no) DO UPDATE SET parent = excluded.parent, name = excluded.name, \
         class = excluded.class, role = excluded.role, reference = excluded.reference, \
         identity = excluded.identity, changed = excluded.changed, removed = excluded.removed",
    )
    .bind(account.0)
    .bind(i64::from(row.no.0))
    .bind(i64::from(row.parent.0))
    .bind(&row.name)
    .bind(class_name(row.class))
    .bind(role_name(row.role))
    .bind(row.reference.as_ref().map(|r| r.as_str().to_owned()))
    .bind(row.identity.as_deref().map(str::to_owned))
    .bind(to_db(row.changed.0))
    .bind(i64::from(row.removed))
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes the state of a folder's index.
pub(crate) async fn set_head(
    conn: &mut Conn,
    account: AccountId,
    folder: FolderNo,
    head: &Head,
) -> Result<(), StoreError> {
    db::query(
        "UPDATE folder SET seq = $3, last_item = $4, stamp = $5, token = $6, wanted = $7, \
         indexed = $8 WHERE account = $1 AND no = $2",
    )
    .bind(account.0)
    .bind(i64::from(folder.0))
    .bind(to_db(head.seq.0))
    .bind(i64::from(head.last_item))
    .bind(to_db(head.stamp))
    .bind(head.token.as_ref().map(|t| t.as_str().to_owned()))
    .bind(head.wanted)
    .bind(head.indexed)
    .execute(conn)
    .await?;
    Ok(())
}

fn read(row: &Row) -> Result<FolderRow, StoreError> {
    let text = |name| -> Result<Option<String>, StoreError> { Ok(row.try_get(name)?) };
    Ok(FolderRow {
        no: FolderNo(small(row.try_get("no")?, "folder")?),
        parent: FolderNo(small(row.try_get("parent")?, "folder")?),
        name: row.try_get("name")?,
        class: class_from(row.try_get("class")?)?,
        role: role_from(row.try_get("role")?)?,
        reference: text("reference")?.map(FolderRef::new),
        identity: text("identity")?.map(Into::into),
        changed: Seq(from_db(row.try_get("changed")?)),
        removed: row.try_get::<i64, _>("removed")? != 0,
        head: Head {
            seq: Seq(from_db(row.try_get("seq")?)),
            last_item: small(row.try_get("last_item")?, "folder")?,
            stamp: from_db(row.try_get("stamp")?),
            token: text("token")?.map(Token::new),
            wanted: row.try_get("wanted")?,
            indexed: row.try_get("indexed")?,
        },
    })
}

const CLASSES: [(Class, &str); 5] = [
    (Class::Email, "email"),
    (Class::Contacts, "contacts"),
    (Class::Calendar, "calendar"),
    (Class::Tasks, "tasks"),
    (Class::Notes, "notes"),
];

const ROLES: [(Role, &str); 9] = [
    (Role::Inbox, "inbox"),
    (Role::Drafts, "drafts"),
    (Role::Sent, "sent"),
    (Role::Trash, "trash"),
    (Role::Junk, "junk"),
    (Role::Archive, "archive"),
    (Role::Outbox, "outbox"),
    (Role::Default, "default"),
    (Role::Plain, "plain"),
];

fn class_name(class: Class) -> &'static str {
    CLASSES
        .iter()
        .find(|(known, _)| *known == class)
        .map_or("email", |(_, name)| name)
}

fn role_name(role: Role) -> &'static str {
    ROLES
        .iter()
        .find(|(known, _)| *known == role)
        .map_or("plain", |(_, name)| name)
}

pub(crate) fn class_from(name: &str) -> Result<Class, StoreError> {
    let found = CLASSES.iter().find(|(_, known)| *known == name);
    found
        .map(|(class, _)| *class)
        .ok_or(StoreError::Damaged { table: "folder" })
}

fn role_from(name: &str) -> Result<Role, StoreError> {
    let found = ROLES.iter().find(|(_, known)| *known == name);
    found
        .map(|(role, _)| *role)
        .ok_or(StoreError::Damaged { table: "folder" })
}
