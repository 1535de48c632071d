//! What Dovecot tells: by the Lua script in `deploy/hooks`, or by its OX driver.
//!
//! ```json
//! {"user":"anna","events":[{"event":"messageNew","folder":"INBOX","uid":12,"uidvalidity":34}]}
//! {"user":"anna","event":"messageNew","folder":"INBOX","imap-uid":12,"imap-uidvalidity":34,"subject":"…"}
//! ```
//!
//! Read generously: one object or several, one event or several; what else is said, numbers in whatever form included,
//! does not matter.

use backends::hook::Mark;
use serde_json::Value;

use super::event::{Object, Read, is_about_folders, objects, text};

/// What a body says.
pub(super) fn read(body: &[u8]) -> Read {
    objects(body, |read, object| {
        let user = text(object, "user");
        match object.get("events") {
            None | Some(Value::Null) => one(read, user, object),
            Some(Value::Object(event)) => one(read, user, event),
            Some(Value::Array(events)) => {
                for event in events {
                    match event {
                        Value::Object(event) => one(read, user, event),
                        _ => everything(read, user),
                    }
                }
            }
            Some(_) => everything(read, user),
        }
    })
}

fn one(read: &mut Read, user: Option<&str>, event: &Object) {
    let Some(user) = text(event, "user").or(user) else {
        return read.broken();
    };
    let kind = text(event, "event").unwrap_or_default();
    let folder = text(event, "folder").or_else(|| text(event, "mailbox"));
    read.note(
        user,
        match folder {
            _ if is_about_folders(kind) => Mark::Hierarchy,
            Some(folder) => Mark::Folder(folder.to_owned()),
            None => Mark::Everything,
        },
    );
}

/// Somebody's something.
fn everything(read: &mut Read, user: Option<&str>) {
    match user {
        Some(user) => read.note(user, Mark::Everything),
        None => read.broken(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn says(body: &str, marks: &[(&str, Mark)]) {
        let read = read(body.as_bytes());
        let owned = |(user, mark): &(&str, Mark)| ((*user).to_owned(), mark.clone());
        let marks: Vec<_> = marks.iter().map(owned).collect();
        assert_eq!((read.is_whole(), &read.marks), (true, &marks), "{body}");
    }

    fn folder(name: &str) -> Mark {
        Mark::Folder(name.to_owned())
    }

    #[test]
    fn events_are_read_in_every_form() {
        let inbox = [("anna", folder("INBOX"))];
        for body in [
            r#"{"user":"anna","events":[{"event":"messageNew","folder":"INBOX","uid":12,"uidvalidity":34}]}"#,
            r#"{"user":"anna","events":{"event":"messageNew","folder":"INBOX","uid":12.0}}"#,
            r#"[{"user":"anna","event":"flagsSet","folder":"INBOX"}]"#,
            r#"{"user":"anna","event":"somethingNew","mailbox":"INBOX","more":{"x":[1]}}"#,
            r#"{"user":"anna","imap-uidvalidity":1700000000,"imap-uid":1,"folder":"INBOX","event":"messageNew","from":"a","subject":"b","snippet":"c","unseen":1}"#,
            r#"{"events":[{"user":"anna","folder":"INBOX"},{"user":"anna","folder":"INBOX"}]}"#,
        ] {
            says(body, &inbox);
        }
        says(
            "{\"user\":\"anna\",\"events\":[{\"event\":\"messageExpunge\",\"folder\":\"Work/Ü\"},\
             {\"event\":\"mailboxRename\",\"folder\":\"A\",\"oldFolder\":\"B\"}]}\n\
             {\"user\":\"bo\",\"events\":[{\"event\":\"later\"}, 7]}",
            &[
                ("anna", folder("Work/Ü")),
                ("anna", Mark::Hierarchy),
                ("bo", Mark::Everything),
            ],
        );
        says(r#"{"user":"anna","events":[]}"#, &[]);
        says(
            r#"{"user":"anna","events":"all"}"#,
            &[("anna", Mark::Everything)],
        );
    }

    #[test]
    fn what_cannot_be_read_is_known_to_be_missing() {
        for (body, marks) in [
            ("", 0),
            ("[]", 0),
            ("nothing", 0),
            ("7", 0),
            (r#"{"event":"messageNew","folder":"INBOX"}"#, 0),
            ("{\"user\":\"anna\",\"folder\":\"INBOX\"}\n{\"user\":", 1),
            (&"[".repeat(10_000), 0),
        ] {
            let read = read(body.as_bytes());
            assert_eq!(
                (read.is_whole(), read.marks.len()),
                (false, marks),
                "{body:.40}"
            );
        }
    }
}
