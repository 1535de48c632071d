//! The store in PostgreSQL, and the index over it: the same as over SQLite, and what several nodes do to it.

mod nodes;

use std::path::Path;
use std::process::Stdio;
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use backends::servers::Postgres;
use directpush::store::{Durability, Store};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// Says, to tests in a process of their own, at which server they shall work instead of on SQLite.
const SERVER: &str = "DIRECTPUSH_TEST_POSTGRES";

/// The database that others are made like.
const LIKE: &str = "schema";

/// How a database is named by a URL.
pub(crate) fn options(url: &str) -> PgConnectOptions {
    PgConnectOptions::from_str(url).unwrap()
}

/// A server, and the store of a database that is empty.
pub(crate) async fn fresh() -> (Arc<Postgres>, Store) {
    let server = Postgres::shared().await.unwrap();
    let url = server.database().unwrap();
    let store = Store::open_postgres(&options(&url)).await.unwrap();
    (server, store)
}

/// The store of a test that does not mind in which database it is: the same one for the same directory.
pub(crate) async fn store_in(directory: &Path) -> Store {
    #[expect(
        clippy::disallowed_methods,
        reason = "the test program tells the one that it starts"
    )]
    let server = std::env::var(SERVER);
    let Ok(server) = server else {
        let path = directory.join("state.db");
        return Store::open_with(&path, Durability::None).await.unwrap();
    };
    static MADE: AtomicU32 = AtomicU32::new(0);
    let note = directory.join("database");
    if !note.exists() {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("copy_{}_{number}", std::process::id());
        let mut conn = PgConnection::connect(&format!("{server}/postgres"))
            .await
            .unwrap();
        let made = AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE {LIKE}"));
        conn.execute(sqlx::raw_sql(made)).await.unwrap();
        std::fs::write(&note, name).unwrap();
    }
    let name = std::fs::read_to_string(&note).unwrap();
    let url = format!("{server}/{name}");
    Store::open_postgres(&options(&url)).await.unwrap()
}

/// All that is tested of the index, one property at a time and in random histories, over PostgreSQL. Left out is what
/// speaks of the one connection that writes to SQLite.
#[tokio::test]
async fn the_index_s_tests_hold_over_postgres() {
    let server = Postgres::shared().await.unwrap();
    server
        .sql("postgres", &format!("CREATE DATABASE {LIKE}"))
        .unwrap();
    let like = Store::open_postgres(&options(&server.url(LIKE))).await;
    like.unwrap().close().await;
    let base = server.url("").trim_end_matches('/').to_owned();
    let done = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["index_life::", "--test-threads=4"])
        .args([
            "--skip",
            "cut::",
            "--skip",
            "a_newer_schema_is_refused",
            "--skip",
            "a_backup_is_a_store",
        ])
        .env(SERVER, base)
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{told}");
    assert!(told.contains("test result: ok"), "{told}");
    assert!(!told.contains("ok. 0 passed"), "{told}");
}
