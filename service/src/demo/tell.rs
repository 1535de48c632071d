//! What a request was about, in a few words.

use std::collections::BTreeMap;

use protocol::command::CollectionId;
use protocol::device::{Answer, Event, Failure, Replica, Trouble};
use protocol::header;

/// How many names a line has.
const NAMES_MAX: usize = 6;

/// What the phone made of an answer; empty if that was nothing.
pub(super) fn outcome(
    outcome: &Result<Answer, Failure>,
    events: &[Event],
    replica: &Replica,
) -> String {
    let answer = match outcome {
        Ok(answer) if answer.status == 200 => answer,
        Ok(answer) => return format!("answered with HTTP {}", answer.status),
        Err(failure) => return reason(&Trouble::Failure(*failure)),
    };
    let mut parts: Vec<String> = events
        .iter()
        .filter_map(|event| single(event, answer))
        .collect();
    let added = events.iter().filter_map(|event| match event {
        Event::FolderAdded(folder) => Some(folder.display_name.as_str()),
        _ => None,
    });
    parts.extend(names("folders", &added.collect::<Vec<_>>()));
    parts.extend(items(events, replica));
    parts.join("; ")
}

/// What an event is that stands alone.
fn single(event: &Event, answer: &Answer) -> Option<String> {
    match event {
        Event::VersionChosen(version) => {
            let offered = answer.header(header::PROTOCOL_VERSIONS).unwrap_or_default();
            let offered = offered.replace(',', " ");
            Some(format!(
                "the server speaks {offered}; the phone takes {}",
                version.as_str()
            ))
        }
        Event::Provisioned => Some("a policy is received and acknowledged".to_owned()),
        Event::Expired => Some("nothing has changed".to_owned()),
        Event::FolderRestarted(_) => Some("a folder begins anew".to_owned()),
        _ => None,
    }
}

/// How many items changed in which folder.
fn items(events: &[Event], replica: &Replica) -> Vec<String> {
    let mut counts: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    for event in events {
        let (folder, kind) = match event {
            Event::ItemAdded { folder, .. } | Event::Doubled { folder, .. } => (folder, 0),
            Event::ItemChanged { folder, .. } => (folder, 1),
            Event::ItemDeleted { folder, .. } | Event::ItemHidden { folder, .. } => (folder, 2),
            _ => continue,
        };
        let counts = counts.entry(folder_name(replica, folder)).or_default();
        if let Some(count) = counts.get_mut(kind) {
            *count += 1;
        }
    }
    let told = |(folder, counts): (String, [usize; 3])| {
        let kinds = [
            ("message", "messages"),
            ("change", "changes"),
            ("gone", "gone"),
        ];
        let parts: Vec<_> = kinds
            .iter()
            .zip(counts)
            .filter(|(_, count)| *count > 0)
            .map(|((one, many), count)| format!("{count} {}", if count == 1 { one } else { many }))
            .collect();
        format!("{folder}: {}", parts.join(", "))
    };
    counts.into_iter().map(told).collect()
}

fn names(what: &str, names: &[&str]) -> Option<String> {
    if names.is_empty() {
        return None;
    }
    let shown = names.get(..NAMES_MAX).unwrap_or(names).join(", ");
    let more = if names.len() > NAMES_MAX { ", …" } else { "" };
    Some(format!("{} {what}: {shown}{more}", names.len()))
}

/// What a folder is called.
pub(super) fn folder_name(replica: &Replica, id: &CollectionId) -> String {
    let known = replica.folders.get(id);
    known.map_or_else(
        || id.as_str().to_owned(),
        |copy| copy.folder.display_name.clone(),
    )
}

/// What went wrong.
pub(super) fn reason(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Failure(Failure::Unreachable) => "no connection to the server".to_owned(),
        Trouble::Failure(Failure::Cut) => "the connection ended before the answer".to_owned(),
        Trouble::Failure(Failure::TimedOut) => "no answer in time".to_owned(),
        Trouble::Http(status) => format!("HTTP status {status}"),
        Trouble::Status(status) => format!("status {}", status.code()),
        Trouble::Malformed => "an answer that cannot be read".to_owned(),
        Trouble::NoVersion => "no version in common".to_owned(),
        Trouble::Redirected(place) => format!("the server is at {place}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::command::ServerId;
    use protocol::device::ItemCopy;
    use protocol::version::Version;

    #[test]
    fn what_came_is_counted_by_folder() {
        let folder = CollectionId::from_number(5);
        let added = |item| Event::ItemAdded {
            folder: CollectionId::from_number(5),
            item: ServerId::from_numbers(5, item),
            copy: ItemCopy::default(),
        };
        let deleted = Event::ItemDeleted {
            folder,
            item: ServerId::from_numbers(5, 9),
        };
        let answer = Ok(Answer {
            status: 200,
            ..Answer::default()
        });
        let text = outcome(&answer, &[added(1), deleted, added(2)], &Replica::default());
        assert_eq!(text, "5: 2 messages, 1 gone");
    }

    #[test]
    fn versions_are_told_as_offered_and_chosen() {
        let answer = Ok(Answer {
            status: 200,
            headers: vec![(
                "ms-asprotocolversions".to_owned(),
                "12.1,14.0,14.1".to_owned(),
            )],
            body: Vec::new(),
        });
        let events = [Event::VersionChosen(Version::V14_1)];
        let text = outcome(&answer, &events, &Replica::default());
        assert_eq!(
            text,
            "the server speaks 12.1 14.0 14.1; the phone takes 14.1"
        );
    }
}
