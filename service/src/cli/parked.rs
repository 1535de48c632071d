//! `directpush parked`.

use std::io::{self, IsTerminal};
use std::time::Duration;

use directpush::config::Config;
use directpush::control::{Client, FolderView, ParkedView, WatcherView};
use http::Method;
use tokio::time;

use super::table::Table;
use super::{File, say, times};

/// Between two looks of `--watch`.
const EVERY: Duration = Duration::from_secs(2);

/// What is asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    file: File,
    /// Of this account only.
    #[arg(long)]
    account: Option<String>,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
    /// Look again every two seconds, until Ctrl-C.
    #[arg(long)]
    watch: bool,
}

pub(super) async fn run(options: Options) -> anyhow::Result<()> {
    let config = Config::load(options.file.path())?;
    let client = Client::new(config.listen.control.as_deref())?;
    loop {
        let parameters = [("account", options.account.clone())];
        let parked: Vec<ParkedView> = client.ask(Method::GET, "/v1/parked", &parameters).await?;
        if options.json {
            for one in &parked {
                say(&serde_json::to_string(one)?)?;
            }
        } else {
            let clear = options.watch && io::stdout().is_terminal();
            let before = if clear { "\u{1b}[H\u{1b}[2J" } else { "" };
            say(&format!("{before}{}", text(&parked)))?;
        }
        if !options.watch {
            return Ok(());
        }
        time::sleep(EVERY).await;
    }
}

/// A line for each, and a sum.
pub(super) fn text(parked: &[ParkedView]) -> String {
    if parked.is_empty() {
        return "nothing is parked".to_owned();
    }
    let mut table = Table::new(&[
        "ACCOUNT",
        "NO",
        "DEVICE",
        "TYPE",
        "KIND",
        "PARKED",
        "LEFT",
        "WATCHED",
        "FOLDERS (TOLD/NOW)",
    ]);
    for one in parked {
        table.row(vec![
            one.account.clone(),
            one.device_no.to_string(),
            one.device.clone(),
            one.device_type.clone(),
            one.kind.clone(),
            times::span(one.parked_s),
            times::span(one.left_s),
            watched(&one.watcher),
            folders(&one.folders),
        ]);
    }
    format!("{}\n{} parked", table.text(), parked.len())
}

fn watched(watcher: &WatcherView) -> String {
    let since = watcher.since.map(times::since).unwrap_or_default();
    let failing = match watcher.failing {
        0 => String::new(),
        count => format!(", {count} failing"),
    };
    let source = match watcher.source.as_str() {
        "" => String::new(),
        source => format!(" by {source}"),
    };
    format!("{}{source} {since}{failing}", watcher.mode)
}

/// `Inbox 12/12, Sent 3/4 changed`.
fn folders(folders: &[FolderView]) -> String {
    let words = folders.iter().map(|folder| {
        let name = if folder.name.is_empty() {
            format!("#{}", folder.no)
        } else {
            folder.name.clone()
        };
        let state = match folder.state.as_str() {
            "quiet" => String::new(),
            other => format!(" {other}"),
        };
        format!("{name} {}/{}{state}", folder.told, folder.current)
    });
    words.collect::<Vec<_>>().join(", ")
}
