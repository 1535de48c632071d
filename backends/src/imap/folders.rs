//! Listing folders, and making, renaming and removing them.

use std::sync::Arc;

use futures_util::FutureExt;

use super::error::Error;
use super::extension::Extension;
use super::store::{Account, Lease, locked};
use super::survey::{self, Detail, Entry, Survey};
use super::tree;
use super::wire::{Code, Command, MailboxName};
use super::{Reply, Session, Stream};
use crate::error::{BackendError, Kind};
use crate::folder::{Class, Folder, Role};
use crate::lookalike;
use crate::name::FolderRef;

/// All mailboxes of an account.
pub(super) async fn survey(
    account: &Arc<Account>,
    op: &'static str,
    detail: Detail,
) -> Result<Survey, BackendError> {
    let work = |mut lease: Lease| async move { look(account, &mut lease, detail).await }.boxed();
    account.run(op, work).await
}

async fn look(
    account: &Account,
    session: &mut Session<Stream>,
    detail: Detail,
) -> Result<Survey, Error> {
    let known = *locked(&account.shared.naming);
    let naming = match known {
        Some(naming) => naming,
        None => {
            let naming = survey::naming(session).await?;
            *locked(&account.shared.naming) = Some(naming);
            naming
        }
    };
    let survey = survey::survey(session, naming, detail).await?;
    if detail == Detail::Identity {
        account.note_identities(tree::is_lasting(&survey));
    }
    Ok(survey)
}

/// See [`Mailbox::folders`](crate::Mailbox::folders).
pub(super) async fn folders(account: &Arc<Account>) -> Result<Vec<Folder>, BackendError> {
    let survey = survey(account, "list folders", Detail::Identity).await?;
    Ok(tree::folders(&survey, account.shared.options.scope))
}

/// One change of the folders of an account.
pub(super) struct Reshape<'r> {
    pub(super) account: &'r Arc<Account>,
    /// What is being done.
    pub(super) op: &'static str,
}

impl Reshape<'_> {
    fn refused(&self, kind: Kind) -> BackendError {
        BackendError::new(kind, self.op)
    }

    /// See [`Mailbox::provide`](crate::Mailbox::provide).
    pub(super) async fn provide(&self, class: Class, role: Role) -> Result<Folder, BackendError> {
        if class != Class::Email {
            return Err(self.refused(Kind::Refused));
        }
        let survey = self.survey().await?;
        let known = self.seen(&survey);
        if let Some(folder) = known.into_iter().find(|folder| folder.role == role) {
            return Ok(folder);
        }
        let (name, usage) = match role {
            Role::Drafts => ("Drafts", "\\Drafts"),
            Role::Sent => ("Sent", "\\Sent"),
            Role::Trash => ("Trash", "\\Trash"),
            Role::Junk => ("Junk", "\\Junk"),
            Role::Archive => ("Archive", "\\Archive"),
            Role::Inbox | Role::Outbox | Role::Default | Role::Plain => {
                return Err(self.refused(Kind::Refused));
            }
        };
        let target = tree::own_prefix(&survey) + name;
        let made = self.make(&MailboxName::new(&target), Some(usage)).await;
        match made {
            // Somebody was faster, or it is hidden: it is subscribed to now.
            Err(error) if error.kind() == Kind::Exists => {}
            other => other?,
        }
        let folders = folders(self.account).await?;
        let made = folders.into_iter().find(|folder| folder.role == role);
        made.ok_or_else(|| self.refused(Kind::Refused))
    }

    /// See [`Mailbox::create_folder`](crate::Mailbox::create_folder).
    pub(super) async fn create(
        &self,
        parent: Option<&FolderRef>,
        name: &str,
        class: Class,
    ) -> Result<Folder, BackendError> {
        if class != Class::Email {
            return Err(self.refused(Kind::Refused));
        }
        let survey = self.survey().await?;
        self.free(&survey, parent, name, None)?;
        for target in self.targets(&survey, parent, name)? {
            if tree::takes_role(&survey, self.account.shared.options.scope, &target, None) {
                return Err(self.refused(Kind::Exists));
            }
            match self.make(&target, None).await {
                // Perhaps it cannot hold a character that others can.
                Err(error) if error.kind() == Kind::Refused => {}
                made => {
                    made?;
                    return self.found(&target).await;
                }
            }
        }
        Err(self.refused(Kind::Refused))
    }

    /// See [`Mailbox::rename_folder`](crate::Mailbox::rename_folder).
    pub(super) async fn rename(
        &self,
        folder: &FolderRef,
        parent: Option<&FolderRef>,
        name: &str,
    ) -> Result<Folder, BackendError> {
        let source = MailboxName::from_reference(folder.as_str());
        if source.is_inbox() {
            return Err(self.refused(Kind::Refused));
        }
        let survey = self.survey().await?;
        let known = self.seen(&survey);
        let current = known.into_iter().find(|one| one.reference == *folder);
        let current = current.ok_or_else(|| self.refused(Kind::NotFound))?;
        if current.name == name && current.parent.as_ref() == parent {
            return Ok(current);
        }
        self.free(&survey, parent, name, Some(folder))?;
        for target in self.targets(&survey, parent, name)? {
            if target == source {
                return Ok(current);
            }
            if is_below(&survey, &target, &source) {
                return Err(self.refused(Kind::Refused));
            }
            let scope = self.account.shared.options.scope;
            if tree::takes_role(&survey, scope, &target, Some(folder)) {
                return Err(self.refused(Kind::Exists));
            }
            match self.carry(&survey, &source, &target).await {
                Err(error) if error.kind() == Kind::Refused => {}
                moved => {
                    moved?;
                    return self.found(&target).await;
                }
            }
        }
        Err(self.refused(Kind::Refused))
    }

    /// See [`Mailbox::remove_folder`](crate::Mailbox::remove_folder).
    pub(super) async fn remove(&self, folder: &FolderRef) -> Result<(), BackendError> {
        let name = MailboxName::from_reference(folder.as_str());
        if name.is_inbox() {
            return Err(self.refused(Kind::Refused));
        }
        let survey = self.survey().await?;
        let mut doomed = with_below(&survey, &name);
        // What is below goes first: servers keep the name of a folder that has some below it.
        doomed.sort_by_key(|entry| std::cmp::Reverse(entry.listed.name.text().len()));
        let doomed = doomed.as_slice();
        let work = |mut lease: Lease| {
            async move {
                close(&mut lease).await?;
                for entry in doomed {
                    let delete = Command::new("DELETE").mailbox(&entry.listed.name);
                    match lease.run(delete).await?.ok() {
                        Err(error) if error.kind() == Kind::NotFound => {}
                        // It was a name only, and may be gone by itself.
                        Err(Error::Refused(_)) if !entry.is_real() => {}
                        other => drop(other?),
                    }
                    let gone = Command::new("UNSUBSCRIBE").mailbox(&entry.listed.name);
                    let _unimportant = lease.run(gone).await?;
                }
                Ok(())
            }
            .boxed()
        };
        self.account.run(self.op, work).await
    }

    async fn survey(&self) -> Result<Survey, BackendError> {
        survey(self.account, self.op, Detail::Identity).await
    }

    fn seen(&self, survey: &Survey) -> Vec<Folder> {
        tree::folders(survey, self.account.shared.options.scope)
    }

    /// Whether nothing that is shown is called so.
    fn free(
        &self,
        survey: &Survey,
        parent: Option<&FolderRef>,
        name: &str,
        except: Option<&FolderRef>,
    ) -> Result<(), BackendError> {
        let known = self.seen(survey);
        if let Some(parent) = parent
            && known.iter().all(|folder| folder.reference != *parent)
        {
            return Err(self.refused(Kind::NotFound));
        }
        let mut others = known.iter().filter(|one| Some(&one.reference) != except);
        let inbox = parent.is_none() && name.eq_ignore_ascii_case("INBOX");
        if inbox || others.any(|one| one.name == name && one.parent.as_ref() == parent) {
            return Err(self.refused(Kind::Exists));
        }
        Ok(())
    }

    /// What the server may call it: as it is written, or else without anything that a store may not hold.
    fn targets(
        &self,
        survey: &Survey,
        parent: Option<&FolderRef>,
        name: &str,
    ) -> Result<Vec<MailboxName>, BackendError> {
        let refused = || self.refused(Kind::Refused);
        let parent = parent.map(|parent| MailboxName::from_reference(parent.as_str()));
        let delimiter = tree::delimiter(survey, parent.as_ref());
        let above = match (&parent, delimiter) {
            (None, _) => tree::own_prefix(survey),
            (Some(parent), Some(delimiter)) => format!("{}{delimiter}", parent.text()),
            (Some(_), None) => return Err(refused()),
        };
        let plain = lookalike::hold(name, |c| Some(c) == delimiter || c == '~');
        let careful = lookalike::hold(name, |c| {
            Some(c) == delimiter || matches!(c, '~' | '.' | '/')
        });
        let mut levels: Vec<String> = plain.into_iter().chain(careful).collect();
        levels.dedup();
        if levels.is_empty() {
            return Err(refused());
        }
        let names = levels
            .iter()
            .map(|level| MailboxName::new(&format!("{above}{level}")));
        Ok(names.collect())
    }

    /// A session that has just answered, with no mailbox open: what is done in it is not done twice.
    async fn steady(&self) -> Result<Lease, BackendError> {
        let work = |mut lease: Lease| {
            async move {
                close(&mut lease).await?;
                let _reply = lease.noop().await?;
                Ok(lease)
            }
            .boxed()
        };
        self.account.run(self.op, work).await
    }

    async fn make(&self, target: &MailboxName, usage: Option<&str>) -> Result<(), BackendError> {
        let mut lease = self.steady().await?;
        let made = make(&mut lease, target, usage).await;
        made.map_err(|error| error.during(self.op))
    }

    /// Renames on the server, with what is below. Subscriptions do not follow by themselves.
    async fn carry(
        &self,
        survey: &Survey,
        source: &MailboxName,
        target: &MailboxName,
    ) -> Result<(), BackendError> {
        let subscribed = with_below(survey, source);
        let subscribed = subscribed.into_iter().filter(|entry| entry.subscribed);
        let mut commands = Vec::new();
        for entry in subscribed {
            let old = &entry.listed.name;
            let rest = old.text().get(source.text().len()..).unwrap_or_default();
            let new = MailboxName::new(&format!("{}{rest}", target.text()));
            commands.push(Command::new("UNSUBSCRIBE").mailbox(old));
            commands.push(Command::new("SUBSCRIBE").mailbox(&new));
        }
        let mut lease = self.steady().await?;
        let rename = Command::new("RENAME").mailbox(source).mailbox(target);
        let renamed = async {
            let _reply = lease.run(rename).await?.ok()?;
            let _unimportant: Vec<Reply> = lease.run_all(&commands).await?;
            Ok(())
        };
        renamed.await.map_err(|error: Error| error.during(self.op))
    }

    async fn found(&self, target: &MailboxName) -> Result<Folder, BackendError> {
        let folders = folders(self.account).await?;
        let reference = target.reference();
        let mut found = folders.into_iter();
        let found = found.find(|one| Some(one.reference.as_str()) == reference.as_deref());
        found.ok_or_else(|| self.refused(Kind::NotFound))
    }
}

async fn make(
    session: &mut Session<Stream>,
    target: &MailboxName,
    usage: Option<&str>,
) -> Result<(), Error> {
    let create = Command::new("CREATE").mailbox(target);
    let special = usage.filter(|_| session.has(Extension::CreateSpecialUse));
    let made = match special {
        Some(usage) => {
            let special = create.clone().words(format!("(USE ({usage}))"));
            let made = session.run(special).await?;
            // Only that it cannot be for this.
            match made.code {
                Some(Code::Other(ref name)) if &**name == "USEATTR" => session.run(create).await?,
                _ => made,
            }
        }
        None => session.run(create).await?,
    };
    let made = made.ok().map(drop);
    if made
        .as_ref()
        .err()
        .is_none_or(|error| error.kind() == Kind::Exists)
    {
        let subscribe = Command::new("SUBSCRIBE").mailbox(target);
        let _unimportant = session.run(subscribe).await?;
    }
    made
}

/// Some servers do not rename or remove the mailbox that is open.
async fn close(session: &mut Session<Stream>) -> Result<(), Error> {
    match session.unselect().await {
        Err(Error::Refused(_)) => Ok(()),
        other => other.map(drop),
    }
}

/// The mailbox and those below it.
fn with_below<'s>(survey: &'s Survey, name: &MailboxName) -> Vec<&'s Entry> {
    let own =
        |entry: &&Entry| entry.listed.name == *name || is_below(survey, &entry.listed.name, name);
    survey.entries.iter().filter(own).collect()
}

fn is_below(survey: &Survey, name: &MailboxName, above: &MailboxName) -> bool {
    let rest = name.text().strip_prefix(above.text());
    let delimiter = tree::delimiter(survey, Some(above));
    rest.zip(delimiter)
        .is_some_and(|(rest, delimiter)| rest.starts_with(delimiter))
}
