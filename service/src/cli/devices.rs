//! `directpush devices`.

use std::fmt::Write;

use anyhow::Context;
use directpush::config::Config;
use directpush::control::{
    Asked, Client, ClientError, DeviceLine, DeviceView, Done, Survey, segment,
};
use directpush::store::Store;
use http::Method;

use super::table::{Table, clean};
use super::{File, parked, say, times};

/// What is to be done.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Lists devices, one a line. Without a running service, from its store.
    List {
        #[command(flatten)]
        file: File,
        /// Of this account only.
        #[arg(long)]
        account: Option<String>,
        /// Only those that were not seen for so many days.
        #[arg(long, value_name = "DAYS")]
        inactive: Option<u32>,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Shows all that is known of a device. Without a running service, from its store.
    Show {
        #[command(flatten)]
        which: Which,
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Has a device start over: it loads everything, or one folder, again. Other devices notice nothing.
    Reset {
        #[command(flatten)]
        which: Which,
        /// The folder's number, as `show` lists it; without it, everything.
        #[arg(long, value_name = "N")]
        folder: Option<u32>,
    },
    /// Forgets a device. If it comes back, it is a new one.
    Remove {
        #[command(flatten)]
        which: Which,
    },
}

/// Names a device.
#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    #[command(flatten)]
    file: File,
    /// The device's number (NO of `list`), or its own id.
    id: String,
    /// Its account, where several devices have one id.
    #[arg(long)]
    account: Option<String>,
}

pub(super) async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::List {
            file,
            account,
            inactive,
            json,
        } => {
            let asked = Asked {
                account,
                inactive_days: inactive,
            };
            let devices = list(&Config::load(file.path())?, &asked).await?;
            if json {
                devices
                    .iter()
                    .try_for_each(|one| say(&serde_json::to_string(one)?))
            } else {
                say(&table(&devices))
            }
        }
        Command::Show { which, json } => {
            let device = show(&Config::load(which.file.path())?, &which).await?;
            if json {
                say(&serde_json::to_string(&device)?)
            } else {
                say(page(&device)?.trim_end())
            }
        }
        Command::Reset { which, folder } => {
            let folder = [("folder", folder.map(|no| no.to_string()))];
            change(Method::POST, &which, "/reset", &folder).await
        }
        Command::Remove { which } => change(Method::DELETE, &which, "", &[]).await,
    }
}

async fn list(config: &Config, asked: &Asked) -> anyhow::Result<Vec<DeviceLine>> {
    let parameters = [
        ("account", asked.account.clone()),
        ("inactive", asked.inactive_days.map(|days| days.to_string())),
    ];
    match client(config) {
        Ok(client) => match client.ask(Method::GET, "/v1/devices", &parameters).await {
            Err(ClientError::NotRunning(_)) => {}
            answered => return Ok(answered?),
        },
        Err(ClientError::Off) => {}
        Err(other) => return Err(other.into()),
    }
    Ok(stored(config).await?.devices(asked).await?)
}

async fn show(config: &Config, which: &Which) -> anyhow::Result<DeviceView> {
    let path = format!("/v1/devices/{}", segment(&which.id));
    let parameters = [("account", which.account.clone())];
    match client(config) {
        Ok(client) => match client.ask(Method::GET, &path, &parameters).await {
            Err(ClientError::NotRunning(_)) => {}
            answered => return Ok(answered?),
        },
        Err(ClientError::Off) => {}
        Err(other) => return Err(other.into()),
    }
    let survey = stored(config).await?;
    Ok(survey.device(&which.id, which.account.as_deref()).await?)
}

async fn change(
    method: Method,
    which: &Which,
    what: &str,
    more: &[(&str, Option<String>)],
) -> anyhow::Result<()> {
    let config = Config::load(which.file.path())?;
    let path = format!("/v1/devices/{}{what}", segment(&which.id));
    let mut parameters = vec![("account", which.account.clone())];
    parameters.extend_from_slice(more);
    let done: Done = client(&config)?.ask(method, &path, &parameters).await?;
    say(&done.done)
}

fn client(config: &Config) -> Result<Client, ClientError> {
    Client::new(config.listen.control.as_deref())
}

/// The store of a service that cannot be asked.
async fn stored(config: &Config) -> anyhow::Result<Survey> {
    let place = config.store.place();
    let store = Store::open_at_to_read(&place).await.with_context(|| {
        format!("the service cannot be asked, and its store cannot be read ({place})")
    })?;
    Ok(Survey::of_store(store))
}

fn table(devices: &[DeviceLine]) -> String {
    if devices.is_empty() {
        return "no devices".to_owned();
    }
    let mut table = Table::new(&[
        "NO",
        "ACCOUNT",
        "DEVICE",
        "TYPE",
        "MODEL",
        "OS",
        "EAS",
        "ACCESS",
        "FOLDERS",
        "SKIPPED",
        "LAST SEEN",
        "PARKED",
    ]);
    for one in devices {
        table.row(vec![
            one.no.to_string(),
            one.account.clone(),
            one.id.clone(),
            one.device_type.clone(),
            or_dash(one.model.as_deref()),
            or_dash(one.os.as_deref()),
            or_dash(one.version.as_deref()),
            one.access.clone(),
            one.folders.to_string(),
            one.skipped.to_string(),
            times::ago(one.last_seen),
            parked_in_short(one),
        ]);
    }
    let total = devices.len();
    let known = devices.iter().all(|one| one.parked.is_some());
    let note = if known {
        ""
    } else {
        "; the service does not run, so what is parked is not known"
    };
    format!("{}\n{total} in all{note}", table.text())
}

fn parked_in_short(device: &DeviceLine) -> String {
    let Some(parked) = &device.parked else {
        return "?".to_owned();
    };
    let words = parked
        .iter()
        .map(|one| format!("{} {}", one.kind, times::since(one.since)));
    match words.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "-".to_owned(),
        some => some,
    }
}

/// A page of text.
fn page(device: &DeviceView) -> Result<String, std::fmt::Error> {
    let line = &device.line;
    let mut out = String::new();
    let mut fact = |name: &str, value: String| writeln!(out, "{name:<12} {}", clean(&value));
    fact(
        "device",
        format!(
            "{} (number {}, type {})",
            line.id, line.no, line.device_type
        ),
    )?;
    fact("account", line.account.clone())?;
    fact("model", or_dash(line.model.as_deref()))?;
    fact("os", or_dash(line.os.as_deref()))?;
    fact("name", or_dash(device.friendly_name.as_deref()))?;
    fact("user agent", or_dash(device.user_agent.as_deref()))?;
    fact("version", or_dash(line.version.as_deref()))?;
    fact("policy", device.policy.clone())?;
    fact(
        "access",
        match &device.wipe {
            Some(wipe) => format!("{}, wipe: {wipe}", line.access),
            None => line.access.clone(),
        },
    )?;
    fact("first seen", times::point(line.first_seen))?;
    fact(
        "last seen",
        format!(
            "{} ({}; at most an hour behind)",
            times::point(line.last_seen),
            times::ago(line.last_seen)
        ),
    )?;
    fact(
        "heartbeat",
        device.heartbeat_s.map_or_else(
            || "-".to_owned(),
            |seconds| format!("{seconds} s (last Ping)"),
        ),
    )?;
    fact(
        "doubts",
        format!(
            "{} founded, {} unfounded; an answer is given {} s to be proved",
            device.doubts_founded, device.doubts_unfounded, device.grace_s
        ),
    )?;
    syncs(&mut out, device)?;
    skipped(&mut out, device)?;
    waiting(&mut out, device)?;
    Ok(out)
}

fn syncs(out: &mut String, device: &DeviceView) -> std::fmt::Result {
    if device.syncs.is_empty() {
        return writeln!(out, "\nsyncs nothing yet");
    }
    let mut table = Table::new(&[
        "FOLDER",
        "NAME",
        "CLASS",
        "KEY",
        "TOLD/NOW",
        "LAST SYNC",
        "ANSWER",
        "OPEN",
        "UPLOADS",
    ]);
    for one in &device.syncs {
        table.row(vec![
            one.no.to_string(),
            one.name.clone(),
            one.class.clone(),
            one.state.clone(),
            format!(
                "{}/{}",
                one.told
                    .map_or_else(|| "-".to_owned(), |told| told.to_string()),
                one.current
            ),
            one.last_sync.map_or_else(|| "-".to_owned(), times::ago),
            or_dash(one.proof.as_deref()),
            one.open_answers.to_string(),
            one.uploads.to_string(),
        ]);
    }
    writeln!(out, "\n{}", table.text())
}

fn skipped(out: &mut String, device: &DeviceView) -> std::fmt::Result {
    if device.items_skipped.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(&["SKIPPED ITEM", "SINCE", "REASON"]);
    for one in &device.items_skipped {
        table.row(vec![
            one.item.clone(),
            times::point(one.since),
            one.reason.clone(),
        ]);
    }
    writeln!(out, "\n{}", table.text())
}

fn waiting(out: &mut String, device: &DeviceView) -> std::fmt::Result {
    let (Some(now), Some(past)) = (&device.parked_now, &device.past) else {
        return writeln!(
            out,
            "\nthe service does not run: what is parked is not known"
        );
    };
    writeln!(out, "\n{}", parked::text(now))?;
    for one in device.loops.iter().flatten() {
        writeln!(
            out,
            "\nruns in circles: {} (held {} times)",
            one.kind, one.held
        )?;
    }
    if past.is_empty() {
        return writeln!(out, "\nnothing parked has ended since the service started");
    }
    let mut table = Table::new(&["PARKED BEFORE", "FOR", "ENDED BY", "WHEN"]);
    for one in past {
        table.row(vec![
            one.kind.clone(),
            times::span(one.parked_s),
            one.reason.clone(),
            times::ago(one.at),
        ]);
    }
    writeln!(out, "\n{}", table.text())
}

fn or_dash(text: Option<&str>) -> String {
    match text {
        None | Some("") => "-".to_owned(),
        Some(text) => text.to_owned(),
    }
}
