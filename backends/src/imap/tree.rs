//! Mailboxes as folders: names as users see them, parents, roles and identities.

use std::collections::HashMap;

use super::store::Scope;
use super::survey::{Entry, Survey};
use super::wire::{Listed, MailboxName, Namespace};
use crate::folder::{Class, Folder, Role};
use crate::lookalike;
use crate::name::FolderRef;
use crate::role;

/// Whose a mailbox is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Owner {
    /// The user's own.
    Own,
    /// Of somebody else, or of all.
    Others,
}

/// A mailbox as its user sees it.
#[derive(Debug)]
struct Seen<'s> {
    entry: &'s Entry,
    reference: FolderRef,
    owner: Owner,
    /// Levels of its name.
    path: Vec<String>,
}

/// The folders of an account, parents before their children.
pub(super) fn folders(survey: &Survey, scope: Scope) -> Vec<Folder> {
    let mut seen: Vec<Seen<'_>> = survey
        .entries
        .iter()
        .filter(|entry| entry.is_real())
        .filter_map(|entry| see(survey, scope, entry))
        .collect();
    seen.sort_by(|one, two| {
        let order = |seen: &Seen<'_>| !seen.entry.listed.name.is_inbox();
        (order(one), &one.path).cmp(&(order(two), &two.path))
    });
    let roles = roles(&seen);
    let known: HashMap<&[String], &FolderRef> = seen
        .iter()
        .map(|seen| (seen.path.as_slice(), &seen.reference))
        .collect();
    let identities = identities(&seen);
    let folders = seen.iter().zip(roles).map(|(seen, role)| {
        let (parent, name) = placed(&known, &seen.path);
        Folder {
            reference: seen.reference.clone(),
            identity: identity(seen).filter(|own| identities.get(own) == Some(&1)),
            parent,
            name,
            class: Class::Email,
            role,
        }
    });
    folders.collect()
}

/// Whether all identities are lasting ones.
pub(super) fn is_lasting(survey: &Survey) -> bool {
    let mut real = survey.entries.iter().filter(|entry| entry.status.is_some());
    let lasting = |entry: &Entry| {
        let status = entry.status.as_ref();
        status.is_some_and(|status| status.mailbox_id.is_some())
    };
    survey.entries.iter().any(|entry| entry.status.is_some()) && real.all(lasting)
}

fn see<'s>(survey: &'s Survey, scope: Scope, entry: &'s Entry) -> Option<Seen<'s>> {
    let name = &entry.listed.name;
    let (owner, within) = place(survey, entry);
    let shown = match (owner, scope) {
        (Owner::Own, Scope::All) => true,
        (Owner::Own, Scope::Subscribed) | (Owner::Others, _) => entry.subscribed,
    };
    if !shown && !name.is_inbox() {
        return None;
    }
    let mut path: Vec<String> = match entry.listed.delimiter {
        Some(delimiter) => within.split(delimiter).map(lookalike::show).collect(),
        None => vec![lookalike::show(within)],
    };
    if let Some(first) = path.first_mut()
        && first.eq_ignore_ascii_case("INBOX")
    {
        "INBOX".clone_into(first);
    }
    Some(Seen {
        entry,
        reference: FolderRef::new(name.reference()?),
        owner,
        path,
    })
}

/// Whose it is, and its name without what all of one's own names begin with.
fn place<'s>(survey: &Survey, entry: &'s Entry) -> (Owner, &'s str) {
    let text = entry.listed.name.text();
    let places = &survey.namespaces;
    let longest = |all: &[Namespace]| {
        let matching = all.iter().filter_map(|place| {
            let prefix = MailboxName::from_wire(place.prefix.as_bytes(), false);
            let prefix = prefix.text();
            let bare = place
                .delimiter
                .and_then(|delimiter| prefix.strip_suffix(delimiter));
            let within = text.starts_with(prefix) || bare == Some(text);
            within.then_some(prefix.len())
        });
        matching.max()
    };
    let own = longest(&places.personal);
    let others = longest(&places.others).max(longest(&places.shared));
    // Whose names begin with what one's own do is not one of the others.
    if others.is_some_and(|length| length > 0) && others > own {
        return (Owner::Others, text);
    }
    let within = text
        .get(own.unwrap_or(0)..)
        .filter(|within| !within.is_empty());
    match within {
        Some(within) if !entry.listed.name.is_inbox() => (Owner::Own, within),
        _ => (Owner::Own, text),
    }
}

/// The nearest folder above, and the rest of the name.
fn placed(known: &HashMap<&[String], &FolderRef>, path: &[String]) -> (Option<FolderRef>, String) {
    for depth in (1..path.len()).rev() {
        let (above, rest) = path.split_at(depth);
        if let Some(parent) = known.get(above) {
            return (Some((*parent).clone()), rest.join("/"));
        }
    }
    (None, path.join("/"))
}

/// Attributes that tell what a mailbox is for (RFC 6154).
const ATTRIBUTES: [(&str, Role); 6] = [
    ("\\Drafts", Role::Drafts),
    ("\\Sent", Role::Sent),
    ("\\Trash", Role::Trash),
    ("\\Junk", Role::Junk),
    ("\\Spam", Role::Junk),
    ("\\Archive", Role::Archive),
];

/// The role of each: what the server says comes first, then what the name says.
fn roles(seen: &[Seen<'_>]) -> Vec<Role> {
    let mut roles = vec![Role::Plain; seen.len()];
    let mut best: HashMap<Role, (bool, usize, usize)> = HashMap::new();
    for (at, seen) in seen.iter().enumerate() {
        if seen.entry.listed.name.is_inbox() {
            best.insert(Role::Inbox, (false, 0, at));
            continue;
        }
        if seen.owner == Owner::Others {
            continue;
        }
        let listed = &seen.entry.listed;
        let said = ATTRIBUTES
            .iter()
            .find(|(attribute, _)| listed.has(attribute));
        let claim = match said {
            Some((_, role)) => Some((*role, (false, 0, at))),
            None => by_name(&seen.path).map(|(role, rank)| (role, (true, rank, at))),
        };
        if let Some((role, claim)) = claim {
            let first = best.entry(role).or_insert(claim);
            *first = (*first).min(claim);
        }
    }
    for (role, (_, _, at)) in best {
        if let Some(own) = roles.get_mut(at) {
            *own = role;
        }
    }
    roles
}

/// Only folders at the top, or directly below INBOX, have a role by their name.
fn by_name(path: &[String]) -> Option<(Role, usize)> {
    /// Names below INBOX are worse than all others.
    const BELOW: usize = 1000;
    match path {
        [name] => role::candidate(name),
        [inbox, name] if inbox == "INBOX" => {
            role::candidate(name).map(|(role, rank)| (role, rank + BELOW))
        }
        _ => None,
    }
}

fn identity(seen: &Seen<'_>) -> Option<Box<str>> {
    let status = seen.entry.status.as_ref()?;
    match (&status.mailbox_id, status.uid_validity) {
        (Some(own), _) => Some(own.clone()),
        (None, Some(validity)) => Some(format!("v{validity}").into()),
        (None, None) => None,
    }
}

/// How many have each. Copies of a mailbox may share what should be unique.
fn identities(seen: &[Seen<'_>]) -> HashMap<Box<str>, usize> {
    let mut count = HashMap::new();
    for own in seen.iter().filter_map(identity) {
        *count.entry(own).or_insert(0) += 1;
    }
    count
}

/// What all names of one's own begin with.
pub(super) fn own_prefix(survey: &Survey) -> String {
    let first = survey.namespaces.personal.first();
    let prefix = first.map(|place| MailboxName::from_wire(place.prefix.as_bytes(), false));
    prefix
        .map(|prefix| prefix.text().to_owned())
        .unwrap_or_default()
}

/// What stands between the levels of a name below `parent`, or at the top.
pub(super) fn delimiter(survey: &Survey, parent: Option<&MailboxName>) -> Option<char> {
    let mut entries = survey.entries.iter();
    match parent {
        Some(parent) => {
            entries
                .find(|entry| entry.listed.name == *parent)?
                .listed
                .delimiter
        }
        None => {
            let place = survey.namespaces.personal.first();
            let said = place.and_then(|place| place.delimiter);
            said.or_else(|| entries.find_map(|entry| entry.listed.delimiter))
        }
    }
}

/// Whether a mailbox of that name would be taken for what another one is now: the one for sent mail, or the like.
pub(super) fn takes_role(
    survey: &Survey,
    scope: Scope,
    target: &MailboxName,
    except: Option<&FolderRef>,
) -> bool {
    let before = folders(survey, scope);
    let mut with = survey.clone();
    let kept =
        |entry: &Entry| entry.listed.name.reference().as_deref() != except.map(FolderRef::as_str);
    with.entries.retain(kept);
    with.entries.push(Entry {
        listed: Listed {
            name: target.clone(),
            delimiter: delimiter(survey, None),
            attributes: Vec::new(),
            old_name: None,
            child_info: Vec::new(),
        },
        subscribed: true,
        status: None,
    });
    let after: HashMap<FolderRef, Role> = folders(&with, scope)
        .into_iter()
        .map(|folder| (folder.reference, folder.role))
        .collect();
    before.iter().any(|folder| {
        let now = after.get(&folder.reference);
        folder.role != Role::Plain && now.is_some_and(|now| *now != folder.role)
    })
}

#[cfg(test)]
mod tests;
