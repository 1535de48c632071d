//! What Cyrus tells (`event_notifier: external`): RFC 5423 events as JSON, one a line.
//!
//! ```json
//! {"event":"MessageNew","uri":"imap://anna@host/user/anna/Work;UIDVALIDITY=34/;UID=12","user":"anna"}
//! ```
//!
//! The folder's URL says whose it is: `user` is who did it. Depending on its settings Cyrus separates levels by `/` or
//! `.`, and writes the domain behind the folder or the owner, or leaves the owner to the URL's user.

use backends::hook::Mark;

use super::event::{Object, Read, is_about_folders, objects, text};

/// Under which keys other folders of an event are found: where a message was moved from, what a folder was called.
const OTHERS: [&str; 2] = ["oldMailboxID", "vnd.cmu.oldMailboxID"];

/// What a body says.
pub(super) fn read(body: &[u8]) -> Read {
    objects(body, |read, event| {
        let kind = text(event, "event").unwrap_or_default();
        let uri = text(event, "uri").or_else(|| text(event, "mailboxID"));
        let Some((owner, folder)) = uri.and_then(place) else {
            return elsewhere(read, event);
        };
        let others = OTHERS.iter().filter_map(|key| place(text(event, key)?));
        for (owner, folder) in others.chain([(owner, folder)]) {
            let mark = match is_about_folders(kind) {
                true => Mark::Hierarchy,
                false => Mark::Folder(folder),
            };
            read.note(owner, mark);
        }
    })
}

/// An event about nobody's folder: a shared one, or somebody who signed in. Who did it looks; others see it when they
/// look by themselves.
fn elsewhere(read: &mut Read, event: &Object) {
    match text(event, "user") {
        Some(user) if text(event, "uri").is_some() => read.note(user, Mark::Everything),
        Some(_) => {}
        None => read.broken(),
    }
}

/// Owner and folder of an IMAP URL (RFC 5092).
fn place(uri: &str) -> Option<(String, String)> {
    let rest = uri.get(..7)?.eq_ignore_ascii_case("imap://");
    let rest = rest.then(|| uri.get(7..))??;
    let (authority, path) = rest.split_once('/')?;
    let login = authority.rsplit_once('@').map(|(user, _host)| user);
    let login = login.map(|user| user.split([';', ':']).next().unwrap_or(user));
    let path = path.split(';').next().unwrap_or_default();
    let path = decoded(path.trim_end_matches('/'))?;
    let separator = path
        .strip_prefix("user")
        .and_then(|rest| rest.chars().next());
    let Some(separator) = separator.filter(|separator| "/.".contains(*separator)) else {
        let owner = decoded(login?).filter(|owner| !owner.is_empty())?;
        return Some((owner, path));
    };
    let mut names = path.get(5..)?.splitn(2, separator);
    let owner = names.next().filter(|owner| !owner.is_empty())?.to_owned();
    let Some(folder) = names.next() else {
        return Some((owner, "INBOX".to_owned()));
    };
    Some(match folder.rsplit_once('@') {
        Some((folder, domain)) if !owner.contains('@') && !domain.contains(separator) => {
            (format!("{owner}@{domain}"), folder.to_owned())
        }
        Some(_) | None => (owner, folder.to_owned()),
    })
}

/// Text with its `%XX` undone.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        let digits = std::str::from_utf8(digits).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_owner_and_folder() {
        for (uri, owner, folder) in [
            (
                "imap://host/user/anna;UIDVALIDITY=3/;UID=1",
                "anna",
                "INBOX",
            ),
            (
                "imap://anna@host/user/anna/Work;UIDVALIDITY=3",
                "anna",
                "Work",
            ),
            (
                "imap://bo@host/user.anna.Work.2026;UIDVALIDITY=3",
                "anna",
                "Work.2026",
            ),
            (
                "imap://host/user/anna/Gr%C3%BC%C3%9Fe",
                "anna",
                "Gr\u{fc}\u{df}e",
            ),
            (
                "imap://host/user/anna/Work@example.org",
                "anna@example.org",
                "Work",
            ),
            (
                "imap://host/user/anna@example.org/Work",
                "anna@example.org",
                "Work",
            ),
            (
                "imap://host/user/anna@example.org",
                "anna@example.org",
                "INBOX",
            ),
            (
                "IMAP://anna%40example.org@host/INBOX;UIDVALIDITY=3",
                "anna@example.org",
                "INBOX",
            ),
            ("imap://anna;AUTH=*@host/Work", "anna", "Work"),
        ] {
            let expected = Some((owner.to_owned(), folder.to_owned()));
            assert_eq!(place(uri), expected, "{uri}");
        }
        for uri in [
            "",
            "imap://host",
            "imap://host/Shared/x",
            "http://host/user/anna",
            "imap://host/user/",
        ] {
            assert_eq!(place(uri), None, "{uri}");
        }
        assert_eq!(place("imap://host/user/anna/%zz"), None);
    }

    #[test]
    fn events_are_read_one_a_line() {
        let body = "{\"event\":\"MessageNew\",\"uri\":\"imap://h/user/anna;UIDVALIDITY=3\",\"user\":\"x\"}\n\
             {\"event\":\"MailboxModseq\",\"uri\":\"imap://h/user/anna/Work\"}\n\n\
             {\"event\":\"MailboxCreate\",\"uri\":\"imap://h/user/anna/New\"}\n\
             {\"event\":\"vnd.cmu.MessageMove\",\"uri\":\"imap://h/user/bo/To\",\"oldMailboxID\":\"imap://h/user/bo/From\"}\n\
             {\"event\":\"Login\",\"user\":\"carl\"}\n\
             {\"event\":\"MessageNew\",\"uri\":\"imap://h/Shared/x\",\"user\":\"dora\"}\n";
        let read = read(body.as_bytes());
        assert!(read.is_whole());
        let folder = |name: &str| Mark::Folder(name.to_owned());
        let expected = [
            ("anna", folder("INBOX")),
            ("anna", folder("Work")),
            ("anna", Mark::Hierarchy),
            ("bo", folder("From")),
            ("bo", folder("To")),
            ("dora", Mark::Everything),
        ];
        let expected = expected.map(|(user, mark)| (user.to_owned(), mark));
        assert_eq!(read.marks, expected);
    }

    #[test]
    fn a_call_that_names_nobody_is_known_to_be_missing() {
        assert!(!read(b"{\"event\":\"MessageNew\"}").is_whole());
        assert!(!read(b"").is_whole());
    }
}
