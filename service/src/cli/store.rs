//! `directpush store`.

use std::path::PathBuf;

use directpush::config::Config;
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
}

pub(super) async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Backup { file, to } => {
            let config = Config::load(file.path())?;
            let store = Store::open_to_read(&config.store.path).await?;
            let checked = store.backup(&to).await?;
            store.close().await;
            let from = config.store.path.display();
            say(&format!(
                "{from} copied to {}: {}",
                to.display(),
                text(checked)
            ))
        }
        Command::Check { file, store } => {
            let path = match store {
                Some(path) => path,
                None => Config::load(file.path())?.store.path,
            };
            let store = Store::open_to_read(&path).await?;
            let checked = store.check().await?;
            store.close().await;
            say(&format!(
                "{} is in order: {}",
                path.display(),
                text(checked)
            ))
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
