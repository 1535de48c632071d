//! `directpush store`.

use std::path::PathBuf;

use directpush::config::{Config, Place};
use directpush::store::{Checked, Store};

use super::{File, say};

/// What is to be done.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Copies the state store into a new file, also while the service runs. Checks the copy; overwrites nothing.
    Backup {
        #[command(flatten)]
        file: File,
        /// The new file.
        to: PathBuf,
    },
    /// Looks whether the state store is in order, also while the service runs.
    Check {
        #[command(flatten)]
        file: File,
        /// Another store than the service's, such as a backup.
        store: Option<PathBuf>,
    },
    /// Makes the tables of the state store, or brings them up to date, as the service does when it starts. Nodes of the
    /// version before may run meanwhile.
    Migrate {
        #[command(flatten)]
        file: File,
    },
    /// Copies a state store into another database, which must be empty: `--from sqlite:///var/lib/directpush/state.db
    /// --to postgres://user@host/name`, or the other way. Stop the service first: what it writes meanwhile is not in
    /// the copy.
    Copy {
        /// What is copied.
        #[arg(long)]
        from: Place,
        /// The empty store.
        #[arg(long)]
        to: Place,
    },
}

pub(super) async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Backup { file, to } => {
            let config = Config::load(file.path())?;
            let from = config.store.place();
            let store = Store::open_at_to_read(&from).await?;
            let checked = store.backup(&to).await?;
            store.close().await;
            say(&format!(
                "{from} copied to {}: {}",
                to.display(),
                text(checked)
            ))
        }
        Command::Check { file, store } => {
            let place = match store {
                Some(path) => Place::File(path),
                None => Config::load(file.path())?.store.place(),
            };
            let store = Store::open_at_to_read(&place).await?;
            let checked = store.check().await?;
            store.close().await;
            say(&format!("{place} is in order: {}", text(checked)))
        }
        Command::Migrate { file } => {
            let place = Config::load(file.path())?.store.place();
            let store = Store::open_at(&place).await?;
            let checked = store.check().await?;
            store.close().await;
            say(&format!("{place} is up to date: {}", text(checked)))
        }
        Command::Copy { from, to } => {
            let source = Store::open_at_to_read(&from).await?;
            let target = Store::open_at(&to).await?;
            let copied = source.copy_to(&target).await;
            source.close().await;
            target.close().await;
            say(&format!("{from} copied to {to}: {}", text(copied?)))
        }
    }
}

fn text(checked: Checked) -> String {
    let Checked { schema, counts } = checked;
    format!(
        "schema {schema}, {} accounts, {} devices, {} synced folders, {} skipped items",
        counts.accounts, counts.devices, counts.collections, counts.skipped
    )
}
