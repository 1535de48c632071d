//! What large folders and messages on a mail server cost: the program in a process of its own before a Dovecot.
//!
//!     cargo bench -p directpush --bench imap_large

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "it says what it measures, and fails by panicking"
)]

#[path = "../../tests/large/phone.rs"]
mod phone;
#[path = "../../tests/large/scene.rs"]
mod scene;

use std::time::{Duration, Instant};

use backends::servers::ImapHand;
use protocol::command::sync::ServerCommand;

use phone::{Folder, Phone};
use scene::{Service, dovecot, fill, large};

/// A message of 2 KB.
fn small() -> String {
    let mut mail = "From: Bo <bo@example.org>\r\nTo: anna@example.org\r\nSubject: Small\r\nMessage-ID: <a@b>\r\n\
        Content-Type: text/plain; charset=utf-8\r\n\r\n"
        .to_owned();
    while mail.len() < 2_000 {
        mail.push_str("Some text that a person may have written on a long day.\r\n");
    }
    mail
}

#[tokio::main]
async fn main() {
    let dovecot = dovecot().await;
    let hand = dovecot.hand("anna").await.unwrap();
    fill(&dovecot, "Few", 300, &small()).await;
    fill(&dovecot, "Many", 30_000, &small()).await;
    fill(&dovecot, "Some", 500, &small()).await;
    let (raw, content) = large();
    fill(&dovecot, "Large", 1, &raw).await;
    drop(raw);
    let service = Service::start(dovecot.imap_port());
    let load = std::fs::read_to_string("/proc/loadavg").unwrap();
    println!("load before: {}", load.trim());
    let bench = Bench {
        phone: Phone::new(service.eas),
        service,
        hand,
    };
    bench.many().await;
    bench.first().await;
    bench.large(&content).await;
}

struct Bench {
    phone: Phone,
    service: Service,
    hand: ImapHand,
}

impl Bench {
    /// A folder with 30,000 messages, and one with 300.
    async fn many(&self) {
        let (phone, service) = (&self.phone, &self.service);
        // Lists folders, so that what is measured is the folder alone.
        let _empty = phone.folder("Drafts").await;
        let at_rest = service.at_rest();
        let begun = Instant::now();
        let mut many = phone.folder("Many").await;
        let page = phone.page(&mut many, 100).await;
        assert!(page.more && page.commands.len() == 100);
        tell(
            "30,000 messages: key 0 and first page of 100",
            begun,
            service,
            at_rest,
        );
        let begun = Instant::now();
        assert_eq!(phone.page(&mut many, 100).await.commands.len(), 100);
        tell("30,000 messages: next page", begun, service, at_rest);
        let mut few = phone.folder("Few").await;
        for folder in [&mut few, &mut many] {
            while phone.page(folder, 512).await.more {}
        }
        for (name, folder) in [("Few", &mut few), ("Many", &mut many)] {
            let took = one_more(phone, &self.hand, name, folder).await;
            println!("{name}: a new message is synced in {took:?} (median of 15)");
        }
    }

    /// The first fill of a folder with 500 messages.
    async fn first(&self) {
        let mut some = self.phone.folder("Some").await;
        let at_rest = self.service.at_rest();
        let begun = Instant::now();
        let mut items = 0;
        loop {
            let page = self.phone.page(&mut some, 100).await;
            items += page.commands.len();
            if !page.more {
                break;
            }
        }
        let rate = items as f64 / begun.elapsed().as_secs_f64();
        tell(
            "500 messages of 2 KB in pages of 100",
            begun,
            &self.service,
            at_rest,
        );
        assert_eq!(items, 500);
        println!("    {rate:.0} messages a second");
    }

    /// A message with an attachment of some 50 MB.
    async fn large(&self, content: &[u8]) {
        let (phone, service) = (&self.phone, &self.service);
        let mut folder = phone.folder("Large").await;
        let at_rest = service.at_rest();
        let begun = Instant::now();
        let page = phone.page(&mut folder, 10).await;
        tell("50 MB message: first Sync", begun, service, at_rest);
        let [ServerCommand::Add { server_id, .. }] = &page.commands[..] else {
            panic!("no message, or several");
        };
        let reference = format!("{}:2", server_id.as_str());
        let at_rest = service.at_rest();
        let begun = Instant::now();
        assert!(phone.attachment(&reference, None).await == content);
        tell("50 MB message: its attachment", begun, service, at_rest);
        let begun = Instant::now();
        let range = phone.attachment(&reference, Some("20000001-20100000"));
        assert_eq!(range.await.len(), 100_000);
        tell("50 MB message: 100 KB of it", begun, service, at_rest);
    }
}

/// How long a Sync takes that brings a new message.
async fn one_more(phone: &Phone, hand: &ImapHand, name: &str, folder: &mut Folder) -> Duration {
    let mut took = Vec::new();
    for _ in 0..15 {
        hand.append(name, "", None, small().as_bytes())
            .await
            .unwrap();
        let begun = Instant::now();
        assert_eq!(phone.page(folder, 100).await.commands.len(), 1);
        took.push(begun.elapsed());
    }
    took.sort();
    took[took.len() / 2]
}

fn tell(what: &str, begun: Instant, service: &Service, at_rest: u64) {
    let took = begun.elapsed();
    let peak = service.memory("VmHWM");
    let grown = peak.saturating_sub(at_rest) / 1024;
    println!("{what}: {took:?}, {grown} MiB above {} MiB", at_rest / 1024);
}
