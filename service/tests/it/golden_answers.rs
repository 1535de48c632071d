//! One answer of every kind that the service sends, as `tests/walk` recorded it (`make_golden.py` picks them): bytes,
//! XML and typed bodies agree, and nothing in them is newer than the version that they are for.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use protocol::class::email::Email;
use protocol::codepages::airsync;
use protocol::command::find::FindResponse;
use protocol::command::folder_sync::FolderSyncResponse;
use protocol::command::get_item_estimate::GetItemEstimateResponse;
use protocol::command::item_operations::ItemOperationsResponse;
use protocol::command::move_items::MoveItemsResponse;
use protocol::command::ping::PingResponse;
use protocol::command::provision::ProvisionResponse;
use protocol::command::search::SearchResponse;
use protocol::command::settings::SettingsResponse;
use protocol::command::sync::SyncResponse;
use protocol::command::{Body, StatusCode, status_only};
use protocol::element::Element;
use protocol::query::Command;
use protocol::tag::Tag;
use protocol::version::Version;
use protocol::wbxml::{Limits, decode, encode};
use protocol::xml::to_xml;

/// An answer: `<command>.response.<version>-<n>`, as bytes and as the XML that people read.
struct Answer {
    name: String,
    command: Command,
    version: Version,
    bytes: Vec<u8>,
    xml: String,
}

impl Answer {
    fn read(path: &Path) -> Self {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let (command, version) = name.split_once(".response.").unwrap();
        let (version, _) = version.split_once('-').unwrap();
        let digits = fs::read_to_string(path).unwrap().replace('\n', "");
        let bytes = (0..digits.len()).step_by(2);
        Self {
            name: name.to_owned(),
            command: Command::parse(command).unwrap(),
            version: Version::parse(version).unwrap(),
            bytes: bytes
                .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
                .collect(),
            xml: fs::read_to_string(path.with_extension("xml")).unwrap(),
        }
    }

    fn document(&self) -> Element {
        let document = decode(&self.bytes, &Limits::default()).unwrap();
        assert_eq!(document.skipped, [], "{}", self.name);
        document.root
    }
}

fn answers() -> Vec<Answer> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/answers");
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "hex"))
        .map(|path| Answer::read(&path))
        .collect()
}

#[test]
fn every_command_is_there_in_every_version_class() {
    let kept: BTreeSet<_> = answers()
        .into_iter()
        .map(|answer| (answer.version, answer.command.as_str()))
        .collect();
    for version in [Version::V12_1, Version::V14_1, Version::V16_1] {
        for command in [
            "FolderSync",
            "GetItemEstimate",
            "ItemOperations",
            "MoveItems",
            "Ping",
            "Provision",
            "Search",
            "Settings",
            "Sync",
        ] {
            assert!(kept.contains(&(version, command)), "{version:?} {command}");
        }
    }
}

#[test]
fn answers_are_read_shown_and_written() {
    for answer in answers() {
        let root = answer.document();
        assert_eq!(to_xml(&root), answer.xml, "{}", answer.name);
        let written = encode(&root, answer.version);
        assert_eq!(written, answer.bytes, "{}", answer.name);
    }
}

#[test]
fn answers_hold_nothing_that_their_version_lacks() {
    for answer in answers() {
        for tag in tags(&answer.document()) {
            let known = tag.exists_in(answer.version);
            assert!(known, "{}: {}", answer.name, tag.name());
        }
    }
}

#[test]
fn answers_are_typed_bodies() {
    for answer in answers() {
        let root = answer.document();
        let typed = typed(&answer, &root);
        assert_eq!(to_xml(&typed), answer.xml, "{}", answer.name);
        let written = encode(&typed, answer.version);
        assert_eq!(written, answer.bytes, "{}", answer.name);
    }
}

#[test]
fn messages_in_answers_are_typed_items() {
    let mut seen = 0;
    for answer in answers() {
        for data in all(&answer.document(), airsync::APPLICATION_DATA) {
            let email = Email::from_data(&data);
            let email = email.unwrap_or_else(|error| panic!("{}: {error}", answer.name));
            let written = email.to_data(answer.version);
            assert_eq!(to_xml(&written), to_xml(&data), "{}", answer.name);
            seen += 1;
        }
    }
    assert!(seen > 0);
}

/// A document as its command's type writes it.
fn typed(answer: &Answer, root: &Element) -> Element {
    match answer.command {
        Command::Find => rewritten::<FindResponse>(answer, root),
        Command::FolderSync => rewritten::<FolderSyncResponse>(answer, root),
        Command::GetItemEstimate => rewritten::<GetItemEstimateResponse>(answer, root),
        Command::ItemOperations => rewritten::<ItemOperationsResponse>(answer, root),
        Command::MoveItems => rewritten::<MoveItemsResponse>(answer, root),
        Command::Ping => rewritten::<PingResponse>(answer, root),
        Command::Provision => rewritten::<ProvisionResponse>(answer, root),
        Command::Search => rewritten::<SearchResponse>(answer, root),
        Command::Settings => rewritten::<SettingsResponse>(answer, root),
        Command::Sync => rewritten::<SyncResponse>(answer, root),
        command => only_a_status(command, root),
    }
}

fn rewritten<B: Body>(answer: &Answer, root: &Element) -> Element {
    let body = B::from_element(root);
    let body = body.unwrap_or_else(|error| panic!("{}: {error}", answer.name));
    body.to_element(answer.version)
}

/// What a command that is not served answers.
fn only_a_status(command: Command, root: &Element) -> Element {
    let status = root.elements().next().unwrap().value().parse().unwrap();
    status_only(command, StatusCode::new(status)).unwrap()
}

/// The tags of a document.
fn tags(element: &Element) -> Vec<Tag> {
    let below = element.elements().flat_map(tags);
    [element.tag].into_iter().chain(below).collect()
}

/// The elements of a document that have this tag.
fn all(element: &Element, tag: Tag) -> Vec<Element> {
    let own = (element.tag == tag).then(|| element.clone());
    let below = element.elements().flat_map(|child| all(child, tag));
    own.into_iter().chain(below).collect()
}
