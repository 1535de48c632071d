//! Entries as lines that people like to read.

use std::time::Duration;

use super::super::ledger::{Balance, Spread};
use super::{Entry, Extent, Paint, Place, Weight, Wire};

/// The lines for an entry; none for what would only be in the way.
pub(super) fn lines(entry: &Entry, at: Duration, paint: Paint, extent: Extent) -> String {
    let row = |what: &str, ink: Ink, wire: Option<Wire>, text: &str| {
        let row = Row {
            at,
            what,
            ink,
            wire,
            text,
        };
        row.to_line(paint)
    };
    match entry {
        Entry::Listening(place) => head(place, paint, extent),
        // What brought nothing is in the sum that follows.
        Entry::Request { text, .. } if text.is_empty() => String::new(),
        Entry::Request {
            name, text, wire, ..
        } => row(name, Ink::None, Some(*wire), text),
        Entry::SetUp { requests, wire } => {
            let text = format!("the account is on the phone, after {requests} requests");
            row("ready", Ink::Strong, Some(*wire), &text)
        }
        Entry::Parked {
            heartbeat_s,
            folders,
        } => {
            let heartbeat = duration(Duration::from_secs(u64::from(*heartbeat_s)));
            let text =
                format!("waits for changes in {folders} folders; silence for up to {heartbeat}");
            row("Ping …", Ink::None, None, &text)
        }
        Entry::Delivered { subject } => {
            let text = format!("“{subject}” is renamed into new/");
            row("delivery", Ink::Mail, None, &text)
        }
        Entry::Announced {
            folders,
            push,
            wire,
        } => {
            let after = push.map_or(String::new(), |push| {
                format!(", {} after the delivery", duration(push))
            });
            let text = format!("changes in {}{after}", folders.join(", "));
            row("PUSH", Ink::Push, Some(*wire), &text)
        }
        Entry::Synced {
            subject,
            folder,
            sync,
            wire,
        } => {
            let text = format!(
                "{folder}: “{subject}” is on the phone, {} after the delivery",
                duration(*sync)
            );
            row("Sync", Ink::None, Some(*wire), &text)
        }
        Entry::Note { text, weight } => match weight {
            Weight::Plain => row("", Ink::None, None, text),
            Weight::Trouble => row("trouble", Ink::Trouble, None, text),
        },
        Entry::Summary { balance, .. } => summary(balance, paint),
    }
}

/// One line of the timeline.
struct Row<'r> {
    at: Duration,
    what: &'r str,
    ink: Ink,
    wire: Option<Wire>,
    text: &'r str,
}

impl Row<'_> {
    fn to_line(&self, paint: Paint) -> String {
        let time = Ink::Faint.on(&format!("{:>9.3} s", self.at.as_secs_f64()), paint);
        let (took, sent, received) = match self.wire {
            None => Default::default(),
            Some(wire) => (duration(wire.took), bytes(wire.sent), bytes(wire.received)),
        };
        let numbers = format!("{took:>8}  {sent:>7}  {received:>7}");
        let what = self.ink.on(&format!("{:<10}", self.what), paint);
        let line = format!("{time}  {numbers}   {what}  {}", self.text);
        format!("{}\n", line.trim_end())
    }
}

/// What a word looks like.
#[derive(Clone, Copy)]
enum Ink {
    None,
    Faint,
    Strong,
    Mail,
    Push,
    Trouble,
}

impl Ink {
    fn on(self, text: &str, paint: Paint) -> String {
        let code = match self {
            Self::None => return text.to_owned(),
            Self::Faint => "2",
            Self::Strong => "1",
            Self::Mail => "36",
            Self::Push => "1;32",
            Self::Trouble => "1;31",
        };
        match paint {
            Paint::Colours => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            Paint::Plain => text.to_owned(),
        }
    }
}

fn head(place: &Place, paint: Paint, extent: Extent) -> String {
    let title = Ink::Strong.on("directpush demo", paint);
    let columns = Ink::Faint.on("       time      took     sent  received   what", paint);
    let Place {
        url,
        user,
        password,
        maildir,
        admin,
    } = place;
    let end = match extent {
        Extent::Bounded => "",
        Extent::Endless => "Every few seconds a message comes. Ctrl-C ends the demo.\n",
    };
    format!(
        "{title}

A gateway and a phone, both on this machine and talking over a real connection. The phone speaks Exchange
ActiveSync 14.1 as Android's mail does; its mail lies in a Maildir, where messages are delivered as any
mail server would. Watch the Ping: it stays silent until a message comes, and is then answered at once.
{end}
  server    {url}
  user      {user}
  password  {password}
  Maildir   {maildir}
  metrics   http://{admin}/metrics

{columns}
"
    )
}

fn summary(balance: &Balance, paint: Paint) -> String {
    let Balance {
        delivered,
        pushes,
        lost,
        doubled,
        ..
    } = balance;
    let ink = if *lost + *doubled == 0 {
        Ink::Push
    } else {
        Ink::Trouble
    };
    let verdict = ink.on(
        &format!("{delivered} delivered, {pushes} pushed, {lost} lost, {doubled} doubled"),
        paint,
    );
    let push = spread(
        "from the delivery to the phone's knowing",
        balance.push,
        *pushes,
    );
    let sync = spread(
        "from the delivery to the phone's having it",
        balance.sync,
        *pushes,
    );
    format!(
        "
{verdict}
{push}{sync}
Next: `directpush serve --config FILE` does the same for your own Maildirs; deploy/config/example.toml explains
every setting. `directpush demo --pushes 200 --interval-ms 20` measures, `--json` is for programs.
"
    )
}

fn spread(what: &str, spread: Spread, count: usize) -> String {
    let Spread { p50, p99, max } = spread;
    match count {
        0 => String::new(),
        1 => format!("  {what}: {}\n", duration(max)),
        _ => format!(
            "  {what}: half within {}, 99 of 100 within {}, all within {}\n",
            duration(p50),
            duration(p99),
            duration(max)
        ),
    }
}

/// A duration with as many digits as matter.
fn duration(duration: Duration) -> String {
    let ms = duration.as_secs_f64() * 1e3;
    match ms {
        ms if ms < 10.0 => format!("{ms:.1} ms"),
        ms if ms < 1_000.0 => format!("{ms:.0} ms"),
        ms if ms < 120_000.0 => format!("{:.1} s", ms / 1e3),
        ms => format!("{:.0} min", ms / 60e3),
    }
}

/// A number of bytes with as many digits as matter.
fn bytes(bytes: u64) -> String {
    #[expect(
        clippy::cast_precision_loss,
        reason = "shown with three digits at most"
    )]
    let kilobytes = bytes as f64 / 1e3;
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..100_000 => format!("{kilobytes:.1} kB"),
        _ => format!("{kilobytes:.0} kB"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(entry: &Entry, paint: Paint) -> String {
        lines(entry, Duration::from_millis(1234), paint, Extent::Bounded)
    }

    fn pushed() -> Entry {
        Entry::Announced {
            folders: vec!["Inbox".to_owned()],
            push: Some(Duration::from_micros(3_140)),
            wire: Wire {
                took: Duration::from_secs(3),
                sent: 412,
                received: 1_890,
            },
        }
    }

    #[test]
    fn columns_stand_below_each_other() {
        let push = line(&pushed(), Paint::Plain);
        assert_eq!(
            push,
            "    1.234 s     3.0 s    412 B   1.9 kB   PUSH        changes in Inbox, 3.1 ms after the delivery\n"
        );
        let subject = "Lunch [1]".to_owned();
        let delivery = line(&Entry::Delivered { subject }, Paint::Plain);
        assert_eq!(delivery.find("delivery"), push.find("PUSH"));
    }

    #[test]
    fn colours_are_only_there_when_wanted() {
        assert!(!line(&pushed(), Paint::Plain).contains('\u{1b}'));
        assert!(line(&pushed(), Paint::Colours).contains("\u{1b}[1;32mPUSH"));
    }

    #[test]
    fn requests_that_brought_nothing_are_left_out() {
        let entry = Entry::Request {
            name: "Sync".to_owned(),
            status: 200,
            text: String::new(),
            wire: Wire::default(),
        };
        assert_eq!(line(&entry, Paint::Plain), "");
    }
}
