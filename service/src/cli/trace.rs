//! `directpush trace`.

use std::collections::HashMap;
use std::fmt::Write;

use anyhow::Context;
use directpush::config::Config;
use directpush::control::Client;
use directpush::trace::{Answered, Asked, Header, TraceEvent};
use http::Method;

use super::table::clean;
use super::{File, say, times};

/// What is asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    file: File,
    /// The account, in any form in which its user may sign in.
    account: String,
    /// For how long; then it ends by itself.
    #[arg(long, value_name = "N", default_value_t = 10)]
    minutes: u32,
    /// Of this device only, by its own id.
    #[arg(long, value_name = "ID")]
    device: Option<String>,
    /// Shows content as well: subjects, names, addresses, texts. Passwords never.
    #[arg(long)]
    reveal: bool,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: Options) -> anyhow::Result<()> {
    let config = Config::load(options.file.path())?;
    let client = Client::new(config.listen.control.as_deref())?;
    let parameters = [
        ("account", Some(options.account.clone())),
        ("minutes", Some(options.minutes.to_string())),
        ("device", options.device.clone()),
        ("reveal", options.reveal.then(String::new)),
    ];
    let mut body = client.open(Method::GET, "/v1/trace", &parameters).await?;
    let (mut rest, mut page) = (Vec::new(), Page::default());
    while let Some(piece) = client.next(&mut body).await? {
        rest.extend_from_slice(&piece);
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = rest.drain(..=end).collect();
            if options.json {
                say(String::from_utf8_lossy(&line).trim_end())?;
            } else {
                let event =
                    serde_json::from_slice(&line).context("the service speaks otherwise")?;
                say(&page.text(&event))?;
            }
        }
    }
    Ok(())
}

/// What was printed, so that it need not be said again.
#[derive(Default)]
struct Page {
    /// The headers of each device's last request.
    headers: HashMap<String, Vec<Header>>,
}

impl Page {
    /// An event for people.
    fn text(&mut self, event: &TraceEvent) -> String {
        match event {
            TraceEvent::Begun { account, until_ms } => format!(
                "trace of {} until {}; Ctrl-C ends it\n",
                clean(account),
                times::point(until_ms.div_euclid(1_000))
            ),
            TraceEvent::Asked(asked) => self.request(asked),
            TraceEvent::Answered(answered) => answer(answered, &http_status(answered)),
            TraceEvent::Gone(answered) => answer(answered, "the device went away"),
            TraceEvent::Dropped { events } => {
                format!("... {events} events came too fast and were lost\n")
            }
            TraceEvent::Over => "the time is over".to_owned(),
        }
    }

    fn request(&mut self, asked: &Asked) -> String {
        let words = [
            &asked.command,
            &asked.device,
            &asked.device_type,
            &asked.version,
        ];
        let words: Vec<String> = words.iter().map(|word| clean(word)).collect();
        let words = words.join(" ");
        let mut out = format!(
            "{} >>> {}  #{}\n",
            times::clock(asked.at_ms),
            words.trim_end(),
            asked.request_id
        );
        let facts = asked
            .line
            .iter()
            .map(|fact| format!("{} {}", clean(&fact.name), clean(&fact.value)));
        let facts = facts.collect::<Vec<_>>().join(", ");
        if !facts.is_empty() {
            let _never_fails = writeln!(out, "    {facts}");
        }
        // The length is said with the body.
        let mut said = asked.headers.clone();
        said.retain(|header| header.name != "content-length");
        let before = self.headers.insert(asked.device.clone(), said.clone());
        if before.as_ref() == Some(&said) {
            let _never_fails = writeln!(out, "    (headers as before)");
        } else {
            headers(&mut out, &said);
        }
        content(&mut out, asked.body.bytes, &asked.body.text);
        out
    }
}

fn answer(answered: &Answered, how: &str) -> String {
    let mut out = format!(
        "{} <<< {} {how}",
        times::clock(answered.at_ms),
        clean(&answered.command)
    );
    let _never_fails = facts(&mut out, answered);
    let _never_fails = writeln!(out, "  #{}", answered.request_id);
    headers(&mut out, &answered.headers);
    content(&mut out, answered.body.bytes, &answered.body.text);
    out
}

fn facts(out: &mut String, answered: &Answered) -> std::fmt::Result {
    if let Some(status) = answered.eas_status {
        write!(out, ", status {status}")?;
    }
    match (answered.parked_ms, &answered.ended) {
        (Some(parked), Some(ended)) => {
            let served = answered.elapsed_ms.saturating_sub(parked);
            write!(
                out,
                ", parked {} until {ended}, served in {served} ms",
                seconds(parked)
            )?;
        }
        _ => write!(out, ", served in {} ms", answered.elapsed_ms)?,
    }
    match &answered.note {
        Some(note) => write!(out, ", {}", clean(note)),
        None => Ok(()),
    }
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{:03} s", milliseconds / 1_000, milliseconds % 1_000)
}

fn http_status(answered: &Answered) -> String {
    format!("HTTP {}", answered.http_status)
}

fn headers(out: &mut String, headers: &[Header]) {
    for header in headers {
        let _never_fails = writeln!(out, "    {}: {}", clean(&header.name), clean(&header.value));
    }
}

fn content(out: &mut String, bytes: usize, text: &str) {
    let lines = text.lines().map(|line| format!("    {}\n", clean(line)));
    let lines: String = lines.collect();
    let _never_fails = match bytes {
        0 => writeln!(out, "    (no body)"),
        bytes => writeln!(out, "    ({bytes} bytes)\n{}", lines.trim_end_matches('\n')),
    };
}

#[cfg(test)]
mod tests {
    use directpush::trace::BodyView;

    use super::*;

    #[test]
    fn an_exchange_reads_well() {
        let asked = Asked {
            at_ms: 1_500,
            request_id: "ab".to_owned(),
            command: "Ping".to_owned(),
            device: "PHONE1".to_owned(),
            device_type: "iPhone".to_owned(),
            version: "14.1".to_owned(),
            body: BodyView {
                bytes: 9,
                text: "<Ping/>\u{1b}[2J\n".to_owned(),
            },
            ..Asked::default()
        };
        let mut page = Page::default();
        assert_eq!(
            page.text(&TraceEvent::Asked(asked)),
            "00:00:01.500 >>> Ping PHONE1 iPhone 14.1  #ab\n    (9 bytes)\n    <Ping/>\u{FFFD}[2J\n"
        );
        let answered = Answered {
            request_id: "ab".to_owned(),
            command: "Ping".to_owned(),
            http_status: 200,
            eas_status: Some(2),
            elapsed_ms: 3_007,
            parked_ms: Some(3_004),
            ended: Some("changed".to_owned()),
            ..Answered::default()
        };
        assert_eq!(
            page.text(&TraceEvent::Answered(answered)),
            "00:00:00.000 <<< Ping HTTP 200, status 2, parked 3.004 s until changed, served in 3 ms  #ab\n    (no body)\n"
        );
    }
}
