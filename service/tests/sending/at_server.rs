//! Accounts on a real IMAP server: what is sent, drafts, and what goes wrong.

mod drafts;
mod faults;
mod kept;
mod passwords;
mod sent;

use backends::servers::{Dovecot, DovecotOptions, ImapHand};
use protocol::command::Body;
use protocol::command::SyncKeyText;
use protocol::command::folder_sync::FolderSyncRequest;
use protocol::wbxml;

use crate::house::{House, relay_at, until};
use crate::peer::{Peer, Script};
use crate::phone::Phone;

/// Anna's mail on a server, the service, and a relay.
struct Served {
    // Who asks ends first.
    house: House,
    dovecot: Dovecot,
    peer: Peer,
    hand: ImapHand,
}

impl Served {
    async fn start(script: Script) -> Self {
        Self::with(&DovecotOptions::default(), script, "").await
    }

    /// `smtp`: further lines of that section.
    async fn with(options: &DovecotOptions, script: Script, smtp: &str) -> Self {
        let dovecot = Dovecot::start(options).await.unwrap();
        let peer = Peer::start(script).await;
        let smtp = relay_at(peer.port()) + smtp;
        let house = House::at_server(&at(dovecot.imap_port(), "", ""), &smtp);
        let hand = dovecot.hand("anna").await.unwrap();
        Self {
            house,
            dovecot,
            peer,
            hand,
        }
    }

    fn phone(&self) -> Phone {
        Phone::new(&self.house, "anna", "phone")
    }

    async fn stored(&self, folder: &str) -> Vec<Stored> {
        stored(&self.hand, folder).await
    }

    /// What the relay took, as text.
    fn taken(&self) -> Vec<String> {
        let text = |mail: crate::peer::Mail| String::from_utf8(mail.message).unwrap();
        self.peer.taken().into_iter().map(text).collect()
    }
}

/// Sections of accounts at a server on this machine; further lines of `[auth]` and of `[imap]`.
fn at(port: u16, auth: &str, imap: &str) -> String {
    format!(
        "[limits]\nloop_hold_s = 0\n[auth]\ndomains = [\"example.org\"]\n{auth}\
         [imap]\nhost = \"127.0.0.1\"\nport = {port}\nlogin = \"%n\"\nsweep_s = 10\npoll_s = 5\n{imap}{}",
        match imap.contains("security") {
            true => "",
            false => "security = \"plain\"\n",
        }
    )
}

/// A message as it is at the server.
#[derive(Debug)]
struct Stored {
    uid: String,
    flags: String,
    text: String,
}

async fn stored(hand: &ImapHand, folder: &str) -> Vec<Stored> {
    if hand.count(folder).await.unwrap() == 0 {
        return Vec::new();
    }
    let reply = hand
        .within(folder, "UID FETCH 1:* (FLAGS BODY.PEEK[])")
        .await;
    let fetched = reply.unwrap().lines.into_iter().filter_map(|line| {
        let (_, items) = line.split_once(" FETCH (")?;
        let uid = items.split_once("UID ")?.1.split([' ', ')']).next()?;
        let flags = items.split_once("FLAGS (")?.1.split(')').next()?;
        let text = items.split_once("BODY[] {")?.1.split_once("}\r\n")?.1;
        Some(Stored {
            uid: uid.to_owned(),
            flags: flags.to_owned(),
            text: text.to_owned(),
        })
    });
    fetched.collect()
}

/// Waits until the log has these words: it is read by another thread than the answers.
async fn logs(house: &House, words: &str) {
    until(words, || house.log().contains(words)).await;
}

/// Whether a phone is let in: the HTTP status of a first FolderSync.
async fn begins(phone: &Phone) -> u16 {
    let request = FolderSyncRequest {
        sync_key: SyncKeyText::initial(),
    };
    let body = wbxml::encode(&request.to_element(phone.version), phone.version);
    phone.post(&phone.query("FolderSync"), &body).await.0
}
