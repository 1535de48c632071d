//! What mailboxes there are, and how they stand: one command where the server can do that.

use std::collections::HashMap;

use super::Session;
use super::error::Error;
use super::extension::Extension;
use super::stream::Stream;
use super::wire::{Command, Listed, MailboxName, MailboxStatus, Namespaces, Untagged};

/// Commands that are sent at once.
const AT_ONCE: usize = 100;

/// What is asked of each mailbox. Never both: together with counters, Cyrus 3.6 says bytes of its memory for `MAILBOXID`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Detail {
    /// Its identity.
    Identity,
    /// Its counters, and validity.
    Counters,
}

/// How the server names the identity of a mailbox.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Naming {
    /// `MAILBOXID` (RFC 8474).
    ObjectId,
    /// Dovecot's `X-GUID`.
    Guid,
    /// Not at all.
    Nothing,
}

/// One mailbox.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// What the server says of it.
    pub(super) listed: Listed,
    /// Whether its user has subscribed to it.
    pub(super) subscribed: bool,
    /// How it stands; `None` if it cannot be opened, or was removed meanwhile.
    pub(super) status: Option<MailboxStatus>,
}

impl Entry {
    /// Whether there is a mailbox, and not only something below it.
    pub(super) fn is_real(&self) -> bool {
        !self.listed.has("\\Noselect") && !self.listed.has("\\NonExistent")
    }
}

/// All mailboxes.
#[derive(Clone, Debug, Default)]
pub(super) struct Survey {
    /// Where they are; nothing, if the server does not say.
    pub(super) namespaces: Namespaces,
    /// All that is listed, each once.
    pub(super) entries: Vec<Entry>,
}

/// Asks for all mailboxes.
pub(super) async fn survey(
    session: &mut Session<Stream>,
    naming: Naming,
    detail: Detail,
) -> Result<Survey, Error> {
    // Of the mailbox that is open servers say what the session has seen of it.
    let _seen = session.unselect().await?;
    if session.selected().is_some() {
        let _seen = session.noop().await?;
    }
    let items = items(session, naming, detail);
    let extended = session.has(Extension::ListExtended);
    let together = extended && session.has(Extension::ListStatus);
    let mut commands = vec![list(session, together.then_some(items))];
    if session.has(Extension::Namespace) {
        commands.push(Command::new("NAMESPACE"));
    }
    if !extended {
        commands.push(Command::new("LSUB").text("").text("*"));
    }
    let mut gathering = Gathering::default();
    for reply in session.run_all(&commands).await? {
        // What cannot be read may be a mailbox.
        if reply.malformed > 0 {
            return Err(Error::Incomplete);
        }
        let reply = reply.ok()?;
        reply
            .untagged
            .into_iter()
            .for_each(|data| gathering.take(data));
    }
    let mut survey = gathering.survey(extended);
    if !together {
        statuses(session, &mut survey, items).await?;
    }
    Ok(survey)
}

fn list(session: &Session<Stream>, items: Option<&str>) -> Command {
    let list = Command::new("LIST").text("").text("*");
    if !session.has(Extension::ListExtended) {
        return list;
    }
    let mut wanted = "SUBSCRIBED".to_owned();
    if session.has(Extension::SpecialUse) {
        wanted.push_str(" SPECIAL-USE");
    }
    if let Some(items) = items {
        wanted.push_str(" STATUS ");
        wanted.push_str(items);
    }
    list.words(format!("RETURN ({wanted})"))
}

fn items(session: &Session<Stream>, naming: Naming, detail: Detail) -> &'static str {
    match (detail, naming) {
        (Detail::Identity, Naming::ObjectId) => "(UIDVALIDITY MAILBOXID)",
        (Detail::Identity, Naming::Guid) => "(UIDVALIDITY X-GUID)",
        (Detail::Identity, Naming::Nothing) => "(UIDVALIDITY)",
        (Detail::Counters, _) if session.has(Extension::CondStore) => {
            "(UIDVALIDITY UIDNEXT MESSAGES UNSEEN HIGHESTMODSEQ)"
        }
        (Detail::Counters, _) => "(UIDVALIDITY UIDNEXT MESSAGES UNSEEN)",
    }
}

/// Asks for each mailbox. One that does not answer was removed meanwhile, or may not be opened.
async fn statuses(
    session: &mut Session<Stream>,
    survey: &mut Survey,
    items: &str,
) -> Result<(), Error> {
    let mut known: HashMap<MailboxName, MailboxStatus> = HashMap::new();
    let real = survey.entries.iter().filter(|entry| entry.is_real());
    let commands = real.map(|entry| {
        let status = Command::new("STATUS").mailbox(&entry.listed.name);
        status.words(items)
    });
    let commands: Vec<Command> = commands.collect();
    for some in commands.chunks(AT_ONCE) {
        for reply in session.run_all(some).await? {
            for data in reply.untagged {
                if let Untagged::Status(status) = data {
                    known.insert(status.name.clone(), *status);
                }
            }
        }
    }
    for entry in &mut survey.entries {
        entry.status = known.remove(&entry.listed.name);
    }
    Ok(())
}

/// How the server names identities.
///
/// # Errors
/// The connection fails.
pub(super) async fn naming(session: &mut Session<Stream>) -> Result<Naming, Error> {
    if session.has(Extension::ObjectId) {
        return Ok(Naming::ObjectId);
    }
    let status = Command::new("STATUS").mailbox(&MailboxName::inbox());
    let reply = session.run(status.words("(X-GUID)")).await?;
    let named =
        |data: &Untagged| matches!(data, Untagged::Status(status) if status.mailbox_id.is_some());
    Ok(match reply.untagged.iter().any(named) {
        true => Naming::Guid,
        false => Naming::Nothing,
    })
}

#[derive(Default)]
struct Gathering {
    namespaces: Namespaces,
    listed: Vec<Listed>,
    subscribed: Vec<MailboxName>,
    statuses: HashMap<MailboxName, MailboxStatus>,
}

impl Gathering {
    fn take(&mut self, data: Untagged) {
        match data {
            Untagged::Namespace(places) => self.namespaces = *places,
            Untagged::List(listed) => self.listed.push(*listed),
            Untagged::Lsub(listed) => self.subscribed.push(listed.name),
            Untagged::Status(status) => {
                self.statuses.insert(status.name.clone(), *status);
            }
            _ => {}
        }
    }

    fn survey(mut self, extended: bool) -> Survey {
        let mut entries: Vec<Entry> = Vec::with_capacity(self.listed.len());
        let mut places: HashMap<MailboxName, usize> = HashMap::new();
        for listed in self.listed {
            let name = listed.name.clone();
            let subscribed = match extended {
                true => listed.has("\\Subscribed"),
                false => self.subscribed.contains(&name),
            };
            let entry = Entry {
                status: self.statuses.remove(&name),
                subscribed,
                listed,
            };
            match places.get(&name).and_then(|at| entries.get_mut(*at)) {
                // Listed twice: what was said of it first has the status.
                Some(first) => first.subscribed |= entry.subscribed,
                None => {
                    places.insert(name, entries.len());
                    entries.push(entry);
                }
            }
        }
        Survey {
            namespaces: self.namespaces,
            entries,
        }
    }
}
